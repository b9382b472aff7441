import type { ByteSource } from '../../base/bytes';
import { Fault } from '../../base/fault';
import type { Replacement } from '../../base/splicedSource';
import { quoted } from '../../base/text';
import { bytesOfNew, type ModelChanges } from '../changes';
import { elementBits, swapped } from '../elements';
import { OP } from './pickle/opcodes';
import { origin, textOf, type PickleTerm, type PickleTerms } from './pickle/pickleTerms';
import { integerOps, textOps, tupleOps, withMemo, type TermEdit } from './pickle/writeTerms';
import type { TorchTensor } from './tensor';

type Bytes = Uint8Array<ArrayBuffer>;

/** What a change comes to: parts of the pickle, and storages by their keys. */
export interface ChangedTensors {
  readonly pickle: readonly Replacement[];
  readonly storages: ReadonlyMap<string, Bytes>;
  /** Storages that nothing refers to any more. */
  readonly unused: ReadonlySet<string>;
  /** Storages that were not in the file, each with the key of one that was. */
  readonly added: ReadonlyMap<string, { readonly like: string; readonly bytes: Bytes }>;
}

/** Functions that a pickle makes plain tensors with: storage, offset, shape and stride are their first arguments. */
const REBUILD = /^torch\._utils\._rebuild_tensor(_v2|_v3)?$/;
const EMPTY: { readonly shape: readonly number[]; readonly bytes: Bytes } = { shape: [0], bytes: new Uint8Array(0) };

/** Where in the pickle a tensor's storage and view are. */
interface TensorTerms {
  readonly tensor: TorchTensor;
  readonly names: string[];
  readonly key: PickleTerm;
  readonly count: PickleTerm;
  readonly offset: PickleTerm;
  readonly size: PickleTerm;
  readonly stride: PickleTerm;
}

interface Change {
  readonly terms: TensorTerms;
  readonly shape: readonly number[];
  readonly bytes: Bytes;
  readonly removed: boolean;
}

/**
 * Follows changes of tensors into a pickle of PyTorch. A tensor's storage is written anew where nothing else is in it; where it is shared with tensors that stay, the
 * changed ones get a storage of their own. Tied tensors (one storage, or one value of the pickle, by several names) stay tied where they are changed alike. Throws
 * `usage` where one value is changed under one of its names alone, `unsupported` for tensors that are not plain (quantised, of subclasses).
 */
export function changeTensors(
  pickle: ByteSource,
  terms: PickleTerms,
  named: ReadonlyMap<string, TorchTensor>,
  changes: ModelChanges,
): ChangedTensors {
  const wanted = collect(terms, named, changes);
  const references = new Map<string, number>();
  for (const { key } of terms.references.map(storageTerms)) {
    const text = key === undefined ? undefined : textOf(key);
    if (text !== undefined) references.set(text, (references.get(text) ?? 0) + 1);
  }
  let nextKey = Math.max(-1, ...[...references.keys()].filter(key => /^\d+$/.test(key)).map(Number)) + 1;

  const edits: TermEdit[] = [];
  const unused = new Set<string>();
  const storages = new Map<string, Bytes>();
  const added = new Map<string, { like: string; bytes: Bytes }>();
  const byStorage = grouped(wanted, change => change.terms.tensor.storage.key);
  for (const [key, own] of byStorage) {
    const alike = own.every(change => sameChange(change, own[0]!));
    const whole = own.length === references.get(key) && alike;
    const made = new Map<Change, string>();
    for (const change of own) {
      const twin = [...made.keys()].find(other => sameChange(other, change));
      // A tensor that goes, of a storage that stays, is an empty part of it.
      const storage = whole || change.removed ? key : twin === undefined ? String(nextKey++) : made.get(twin)!;
      made.set(change, storage);
      // Where values can be left out of the pickle, those that are removed are; elsewhere they become empty.
      if (change.removed && !terms.counted) {
        if (whole) unused.add(key);
        continue;
      }
      const stored = inOrderOfStorage(change);
      if (whole) storages.set(key, stored);
      else if (!change.removed && twin === undefined) added.set(storage, { like: key, bytes: stored });
      edits.push(...editsOf(change, storage, whole || !change.removed));
    }
  }
  const removed = new Set(wanted.filter(change => change.removed).map(change => change.terms));
  edits.push(...unset(terms, removed));
  return { pickle: withMemo(pickle, terms, edits), storages, unused, added };
}

function collect(
  terms: PickleTerms,
  named: ReadonlyMap<string, TorchTensor>,
  changes: ModelChanges,
): readonly Change[] {
  const byPlace = new Map<number, Change>();
  const namesOf = grouped(named.keys(), name => named.get(name)!.place);
  const add = (name: string, shape: readonly number[], bytes: Bytes, removed: boolean) => {
    const tensor = named.get(name)!;
    const found = tensor.place === undefined ? undefined : byPlace.get(tensor.place);
    const change: Change = {
      terms: found?.terms ?? tensorTerms(name, tensor, terms),
      shape,
      bytes,
      removed,
    };
    if (found !== undefined && !sameChange(found, change)) throw tied(name, found.terms.names[0]!);
    change.terms.names.push(name);
    byPlace.set(tensor.place!, found ?? change);
  };
  for (const [name, change] of changes.tensors ?? [])
    add(name, change.shape, bytesOfNew(name, named.get(name)!.type, change), false);
  for (const name of changes.removed ?? []) add(name, EMPTY.shape, EMPTY.bytes, true);
  for (const { terms: found } of byPlace.values()) {
    const other = namesOf.get(found.tensor.place)?.find(name => !found.names.includes(name));
    if (other !== undefined) throw tied(found.names[0]!, other);
  }
  return [...byPlace.values()];
}

