import type { Graph } from '../graph';
import { ScriptError } from '../syntax';
import { Real, ScriptList, Tensor, type Dim, type ScriptValue } from '../values';
import type { Args } from './args';
import { asTensor, asType, elementwise, isNumber, numberOf } from './arithmetic';
import { axisOf, dimsOf, lengthOf } from './dims';
import { squeeze } from './shapes';
import type { OperatorContext, OperatorTable } from './table';

function reduce(graph: Graph, op: string, tensor: Tensor, axes: readonly number[] | undefined, keep: boolean): Tensor {
  const rank = tensor.dims?.length;
  const at =
    axes === undefined || axes.length === 0
      ? undefined
      : axes.map(axis => (rank === undefined ? axis : axisOf(axis, rank)));
  const gone = (axis: number) => at?.includes(axis) ?? true;
  const dims = tensor.dims?.flatMap((dim, axis): Dim[] => (gone(axis) ? (keep ? [1] : []) : [dim]));
  return graph.emit(op, [tensor, at === undefined ? undefined : graph.integers(at)], {
    attributes: { keepdims: { integer: Number(keep) } },
    type: tensor.type,
    dims,
  });
}

function axesOf(a: Args): readonly number[] | undefined {
  return a.has('dim') ? a.integers('dim') : undefined;
}

function simple(op: string, type?: 'float32') {
  return ({ graph }: OperatorContext, a: Args): Tensor => {
    const self = a.tensor('self');
    const input = type !== undefined || self.type === 'bool' ? asType(graph, self, type ?? 'int64') : self;
    return reduce(graph, op, input, axesOf(a), a.flag('keepdim'));
  };
}

/** The greatest or least along an axis with its place, of two tensors, or of all. */
function extreme(op: 'Max' | 'Min') {
  return ({ graph }: OperatorContext, a: Args): ScriptValue => {
    const other = a.value('dim');
    if (!(a.value('self') instanceof Tensor))
      return extremeOf(a.value('self'), other, op === 'Max' ? Math.max : Math.min);
    const self = a.tensor('self');
    if (other instanceof Tensor) return elementwise(graph, op, self, other);
    if (other === null) return reduce(graph, `Reduce${op}`, self, undefined, false);
    const keep = a.flag('keepdim');
    const axis = a.integer('dim');
    const values = reduce(graph, `Reduce${op}`, self, [axis], keep);
    return new ScriptList([values, place(graph, `Arg${op}`, self, axis, keep)], true, ['values', 'indices']);
  };
}

/** Of two numbers, or of a list of them. */
function extremeOf(a: ScriptValue, b: ScriptValue, choose: (x: number, y: number) => number): ScriptValue {
  const items = a instanceof ScriptList ? a.items : [a, b];
  if (items.every(isNumber)) {
    const result = items.map(item => numberOf(item)).reduce(choose);
    return items.some(item => item instanceof Real) ? new Real(result) : result;
  }
  throw new ScriptError('unsupported', 'the greatest or least of lengths that depend on the input');
}

function place(graph: Graph, op: string, tensor: Tensor, axis: number, keep: boolean): Tensor {
  const at = axisOf(axis, dimsOf(tensor).length);
  return graph.emit(op, [tensor], {
    attributes: { axis: { integer: at }, keepdims: { integer: Number(keep) } },
    type: 'int64',
    dims: dimsOf(tensor).flatMap((dim, index): Dim[] => (index === at ? (keep ? [1] : []) : [dim])),
  });
}

function variance({ graph }: OperatorContext, a: Args): Tensor {
  const self = asType(graph, a.tensor('self'), 'float32');
  // var(x, unbiased) and var(x, dim, unbiased, keepdim) share a name.
  const overAll = typeof a.value('dim') === 'boolean';
  const axes = overAll ? undefined : axesOf(a);
  const keep = a.flag('keepdim');
  const unbiased = overAll
    ? a.flag('dim')
    : a.has('correction')
      ? a.number('correction') === 1
      : a.flag('unbiased', true);
  const rank = dimsOf(self).length;
  const all = axes ?? Array.from({ length: rank }, (_, axis) => axis);
  const mean = reduce(graph, 'ReduceMean', self, all, true);
  const centred = elementwise(graph, 'Sub', self, mean);
  const square = elementwise(graph, 'Mul', centred, centred);
  let result = reduce(graph, 'ReduceMean', square, all, keep);
  if (unbiased) {
    const lengths = all.map(axis => asTensor(graph, lengthOf(graph, self, axisOf(axis, rank)), 'float32'));
    const count = lengths.reduce((x, y) => elementwise(graph, 'Mul', x, y));
    const fewer = elementwise(graph, 'Sub', count, graph.scalar(1, 'float32'));
    result = elementwise(graph, 'Mul', result, elementwise(graph, 'Div', count, fewer));
  }
  return result;
}

