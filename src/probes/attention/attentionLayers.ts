import type { Layer, Model } from '../../models/model';
import { free } from '../../models/onnx/layerGroups';
import { outputLayers } from '../outputLayers';
import { findAttention } from './findAttention';

const NAME = /^attention_(\d+)$/;

/**
 * Attention that a network computes and gives none of out, as layers for whoever asks for them: `attention_0`, `attention_1`, … in the order of computation, as exporters
 * call such outputs. Those of `names` that are so called, and are no layers or outputs already.
 */
export function attentionLayers(model: Model, names: readonly string[] | undefined): readonly Layer[] {
  const asked = (names ?? []).filter(name => NAME.test(name));
  const { program } = model;
  if (asked.length === 0 || program?.kind !== 'onnx') return [];
  const known = new Set([...model.layers, ...outputLayers(model)].map(layer => layer.name));
  const open = asked.filter(name => !known.has(name));
  if (open.length === 0) return [];
  const { found } = findAttention(program.model);
  return found.flatMap(({ tensor }, index): Layer[] => {
    const name = `attention_${index}`;
    if (!open.includes(name)) return [];
    const outputShape = program.model.facts.get(tensor)?.dims?.map(free);
    return [{ name, op: 'Softmax', outputShape, parameters: 0, weights: [], output: tensor, channelAxis: undefined, inputs: [] }]; // prettier-ignore
  });
}
