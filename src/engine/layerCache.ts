import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { decodeResult, encodeResult } from '../protocol/codec';
import { writeWhole } from './outputFile';

/** What a key is made of: plain data, the same for the same work. */
export type CacheKey = Readonly<Record<string, unknown>>;

/**
 * Finished work on disk, found by the content it was made from. An entry is JSON text with its own checksum; one that is damaged, or of
 * another version, is as good as none. Nothing in an entry is ever run. The folder may be deleted at any time.
 */
export class LayerCache {
  private written = 0;

  constructor(private readonly options: { readonly directory: string; readonly maximumBytes: number }) {}

  /** The value put under this key, checked by `isValid`; undefined where there is none. */
  get<Value>(key: CacheKey, isValid: (value: unknown) => value is Value): Value | undefined {
    const file = this.fileOf(key);
    try {
      const text = fs.readFileSync(file, 'utf8');
      const cut = text.indexOf('\n');
      if (cut !== 64 || text.slice(0, cut) !== sha256(text.slice(cut + 1))) return undefined;
      const value = decodeResult(text.slice(cut + 1));
      if (!isValid(value)) return undefined;
      // The time of last use decides what goes first.
      const now = new Date();
      fs.utimesSync(file, now, now);
      return value;
    } catch {
      return undefined;
    }
  }

  /** Keeps a value. A full disk or a read-only folder is no reason to fail: then it is not kept. */
  put(key: CacheKey, value: unknown): void {
    try {
      fs.mkdirSync(this.options.directory, { recursive: true });
      const text = encodeResult(value);
      writeWhole(this.fileOf(key), `${sha256(text)}\n${text}`);
      this.written += text.length;
      // Looking at every file costs more than a few entries too many.
      if (this.written > this.options.maximumBytes / 16 || this.written === text.length) {
        this.written = 1;
        this.trim();
      }
    } catch {
      // Not kept.
    }
  }

  private fileOf(key: CacheKey): string {
    return path.join(this.options.directory, `${sha256(canonical(key))}.json`);
  }

  /** Deletes the entries that were not used for longest until the rest fits. */
  private trim(): void {
    const entries = fs
      .readdirSync(this.options.directory)
      .filter(name => /^[0-9a-f]{64}\.json$/.test(name))
      .map(name => {
        const file = path.join(this.options.directory, name);
        const { size, mtimeMs } = fs.statSync(file);
        return { file, size, used: mtimeMs };
      })
      .sort((a, b) => b.used - a.used);
    let total = 0;
    for (const entry of entries) {
      total += entry.size;
      if (total > this.options.maximumBytes) fs.rmSync(entry.file, { force: true });
    }
  }
}

/** JSON with sorted keys, so that equal keys have equal texts. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, entry: unknown) =>
    typeof entry === 'object' && entry !== null && !Array.isArray(entry)
      ? Object.fromEntries(Object.entries(entry).sort(([a], [b]) => (a < b ? -1 : 1)))
      : entry,
  );
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
