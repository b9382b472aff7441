import { Unzlib } from 'fflate';
import { crc32 } from '../../base/archive/crc32';
import { Fault } from '../../base/fault';
import { allocate } from '../memory';
import { imageFault, PNG_SAMPLES, readPngHeader, type PngHeader } from './imageHeader';
import type { Pixels } from './pixels';

/** So few that even the densest DEFLATE (1032:1) inflates them to 16 MiB at a time. */
const COMPRESSED_BYTES = 16 * 2 ** 10;

/**
 * Decodes a PNG (W3C, third edition): every colour type and depth, interlaced or not. Palettes are looked up, samples of less than 8 bits become bytes.
 * Colour profiles, gamma and transparent colours are of no account, as to the libraries that networks are trained with. Never inflates beyond what the
 * header says; every chunk that matters must have its checksum. Throws `corrupt`, naming the image.
 */
export function decodePng(bytes: Uint8Array<ArrayBuffer>, name: string): Pixels {
  const fault = imageFault(name);
  const header = readPngHeader(bytes, name);
  const { palette, data } = readChunks(bytes, fault);
  if (header.colourType === 3 && palette === undefined) throw fault('it has no palette');
  const passes = passesOf(header);
  const raw = inflate(
    data,
    passes.reduce((sum, pass) => sum + pass.height * (1 + pass.rowBytes), 0),
    name,
  );
  const sampled = unpack(raw, passes, header, name);
  return palette !== undefined && header.colourType === 3
    ? { ...size(header), samples: 3, white: 255, values: lookUp(sampled, palette, fault) }
    : {
        ...size(header),
        samples: PNG_SAMPLES.get(header.colourType)! as Pixels['samples'],
        white: header.depth === 16 ? 65535 : 255,
        values: sampled,
      };
}

function size({ width, height }: PngHeader) {
  return { width, height };
}

type ImageFault = ReturnType<typeof imageFault>;

function readChunks(bytes: Uint8Array<ArrayBuffer>, fault: ImageFault) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const data: Uint8Array<ArrayBuffer>[] = [];
  let palette: Uint8Array | undefined;
  for (let at = 8; ;) {
    if (at + 12 > bytes.length) throw fault('it ends early');
    const length = view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (length > bytes.length - at - 12) throw fault(`a part of it (${/^\w+$/.test(type) ? type : '?'}) ends early`);
    const content = bytes.subarray(at + 8, at + 8 + length);
    // What need not be understood need not be sound.
    const critical = (bytes[at + 4]! & 0x20) === 0;
    if (critical && crc32(bytes.subarray(at + 4, at + 8 + length)) !== view.getUint32(at + 8 + length))
      throw fault(`a part of it (${/^\w+$/.test(type) ? type : '?'}) does not match its checksum`);
    if (type === 'IDAT') data.push(content);
    else if (type === 'PLTE') {
      if (length === 0 || length % 3 !== 0 || length > 768) throw fault('its palette is no palette');
      palette = content;
    } else if (type === 'IEND') return { palette, data };
    else if (critical && type !== 'IHDR') throw fault(`a part of it (${/^\w+$/.test(type) ? type : '?'}) is not known`);
    at += 12 + length;
  }
}

/** The first `length` bytes of the image's data; what follows them is left alone. */
function inflate(parts: readonly Uint8Array<ArrayBuffer>[], length: number, name: string): Uint8Array {
  const raw = allocate(Uint8Array, length, name);
  let filled = 0;
  const unzlib = new Unzlib(chunk => {
    const part = chunk.subarray(0, length - filled);
    raw.set(part, filled);
    filled += part.length;
  });
  const total = parts.reduce((sum, part) => sum + part.length, 0);
  let pushed = 0;
  try {
    for (const part of parts)
      for (let at = 0; at < part.length && filled < length; at += COMPRESSED_BYTES) {
        const piece = part.slice(at, at + COMPRESSED_BYTES);
        pushed += piece.length;
        unzlib.push(piece, pushed === total);
      }
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    throw imageFault(name)('its pixels cannot be inflated');
  }
  if (filled < length) throw imageFault(name)('its pixels end early');
  return raw;
}

/** A part of the image that was filtered by itself: all of it, or one of the seven of an interlaced one. */
interface Pass {
  readonly width: number;
  readonly height: number;
  readonly rowBytes: number;
  readonly x: number;
  readonly y: number;
  readonly stepX: number;
  readonly stepY: number;
}

