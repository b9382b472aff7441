import type { Calls } from '../calls';
import {
  asText,
  computed,
  NONE,
  tensorOf,
  truth,
  UNKNOWN,
  type Given,
  type Place,
  type Scope,
  type Value,
} from '../values';
import { mapFrom } from './containers';

/** Functions that both languages have without an import, and that sizes are computed with. */
export const builtInNames: ReadonlySet<string> = new Set(
  (
    'range len int float str bool list tuple dict set enumerate zip max min sum abs round sorted reversed isinstance ' +
    'getattr setattr hasattr super map filter print Math Array Number String Object require pow any all divmod'
  ).split(' '),
);

const MOST_ITEMS = 10_000;

/** What a function of the language, its standard library, or a tensor library gives; `undefined` where it is none that is known. */
export function callBuiltIn(calls: Calls, path: string, given: Given, place: Place, scope: Scope): Value | undefined {
  const values = given.values.map(({ value }) => value);
  const [first = UNKNOWN, second = UNKNOWN, third = UNKNOWN] = values;
  const { interpreter } = calls;
  const numbers = values.flatMap(value => (value.type === 'list' ? value.items : [value]));
  const name = path.replace(/^(?:builtins|collections|functools|math|numpy|np|copy|typing)\./, '');
  switch (name) {
    case 'range':
      return rangeOf(values);
    case 'len':
      return sizeOf(first);
    case 'int':
    case 'Math.floor':
    case 'floor':
      return numeric(first, value => (name === 'int' ? Math.trunc(value) : Math.floor(value)));
    case 'Math.trunc':
      return numeric(first, Math.trunc);
    case 'ceil':
    case 'Math.ceil':
      return numeric(first, Math.ceil);
    case 'round':
    case 'Math.round':
      return numeric(first, Math.round);
    case 'sqrt':
    case 'Math.sqrt':
      return numeric(first, Math.sqrt);
    case 'log2':
    case 'Math.log2':
      return numeric(first, Math.log2);
    case 'abs':
    case 'Math.abs':
      return numeric(first, Math.abs);
    case 'pow':
    case 'Math.pow':
      return first.type === 'number' && second.type === 'number'
        ? computed(first.value ** second.value, [first, second])
        : UNKNOWN;
    case 'float':
    case 'Number':
      return first.type === 'number' ? first : UNKNOWN;
    case 'max':
    case 'Math.max':
      return foldNumbers(numbers, (a, b) => Math.max(a, b));
    case 'min':
    case 'Math.min':
      return foldNumbers(numbers, (a, b) => Math.min(a, b));
    case 'sum':
      return foldNumbers(numbers, (a, b) => a + b);
    case 'prod':
      return foldNumbers(numbers, (a, b) => a * b);
    case 'str':
    case 'String': {
      const text = asText(first);
      return text === undefined ? UNKNOWN : { type: 'text', value: text };
    }
    case 'bool': {
      const known = truth(first);
      return known === undefined ? UNKNOWN : { type: 'constant', value: known };
    }
    case 'list':
    case 'tuple':
    case 'set':
    case 'sorted':
      return first.type === 'unknown' ? UNKNOWN : { type: 'list', items: [...interpreter.itemsOf(first)] };
    case 'reversed':
      return { type: 'list', items: interpreter.itemsOf(first).toReversed() };
    case 'enumerate': {
      const from = second.type === 'number' ? second.value : 0;
      return {
        type: 'list',
        items: interpreter.itemsOf(first).map((item, index) => pair(computed(from + index, []), item)),
      };
    }
    case 'zip': {
      const lists = values.map(value => interpreter.itemsOf(value));
      const length = Math.min(...lists.map(list => list.length), lists.length === 0 ? 0 : Infinity);
      return {
        type: 'list',
        items: Array.from({ length }, (_, index) => ({ type: 'list', items: lists.map(list => list[index]!) })),
      };
    }
    case 'map':
      return {
        type: 'list',
        items: interpreter.itemsOf(second).map(item => calls.call(first, one(item, place), place, scope)),
      };
    case 'dict':
    case 'OrderedDict':
      return mapFrom(given);
    case 'deepcopy':
      return first;
    // What it is taken for changes nothing of it.
    case 'cast':
      return second;
    case 'partial':
    case 'partialmethod':
      return {
        type: 'partial',
        callee: first,
        given: { values: given.values.slice(1), keywords: given.keywords },
      };
    case 'getattr': {
      const key = asText(second);
      if (key === undefined) return UNKNOWN;
      const found = interpreter.member(first, key);
      return found.type === 'bound' && !found.method && values.length > 2 ? third : found;
    }
    case 'setattr': {
      const key = asText(second);
      if (key !== undefined && first.type === 'object') first.attributes.set(key, third);
      return NONE;
    }
    case 'hasattr': {
      const key = asText(second);
      if (key === undefined || first.type !== 'object') return UNKNOWN;
      const found = interpreter.member(first, key);
      return { type: 'constant', value: !(found.type === 'bound' && !found.method) };
    }
    case 'isinstance':
      return isInstance(first, second);
    case 'require': {
      const module = asText(first);
      return module === undefined ? UNKNOWN : { type: 'library', path: module };
    }
    case 'Array.from': {
      const length = first.type === 'map' ? first.entries.get('length') : undefined;
      const items =
        length?.type === 'number'
          ? Array.from({ length: Math.min(MOST_ITEMS, length.value) }, () => NONE)
          : [...interpreter.itemsOf(first)];
      if (second.type === 'unknown') return { type: 'list', items };
      return {
        type: 'list',
        items: items.map((item, index) => calls.call(second, two(item, computed(index, []), place), place, scope)),
      };
    }
    case 'Array':
      return first.type === 'number' && first.value >= 0
        ? { type: 'list', items: Array.from({ length: Math.min(MOST_ITEMS, first.value) }, () => NONE) }
        : { type: 'list', items: values };
    case 'Object.entries':
      return first.type === 'map'
        ? { type: 'list', items: [...first.entries].map(([key, value]) => pair({ type: 'text', value: key }, value)) }
        : UNKNOWN;
    default:
      return INPUTS.test(path) ? tensorOf([]) : undefined;
  }
}

