import type { ByteSource, Siblings } from '../../base/bytes';
import { JsonText } from '../../base/jsonText';
import { partsBetween, SplicedSource, type Part, type Replacement } from '../../base/splicedSource';
import type { Json, JsonObject } from '../../base/strictJson';
import { decodeUtf8 } from '../../base/utf8';
import {
  bytesOfNew,
  checkNames,
  refuseStructure,
  type BesideName,
  type ModelChanges,
  type NewTensor,
  type WrittenModel,
} from '../changes';
import { readSafetensors, type SafetensorsFile } from './readHeader';
import { readShardIndex } from './shardIndex';

/**
 * A safetensors file with some of its tensors changed. The header keeps its order, its metadata and its own way of writing; only shapes and offsets in it change,
 * and nothing where a tensor keeps its shape. Throws what `readSafetensors` throws, and `not-found`, `shape-mismatch`.
 */
export function writeSafetensors(source: ByteSource, _: Siblings, changes: ModelChanges): WrittenModel {
  refuseStructure(changes, 'safetensors');
  const file = readSafetensors(source);
  const names = new Set(file.tensors.map(tensor => tensor.name));
  checkNames(changes, name => names.has(name));
  return { content: changedFile(source, file, changes), beside: new Map() };
}

/**
 * An index of shards and its shards, of which those are another that hold a changed tensor. Throws as `writeSafetensors` does.
 */
export function writeShards(
  source: ByteSource,
  siblings: Siblings,
  changes: ModelChanges,
  besideName: BesideName,
): WrittenModel {
  refuseStructure(changes, 'safetensors');
  const { files } = readShardIndex(source);
  checkNames(changes, name => files.has(name));
  const beside = new Map<string, ByteSource>();
  const newNames = new Map<string, string>();
  let grown = 0;
  for (const location of new Set(files.values())) {
    const shard = siblings.open(location);
    const file = readSafetensors(shard);
    const held = new Set(file.tensors.map(tensor => tensor.name));
    const ours = (name: string) => held.has(name) && files.get(name) === location;
    const own = {
      tensors: new Map([...(changes.tensors ?? [])].filter(([name]) => ours(name))),
      removed: new Set([...(changes.removed ?? [])].filter(ours)),
    };
    const content = changedFile(shard, file, own);
    grown += dataBytes(content) - dataBytes(shard);
    newNames.set(location, besideName(location));
    beside.set(newNames.get(location)!, content);
  }
  const text = new JsonText(decodeUtf8(source.read(0, source.size))!.replace(/^\ufeff/, ''), { maxDepth: 8 });
  const root = new Map(text.value as JsonObject);
  root.set(
    'weight_map',
    new Map(
      [...files]
        .filter(([name]) => changes.removed?.has(name) !== true)
        .map(([name, location]) => [name, newNames.get(location)!]),
    ),
  );
  const metadata = root.get('metadata');
  if (grown !== 0 && metadata instanceof Map && typeof metadata.get('total_size') === 'number')
    root.set(
      'metadata',
      new Map([...(metadata as JsonObject), ['total_size', (metadata.get('total_size') as number) + grown]]),
    );
  const renamed = [...newNames].some(([before, after]) => before !== after);
  if (grown === 0 && !renamed && (changes.removed?.size ?? 0) === 0) return { content: source, beside };
  return { content: new SplicedSource(source.name, [new TextEncoder().encode(text.with(root))]), beside };
}

function dataBytes(source: ByteSource): number {
  const head = source.read(0, 8);
  return source.size - 8 - Number(new DataView(head.buffer, head.byteOffset, 8).getBigUint64(0, true));
}

function changedFile(source: ByteSource, file: SafetensorsFile, changes: ModelChanges): ByteSource {
  const tensors = changes.tensors ?? new Map<string, NewTensor>();
  const removed = changes.removed ?? new Set<string>();
  if (tensors.size === 0 && removed.size === 0) return source;
  const headerBytes = source.size - dataBytes(source) - 8;
  const written = decodeUtf8(source.read(8, headerBytes))!;
  const text = new JsonText(written, { maxDepth: 8 });
  const header = text.value as JsonObject;
  const types = new Map(file.tensors.map(tensor => [tensor.name, tensor.type]));

  const replacements: Replacement[] = [];
  const entries: { readonly name: string; readonly begin: number; readonly end: number; readonly length: number }[] =
    [];
  for (const [name, entry] of header) {
    if (name === '__metadata__') continue;
    const [begin, end] = (entry as JsonObject).get('data_offsets') as [number, number];
    const change = tensors.get(name);
    const bytes = change === undefined ? undefined : bytesOfNew(name, types.get(name)!, change);
    const length = bytes?.length ?? (removed.has(name) ? 0 : end - begin);
    entries.push({ name, begin, end, length });
    if (bytes !== undefined || removed.has(name))
      replacements.push({
        from: 8 + headerBytes + begin,
        to: 8 + headerBytes + end,
        by: bytes === undefined ? [] : [bytes],
      });
  }

  // Tensors lie one after another; those of no bytes keep their place among the others.
  const offsets = new Map<string, readonly [number, number]>();
  let at = 0;
  for (const { name, length } of entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    offsets.set(name, [at, at + length]);
    at += length;
  }
  const changed = new Map<string, Json>();
  for (const [name, entry] of header) {
    if (removed.has(name)) continue;
    const place = offsets.get(name);
    const shape = tensors.get(name)?.shape;
    changed.set(
      name,
      place === undefined
        ? entry
        : new Map([
            ...(entry as JsonObject),
            ...(shape === undefined ? [] : [['shape', shape] as const]),
            ['data_offsets', place],
          ]),
    );
  }
  const rewritten = text.with(changed);
  const body = partsBetween(source, replacements, 8 + headerBytes);
  if (rewritten === written)
    return new SplicedSource(source.name, [{ of: source, from: 0, to: 8 + headerBytes }, ...body]);
  return new SplicedSource(source.name, [...headerParts(rewritten, headerBytes % 8 === 0), ...body]);
}

/** The usual writer fills the header up with spaces, so that the values begin at a multiple of eight. */
function headerParts(text: string, aligned: boolean): readonly Part[] {
  const bare = new TextEncoder().encode(text.trimEnd());
  const bytes = new Uint8Array(aligned ? Math.ceil(bare.length / 8) * 8 : bare.length).fill(0x20);
  bytes.set(bare);
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(bytes.length), true);
  return [length, bytes];
}
