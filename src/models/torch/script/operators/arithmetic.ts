import type { Graph } from '../graph';
import { ScriptError } from '../syntax';
import { Real, ScriptList, SymInt, Tensor, type GraphType, type ScriptValue } from '../values';
import { broadcast, combine, scalarOfLength } from './dims';
import type { OperatorContext, OperatorTable } from './table';

const RANKS: readonly GraphType[] = ['bool', 'uint8', 'int32', 'int64', 'float32'];

/** The type that holds the values of both, as PyTorch promotes tensors. */
export function promoted(a: GraphType, b: GraphType): GraphType {
  return RANKS.indexOf(a) >= RANKS.indexOf(b) ? a : b;
}

export function asType(graph: Graph, tensor: Tensor, type: GraphType): Tensor {
  return tensor.type === type ? tensor : graph.cast(tensor, type);
}

/** A number, or a length that depends on the input, as a scalar tensor of the given type. */
export function asTensor(graph: Graph, value: ScriptValue, type: GraphType): Tensor {
  if (value instanceof Tensor) return asType(graph, value, type);
  if (value instanceof SymInt) return asType(graph, scalarOfLength(graph, value), type);
  if (typeof value === 'number') return graph.scalar(value, type);
  if (typeof value === 'boolean') return graph.scalar(Number(value), type);
  if (value instanceof Real) return graph.scalar(value.value, type);
  throw new ScriptError('unsupported', 'arithmetic with what is no number');
}

/** Both operands as tensors of one type. A scalar takes the tensor's type, unless it is a float and the tensor holds whole numbers. */
export function operands(graph: Graph, a: ScriptValue, b: ScriptValue): readonly [Tensor, Tensor] {
  const typeOf = (value: ScriptValue, other: ScriptValue): GraphType => {
    if (value instanceof Tensor) {
      const scalar = value.dims?.length === 0 && other instanceof Tensor && other.dims?.length !== 0;
      return scalar && !(value.type === 'float32' && other.type !== 'float32') ? other.type : value.type;
    }
    const like = other instanceof Tensor ? other.type : 'int64';
    if (value instanceof Real) return 'float32';
    return like === 'bool' && typeof value !== 'boolean' ? 'int64' : like;
  };
  const type = promoted(typeOf(a, b), typeOf(b, a));
  return [asTensor(graph, a, type), asTensor(graph, b, type)];
}

export function elementwise(graph: Graph, op: string, a: ScriptValue, b: ScriptValue, type?: GraphType): Tensor {
  const [left, right] = operands(graph, a, b);
  return graph.emit(op, [left, right], { type: type ?? left.type, dims: broadcast(left.dims, right.dims) });
}

export function isNumber(value: ScriptValue): value is number | Real | boolean {
  return typeof value === 'number' || typeof value === 'boolean' || value instanceof Real;
}

export function numberOf(value: number | Real | boolean): number {
  return value instanceof Real ? value.value : Number(value);
}

export function isLength(value: ScriptValue): value is number | SymInt {
  return typeof value === 'number' || value instanceof SymInt;
}

/** A result of two numbers: whole where both are. */
function ofNumbers(a: number | Real | boolean, b: number | Real | boolean, result: number): ScriptValue {
  return a instanceof Real || b instanceof Real ? new Real(result) : result;
}

interface Binary {
  readonly op: 'Add' | 'Sub' | 'Mul';
  readonly numbers: (a: number, b: number) => number;
}

function binary({ op, numbers }: Binary) {
  return ({ graph }: OperatorContext, a: ScriptValue, b: ScriptValue): ScriptValue => {
    if (isNumber(a) && isNumber(b)) return ofNumbers(a, b, numbers(numberOf(a), numberOf(b)));
    if (isLength(a) && isLength(b)) return combine(graph, op, a, b);
    return elementwise(graph, op, a, b);
  };
}

const add = binary({ op: 'Add', numbers: (a, b) => a + b });
const subtract = binary({ op: 'Sub', numbers: (a, b) => a - b });
const multiply = binary({ op: 'Mul', numbers: (a, b) => a * b });

function divide(context: OperatorContext, a: ScriptValue, b: ScriptValue, rounding: string): ScriptValue {
  const { graph } = context;
  if (rounding === 'floor' || rounding === 'trunc') {
    if (isNumber(a) && isNumber(b)) {
      const exact = numberOf(a) / numberOf(b);
      return ofNumbers(a, b, rounding === 'floor' ? Math.floor(exact) : Math.trunc(exact));
    }
    if (isLength(a) && isLength(b)) return combine(graph, 'Div', a, b);
    const [left, right] = operands(graph, a, b);
    const quotient = graph.emit('Div', [left, right], { type: left.type, dims: broadcast(left.dims, right.dims) });
    if (left.type !== 'float32') return quotient;
    if (rounding === 'floor') return graph.emit('Floor', [quotient], { dims: quotient.dims });
    return truncated(context, quotient);
  }
  if (isNumber(a) && isNumber(b)) return new Real(numberOf(a) / numberOf(b));
  return elementwise(graph, 'Div', asTensor(graph, a, 'float32'), asTensor(graph, b, 'float32'));
}

