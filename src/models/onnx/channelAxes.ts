import type { OrderedGraph } from './graphOrder';
import type { OnnxNode } from './protocol';
import type { Facts } from './shapes';

/** Operators whose output has its channels second: [N, C, …]. */
const SECOND =
  /^(Q?Linear)?(Conv|FusedConv|ConvTranspose|ConvInteger|DeformConv|QLinearConv|(Max|Average|Lp|QLinearAverage)Pool|(Global|QLinearGlobal)\w+Pool|BatchNormalization|InstanceNormalization|GroupNormalization|GroupNorm|LRN|Resize|Upsample|DepthToSpace|SpaceToDepth|PRelu)$/;

/** Operators whose output has its features last: [N, …, D]. */
const LAST =
  /^(MatMul|FusedMatMul|MatMulInteger|QLinearMatMul|MatMulNBits|DynamicQuantizeMatMul|Gemm|FusedGemm|QGemm|LayerNormalization|RMSNormalization|SimplifiedLayerNormalization|Skip\w*LayerNormalization|EmbedLayerNormalization|LSTM|GRU|RNN|Attention|MultiHeadAttention|Gelu|BiasGelu|FastGelu)$/;

/**
 * Follows which axis of each activation holds channels (or features): ONNX's convolutions have them second, its matrix
 * products last, a Transpose moves them, and what works value by value leaves them. Elsewhere an image's are second and a
 * sequence's last.
 */
export function channelAxes(ordered: OrderedGraph, facts: Facts): ReadonlyMap<string, number> {
  const axes = new Map<string, number>();
  for (const node of ordered.nodes) {
    for (const output of node.outputs) {
      if (output === '') continue;
      const rank = facts.get(output)?.dims?.length;
      const axis = channelAxis(node, rank, axes, facts);
      if (axis !== undefined && (rank === undefined || axis < rank)) axes.set(output, axis);
    }
  }
  return axes;
}

function channelAxis(
  node: OnnxNode,
  rank: number | undefined,
  axes: ReadonlyMap<string, number>,
  facts: Facts,
): number | undefined {
  if (SECOND.test(node.op)) return node.attributes.get('channels_last')?.integer === 1 ? lastOf(rank) : 1;
  if (LAST.test(node.op)) return lastOf(rank);
  if (rank === undefined) return undefined;
  if (node.op === 'Transpose') {
    const from = axes.get(node.inputs[0] ?? '');
    const order = node.attributes.get('perm')?.integers ?? Array.from({ length: rank }, (_, i) => rank - 1 - i);
    const to = from === undefined ? -1 : order.indexOf(from);
    if (to >= 0) return to;
  } else {
    const like = node.inputs.find(name => axes.has(name) && facts.get(name)?.dims?.length === rank);
    if (like !== undefined && node.op !== 'Reshape') return axes.get(like);
  }
  return rank === 4 || rank === 5 ? 1 : rank - 1;
}

function lastOf(rank: number | undefined): number | undefined {
  return rank === undefined ? undefined : rank - 1;
}
