import { isQuantised } from '../elements';
import type { OnnxModel } from './onnxModel';

/** What the whole numbers of a tensor stand for: (number − zero point) · scale. */
export interface Quantisation {
  readonly scale: number;
  readonly zeroPoint: number;
}

/** Inputs of an operator that say the scale and the zero point of what it gives. */
const OUTPUT_SCALE: ReadonlyMap<string, readonly [scale: number, zeroPoint: number]> = new Map([
  ['QuantizeLinear', [1, 2]],
  ['QLinearConv', [6, 7]],
  ['QLinearMatMul', [6, 7]],
  ['QGemm', [7, 8]],
  ['QLinearAdd', [6, 7]],
  ['QLinearMul', [6, 7]],
  ['QLinearConcat', [0, 1]],
  ['QLinearWhere', [7, 8]],
  ...['QLinearAveragePool', 'QLinearGlobalAveragePool', 'QLinearLeakyRelu', 'QLinearSigmoid', 'QLinearSoftmax'].map(
    (op): [string, readonly [number, number]] => [op, [3, 4]],
  ),
]);

/** Operators that hand on numbers of their first input. */
const CARRYING =
  /^(Identity|MaxPool|NhwcMaxPool|Reshape|Flatten|Transpose|Squeeze|Unsqueeze|Slice|Split|Gather|Expand|Tile|DepthToSpace|SpaceToDepth|Relu|Clip)$/;

/**
 * What the whole numbers of a quantised activation stand for; `undefined` for tensors that are not quantised, and where the scale is computed as the network
 * runs, or is another for each channel.
 */
export function quantisationOf(model: OnnxModel, tensor: string): Quantisation | undefined {
  const type = model.facts.get(tensor)?.type;
  if (type !== undefined && !isQuantised(type)) return undefined;
  const { nodes, producer } = model.ordered;
  const single = (name: string | undefined): number | undefined => {
    const stored = name === undefined ? undefined : model.tensorNamed(name);
    return stored?.size === 1 ? model.values.floats(stored)[0] : undefined;
  };
  for (let name = tensor, steps = 0; steps < nodes.length; steps++) {
    const node = nodes[producer.get(name) ?? -1];
    if (node === undefined) return undefined;
    const slots = OUTPUT_SCALE.get(node.op);
    if (slots !== undefined) {
      const scale = single(node.inputs[slots[0]]);
      const zero = node.inputs[slots[1]] ?? '';
      const zeroPoint = zero === '' ? 0 : single(zero);
      return scale === undefined || zeroPoint === undefined ? undefined : { scale, zeroPoint };
    }
    if (!CARRYING.test(node.op)) return undefined;
    name = node.inputs[0] ?? '';
  }
  return undefined;
}
