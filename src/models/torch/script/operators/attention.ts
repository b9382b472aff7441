import { ScriptError } from '../syntax';
import { Real, type Tensor } from '../values';
import { asType, elementwise } from './arithmetic';
import type { Args } from './args';
import { dimsOf, lengthOf, UnknownRank } from './dims';
import { linear, matmul } from './layers';
import { reshape, slice, swapAxes, transpose } from './shapes';
import type { OperatorContext, OperatorTable } from './table';

/** Attention of several heads over rows of one sequence, as torch.nn.MultiheadAttention computes it: the joint projection, the heads, the last projection. */
export function selfAttention(
  c: OperatorContext,
  x: Tensor,
  heads: number,
  weights: readonly [Tensor, Tensor, Tensor, Tensor],
): Tensor {
  const { graph } = c;
  const [inWeight, inBias, outWeight, outBias] = weights;
  const width = dimsOf(outWeight)[0];
  if (typeof width !== 'number')
    throw new ScriptError('unsupported', 'attention over features whose number is not known');
  const [batch, length] = [lengthOf(graph, x, 0), lengthOf(graph, x, 1)];
  const joint = linear(c, x, inWeight, inBias);
  const [query, key, value] = [0, 1, 2].map(part => {
    const own = slice(graph, joint, 2, part * width, (part + 1) * width, 1);
    return transpose(graph, reshape(c, own, [batch, length, heads, width / heads]), [0, 2, 1, 3]);
  });
  const scores = matmul(
    graph,
    elementwise(graph, 'Mul', query!, new Real(1 / Math.sqrt(width / heads))),
    swapAxes(graph, key!, -2, -1),
  );
  const shares = graph.emit('Softmax', [scores], {
    attributes: { axis: { integer: 3 } },
    type: 'float32',
    dims: scores.dims,
  });
  const mixed = transpose(graph, matmul(graph, shares, value!), [0, 2, 1, 3]);
  return linear(c, reshape(c, mixed, [batch, length, width]), outWeight, outBias);
}

function normalised({ graph }: OperatorContext, x: Tensor, scale: Tensor, shift: Tensor, epsilon: number): Tensor {
  return graph.emit('LayerNormalization', [x, scale, shift], {
    attributes: { axis: { integer: -1 }, epsilon: { float: epsilon } },
    type: 'float32',
    dims: x.dims,
  });
}

/** Layers of torch.nn.TransformerEncoder, as they are traced where no gradient is asked for. */
function encoderLayer(c: OperatorContext, a: Args): Tensor {
  const { graph } = c;
  if (a.has('mask')) throw new ScriptError('unsupported', 'torch._transformer_encoder_layer_fwd with a mask');
  const epsilon = a.number('eps');
  const normFirst = a.flag('norm_first');
  const attend = (x: Tensor) =>
    selfAttention(c, x, a.integer('num_heads'), [
      a.tensor('qkv_weight'),
      a.tensor('qkv_bias'),
      a.tensor('proj_weight'),
      a.tensor('proj_bias'),
    ]);
  const feed = (x: Tensor) => {
    const inner = linear(c, x, a.tensor('ffn_weight_1'), a.tensor('ffn_bias_1'));
    const active = graph.emit(a.flag('use_gelu') ? 'Gelu' : 'Relu', [inner], { type: 'float32', dims: inner.dims });
    return linear(c, active, a.tensor('ffn_weight_2'), a.tensor('ffn_bias_2'));
  };
  const first = (x: Tensor) => normalised(c, x, a.tensor('norm_weight_1'), a.tensor('norm_bias_1'), epsilon);
  const second = (x: Tensor) => normalised(c, x, a.tensor('norm_weight_2'), a.tensor('norm_bias_2'), epsilon);
  const add = (x: Tensor, y: Tensor) => elementwise(graph, 'Add', x, y);
  const src = a.tensor('src');
  if (src.dims === undefined) throw new UnknownRank(src, [null, null, a.integer('embed_dim')]);
  if (normFirst) {
    const x = add(src, attend(first(src)));
    return add(x, feed(second(x)));
  }
  const x = first(add(src, attend(src)));
  return second(add(x, feed(x)));
}

export const ATTENTION: OperatorTable = {
  '_transformer_encoder_layer_fwd(src, embed_dim, num_heads, qkv_weight, qkv_bias, proj_weight, proj_bias, use_gelu, norm_first, eps, norm_weight_1, norm_bias_1, norm_weight_2, norm_bias_2, ffn_weight_1, ffn_bias_1, ffn_weight_2, ffn_bias_2, mask, mask_type)':
    encoderLayer,
  'scaled_dot_product_attention(query, key, value, attn_mask, dropout_p, is_causal, scale)': ({ graph }, a) => {
    const [query, key, value] = [a.tensor('query'), a.tensor('key'), a.tensor('value')];
    const width = dimsOf(query).at(-1);
    if (typeof width !== 'number')
      throw new ScriptError('unsupported', 'attention over features whose number is not known');
    const scale = a.has('scale') ? a.number('scale') : 1 / Math.sqrt(width);
    let scores: Tensor = matmul(graph, elementwise(graph, 'Mul', query, new Real(scale)), swapAxes(graph, key, -2, -1));
    const blocked = graph.scalar(-3.4028235e38, 'float32');
    if (a.flag('is_causal')) {
      const ones = graph.emit(
        'Expand',
        [graph.scalar(1, 'float32'), graph.emit('Shape', [scores], { type: 'int64', dims: [dimsOf(scores).length] })],
        {
          type: 'float32',
          dims: scores.dims,
        },
      );
      const below = graph.emit('Trilu', [ones, graph.integers([0], [])], {
        attributes: { upper: { integer: 0 } },
        dims: scores.dims,
      });
      scores = graph.emit('Where', [asType(graph, below, 'bool'), scores, blocked], {
        type: 'float32',
        dims: scores.dims,
      });
    }
    const mask = a.maybeTensor('attn_mask');
    if (mask !== undefined)
      scores =
        mask.type === 'bool'
          ? graph.emit('Where', [mask, scores, blocked], { type: 'float32', dims: scores.dims })
          : elementwise(graph, 'Add', scores, mask);
    const weights = graph.emit('Softmax', [scores], {
      attributes: { axis: { integer: dimsOf(scores).length - 1 } },
      type: 'float32',
      dims: scores.dims,
    });
    return matmul(graph, weights, value);
  },
};