/** Adam7: origin and distance of the pixels of each pass. */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

function passesOf({ width, height, depth, colourType, interlaced }: PngHeader): readonly Pass[] {
  const bits = depth * PNG_SAMPLES.get(colourType)!;
  const origins = interlaced ? ADAM7 : ([[0, 0, 1, 1]] as const);
  return origins
    .map(([x, y, stepX, stepY]) => {
      const across = Math.ceil((width - x) / stepX);
      return {
        width: across,
        height: Math.ceil((height - y) / stepY),
        rowBytes: Math.ceil((across * bits) / 8),
        x,
        y,
        stepX,
        stepY,
      };
    })
    .filter(pass => pass.width > 0 && pass.height > 0);
}

/** Undoes the filters, and puts every sample where it belongs. */
function unpack(raw: Uint8Array, passes: readonly Pass[], header: PngHeader, name: string): Uint8Array | Uint16Array {
  const { width, height, depth, colourType } = header;
  const samples = PNG_SAMPLES.get(colourType)!;
  const values =
    depth === 16
      ? allocate(Uint16Array, width * height * samples, name)
      : allocate(Uint8Array, width * height * samples, name);
  const distance = Math.max(1, (depth * samples) / 8);
  // Palettes are looked up by the sample itself; shades of few bits are spread over a byte.
  const spread = depth < 8 && colourType !== 3 ? 255 / (2 ** depth - 1) : 1;
  let at = 0;
  for (const pass of passes) {
    let above = new Uint8Array(pass.rowBytes);
    for (let row = 0; row < pass.height; row++) {
      const line = raw.subarray(at + 1, at + 1 + pass.rowBytes);
      if (!unfilter(raw[at]!, line, above, distance)) throw imageFault(name)(`a row of it has no filter ${raw[at]!}`);
      above = line as Uint8Array<ArrayBuffer>;
      at += 1 + pass.rowBytes;
      const y = pass.y + row * pass.stepY;
      for (let column = 0; column < pass.width; column++) {
        const to = (y * width + pass.x + column * pass.stepX) * samples;
        for (let sample = 0; sample < samples; sample++) {
          const from = column * samples + sample;
          values[to + sample] =
            depth === 8
              ? line[from]!
              : depth === 16
                ? 256 * line[2 * from]! + line[2 * from + 1]!
                : spread * bitsAt(line, from, depth);
        }
      }
    }
  }
  return values;
}

function bitsAt(line: Uint8Array, index: number, depth: number): number {
  const bit = index * depth;
  return (line[bit >> 3]! >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
}

/** Undoes one row's filter in place (PNG specification, section 9.2); false for a filter that there is not. */
function unfilter(filter: number, line: Uint8Array, above: Uint8Array, distance: number): boolean {
  switch (filter) {
    case 0:
      return true;
    case 1:
      for (let i = distance; i < line.length; i++) line[i]! += line[i - distance]!;
      return true;
    case 2:
      for (let i = 0; i < line.length; i++) line[i]! += above[i]!;
      return true;
    case 3:
      for (let i = 0; i < line.length; i++) line[i]! += ((i < distance ? 0 : line[i - distance]!) + above[i]!) >> 1;
      return true;
    case 4:
      for (let i = 0; i < line.length; i++) {
        const left = i < distance ? 0 : line[i - distance]!;
        const corner = i < distance ? 0 : above[i - distance]!;
        line[i]! += paeth(left, above[i]!, corner);
      }
      return true;
    default:
      return false;
  }
}

/** The one of left, above and corner that left + above − corner is nearest to. */
function paeth(left: number, above: number, corner: number): number {
  const toLeft = Math.abs(above - corner);
  const toAbove = Math.abs(left - corner);
  const toCorner = Math.abs(left + above - 2 * corner);
  return toLeft <= toAbove && toLeft <= toCorner ? left : toAbove <= toCorner ? above : corner;
}

function lookUp(indices: Uint8Array | Uint16Array, palette: Uint8Array, fault: ImageFault): Uint8Array {
  const colours = palette.length / 3;
  const values = new Uint8Array(indices.length * 3);
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!;
    if (index >= colours) throw fault(`it has no colour ${index}: its palette has ${colours}`);
    values.set(palette.subarray(3 * index, 3 * index + 3), 3 * i);
  }
  return values;
}
