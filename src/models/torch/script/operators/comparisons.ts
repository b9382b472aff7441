import { Inert, ScriptDict, ScriptList, SymInt, Tensor, UNKNOWN, type ScriptValue } from '../values';
import { asType, elementwise, isNumber, numberOf, operands } from './arithmetic';
import { broadcast, sameDim } from './dims';
import type { Operator, OperatorContext, OperatorTable } from './table';

type Relation = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge';

const NUMBERS: Readonly<Record<Relation, (a: number, b: number) => boolean>> = {
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
  lt: (a, b) => a < b,
  le: (a, b) => a <= b,
  gt: (a, b) => a > b,
  ge: (a, b) => a >= b,
};

const MIRRORED: Readonly<Record<Relation, Relation>> = { eq: 'eq', ne: 'ne', lt: 'gt', le: 'ge', gt: 'lt', ge: 'le' };

const OPERATORS: Readonly<Record<Relation, { readonly op: string; readonly negated: boolean }>> = {
  eq: { op: 'Equal', negated: false },
  ne: { op: 'Equal', negated: true },
  lt: { op: 'Less', negated: false },
  le: { op: 'LessOrEqual', negated: false },
  gt: { op: 'Greater', negated: false },
  ge: { op: 'GreaterOrEqual', negated: false },
};

function compare(context: OperatorContext, relation: Relation, a: ScriptValue, b: ScriptValue): ScriptValue {
  if (a instanceof Tensor || b instanceof Tensor) {
    const { op, negated } = OPERATORS[relation];
    const equal = elementwise(context.graph, op, a, b, 'bool');
    return negated ? context.graph.emit('Not', [equal], { type: 'bool', dims: equal.dims }) : equal;
  }
  if (isNumber(a) && isNumber(b)) return NUMBERS[relation](numberOf(a), numberOf(b));
  if (a instanceof SymInt && b instanceof SymInt) return sameDim(a, b) ? NUMBERS[relation](0, 0) : UNKNOWN;
  if (a instanceof SymInt && typeof b === 'number') return ofLength(relation, b);
  if (typeof a === 'number' && b instanceof SymInt) return ofLength(MIRRORED[relation], a);
  if (a instanceof Inert || b instanceof Inert) return UNKNOWN;
  const same = equal(a, b);
  if (relation === 'eq') return same ?? UNKNOWN;
  if (relation === 'ne') return same === undefined ? UNKNOWN : !same;
  if (typeof a === 'string' && typeof b === 'string')
    return relation === 'lt' ? a < b : relation === 'gt' ? a > b : UNKNOWN;
  return UNKNOWN;
}

/** A length that depends on the input is at least 1. */
function ofLength(relation: Relation, bound: number): ScriptValue {
  if (bound < 1) return relation === 'ne' || relation === 'gt' || relation === 'ge';
  if (bound === 1 && relation === 'ge') return true;
  if (bound === 1 && relation === 'lt') return false;
  return UNKNOWN;
}

function equal(a: ScriptValue, b: ScriptValue): boolean | undefined {
  if (a instanceof ScriptList && b instanceof ScriptList) {
    if (a.items.length !== b.items.length) return false;
    let known: boolean | undefined = true;
    a.items.forEach((item, index) => {
      const one = equal(item, b.items[index]!);
      if (one === false) known = false;
      else if (one === undefined && known === true) known = undefined;
    });
    return known;
  }
  if (isNumber(a) && isNumber(b)) return numberOf(a) === numberOf(b);
  if (a instanceof SymInt || b instanceof SymInt)
    return a instanceof SymInt && b instanceof SymInt && sameDim(a, b) ? true : undefined;
  if (a === null || b === null || typeof a === 'string' || typeof b === 'string') return a === b;
  return undefined;
}

const relation =
  (name: Relation): Operator =>
  (c, a) =>
    compare(c, name, a.value('self'), a.value('other'));

function logical(op: 'And' | 'Or' | 'Xor', values: (a: boolean, b: boolean) => boolean): Operator {
  return (c, a) => {
    const [self, other] = [a.value('self'), a.value('other')];
    if (typeof self === 'boolean' && typeof other === 'boolean') return values(self, other);
    if (self instanceof Inert || other instanceof Inert) return UNKNOWN;
    const [left, right] = [self, other].map(value =>
      value instanceof Tensor ? asType(c.graph, value, 'bool') : value,
    );
    return elementwise(c.graph, op, left!, right!, 'bool');
  };
}

export const COMPARISONS: OperatorTable = {
  'eq(self, other)': relation('eq'),
  'ne|not_equal(self, other)': relation('ne'),
  'lt|less(self, other)': relation('lt'),
  'le|less_equal(self, other)': relation('le'),
  'gt|greater(self, other)': relation('gt'),
  'ge|greater_equal(self, other)': relation('ge'),
  '__is__(self, other)': (_, a) => identical(a.value('self'), a.value('other')),
  '__isnot__(self, other)': (_, a) => !identical(a.value('self'), a.value('other')),
  '__contains__(container, item)': (_, a) => contains(a.value('container'), a.value('item')),
  '__contains__reversed(item, container)': (_, a) => contains(a.value('container'), a.value('item')),
  'logical_and|__and__|bitwise_and(self, other)': logical('And', (x, y) => x && y),
  'logical_or|__or__|bitwise_or(self, other)': logical('Or', (x, y) => x || y),
  'logical_xor|__xor__|bitwise_xor(self, other)': logical('Xor', (x, y) => x !== y),
  'logical_not|bitwise_not|__not__(self)': (c, a) => {
    const self = a.value('self');
    if (self instanceof Tensor)
      return c.graph.emit('Not', [asType(c.graph, self, 'bool')], { type: 'bool', dims: self.dims });
    if (self instanceof Inert || self instanceof SymInt) return UNKNOWN;
    return !(
      self === true ||
      (isNumber(self) && numberOf(self) !== 0) ||
      (self instanceof ScriptList && self.items.length > 0)
    );
  },
  'where(condition, self, other)': (c, a) => {
    const condition = asType(c.graph, a.tensor('condition'), 'bool');
    const [left, right] = operands(c.graph, a.value('self'), a.value('other'));
    return c.graph.emit('Where', [condition, left, right], {
      type: left.type,
      dims: broadcast(condition.dims, broadcast(left.dims, right.dims)),
    });
  },
  'isinf(self)': (c, a) => c.graph.emit('IsInf', [a.tensor('self')], { type: 'bool', dims: a.tensor('self').dims }),
  'isnan(self)': (c, a) => c.graph.emit('IsNaN', [a.tensor('self')], { type: 'bool', dims: a.tensor('self').dims }),
};

function identical(a: ScriptValue, b: ScriptValue): boolean {
  return a === b;
}

function contains(container: ScriptValue, item: ScriptValue): ScriptValue {
  if (container instanceof ScriptDict && (typeof item === 'string' || typeof item === 'number'))
    return container.entries.has(item);
  if (container instanceof ScriptList) return container.items.some(one => equal(one, item) === true);
  return UNKNOWN;
}
