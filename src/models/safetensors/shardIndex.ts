import type { ByteSource } from '../../base/bytes';
import { Fault } from '../../base/fault';
import { JsonError, parseStrictJson, type Json } from '../../base/strictJson';
import { latin1, quoted } from '../../base/text';
import { decodeUtf8 } from '../../base/utf8';
import { formatBytes } from '../../base/numbers';

const MAX_BYTES = 100_000_000;
const MAX_FILES = 10_000;

export interface ShardIndex {
  /** For each tensor, the file that holds it, in the order of the index. */
  readonly files: ReadonlyMap<string, string>;
}

/** Whether JSON text may be an index of shards: it says so in its first bytes or last. */
export function looksLikeShardIndex(source: ByteSource): boolean {
  if (source.size < 20 || source.size > MAX_BYTES) return false;
  const head = ascii(source, 0);
  if (!/^\s*\{/.test(head)) return false;
  return head.includes('"weight_map"') || ascii(source, Math.max(0, source.size - 4096)).includes('"weight_map"');
}

function ascii(source: ByteSource, offset: number): string {
  return latin1(source.read(offset, Math.min(4096, source.size - offset)));
}

/** Reads `weight_map` of an index such as model.safetensors.index.json. Throws `corrupt`, `too-large`, `empty`. */
export function readShardIndex(source: ByteSource): ShardIndex {
  const corrupt = (what: string) =>
    new Fault('corrupt', `The index of weights is damaged: ${what}.`, {
      hint: 'Download or save it again.',
      source: source.name,
    });
  if (source.size > MAX_BYTES)
    throw new Fault('too-large', `The index of weights takes ${formatBytes(source.size)}.`, { source: source.name });
  const text = decodeUtf8(source.read(0, source.size));
  if (text === undefined) throw corrupt('it is not UTF-8 text');
  const map = weightMap(text, corrupt);
  const files = new Map<string, string>();
  for (const [name, location] of map) {
    if (typeof location !== 'string') throw corrupt(`it names no file for tensor ${quoted(name, 80)}`);
    if (name === '__proto__') throw corrupt('a tensor is called "__proto__", which is no name of a tensor');
    files.set(name, location);
  }
  if (files.size === 0) throw new Fault('empty', 'The index lists no tensors.', { source: source.name });
  const count = new Set(files.values()).size;
  if (count > MAX_FILES)
    throw new Fault('too-large', `The index names ${count} files; at most ${MAX_FILES} are read.`, {
      source: source.name,
    });
  return { files };
}

function weightMap(text: string, corrupt: (what: string) => Fault): ReadonlyMap<string, Json> {
  try {
    const root = parseStrictJson(text.replace(/^\ufeff/, ''), { maxDepth: 8 });
    const map = root instanceof Map ? (root.get('weight_map') as Json | undefined) : undefined;
    if (map instanceof Map) return map as ReadonlyMap<string, Json>;
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw corrupt(`${error.what} (character ${error.at})`);
  }
  throw corrupt('it has no weight_map');
}