function grouped<T, K>(items: Iterable<T>, keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

function tied(name: string, other: string): Fault {
  return new Fault('usage', `The tensors ${quoted(name, 80)} and ${quoted(other, 80)} are one in the file.`, {
    hint: 'Change both alike.',
  });
}

function tensorTerms(name: string, tensor: TorchTensor, terms: PickleTerms): TensorTerms {
  const call = tensor.place === undefined ? undefined : terms.calls.get(tensor.place);
  const [of, args] = call?.parts ?? [];
  const [storage, offset, size, stride] = args?.parts ?? [];
  const { key, count } = storage === undefined ? {} : storageTerms(storage);
  const plain = of !== undefined && REBUILD.test(textOf(of) ?? '');
  if (!plain || key === undefined || count === undefined || stride === undefined)
    throw new Fault('unsupported', `Tensor ${quoted(name, 80)} is of a kind that is not written.`, {
      hint: 'Load the file in Python and save model.state_dict().',
    });
  return { tensor, names: [], key, count, offset: offset!, size: size!, stride };
}

/** The key and the number of elements in a reference to a storage; nothing where it is a part of one. */
function storageTerms(reference: PickleTerm): { readonly key?: PickleTerm; readonly count?: PickleTerm } {
  const [, , key, , count, view] = reference.parts[0]?.parts ?? [];
  return key === undefined || count === undefined || (view !== undefined && view.op !== OP.NONE) ? {} : { key, count };
}

function sameChange(a: Change, b: Change): boolean {
  return (
    a.removed === b.removed &&
    a.terms.tensor.type === b.terms.tensor.type &&
    a.shape.join() === b.shape.join() &&
    a.bytes.length === b.bytes.length &&
    a.bytes.every((byte, i) => byte === b.bytes[i])
  );
}

function inOrderOfStorage({ terms: { tensor }, bytes }: Change): Bytes {
  return tensor.storage.bigEndian ? swapped(bytes, tensor.type) : bytes;
}

function editsOf({ terms, shape, bytes }: Change, storage: string, newStorage: boolean): TermEdit[] {
  const { tensor, key, count, offset, size, stride } = terms;
  const edits: TermEdit[] = [];
  const set = (term: PickleTerm, changed: boolean, by: Bytes) => {
    if (changed) edits.push({ from: term.start, to: term.end, without: 0, by });
  };
  // A storage without a type is counted in bytes.
  const elements = tensor.storage.type === undefined ? bytes.length : (bytes.length * 8) / elementBits(tensor.type);
  const strides = contiguous(shape);
  set(key, storage !== tensor.storage.key, textOps(storage));
  set(count, newStorage && elements !== tensor.storage.count, integerOps(elements));
  set(offset, tensor.offset !== 0, integerOps(0));
  set(size, shape.join() !== tensor.shape.join(), tupleOps(shape));
  set(stride, strides.join() !== tensor.stride.join(), tupleOps(strides));
  return edits;
}

/** Strides in C order, as PyTorch counts them where a dimension is empty. */
function contiguous(shape: readonly number[]): readonly number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= Math.max(1, shape[axis]!);
  }
  return strides;
}

/** Takes tensors out of the dictionaries that they are set in, key and value. */
function unset(terms: PickleTerms, removed: ReadonlySet<TensorTerms>): TermEdit[] {
  const places = new Map([...removed].map(one => [one.tensor.place, one]));
  const found = new Set<TensorTerms>();
  const edits: TermEdit[] = [];
  for (const { pairs, end, single } of terms.settings) {
    for (const [key, value] of pairs) {
      const one = places.get(placeOf(value));
      const text = textOf(key);
      if (
        one === undefined ||
        text === undefined ||
        !one.names.some(name => name === text || name.endsWith(`.${text}`))
      )
        continue;
      found.add(one);
      // A single pair is set by an operation without a mark, which goes with it.
      if (terms.counted && single) throw notTaken(one);
      edits.push({ from: key.start, to: single ? end : value.end, without: 2, by: new Uint8Array(0) });
    }
  }
  for (const one of removed) if (!found.has(one)) throw notTaken(one);
  return edits;
}

function notTaken({ names }: TensorTerms): Fault {
  return new Fault('unsupported', `Tensor ${quoted(names[0]!, 80)} cannot be taken out of the file.`);
}

/** Where the call ends that made a tensor, through what makes a parameter of it. */
function placeOf(value: PickleTerm): number | undefined {
  const term = origin(value);
  if (term.op !== OP.REDUCE) return undefined;
  const inner = /_rebuild_parameter$/.test(textOf(term.parts[0]!) ?? '') ? term.parts[1]?.parts[0] : undefined;
  return inner === undefined ? term.operationEnd : placeOf(inner);
}
