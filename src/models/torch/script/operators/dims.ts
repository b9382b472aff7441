import type { Graph } from '../graph';
import { ScriptError } from '../syntax';
import type { Tensor } from '../values';
import { SymInt, type Dim } from '../values';

export type Length = number | SymInt;

/** The dimensions of a tensor whose rank must be known. Throws `ScriptError`. */
export function dimsOf(tensor: Tensor): readonly Dim[] {
  if (tensor.dims === undefined) throw new UnknownRank(tensor);
  return tensor.dims;
}

/** An operation that cannot be followed without the rank of a tensor: of the input, where that is what it hangs on. */
export class UnknownRank extends ScriptError {
  constructor(
    readonly tensor: Tensor,
    /** What the operation would take it to be. */
    readonly expected?: readonly (number | null)[],
    readonly integers = false,
  ) {
    super('unsupported', 'an operation on a tensor whose shape is not known');
  }
}

/** Lengths that do not fit together, such as a dense layer's and its input's. */
export class Mismatch extends ScriptError {
  constructor(what: string) {
    super('unsupported', what);
  }
}

/** An axis counted from the front. */
export function axisOf(axis: number, rank: number): number {
  const at = axis < 0 ? axis + rank : axis;
  if (at < 0 || at >= Math.max(1, rank)) throw new Mismatch(`axis ${axis} of a tensor of ${rank} dimensions`);
  return at;
}

export function sameDim(a: Dim, b: Dim): boolean {
  if (a instanceof SymInt && b instanceof SymInt) return a.key === b.key;
  return a !== null && a === b;
}

export function broadcast(a: readonly Dim[] | undefined, b: readonly Dim[] | undefined): readonly Dim[] | undefined {
  if (a === undefined || b === undefined) return undefined;
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const left = i < rank - a.length ? 1 : a[i - rank + a.length]!;
    const right = i < rank - b.length ? 1 : b[i - rank + b.length]!;
    if (left === 1) return right;
    if (right === 1 || sameDim(left, right)) return left;
    if (typeof left === 'number' && typeof right === 'number')
      throw new Mismatch(`lengths ${left} and ${right} that do not fit`);
    return typeof left === 'number' ? left : typeof right === 'number' ? right : null;
  });
}

/** A length of a tensor: known, or what the graph will compute for it. */
export function lengthOf(graph: Graph, tensor: Tensor, axis: number): Length {
  const dim = dimsOf(tensor)[axis];
  if (typeof dim === 'number' || dim instanceof SymInt) return dim;
  return graph.dimension(`${tensor.name}[${axis}]`, tensor.name, axis);
}

const COMBINE = {
  Add: (a: number, b: number) => a + b,
  Sub: (a: number, b: number) => a - b,
  Mul: (a: number, b: number) => a * b,
  Div: (a: number, b: number) => Math.floor(a / b),
  Mod: (a: number, b: number) => a - b * Math.floor(a / b),
} as const;

/** Arithmetic of lengths; of those that depend on the input, by nodes of the graph. */
export function combine(graph: Graph, op: keyof typeof COMBINE, a: Length, b: Length): Length {
  if (typeof a === 'number' && typeof b === 'number') return COMBINE[op](a, b);
  if ((op === 'Mul' || op === 'Div') && b === 1) return a;
  if ((op === 'Add' || op === 'Sub') && b === 0) return a;
  if (op === 'Mul' && a === 1) return b;
  if (op === 'Add' && a === 0) return b;
  if (op === 'Sub' && sameDim(a, b)) return 0;
  if (op === 'Div' && sameDim(a, b)) return 1;
  // (n · k) ÷ k, as attention heads are split and joined.
  if (op === 'Div' && a instanceof SymInt && a.product !== undefined && a.product.by === b) return a.product.of;
  const key = `(${keyOf(a)} ${op} ${keyOf(b)})`;
  const product = op === 'Mul' && a instanceof SymInt && typeof b === 'number' ? { of: a, by: b } : undefined;
  let made: string | undefined;
  const tensor = () => {
    made ??= graph.emit(op, [vectorOf(graph, a), vectorOf(graph, b)], { type: 'int64', dims: [1] }).name;
    return made;
  };
  return product === undefined ? new SymInt(key, tensor) : new SymInt(key, tensor, product);
}

function keyOf(length: Length): string {
  return typeof length === 'number' ? String(length) : length.key;
}

/** A length as a vector of one. */
export function vectorOf(graph: Graph, length: Length): string {
  return typeof length === 'number' ? graph.integers([length]) : length.tensor();
}

/** Lengths as one vector, for operators that take a shape. */
export function shapeVector(graph: Graph, lengths: readonly Length[]): string {
  if (lengths.every(length => typeof length === 'number')) return graph.integers(lengths);
  return graph.emit(
    'Concat',
    lengths.map(length => vectorOf(graph, length)),
    {
      attributes: { axis: { integer: 0 } },
      type: 'int64',
      dims: [lengths.length],
    },
  ).name;
}

/** A whole number of the graph as a scalar tensor. */
export function scalarOfLength(graph: Graph, length: SymInt): Tensor {
  return graph.emit('Squeeze', [length.tensor(), graph.integers([0])], { type: 'int64', dims: [] });
}

/** Whether a node makes a tensor: its name is a path then, as no input's is. */
export function isComputed(tensor: Tensor): boolean {
  return tensor.name.startsWith('/');
}

/** An operation that depends on the size of the input, where any size would do. */
export class UnknownSize extends ScriptError {
  constructor(what: string) {
    super('unsupported', what);
  }
}
