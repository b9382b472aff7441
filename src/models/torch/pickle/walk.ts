import { TorchTensor } from '../tensor';
import { tooLarge } from './pickleError';
import {
  isModuleState,
  PickleDict,
  PickleGlobal,
  PickleList,
  PickleObject,
  PickleSet,
  PickleTuple,
  type PickleValue,
} from './values';

/** Values in a pickle may be shared; written out in full, this many are more than any network has. */
const MOST_VALUES = 10_000_000;
const DEEPEST = 500;

/**
 * Checks that a value can be walked as a tree: shared parts counted as often as they are met, not too deep, and no list, tuple or dictionary
 * within itself. (An object within itself is fine: a module may know its parent.) Throws `PickleError` of the kind `too-large`.
 */
export function checkExpansion(root: PickleValue): void {
  const sizes = new Map<PickleValue, number>();
  const open = new Set<PickleValue>();
  // Each frame is a value whose parts are being counted.
  const stack: { readonly value: PickleValue; readonly parts: Iterator<PickleValue>; size: number; objects: number }[] =
    [];
  let objects = 0;
  const enter = (value: PickleValue): number | undefined => {
    const parts = partsOf(value);
    if (parts === undefined) return 1;
    const known = sizes.get(value);
    if (known !== undefined) return known;
    if (open.has(value)) {
      const since = stack.find(frame => frame.value === value)!.objects;
      if (objects > since || value instanceof PickleObject) return 1;
      throw tooLarge('a list, tuple or dictionary in it lies within itself');
    }
    if (stack.length >= DEEPEST) throw tooLarge(`its values lie more than ${DEEPEST} deep in each other`);
    open.add(value);
    if (value instanceof PickleObject) objects++;
    stack.push({ value, parts, size: 1, objects });
    return undefined;
  };
  enter(root);
  for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
    const next = frame.parts.next();
    if (next.done !== true) {
      const size = enter(next.value);
      if (size !== undefined) frame.size += size;
    } else {
      stack.pop();
      open.delete(frame.value);
      sizes.set(frame.value, frame.size);
      if (frame.value instanceof PickleObject) objects--;
      const parent = stack.at(-1);
      if (parent !== undefined) parent.size += frame.size;
    }
    if (frame.size > MOST_VALUES) throw tooLarge(`written out, it has more than ${MOST_VALUES} values`);
  }
}

/** Something in a pickle that is no module, and whether it lies within one. */
export interface Record {
  readonly value: PickleObject | PickleGlobal;
  readonly within: boolean;
}

/** Objects that are no modules, and classes and functions that are referred to, each once for each place of the two. */
export function* recordsOf(root: PickleValue): Generator<Record> {
  const seen = new Set<PickleValue>();
  const stack: { readonly value: PickleValue; readonly within: boolean }[] = [{ value: root, within: false }];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    const { value, within } = at;
    const parts = partsOf(value);
    if (value instanceof PickleGlobal) yield { value, within };
    if (parts === undefined || seen.has(value)) continue;
    seen.add(value);
    const isModule = value instanceof PickleObject && isModuleState(value.state);
    if (value instanceof PickleObject && !isModule) yield { value, within };
    for (const part of parts) stack.push({ value: part, within: within || isModule });
  }
}

/** Whether a tensor is among the values. */
export function holdsTensors(root: PickleValue): boolean {
  const seen = new Set<PickleValue>();
  const stack = [root];
  for (let value = stack.pop(); value !== undefined; value = stack.pop()) {
    if (value instanceof TorchTensor) return true;
    const parts = partsOf(value);
    if (parts === undefined || seen.has(value)) continue;
    seen.add(value);
    for (const part of parts) stack.push(part);
  }
  return false;
}

function partsOf(value: PickleValue): Generator<PickleValue> | undefined {
  if (value instanceof PickleTuple || value instanceof PickleList || value instanceof PickleSet)
    return yielded(value.items);
  if (value instanceof PickleDict) return entriesOf(value);
  if (value instanceof PickleObject)
    return yielded([...value.args, ...[value.state, value.items].filter(part => part !== undefined)]);
  return undefined;
}

function* yielded(items: readonly PickleValue[]): Generator<PickleValue> {
  yield* items;
}

function* entriesOf(dict: PickleDict): Generator<PickleValue> {
  for (const [key, value] of dict.entries) {
    yield key;
    yield value;
  }
}
