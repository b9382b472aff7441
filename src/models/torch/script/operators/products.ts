import type { Graph } from '../graph';
import type { Tensor } from '../values';
import { Real } from '../values';
import type { Args } from './args';
import { asType, elementwise } from './arithmetic';
import { axisOf, dimsOf } from './dims';
import { matmul } from './layers';
import { squeeze, unsqueeze } from './shapes';
import type { OperatorContext, OperatorTable } from './table';

/** The length of vectors along some axes, which stay as axes of one. */
function lengths(graph: Graph, tensor: Tensor, axes: readonly number[]): Tensor {
  return graph.emit('ReduceL2', [tensor, graph.integers(axes)], {
    attributes: { keepdims: { integer: 1 } },
    type: 'float32',
    dims: dimsOf(tensor).map((dim, axis) => (axes.includes(axis) ? 1 : dim)),
  });
}

/** `g · v ÷ |v|`, with the length over all axes but one: what weight_norm keeps instead of a weight. */
function weightNorm({ graph }: OperatorContext, a: Args): Tensor {
  const v = asType(graph, a.tensor('v'), 'float32');
  const axis = a.integer('dim', 0);
  const all = dimsOf(v).map((_, at) => at);
  const kept = axis === -1 ? -1 : axisOf(axis, all.length);
  const direction = elementwise(
    graph,
    'Div',
    v,
    lengths(
      graph,
      v,
      all.filter(at => at !== kept),
    ),
  );
  return elementwise(graph, 'Mul', direction, a.tensor('g'));
}

/** `y_o = x1ᵀ · W_o · x2 + b_o`, for each row. */
function bilinear({ graph }: OperatorContext, a: Args): Tensor {
  const [left, right, weight] = [a.tensor('input1'), a.tensor('input2'), a.tensor('weight')];
  // [rows, 1, 1, i] · [o, i, j] gives [rows, o, 1, j].
  const rank = dimsOf(left).length;
  const turned = matmul(graph, unsqueeze(graph, unsqueeze(graph, left, rank - 1), rank), weight);
  const summed = matmul(graph, squeeze(graph, turned, [rank]), unsqueeze(graph, right, rank));
  const result = squeeze(graph, summed, [rank]);
  const bias = a.maybeTensor('bias');
  return bias === undefined ? result : elementwise(graph, 'Add', result, bias);
}

function cosine({ graph }: OperatorContext, a: Args): Tensor {
  const [left, right] = [asType(graph, a.tensor('x1'), 'float32'), asType(graph, a.tensor('x2'), 'float32')];
  const axis = axisOf(a.integer('dim', 1), dimsOf(left).length);
  const least = new Real(a.number('eps', 1e-8));
  const unit = (tensor: Tensor) =>
    elementwise(graph, 'Div', tensor, elementwise(graph, 'Max', lengths(graph, tensor, [axis]), least));
  const product = elementwise(graph, 'Mul', unit(left), unit(right));
  return graph.emit('ReduceSum', [product, graph.integers([axis])], {
    attributes: { keepdims: { integer: 0 } },
    type: 'float32',
    dims: dimsOf(product).filter((_, at) => at !== axis),
  });
}

/** Products of weights and vectors in rarer forms. */
export const PRODUCTS: OperatorTable = {
  '_weight_norm(v, g, dim)': weightNorm,
  'bilinear(input1, input2, weight, bias)': bilinear,
  'outer|ger(self, vec2)': ({ graph }, a) =>
    elementwise(graph, 'Mul', unsqueeze(graph, a.tensor('self'), 1), unsqueeze(graph, a.tensor('vec2'), 0)),
  'cosine_similarity(x1, x2, dim, eps)': cosine,
};
