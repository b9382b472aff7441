import { isFloat, isQuantised } from '../elements';
import type { WeightInfo } from '../model';
import { isBufferName } from '../weightsOnly/buffers';
import { moduleOfWeight } from './moduleNames';
import type { OnnxNode, OnnxTensor } from './protocol';

const table = (text: string): ReadonlyMap<string, ReadonlySet<number>> =>
  new Map(
    text
      .trim()
      .split('\n')
      .flatMap(line => {
        const [names, slots] = line.split(':') as [string, string];
        const set = new Set(slots.trim().split(/\s+/).map(Number));
        return names
          .trim()
          .split(/\s+/)
          .map(name => [name, set] as const);
      }),
  );

/** Inputs that are weights by the operator's definition, however small. */
const WEIGHT_INPUTS = table(`
  Conv FusedConv ConvTranspose NhwcConv NhwcFusedConv: 1 2
  DeformConv: 1 3
  ConvInteger: 1
  QLinearConv: 3 8
  QLinearMatMul: 3
  QGemm: 3 6
  Gemm FusedGemm: 0 1 2
  MatMul FusedMatMul MatMulInteger Einsum: 0 1
  MatMulIntegerToFloat DynamicQuantizeMatMul MatMulNBits MatMulBnb4: 1
  BatchNormalization InstanceNormalization LayerNormalization GroupNormalization RMSNormalization GroupNorm: 1 2
  SimplifiedLayerNormalization PRelu BiasGelu FastGelu BiasAdd: 1
  SkipLayerNormalization: 2 3 4
  SkipSimplifiedLayerNormalization: 2 3
  Gather: 0
  LSTM GRU RNN: 1 2 3 7
  EmbedLayerNormalization: 2 3 4 5 6
  Attention QAttention: 1 2
  MultiHeadAttention: 3`);

/** Inputs that are settings, statistics or scales of quantisation. */
const SETTING_INPUTS = table(`
  BatchNormalization: 3 4
  LSTM GRU RNN: 4 5 6
  Clip Pad Dropout QuantizeLinear DequantizeLinear: 1 2
  Resize: 1 2 3
  Upsample Pow TopK Expand Tile Reshape: 1
  OneHot Range: 0 1 2
  RoiAlign: 1 2
  QLinearConv: 1 2 4 5 6 7
  QLinearMatMul: 1 2 4 5 6 7
  QGemm: 1 2 4 5 7 8
  MatMulInteger ConvInteger: 2 3
  DynamicQuantizeMatMul: 2 3
  MatMulIntegerToFloat: 2 3 4 5
  MatMulNBits: 2 3 4
  Sub Div Greater Less Equal GreaterOrEqual LessOrEqual: 1
  Where: 0 1 2`);

/** A stored tensor as a node uses it. */
export interface UsedWeight {
  readonly tensor: OnnxTensor;
  readonly info: WeightInfo;
}

/**
 * Judges whether the tensor that reaches input `index` of a node is trained. `dequantised` says that it came through
 * DequantizeLinear, so that its integers stand for floats.
 */
export function isTrained(tensor: OnnxTensor, node: OnnxNode, index: number, dequantised: boolean): boolean {
  const { type } = tensor.kind;
  const certain = WEIGHT_INPUTS.get(node.op)?.has(index) === true;
  if (!isFloat(type) && !(isQuantised(type) && (certain || dequantised)) && !(dequantised && type === 'int32')) {
    return type === 'int32' && node.op === 'QLinearConv' && index === 8;
  }
  if (isBufferName(tensor.name)) return false;
  const named = moduleOfWeight(tensor.name) !== undefined;
  if (SETTING_INPUTS.get(node.op)?.has(index) === true) return named && /^(Sub|Div|Where)$/.test(node.op);
  return certain || tensor.size > 1 || named;
}

/** Whether an untrained tensor is worth listing with its layer: statistics and buffers are, constants of formulas are not. */
export function isListed(tensor: OnnxTensor, node: OnnxNode, index: number): boolean {
  const statistics = node.op === 'BatchNormalization' && (index === 3 || index === 4);
  return (isFloat(tensor.kind.type) && (statistics || isBufferName(tensor.name))) || (statistics && tensor.size > 0);
}