/** Towards zero. */
function truncated({ graph }: OperatorContext, tensor: Tensor): Tensor {
  const { dims } = tensor;
  const size = graph.emit('Floor', [graph.emit('Abs', [tensor], { dims })], { dims });
  return graph.emit('Mul', [size, graph.emit('Sign', [tensor], { dims })], { dims });
}

/** `a + alpha · b`, with the usual alpha left out. */
function scaled(context: OperatorContext, b: ScriptValue, alpha: ScriptValue): ScriptValue {
  return alpha === null || alpha === 1 ? b : multiply(context, b, alpha);
}

/** A function of one float, by its operator. */
const UNARY: Readonly<Record<string, { readonly op: string; readonly number?: (x: number) => number }>> = {
  exp: { op: 'Exp', number: Math.exp },
  log: { op: 'Log', number: Math.log },
  sqrt: { op: 'Sqrt', number: Math.sqrt },
  sin: { op: 'Sin', number: Math.sin },
  cos: { op: 'Cos', number: Math.cos },
  tan: { op: 'Tan', number: Math.tan },
  asin: { op: 'Asin' },
  acos: { op: 'Acos' },
  atan: { op: 'Atan' },
  sinh: { op: 'Sinh' },
  cosh: { op: 'Cosh' },
  erf: { op: 'Erf' },
  sign: { op: 'Sign' },
  reciprocal: { op: 'Reciprocal', number: x => 1 / x },
};

function unary(op: string, number?: (x: number) => number) {
  return ({ graph }: OperatorContext, x: ScriptValue): ScriptValue => {
    if (isNumber(x) && number !== undefined) return new Real(number(numberOf(x)));
    const tensor = asTensor(graph, x, 'float32');
    return graph.emit(op, [tensor], { type: 'float32', dims: tensor.dims });
  };
}

