import type { PixelValues } from '../data/images/pixelValues';
import { asInteger, asList } from '../models/json';
import type { KerasModel } from '../models/keras/kerasModel';
import { LayerSettings } from '../models/keras/settings';
import type { Model } from '../models/model';
import type { OnnxModel } from '../models/onnx/onnxModel';
import type { OnnxNode } from '../models/onnx/protocol';
import { readFloats } from '../models/storedTensor';
import type { TensorFlowGraphModel } from '../models/tensorflow/graphModel';

/** What a network does first with a value of its input: multiplied by a factor, or moved by so much. */
interface FirstStep {
  readonly factor?: readonly number[];
  readonly shift?: readonly number[];
  /** How one calls it: the layer or node. */
  readonly name: string;
}

/** A factor below it, or a shift above the other, makes sense for samples up to 255 and none for values from 0 to 1. */
const SMALL_FACTOR = 1 / 32;
const LARGE_SHIFT = 2;
/** Constants with more numbers than channels are no scales. */
const MOST_CONSTANTS = 16;

/**
 * The values that a network takes for pixels where it scales them itself, so that they are not scaled twice: 0 to 255 where its first step is a
 * Rescaling or Normalization of such values, or a division, multiplication, subtraction or batch normalisation that only they need. `undefined` where it does not say so.
 */
export function takenPixels(model: Model): PixelValues | undefined {
  const step = firstSteps(model).find(isForBytes);
  if (step === undefined) return undefined;
  return { scale: [1], offset: [0], words: `kept from 0 to 255: ${step.name} of the network scales them` };
}

function isForBytes({ factor = [], shift = [] }: FirstStep): boolean {
  const size = (values: readonly number[]) => Math.max(...values.map(Math.abs));
  if (factor.length > 0 && size(factor) > 0 && size(factor) <= SMALL_FACTOR) return true;
  return shift.length > 0 && size(shift) > LARGE_SHIFT && Number.isFinite(size(shift));
}

/**
 * What ONNX's metadata of images says (ONNX, MetadataProps.md): `Image.NominalPixelRange` and `Image.BitmapPixelFormat`, as Windows ML reads them; `undefined` where the model
 * has none.
 */
export function saidPixels(model: Model): PixelValues | undefined {
  if (model.program?.kind !== 'onnx') return undefined;
  const { metadata } = model.program.model.file;
  const said = (key: string) => metadata.get(`Image.${key}`);
  const range = RANGES.find(({ name }) => name === said('NominalPixelRange'));
  if (range === undefined) return undefined;
  const reversed = /^bgr/i.test(said('BitmapPixelFormat') ?? '');
  return {
    scale: [(range.high - range.low) / 255],
    offset: [range.low],
    ...(reversed ? { reversed } : {}),
    words: `brought to ${range.words}${reversed ? ', blue first' : ''}, as the model's metadata says`,
  };
}

const RANGES = [
  { name: 'NominalRange_0_255', low: 0, high: 255, words: '0–255' },
  { name: 'Normalized_0_1', low: 0, high: 1, words: '0–1' },
  { name: 'Normalized_1_1', low: -1, high: 1, words: '−1–1' },
  { name: 'NominalRange_16_235', low: 16, high: 235, words: '16–235' },
] as const;

function firstSteps({ program }: Model): readonly FirstStep[] {
  switch (program?.kind) {
    case 'keras':
      return kerasSteps(program.model);
    case 'onnx':
      return onnxSteps(program.model);
    case 'tensorflow':
      return graphSteps(program.model);
    case undefined:
      return [];
  }
}

/** Layers that leave values as they are. */
const PASSING_LAYERS = /^(InputLayer|Identity|Dropout|Reshape|Permute|Flatten|ZeroPadding\dD|Activation)$/;

function kerasSteps(model: KerasModel): readonly FirstStep[] {
  const { layers, inputs } = model.file.network;
  const reached = new Set(inputs.map(input => input.layer));
  const found: FirstStep[] = [];
  for (const layer of [...layers].sort((a, b) => (a.calls[0]?.order ?? 0) - (b.calls[0]?.order ?? 0))) {
    const [call] = layer.calls;
    if (call === undefined || !call.inputs.some(input => reached.has(input.layer))) continue;
    const settings = LayerSettings.of(layer);
    const passes = settings.className !== 'Activation' || settings.function('activation') === 'linear';
    if (PASSING_LAYERS.test(settings.className) && passes) {
      reached.add(layer.name);
      continue;
    }
    const constants = [...call.constants.values()];
    const weight = (name: RegExp) => smallWeight(model, layer.name, name);
    const { name } = layer;
    switch (settings.className) {
      case 'Rescaling':
        found.push({ factor: numbersOf(settings.get('scale')), name });
        break;
      case 'Normalization':
        found.push({ shift: listedOr(settings.get('mean'), weight(/(^|\/)mean$/)), name });
        break;
      case 'BatchNormalization':
        found.push({ shift: weight(/moving_mean$/), name });
        break;
      case 'Multiply':
        found.push({ factor: constants, name });
        break;
      case 'Divide':
      case 'TrueDivide':
        found.push({ factor: constants.map(value => 1 / value), name });
        break;
      case 'Subtract':
      case 'Add':
        found.push({ shift: constants, name });
        break;
    }
  }
  return found;
}

