import type { Calls } from '../calls';
import { tensorsIn } from '../tensors';
import {
  asText,
  computed,
  NONE,
  tensorOf,
  textOf,
  UNKNOWN,
  type Given,
  type LayerValue,
  type ListValue,
  type MapValue,
  type ObjectValue,
  type Place,
  type TensorValue,
  type Value,
} from '../values';
import { nameOf } from './containers';
import { sizesOf } from './makeLayer';

/** A method of a library or of the language on a value; the methods of the source's own classes are called by the interpreter. */
export function callMethod(calls: Calls, receiver: Value, name: string, given: Given, place: Place): Value {
  switch (receiver.type) {
    case 'layer':
    case 'object':
      return onNetwork(calls, receiver, name, given);
    case 'list':
      return onList(calls, receiver, name, given, place);
    case 'map':
      return onMap(receiver, name, given);
    case 'text':
      return onText(receiver.value, name, given);
    case 'tensor':
      return onTensor(receiver, name, given);
    case 'bound':
    case 'class':
    case 'constant':
    case 'function':
    case 'library':
    case 'module':
    case 'number':
    case 'partial':
    case 'super':
    case 'unknown':
      return tensorsIn(given).length > 0 ? tensorOf(tensorsIn(given)) : UNKNOWN;
  }
}

function onNetwork(calls: Calls, to: LayerValue | ObjectValue, name: string, given: Given): Value {
  const [first, second] = given.values.map(({ value }) => value);
  switch (name) {
    case 'append':
      if (first) calls.add(to, undefined, first);
      return to;
    case 'extend':
      for (const child of first ? calls.interpreter.itemsOf(first) : []) calls.add(to, undefined, child);
      return to;
    case 'add_module':
    case 'register_module': {
      const key = asText(first ?? given.keywords.get('name')?.value ?? UNKNOWN);
      const child = second ?? given.keywords.get('module')?.value;
      if (key !== undefined && child) calls.add(to, key, child);
      return NONE;
    }
    case 'update':
      if (first?.type === 'map') for (const [key, child] of first.entries) calls.add(to, key, child);
      return NONE;
    // Sequential networks of Keras and TensorFlow.js.
    case 'add':
      if (first) calls.add(to, nameOf(first), first);
      return NONE;
    case 'values':
      return { type: 'list', items: childrenOf(to).map(([, child]) => child) };
    case 'keys':
      return { type: 'list', items: childrenOf(to).map(([key]) => ({ type: 'text', value: key })) };
    case 'items':
    case 'named_children':
      return {
        type: 'list',
        items: childrenOf(to).map(([key, child]) => ({ type: 'list', items: [{ type: 'text', value: key }, child] })),
      };
    case 'children':
      return { type: 'list', items: childrenOf(to).map(([, child]) => child) };
    case 'forward':
    case 'call':
    case '__call__':
      return calls.apply(to, given);
    // TensorFlow.js calls a layer with it, PyTorch initialises one.
    case 'apply':
      return tensorsIn(given).length > 0 ? calls.apply(to, given) : to;
    case 'to':
    case 'cuda':
    case 'cpu':
    case 'eval':
    case 'train':
    case 'half':
    case 'float':
    case 'double':
    case 'requires_grad_':
      return to;
    default:
      return tensorsIn(given).length > 0 ? tensorOf(tensorsIn(given), to) : UNKNOWN;
  }
}

function childrenOf(of: LayerValue | ObjectValue): readonly (readonly [string, Value])[] {
  return [...(of.type === 'layer' ? of.children : of.attributes)];
}

function onList(calls: Calls, { items }: ListValue, name: string, given: Given, place: Place): Value {
  const [first, second] = given.values.map(({ value }) => value);
  if (items.length > MOST_ITEMS) return UNKNOWN;
  switch (name) {
    case 'append':
    case 'push':
      items.push(...given.values.map(({ value }) => value));
      return NONE;
    case 'extend':
      if (first) items.push(...calls.interpreter.itemsOf(first));
      return NONE;
    case 'insert':
      if (first?.type === 'number' && second) items.splice(first.value, 0, second);
      return NONE;
    case 'pop':
      return (first?.type === 'number' ? items.splice(first.value, 1)[0] : items.pop()) ?? UNKNOWN;
    case 'copy':
      return { type: 'list', items: [...items] };
    case 'concat':
      return {
        type: 'list',
        items: [...items, ...given.values.flatMap(({ value }) => (value.type === 'list' ? value.items : [value]))],
      };
    case 'slice': {
      const bounds = [first, second].map(value => (value?.type === 'number' ? value.value : undefined));
      return { type: 'list', items: items.slice(...bounds) };
    }
    case 'fill':
      if (first) items.fill(first);
      return { type: 'list', items };
    case 'reverse':
      items.reverse();
      return { type: 'list', items };
    case 'map':
    case 'forEach': {
      if (first === undefined) return UNKNOWN;
      const made = items.map((item, index) =>
        calls.call(
          first,
          { values: [item, computed(index, [])].map(value => ({ value, place })), keywords: new Map() },
          place,
          NOWHERE(place),
        ),
      );
      return name === 'map' ? { type: 'list', items: made } : NONE;
    }
    case 'keys':
      return { type: 'list', items: items.map((_, index) => computed(index, [])) };
    case 'entries':
      return {
        type: 'list',
        items: items.map((item, index) => ({ type: 'list', items: [computed(index, []), item] })),
      };
    default:
      return UNKNOWN;
  }
}

