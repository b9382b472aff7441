import { zlibSync } from 'fflate';
import { crc32 } from '../../../src/base/archive/crc32';
import type { FolderEntry, FolderSource } from '../../../src/base/folder';
import { naturalOrder } from '../../../src/base/naturalOrder';

/** What a test writes as a PNG. */
export interface PngImage {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colourType: number;
  /** Samples a pixel. */
  readonly samples: number;
  readonly interlaced?: boolean;
  /** Filter of each row, in turn. */
  readonly filters?: readonly number[];
  readonly palette?: readonly number[];
  /** Pixel after pixel. */
  readonly values: ArrayLike<number>;
  /** In the place of the compressed pixels. */
  readonly data?: Uint8Array;
  readonly extra?: readonly Uint8Array[];
}

const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** A PNG of these samples, written plainly: what the decoder must give back. */
export function pngBytes(image: PngImage): Uint8Array<ArrayBuffer> {
  const { width, height, depth, colourType, interlaced = false } = image;
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([depth, colourType, 0, 0, interlaced ? 1 : 0], 8);
  return joined([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk('IHDR', header),
    ...(image.extra ?? []),
    ...(image.palette === undefined ? [] : [chunk('PLTE', Uint8Array.from(image.palette))]),
    chunk('IDAT', image.data ?? zlibSync(filtered(image))),
    chunk('IEND', new Uint8Array(0)),
  ]);
}

export function chunk(type: string, content: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(12 + content.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, content.length);
  bytes.set(
    Uint8Array.from(type, letter => letter.charCodeAt(0)),
    4,
  );
  bytes.set(content, 8);
  view.setUint32(8 + content.length, crc32(bytes.subarray(4, 8 + content.length)));
  return bytes;
}

function filtered(image: PngImage): Uint8Array {
  const { width, height, depth, samples, interlaced = false, filters = [0], values } = image;
  const lines: Uint8Array[] = [];
  let row = 0;
  for (const [x0, y0, stepX, stepY] of interlaced ? PASSES : ([[0, 0, 1, 1]] as const)) {
    const across = Math.ceil((width - x0) / stepX);
    if (across <= 0) continue;
    let above = new Uint8Array(Math.ceil((across * samples * depth) / 8));
    for (let y = y0; y < height; y += stepY) {
      const line = new Uint8Array(above.length);
      for (let column = 0; column < across; column++)
        for (let sample = 0; sample < samples; sample++) {
          const value = values[(y * width + x0 + column * stepX) * samples + sample]!;
          const bit = (column * samples + sample) * depth;
          if (depth === 16) line.set([value >> 8, value & 255], bit / 8);
          else line[bit >> 3]! |= value << (8 - depth - (bit & 7));
        }
      const filter = filters[row++ % filters.length]!;
      lines.push(Uint8Array.of(filter), filterLine(filter, line, above, Math.max(1, (samples * depth) / 8)));
      above = line;
    }
  }
  return joined(lines);
}

function filterLine(filter: number, line: Uint8Array, above: Uint8Array, distance: number): Uint8Array {
  return line.map((value, i) => {
    const left = i < distance ? 0 : line[i - distance]!;
    const corner = i < distance ? 0 : above[i - distance]!;
    const up = above[i]!;
    const guess = left + up - corner;
    const nearest = [left, up, corner].reduce((best, candidate) =>
      Math.abs(guess - candidate) < Math.abs(guess - best) ? candidate : best,
    );
    return value - ([0, left, up, (left + up) >> 1, nearest][filter] ?? 0);
  });
}

export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** A folder in memory. */
export function memoryFolder(files: Readonly<Record<string, Uint8Array<ArrayBuffer>>>, passedOver = 0): FolderSource {
  const entries: readonly FolderEntry[] = Object.keys(files)
    .sort(naturalOrder)
    .map(path => ({ path, size: files[path]!.length }));
  return {
    name: 'folder',
    entries,
    passedOver,
    read: ({ path }, length) => files[path]!.slice(0, length),
  };
}