function norm({ graph }: OperatorContext, a: Args): Tensor {
  const self = asType(graph, a.tensor('self'), 'float32');
  const p = a.has('p') ? a.number('p') : 2;
  const axes = axesOf(a);
  if (p === 2 || p === 1) return reduce(graph, p === 2 ? 'ReduceL2' : 'ReduceL1', self, axes, a.flag('keepdim'));
  const size = graph.emit('Abs', [self], { dims: self.dims });
  if (p === Infinity) return reduce(graph, 'ReduceMax', size, axes, a.flag('keepdim'));
  const power = elementwise(graph, 'Pow', size, graph.scalar(p, 'float32'));
  return elementwise(
    graph,
    'Pow',
    reduce(graph, 'ReduceSum', power, axes, a.flag('keepdim')),
    graph.scalar(1 / p, 'float32'),
  );
}

export const REDUCTIONS: OperatorTable = {
  'mean(self, dim, keepdim, dtype)': simple('ReduceMean', 'float32'),
  'sum(self, dim, keepdim, dtype)': simple('ReduceSum'),
  'prod(self, dim, keepdim, dtype)': simple('ReduceProd'),
  'amax(self, dim, keepdim)': simple('ReduceMax'),
  'amin(self, dim, keepdim)': simple('ReduceMin'),
  'logsumexp(self, dim, keepdim)': simple('ReduceLogSumExp', 'float32'),
  'max(self, dim, keepdim)': extreme('Max'),
  'min(self, dim, keepdim)': extreme('Min'),
  'argmax(self, dim, keepdim)': ({ graph }, a) =>
    place(graph, 'ArgMax', a.tensor('self'), a.integer('dim', -1), a.flag('keepdim')),
  'argmin(self, dim, keepdim)': ({ graph }, a) =>
    place(graph, 'ArgMin', a.tensor('self'), a.integer('dim', -1), a.flag('keepdim')),
  'var(self, dim, unbiased, keepdim, correction)': variance,
  'std(self, dim, unbiased, keepdim, correction)': (c, a) => {
    const squared = variance(c, a);
    return c.graph.emit('Sqrt', [squared], { dims: squared.dims });
  },
  'norm(self, p, dim, keepdim)': norm,
  'frobenius_norm(self, dim, keepdim)': norm,
  'linalg_vector_norm|linalg_norm(self, p, dim, keepdim)': norm,
  'cumsum(self, dim, dtype)': ({ graph }, a) => {
    const self = a.tensor('self');
    return graph.emit(
      'CumSum',
      [
        self.type === 'bool' ? asType(graph, self, 'int64') : self,
        graph.integers([axisOf(a.integer('dim'), dimsOf(self).length)], []),
      ],
      {
        dims: self.dims,
        type: self.type === 'bool' ? 'int64' : self.type,
      },
    );
  },
  'any(self, dim, keepdim)': ({ graph }, a) => {
    const value = a.value('self');
    if (value instanceof ScriptList) return value.items.some(item => item === true);
    const sum = reduce(graph, 'ReduceMax', asType(graph, a.tensor('self'), 'int32'), axesOf(a), a.flag('keepdim'));
    return asType(graph, sum, 'bool');
  },
  'all(self, dim, keepdim)': ({ graph }, a) => {
    const value = a.value('self');
    if (value instanceof ScriptList) return value.items.every(item => item === true);
    const least = reduce(graph, 'ReduceMin', asType(graph, a.tensor('self'), 'int32'), axesOf(a), a.flag('keepdim'));
    return asType(graph, least, 'bool');
  },
  'topk(self, k, dim, largest, sorted)': ({ graph }, a) => {
    const self = a.tensor('self');
    const axis = axisOf(a.integer('dim', -1), dimsOf(self).length);
    const k = a.integer('k');
    const dims = dimsOf(self).map((dim, at) => (at === axis ? k : dim));
    const outputs = graph.emitMany(
      'TopK',
      [self, graph.integers([k])],
      [
        { type: self.type, dims },
        { type: 'int64', dims },
      ],
      {
        attributes: { axis: { integer: axis }, largest: { integer: Number(a.flag('largest', true)) } },
      },
    );
    return new ScriptList(outputs, true, ['values', 'indices']);
  },
  'item(self)': (c, a) =>
    dimsOf(a.tensor('self')).length === 0 ? a.tensor('self') : squeeze(c.graph, a.tensor('self'), undefined),
};
