import { PartSource } from '../../base/archive/entrySource';
import { rewriteZip } from '../../base/archive/zipWriter';
import { MemorySource, type ByteSource, type Siblings } from '../../base/bytes';
import { Fault } from '../../base/fault';
import { SplicedSource, type Part, type Replacement } from '../../base/splicedSource';
import { checkNames, refuseStructure, type ModelChanges, type WrittenModel } from '../changes';
import { changeTensors } from './changedTensors';
import { findState } from './findState';
import { PickleInput } from './pickle/pickleInput';
import { readTerms, textOf } from './pickle/pickleTerms';
import { PickleObject, type PickleValue } from './pickle/values';
import { changedPickle, listPickle } from './pickle/writeTerms';
import { Library } from './script/library';
import { scriptState } from './script/scriptModules';
import { elementBytes } from './storages';
import type { TorchStorage, TorchTensor } from './tensor';
import { readPickleFile, TorchArchive } from './torchFile';

/**
 * A zip archive of torch.save or torch.jit.save with some of its tensors changed. Of the pickle, only the numbers are others that say where a changed tensor is and what shape it has; every
 * storage that was not changed is copied as it lies in the archive, at a multiple of 64 bytes where it lay so. Throws what reading such a
 * file throws, and what `changeTensors` throws.
 */
export function writeTorchArchive(source: ByteSource, _: Siblings, changes: ModelChanges): WrittenModel {
  refuseStructure(changes, 'PyTorch');
  const archive = TorchArchive.open(source);
  const named = namedTensors(archive.unpickle('data.pkl'), archive.isTorchScript ? new Library(archive) : undefined);
  checkNames(changes, name => named.has(name));
  const content = archive.entry('data.pkl')!;
  const terms = readTerms(new PickleInput(content));
  const { pickle, storages, unused, added } = changeTensors(content, terms, named, changes);
  const changed = new Map<string, ByteSource | null>();
  if (pickle.length > 0) {
    const parts = changedPickle(content, pickle, terms.frames, 0, content.size);
    changed.set(archive.path('data.pkl'), new SplicedSource(source.name, parts));
  }
  const place = (key: string) => archive.path(`data/${key}`);
  for (const [key, bytes] of storages) changed.set(place(key), new MemorySource(source.name, bytes));
  for (const key of unused) changed.set(place(key), null);
  const more = [...added].map(([key, { like, bytes }]) => ({
    name: place(key),
    like: place(like),
    content: new MemorySource(source.name, bytes),
  }));
  return { content: rewriteZip(source, { changed, added: more }), beside: new Map() };
}

/**
 * A file that torch.save wrote before 1.6, with some of its tensors changed: a pickle, and the storages after it. Throws `unsupported` for pickles without storages of their
 * own, and where a changed tensor shares its storage with one that stays.
 */
export function writeTorchPickles(source: ByteSource, _: Siblings, changes: ModelChanges): WrittenModel {
  refuseStructure(changes, 'PyTorch');
  const { container, root } = readPickleFile(source);
  const named = namedTensors(root, undefined);
  checkNames(changes, name => named.has(name));
  if ((changes.tensors?.size ?? 0) + (changes.removed?.size ?? 0) === 0) return { content: source, beside: new Map() };
  if (container !== 'legacy') throw notWritten('The file is a bare pickle, whose tensors are files in it');
  // A number, a version and facts of the machine come before the object.
  const input = new PickleInput(source);
  for (let before = 0; before < 3; before++) readTerms(input);
  const from = input.position;
  const terms = readTerms(input);
  const { pickle, storages, unused, added } = changeTensors(source, terms, named, changes);
  if (added.size > 0) throw notWritten('A changed tensor shares its numbers with others');
  const pickleParts = changedPickle(source, pickle, terms.frames, from, input.position);
  const parts: Part[] = [{ of: source, from: 0, to: from }, ...pickleParts];
  let at = input.position;
  if (unused.size > 0) {
    const keys = readTerms(input)
      .appended.map(term => textOf(term) ?? '')
      .filter(key => !unused.has(key));
    parts.push(listPickle(keys));
    at = input.position;
  }
  for (const { start, end, by } of placesOf(named, storages, unused)) {
    parts.push({ of: source, from: at, to: start }, ...by);
    at = end;
  }
  parts.push({ of: source, from: at, to: source.size });
  return { content: new SplicedSource(source.name, parts), beside: new Map() };
}

/** Where changed storages lie, in the order of the file, with the number of their elements before them. */
function placesOf(
  named: ReadonlyMap<string, TorchTensor>,
  storages: ReadonlyMap<string, Uint8Array<ArrayBuffer>>,
  unused: ReadonlySet<string>,
) {
  const found = new Map<
    TorchStorage,
    { readonly start: number; readonly end: number; readonly by: Replacement['by'] }
  >();
  for (const { storage } of named.values()) {
    if (!(storage.content instanceof PartSource)) continue;
    const { from, size } = storage.content;
    if (unused.has(storage.key)) found.set(storage, { start: from - 8, end: from + size, by: [] });
    const bytes = storages.get(storage.key);
    if (bytes === undefined) continue;
    const count = new Uint8Array(8);
    new DataView(count.buffer).setBigUint64(0, BigInt(bytes.length / elementBytes(storage.type)), true);
    found.set(storage, { start: from - 8, end: from + size, by: [count, bytes] });
  }
  return [...found.values()].sort((a, b) => a.start - b.start);
}

function namedTensors(root: PickleValue, library: Library | undefined): ReadonlyMap<string, TorchTensor> {
  if (library !== undefined && root instanceof PickleObject) return scriptState(root, library).stored;
  return findState(root)?.stored ?? new Map<string, TorchTensor>();
}

function notWritten(what: string): Fault {
  return new Fault('unsupported', `${what}, which is not written.`, {
    hint: 'Load the file in Python and save model.state_dict() with a newer PyTorch.',
  });
}
