import { Real, type Tensor } from '../values';
import { asType, elementwise } from './arithmetic';
import { dimsOf } from './dims';
import { matmul } from './layers';
import { swapAxes } from './shapes';
import type { OperatorTable } from './table';
import { ScriptError } from '../syntax';

export const ATTENTION: OperatorTable = {
  'scaled_dot_product_attention(query, key, value, attn_mask, dropout_p, is_causal, scale)': ({ graph }, a) => {
    const [query, key, value] = [a.tensor('query'), a.tensor('key'), a.tensor('value')];
    const width = dimsOf(query).at(-1);
    if (typeof width !== 'number') throw new ScriptError('unsupported', 'attention over features whose number is not known');
    const scale = a.has('scale') ? a.number('scale') : 1 / Math.sqrt(width);
    let scores: Tensor = matmul(graph, elementwise(graph, 'Mul', query, new Real(scale)), swapAxes(graph, key, -2, -1));
    const blocked = graph.scalar(-3.4028235e38, 'float32');
    if (a.flag('is_causal')) {
      const ones = graph.emit('Expand', [graph.scalar(1, 'float32'), graph.emit('Shape', [scores], { type: 'int64', dims: [dimsOf(scores).length] })], {
        type: 'float32',
        dims: scores.dims,
      });
      const below = graph.emit('Trilu', [ones, graph.integers([0], [])], { attributes: { upper: { integer: 0 } }, dims: scores.dims });
      scores = graph.emit('Where', [asType(graph, below, 'bool'), scores, blocked], { type: 'float32', dims: scores.dims });
    }
    const mask = a.maybeTensor('attn_mask');
    if (mask !== undefined)
      scores =
        mask.type === 'bool'
          ? graph.emit('Where', [mask, scores, blocked], { type: 'float32', dims: scores.dims })
          : elementwise(graph, 'Add', scores, mask);
    const weights = graph.emit('Softmax', [scores], { attributes: { axis: { integer: dimsOf(scores).length - 1 } }, type: 'float32', dims: scores.dims });
    return matmul(graph, weights, value);
  },
};