export const ARITHMETIC: OperatorTable = {
  'add(self, other, alpha)': (c, a) => {
    const [self, other] = [a.value('self'), a.value('other')];
    if (self instanceof ScriptList && other instanceof ScriptList)
      return new ScriptList([...self.items, ...other.items], self.tuple);
    if (typeof self === 'string' && typeof other === 'string') return self + other;
    return add(c, self, scaled(c, other, a.value('alpha')));
  },
  'sub|subtract(self, other, alpha)': (c, a) =>
    subtract(c, a.value('self'), scaled(c, a.value('other'), a.value('alpha'))),
  'rsub(self, other, alpha)': (c, a) => subtract(c, a.value('other'), scaled(c, a.value('self'), a.value('alpha'))),
  'mul|multiply(self, other)': (c, a) => {
    const [self, other] = [a.value('self'), a.value('other')];
    if (self instanceof ScriptList && typeof other === 'number')
      return new ScriptList(Array.from({ length: other }, () => self.items).flat());
    return multiply(c, self, other);
  },
  'div|true_divide|divide(self, other, rounding_mode)': (c, a) =>
    divide(c, a.value('self'), a.value('other'), a.text('rounding_mode', '')),
  'floor_divide|floordiv(self, other)': (c, a) => divide(c, a.value('self'), a.value('other'), 'floor'),
  '__floordiv__(self, other)': (c, a) => divide(c, a.value('self'), a.value('other'), 'floor'),
  'fmod(self, other)': (c, a) => {
    const [self, other] = [a.value('self'), a.value('other')];
    if (isNumber(self) && isNumber(other)) return ofNumbers(self, other, numberOf(self) % numberOf(other));
    const [left, right] = operands(c.graph, self, other);
    // Of the sign of what is divided, as in C.
    return c.graph.emit('Mod', [left, right], {
      attributes: { fmod: { integer: 1 } },
      type: left.type,
      dims: broadcast(left.dims, right.dims),
    });
  },
  'remainder(self, other)': (c, a) => {
    const [self, other] = [a.value('self'), a.value('other')];
    if (isNumber(self) && isNumber(other)) {
      const [x, y] = [numberOf(self), numberOf(other)];
      return ofNumbers(self, other, x - y * Math.floor(x / y));
    }
    if (isLength(self) && isLength(other)) return combine(c.graph, 'Mod', self, other);
    const [left, right] = operands(c.graph, self, other);
    const dims = broadcast(left.dims, right.dims);
    if (left.type !== 'float32') return c.graph.emit('Mod', [left, right], { type: left.type, dims });
    const whole = c.graph.emit('Floor', [c.graph.emit('Div', [left, right], { dims })], { dims });
    return c.graph.emit('Sub', [left, c.graph.emit('Mul', [whole, right], { dims })], { dims });
  },
  'pow(self, exponent)': (c, a) => {
    const [self, exponent] = [a.value('self'), a.value('exponent')];
    if (isNumber(self) && isNumber(exponent)) return ofNumbers(self, exponent, numberOf(self) ** numberOf(exponent));
    return elementwise(c.graph, 'Pow', self, exponent);
  },
  'square(self)': (c, a) => multiply(c, a.tensor('self'), a.tensor('self')),
  'neg|negative(self)': (c, a) => {
    const self = a.value('self');
    if (isNumber(self)) return ofNumbers(self, self, -numberOf(self));
    if (self instanceof SymInt) return combine(c.graph, 'Sub', 0, self);
    const tensor = a.tensor('self');
    return c.graph.emit('Neg', [tensor], { dims: tensor.dims });
  },
  'abs|absolute(self)': (c, a) => {
    const self = a.value('self');
    if (isNumber(self)) return ofNumbers(self, self, Math.abs(numberOf(self)));
    const tensor = a.tensor('self');
    return c.graph.emit('Abs', [tensor], { dims: tensor.dims });
  },
  'rsqrt(self)': (c, a) => {
    const tensor = asType(c.graph, a.tensor('self'), 'float32');
    return c.graph.emit('Reciprocal', [c.graph.emit('Sqrt', [tensor], { dims: tensor.dims })], { dims: tensor.dims });
  },
  'expm1(self)': (c, a) => subtract(c, unary('Exp')(c, a.tensor('self')), new Real(1)),
  'log1p(self)': (c, a) => unary('Log')(c, add(c, a.tensor('self'), new Real(1))),
  'log2(self)': (c, a) => divide(c, unary('Log')(c, a.tensor('self')), new Real(Math.LN2), ''),
  'log10(self)': (c, a) => divide(c, unary('Log')(c, a.tensor('self')), new Real(Math.LN10), ''),
  'trunc|fix(self)': (c, a) => truncated(c, a.tensor('self')),
  'frac(self)': (c, a) => subtract(c, a.tensor('self'), truncated(c, a.tensor('self'))),
  'floor(self)': (c, a) => rounded(c, a.value('self'), 'Floor', Math.floor),
  'ceil(self)': (c, a) => rounded(c, a.value('self'), 'Ceil', Math.ceil),
  'round(self)': (c, a) => rounded(c, a.value('self'), 'Round', Math.round),
  'clamp|clip(self, min, max)': (c, a) => {
    let tensor = a.tensor('self');
    if (a.has('min')) tensor = elementwise(c.graph, 'Max', tensor, a.value('min'));
    if (a.has('max')) tensor = elementwise(c.graph, 'Min', tensor, a.value('max'));
    return tensor;
  },
  'clamp_min(self, min)': (c, a) => elementwise(c.graph, 'Max', a.tensor('self'), a.value('min')),
  'clamp_max(self, max)': (c, a) => elementwise(c.graph, 'Min', a.tensor('self'), a.value('max')),
  'maximum(self, other)': (c, a) => elementwise(c.graph, 'Max', a.value('self'), a.value('other')),
  'minimum(self, other)': (c, a) => elementwise(c.graph, 'Min', a.value('self'), a.value('other')),
  'addcmul(self, tensor1, tensor2, value)': (c, a) =>
    add(c, a.tensor('self'), scaled(c, multiply(c, a.tensor('tensor1'), a.tensor('tensor2')), a.value('value'))),
  'addcdiv(self, tensor1, tensor2, value)': (c, a) =>
    add(c, a.tensor('self'), scaled(c, divide(c, a.tensor('tensor1'), a.tensor('tensor2'), ''), a.value('value'))),
  'lerp(self, end, weight)': (c, a) =>
    add(c, a.tensor('self'), multiply(c, subtract(c, a.tensor('end'), a.tensor('self')), a.value('weight'))),
  ...Object.fromEntries(
    Object.entries(UNARY).map(([name, { op, number }]) => {
      const run = unary(op, number);
      return [
        `${name}(self)`,
        (c: OperatorContext, a: { value(name: string): ScriptValue }) => run(c, a.value('self')),
      ];
    }),
  ),
};

function rounded(
  { graph }: OperatorContext,
  value: ScriptValue,
  op: string,
  number: (x: number) => number,
): ScriptValue {
  if (isNumber(value)) return number(numberOf(value));
  if (value instanceof SymInt) return value;
  const tensor = asTensor(graph, value, 'float32');
  return graph.emit(op, [tensor], { dims: tensor.dims });
}
