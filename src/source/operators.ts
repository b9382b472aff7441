import { asText, computed, textOf, truth, UNKNOWN, type Value } from './values';

/** A binary operation on what is known; `unknown` on anything else. */
export function binary(operator: string, left: Value, right: Value): Value {
  if (left.type === 'tensor' || right.type === 'tensor') {
    const from = [left, right].filter(value => value.type === 'tensor');
    return { type: 'tensor', by: undefined, from, reshape: [] };
  }
  if (left.type === 'number' && right.type === 'number') {
    const number = arithmetic(operator, left.value, right.value);
    if (number !== undefined) return computed(number, [left, right]);
    const answer = comparison(operator, left.value, right.value);
    return answer === undefined ? UNKNOWN : { type: 'constant', value: answer };
  }
  if (EQUAL.has(operator) || DIFFERENT.has(operator)) {
    const same = isSame(left, right);
    return same === undefined ? UNKNOWN : { type: 'constant', value: EQUAL.has(operator) === same };
  }
  if (operator === '+') {
    if (left.type === 'list' && right.type === 'list')
      return left.items.length + right.items.length > MOST_ITEMS
        ? UNKNOWN
        : { type: 'list', items: [...left.items, ...right.items] };
    const [a, b] = [asText(left), asText(right)];
    if (a !== undefined && b !== undefined && (left.type === 'text' || right.type === 'text')) return textOf(a + b);
  }
  if (operator === '*' && left.type === 'list' && right.type === 'number') return repeated(left.items, right.value);
  if (operator === '*' && right.type === 'list' && left.type === 'number') return repeated(right.items, left.value);
  if (operator === '%' && left.type === 'text') return formatted(left.value, right);
  if (operator === 'in' || operator === 'not in') {
    if (right.type === 'list' && right.items.every(item => isSame(left, item) !== undefined)) {
      const found = right.items.some(item => isSame(left, item) === true);
      return { type: 'constant', value: found === (operator === 'in') };
    }
    if (right.type === 'map' && left.type === 'text')
      return { type: 'constant', value: right.entries.has(left.value) === (operator === 'in') };
  }
  return UNKNOWN;
}

const EQUAL = new Set(['==', '===', 'is']);
const DIFFERENT = new Set(['!=', '!==', 'is not']);

function arithmetic(operator: string, a: number, b: number): number | undefined {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '//':
      return Math.floor(a / b);
    case '%':
      return b === 0 ? NaN : a - b * Math.floor(a / b);
    case '**':
      return a ** b;
    case '<<':
      return a << b;
    case '>>':
      return a >> b;
    case '|':
      return a | b;
    case '&':
      return a & b;
    default:
      return undefined;
  }
}

function comparison(operator: string, a: number, b: number): boolean | undefined {
  if (EQUAL.has(operator)) return a === b;
  if (DIFFERENT.has(operator)) return a !== b;
  switch (operator) {
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
    default:
      return undefined;
  }
}

function isSame(left: Value, right: Value): boolean | undefined {
  if (left.type === 'unknown' || right.type === 'unknown') return undefined;
  if (left === right) return true;
  if (left.type !== right.type) return false;
  if ('value' in left && 'value' in right) return left.value === right.value;
  if (left.type === 'library' && right.type === 'library') return left.path === right.path;
  return undefined;
}

function repeated(items: readonly Value[], times: number): Value {
  if (items.length * times > MOST_ITEMS) return UNKNOWN;
  return { type: 'list', items: Array.from({ length: Math.max(0, times) }, () => items).flat() };
}

const MOST_ITEMS = 10_000;

function formatted(pattern: string, value: Value): Value {
  const values = value.type === 'list' ? value.items : [value];
  let next = 0;
  let known = true;
  const text = pattern.replace(/%[sdi]/g, () => {
    const part = asText(values[next++] ?? UNKNOWN);
    known &&= part !== undefined;
    return part ?? '';
  });
  return known ? textOf(text) : UNKNOWN;
}

export function unary(operator: string, operand: Value): Value {
  if (operator === 'not' || operator === '!') {
    const known = truth(operand);
    return known === undefined ? UNKNOWN : { type: 'constant', value: !known };
  }
  if (operand.type === 'tensor') return operand;
  if (operand.type !== 'number') return UNKNOWN;
  if (operator === '-') return computed(-operand.value, [operand]);
  return operator === '+' ? operand : UNKNOWN;
}