/** What begins a network: keras.Input, tf.input, torch.randn. */
const INPUTS =
  /^(?:(?:tensorflow\.(?:python\.)?|tf_)?keras\.(?:\w+\.)*Input|@tensorflow\/tfjs[\w-]*\.(?:layers\.)?input|torch\.(?:randn|rand|zeros|ones|empty|tensor|arange))$/;

function one(value: Value, place: Place): Given {
  return { values: [{ value, place }], keywords: new Map() };
}

function two(a: Value, b: Value, place: Place): Given {
  return { values: [a, b].map(value => ({ value, place })), keywords: new Map() };
}

function pair(a: Value, b: Value): Value {
  return { type: 'list', items: [a, b] };
}

function rangeOf(values: readonly Value[]): Value {
  const numbers = values.map(value => (value.type === 'number' ? value.value : undefined));
  const [a, b, c] = numbers;
  if (a === undefined || numbers.includes(undefined)) return UNKNOWN;
  const [from, to, step] = b === undefined ? [0, a, 1] : [a, b, c ?? 1];
  const length = step === 0 ? 0 : Math.max(0, Math.ceil((to - from) / step));
  if (length > MOST_ITEMS) return UNKNOWN;
  return { type: 'list', items: Array.from({ length }, (_, index) => computed(from + index * step, [])) };
}

function sizeOf(value: Value): Value {
  if (value.type === 'list') return computed(value.items.length, []);
  if (value.type === 'map') return computed(value.entries.size, []);
  if (value.type === 'text') return computed(value.value.length, []);
  return value.type === 'layer' ? computed(value.children.size, []) : UNKNOWN;
}

function numeric(value: Value, change: (number: number) => number): Value {
  if (value.type !== 'number') return UNKNOWN;
  const changed = change(value.value);
  // The same number is still the same literal: int(64) is 64.
  return changed === value.value ? value : computed(changed, [value]);
}

function foldNumbers(values: readonly Value[], fold: (a: number, b: number) => number): Value {
  if (values.length === 0 || values.some(value => value.type !== 'number')) return UNKNOWN;
  const numbers = values.map(value => (value.type === 'number' ? value.value : NaN));
  const folded = numbers.reduce(fold);
  // The largest of several is one of them.
  return values.find(value => value.type === 'number' && value.value === folded) ?? computed(folded, values);
}

function isInstance(value: Value, classes: Value): Value {
  const names = (classes.type === 'list' ? classes.items : [classes]).map(item =>
    item.type === 'library' ? item.path.split('.').at(-1)! : '',
  );
  const own: Readonly<Record<string, readonly string[]>> = {
    number: ['int', 'float', 'Number'],
    text: ['str'],
    list: ['list', 'tuple', 'Sequence', 'Iterable'],
    map: ['dict', 'OrderedDict', 'Mapping'],
  };
  if (value.type === 'layer') return { type: 'constant', value: names.includes(value.op) || names.includes('Module') };
  const kinds = own[value.type];
  if (kinds === undefined || names.includes('')) return UNKNOWN;
  return { type: 'constant', value: names.some(name => kinds.includes(name)) };
}