const MOST_ITEMS = 10_000;

const NOWHERE = ({ file }: Place) => ({
  variables: new Map<string, Value>(),
  parent: undefined,
  file,
  isClass: false,
  owner: undefined,
  receiver: undefined,
});

function onMap({ entries }: MapValue, name: string, given: Given): Value {
  const [first = UNKNOWN, second = NONE] = given.values.map(({ value }) => value);
  const key = asText(first);
  switch (name) {
    case 'items':
      return {
        type: 'list',
        items: [...entries].map(([inner, value]) => ({ type: 'list', items: [{ type: 'text', value: inner }, value] })),
      };
    case 'keys':
      return { type: 'list', items: [...entries.keys()].map(inner => ({ type: 'text', value: inner })) };
    case 'values':
      return { type: 'list', items: [...entries.values()] };
    case 'get':
    case 'setdefault':
    case 'pop': {
      const found = key === undefined ? UNKNOWN : (entries.get(key) ?? second);
      if (name === 'pop' && key !== undefined) entries.delete(key);
      if (name === 'setdefault' && key !== undefined) entries.set(key, found);
      return found;
    }
    case 'update':
      if (first.type === 'map') for (const [inner, value] of first.entries) entries.set(inner, value);
      for (const [inner, { value }] of given.keywords) entries.set(inner, value);
      return NONE;
    case 'copy':
      return { type: 'map', entries: new Map(entries) };
    default:
      return UNKNOWN;
  }
}

function onText(text: string, name: string, given: Given): Value {
  const [first = UNKNOWN] = given.values.map(({ value }) => value);
  switch (name) {
    case 'format': {
      let next = 0;
      let known = true;
      const value = text.replace(/\{(\w*)(?:![rsa])?(?::\w*)?\}/g, (_, key: string) => {
        const passed = /^\d*$/.test(key) ? given.values[key === '' ? next++ : Number(key)] : given.keywords.get(key);
        const part = passed && asText(passed.value);
        known &&= part !== undefined;
        return part ?? '';
      });
      return known ? textOf(value) : UNKNOWN;
    }
    case 'lower':
    case 'toLowerCase':
      return { type: 'text', value: text.toLowerCase() };
    case 'upper':
    case 'toUpperCase':
      return { type: 'text', value: text.toUpperCase() };
    case 'startswith':
    case 'startsWith':
      return first.type === 'text' ? { type: 'constant', value: text.startsWith(first.value) } : UNKNOWN;
    case 'endswith':
    case 'endsWith':
      return first.type === 'text' ? { type: 'constant', value: text.endsWith(first.value) } : UNKNOWN;
    case 'join': {
      const parts = first.type === 'list' ? first.items.map(asText) : [undefined];
      return parts.every(part => part !== undefined) ? textOf(parts.join(text)) : UNKNOWN;
    }
    default:
      return UNKNOWN;
  }
}

function onTensor(tensor: TensorValue, name: string, given: Given): Value {
  if (NO_TENSOR.has(name)) return UNKNOWN;
  if (name === 'chunk' || name === 'split' || name === 'unbind') {
    const [first] = given.values;
    const count = name === 'chunk' && first?.value.type === 'number' ? Math.min(64, first.value.value) : 0;
    return count > 0 ? { type: 'list', items: Array.from({ length: count }, () => tensorOf([tensor])) } : UNKNOWN;
  }
  const from = [tensor, ...tensorsIn(given)];
  if (name !== 'view' && name !== 'reshape') return tensorOf(from);
  return tensorOf(
    from,
    undefined,
    given.values.flatMap(passed => sizesOf('reshape', passed)),
  );
}

const NO_TENSOR = new Set(['size', 'dim', 'numel', 'item', 'tolist', 'shape', 'ndimension', 'dtype', 'device']);
