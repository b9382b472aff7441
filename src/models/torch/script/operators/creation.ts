import type { Graph } from '../graph';
import { ScriptError } from '../syntax';
import { Real, ScriptList, SymInt, Tensor, type GraphType, type ScriptValue } from '../values';
import { asTensor } from './arithmetic';
import { dimsOf, lengthOf, scalarOfLength, shapeVector, type Length } from './dims';
import { typeOfCode } from './shapes';
import type { OperatorContext, OperatorTable } from './table';

function filled(graph: Graph, value: number, lengths: readonly Length[], type: GraphType): Tensor {
  return graph.emit('Expand', [graph.scalar(value, type), shapeVector(graph, lengths)], { type, dims: lengths });
}

function numberOfValue(value: ScriptValue): number {
  if (value instanceof Real) return value.value;
  return typeof value === 'number' ? value : Number(value === true);
}

/** full(size, value) and its kin; without a type floats are float32. */
function full(value: number, otherwise: GraphType = 'float32') {
  return (
    { graph }: OperatorContext,
    a: { lengths(name: string): readonly Length[]; value(name: string): ScriptValue },
  ): Tensor => filled(graph, value, a.lengths('size'), typeOfCode(a.value('dtype'), otherwise));
}

function like(value: (a: { value(name: string): ScriptValue }) => number) {
  return (
    { graph }: OperatorContext,
    a: { tensor(name: string): Tensor; value(name: string): ScriptValue },
  ): Tensor => {
    const self = a.tensor('self');
    const lengths = dimsOf(self).map((_, axis) => lengthOf(graph, self, axis));
    return filled(graph, value(a), lengths, typeOfCode(a.value('dtype'), self.type));
  };
}

const MOST_CONSTANTS = 100_000;

export const CREATION: OperatorTable = {
  'zeros(size, dtype)': full(0),
  'ones(size, dtype)': full(1),
  'empty(size, dtype)': full(0),
  'full(size, fill_value, dtype)': ({ graph }, a) => {
    const value = a.value('fill_value');
    const type = typeOfCode(
      a.value('dtype'),
      value instanceof Real ? 'float32' : typeof value === 'boolean' ? 'bool' : 'int64',
    );
    return filled(graph, numberOfValue(value), a.lengths('size'), type);
  },
  'new_zeros(self, size, dtype)': (c, a) =>
    filled(c.graph, 0, a.lengths('size'), typeOfCode(a.value('dtype'), a.tensor('self').type)),
  'new_ones(self, size, dtype)': (c, a) =>
    filled(c.graph, 1, a.lengths('size'), typeOfCode(a.value('dtype'), a.tensor('self').type)),
  'new_full(self, size, fill_value, dtype)': (c, a) =>
    filled(
      c.graph,
      numberOfValue(a.value('fill_value')),
      a.lengths('size'),
      typeOfCode(a.value('dtype'), a.tensor('self').type),
    ),
  'zeros_like|empty_like(self, dtype)': like(() => 0),
  'ones_like(self, dtype)': like(() => 1),
  'full_like(self, fill_value, dtype)': like(a => numberOfValue(a.value('fill_value'))),
  'arange(start, end, step, dtype)': ({ graph }, a) => {
    // arange(end), arange(start, end) and arange(start, end, step), each with a type and the rest after it.
    const given = ['start', 'end', 'step'].map(name => a.value(name)).filter(value => value !== null);
    const lengths = given.filter(
      (value): value is number | SymInt | Real =>
        typeof value === 'number' || value instanceof SymInt || value instanceof Real,
    );
    const real = lengths.some(value => value instanceof Real);
    const type = typeOfCode(a.value('dtype'), real ? 'float32' : 'int64');
    const [start, end, step] = bounds(lengths);
    const [from, to, by] = [start, end, step].map(value => asTensor(graph, value, type));
    const length =
      start === 0 && step === 1 && !(end instanceof Real)
        ? end
        : typeof start === 'number' && typeof end === 'number' && typeof step === 'number'
          ? Math.max(0, Math.ceil((end - start) / step))
          : null;
    return graph.emit('Range', [from, to, by], { type, dims: [length] });
  },
  'tensor|as_tensor(data, dtype)': ({ graph }, a) => spelledOut(graph, a.value('data'), a.value('dtype')),
  'scalar_tensor(s, dtype)': ({ graph }, a) =>
    graph.scalar(numberOfValue(a.value('s')), typeOfCode(a.value('dtype'), 'float32')),
  'one_hot(self, num_classes)': ({ graph }, a) => {
    const self = a.tensor('self');
    const classes = a.integer('num_classes');
    const values = graph.emit('Concat', [graph.integers([0]), graph.integers([1])], {
      attributes: { axis: { integer: 0 } },
      type: 'int64',
      dims: [2],
    });
    return graph.emit('OneHot', [self, graph.integers([classes], []), values], {
      attributes: { axis: { integer: -1 } },
      type: 'int64',
      dims: self.dims === undefined ? undefined : [...self.dims, classes],
    });
  },
};

function bounds(
  values: readonly (number | SymInt | Real)[],
): readonly [number | SymInt | Real, number | SymInt | Real, number | Real] {
  const [first, second, third] = values;
  if (first === undefined) throw new ScriptError('unsupported', 'torch.arange without an end');
  if (second === undefined) return [0, first, 1];
  return [first, second, third === undefined || third instanceof SymInt ? 1 : third];
}

/** A tensor of numbers that the program spells out. */
function spelledOut(graph: Graph, data: ScriptValue, dtype: ScriptValue): Tensor {
  if (data instanceof SymInt) return scalarOfLength(graph, data);
  if (!(data instanceof ScriptList)) {
    const usual = data instanceof Real ? 'float32' : typeof data === 'boolean' ? 'bool' : 'int64';
    return asTensor(graph, data, typeOfCode(dtype, usual));
  }
  const values = data.items;
  if (values.length > MOST_CONSTANTS || !values.every(value => typeof value === 'number' || value instanceof Real))
    throw new ScriptError('unsupported', 'torch.tensor of what is no list of numbers');
  const whole = values.filter(value => typeof value === 'number');
  if (whole.length === values.length) {
    const made = new Tensor(graph.integers(whole), 'int64', [values.length]);
    return asTensor(graph, made, typeOfCode(dtype, 'int64'));
  }
  const made = new Tensor(graph.floats(values.map(numberOfValue)), 'float32', [values.length]);
  return asTensor(graph, made, typeOfCode(dtype, 'float32'));
}