function smallWeight(model: KerasModel, layer: string, name: RegExp): readonly number[] {
  const weights = model.layers.find(one => one.name === layer)?.weights ?? [];
  const found = weights.find(one => name.test(one.name.replace(/:0$/, '')));
  const size = found?.shape.reduce((product, axis) => product * axis, 1) ?? Infinity;
  return found === undefined || size > MOST_CONSTANTS ? [] : [...model.readWeight(found.name).values];
}

function listedOr(said: ReturnType<LayerSettings['get']>, otherwise: readonly number[]): readonly number[] {
  const numbers = numbersOf(said);
  return numbers.length > 0 ? numbers : otherwise;
}

function numbersOf(said: ReturnType<LayerSettings['get']>): readonly number[] {
  if (typeof said === 'number') return [said];
  const single = asInteger(said);
  if (single !== undefined) return [single];
  return asList(said).flatMap(numbersOf);
}

/** Nodes that change no value. */
const PASSING_NODES = /^(Cast|Identity|Transpose|Reshape|Squeeze|Unsqueeze|Pad|Resize|Upsample|Flatten)$/;

function onnxSteps(model: OnnxModel): readonly FirstStep[] {
  const { nodes, graph } = model.ordered;
  const constants = new Map<string, readonly number[]>();
  for (const [name, tensor] of graph.initializers)
    if (tensor.size <= MOST_CONSTANTS && /^(float|double|u?int|bfloat)/.test(tensor.kind.type))
      constants.set(name, [...model.values.floats(tensor)]);
  const reached = new Set(model.inputs.map(input => input.name));
  const found: FirstStep[] = [];
  for (const node of nodes) {
    const own = node.op === 'Constant' ? node.attributes.get('value')?.tensor : undefined;
    if (own !== undefined && own.size <= MOST_CONSTANTS && own.kind.type.startsWith('float'))
      constants.set(node.outputs[0] ?? '', [...model.values.floats(own)]);
    const [first] = node.inputs;
    if (!node.inputs.some(input => reached.has(input))) continue;
    if (PASSING_NODES.test(node.op)) for (const output of node.outputs) reached.add(output);
    const step = first !== undefined && reached.has(first) ? stepOf(node, constants) : undefined;
    if (step !== undefined) found.push(step);
  }
  return found;
}

function stepOf(
  { op, inputs, name, outputs }: OnnxNode,
  constants: ReadonlyMap<string, readonly number[]>,
): FirstStep | undefined {
  const called = name === '' ? `${op} before ${outputs[0] ?? ''}` : name;
  const second = constants.get(inputs[1] ?? '');
  if (op === 'BatchNormalization') return { shift: constants.get(inputs[3] ?? '') ?? [], name: called };
  if (second === undefined) return undefined;
  if (op === 'Mul') return { factor: second, name: called };
  if (op === 'Div') return { factor: second.map(value => 1 / value), name: called };
  return op === 'Sub' || op === 'Add' ? { shift: second, name: called } : undefined;
}

function graphSteps(model: TensorFlowGraphModel): readonly FirstStep[] {
  const { graph, source } = model.file;
  const reached = new Set(graph.inputs.map(input => input.node));
  const constant = (node: string | undefined): readonly number[] => {
    const tensor = graph.tensors.get(node ?? '');
    return tensor !== undefined && tensor.size <= MOST_CONSTANTS && tensor.type !== 'str'
      ? [...readFloats(tensor, source)]
      : [];
  };
  const found: FirstStep[] = [];
  for (const { name, op, inputs } of model.ordered) {
    const [first, second] = inputs.map(input => input.node);
    if (first === undefined || !reached.has(first)) continue;
    if (/^(Identity|Cast|Reshape|Transpose|Squeeze|ExpandDims|Pad|PadV2|StopGradient)$/.test(op)) reached.add(name);
    else if (op === 'Mul') found.push({ factor: constant(second), name });
    else if (op === 'RealDiv' || op === 'Div') found.push({ factor: constant(second).map(value => 1 / value), name });
    else if (/^(Sub|Add|AddV2|BiasAdd)$/.test(op)) found.push({ shift: constant(second), name });
    else if (/^FusedBatchNorm/.test(op)) found.push({ shift: constant(inputs[3]?.node), name });
  }
  return found;
}
