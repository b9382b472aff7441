import { PartSource } from '../../base/archive/entrySource';
import type { ByteSource, Siblings } from '../../base/bytes';
import { replaced, SplicedSource, type Replacement } from '../../base/splicedSource';
import { bytesOfNew, type BesideName, type ModelChanges } from '../changes';
import { asInteger, asList, asText, entry, isObject, type Json, type JsonObject } from '../json';
import { declaredBytes, readDeclared, type Declared } from './weightsManifest';

/** A manifest with some of its weights changed, and its shards. */
export interface ChangedManifest {
  readonly manifest: Json;
  readonly shards: ReadonlyMap<string, ByteSource>;
}

/**
 * The manifest of a TensorFlow.js model with changed weights. Each shard holds what it held before: the changed part of it is another, and a shard that holds
 * nothing any more is left out. Weights that were quantised to whole numbers are written as float32 where they are changed.
 */
export function changeManifest(
  manifest: Json | undefined,
  siblings: Siblings,
  changes: ModelChanges,
  besideName: BesideName,
): ChangedManifest {
  const shards = new Map<string, ByteSource>();
  const groups = asList(manifest).map((group): Json => {
    const paths = asList(entry(group, 'paths')).map(path => asText(path) ?? '');
    const files = paths.map(path => siblings.open(path));
    const weights = asList(entry(group, 'weights'));
    const { entries, content, boundary } = changeGroup(weights, files, changes);
    const kept: Json[] = [];
    let start = 0;
    for (const [i, file] of files.entries()) {
      const [from, to] = [boundary(start), boundary(start + file.size)];
      start += file.size;
      if (from === to && file.size > 0) continue;
      const name = besideName(paths[i]!);
      kept.push(name);
      shards.set(name, content === undefined ? file : new PartSource(name, content, from, to - from));
    }
    const same = kept.length === paths.length && kept.every((name, i) => name === paths[i]);
    if (!isObject(group) || (content === undefined && same)) return group;
    return new Map<string, Json>([...group, ['paths', kept], ['weights', entries]]);
  });
  return { manifest: groups, shards };
}

function changeGroup(weights: readonly Json[], files: readonly ByteSource[], changes: ModelChanges) {
  const whole = new SplicedSource(
    '',
    files.map(file => ({ of: file, from: 0, to: file.size })),
  );
  const replacements: Replacement[] = [];
  const entries: Json[] = [];
  /** Where each weight began and begins, and how long it is. */
  const places: { readonly before: number; readonly after: number; readonly length: number }[] = [];
  let [before, after] = [0, 0];
  for (const weight of weights) {
    const declared = readDeclared(weight);
    const old = declaredBytes(declared);
    const change = changes.tensors?.get(declared.name);
    const removed = changes.removed?.has(declared.name) === true;
    const bytes = change === undefined ? undefined : bytesOfNew(declared.name, typeOf(declared), change);
    const length = removed ? 0 : (bytes?.length ?? old);
    if (removed || bytes !== undefined)
      replacements.push({ from: before, to: before + old, by: bytes === undefined ? [] : [bytes] });
    if (!removed)
      entries.push(change === undefined ? weight : changedEntry(weight as JsonObject, declared, change.shape));
    places.push({ before, after, length });
    before += old;
    after += length;
  }
  const boundary = (at: number): number => {
    const place = places.findLast(one => one.before <= at);
    return place === undefined ? 0 : place.after + Math.min(at - place.before, place.length);
  };
  return {
    entries,
    content: replacements.length === 0 ? undefined : replaced(whole, replacements),
    boundary: (at: number) => (at === whole.size ? after : boundary(at)),
  };
}

/** What values are given as: what is stored, or, of quantised ones, what they stand for. */
function typeOf({ stored, scale }: Declared) {
  return scale === undefined ? stored : 'float32';
}

function changedEntry(weight: JsonObject, { scale }: Declared, shape: readonly number[]): Json {
  const old = asList(weight.get('shape')).map(asInteger);
  const same = old.length === shape.length && old.every((size, axis) => size === shape[axis]);
  const now = new Map<string, Json>(same ? weight : [...weight, ['shape', shape]]);
  if (scale === undefined) return now;
  now.delete('quantization');
  now.set('dtype', 'float32');
  return now;
}
