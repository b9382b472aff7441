import { Fault } from '../../base/fault';
import { refuseExpansion } from '../../base/archive/expansion';

/** What an image says of itself before it is decoded. */
export interface ImageInfo {
  readonly kind: 'png' | 'jpeg';
  readonly width: number;
  readonly height: number;
  /** Whether its pixels have a colour, rather than a shade of grey. */
  readonly colour: boolean;
}

export interface PngHeader extends ImageInfo {
  readonly depth: number;
  readonly colourType: number;
  readonly interlaced: boolean;
}

const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Depths that go with each colour type (PNG specification, section 11.2.1). */
const PNG_DEPTHS: ReadonlyMap<number, readonly number[]> = new Map([
  [0, [1, 2, 4, 8, 16]],
  [2, [8, 16]],
  [3, [1, 2, 4, 8]],
  [4, [8, 16]],
  [6, [8, 16]],
]);
/** Samples of a pixel, by colour type. */
export const PNG_SAMPLES: ReadonlyMap<number, number> = new Map([
  [0, 1],
  [2, 3],
  [3, 1],
  [4, 2],
  [6, 4],
]);

export function looksLikePng(head: Uint8Array): boolean {
  return PNG_SIGNATURE.every((byte, i) => byte === head[i]);
}

export function looksLikeJpeg(head: Uint8Array): boolean {
  return head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff;
}

/** Other images that people have, so that the refusal can say what a file is. */
export function otherImage(head: Uint8Array): string | undefined {
  const start = String.fromCharCode(...head.subarray(0, 12));
  if (/^GIF8[79]a/.test(start)) return 'a GIF image';
  if (/^RIFF[^]{4}WEBP/.test(start)) return 'a WebP image';
  if (/^(II\*\0|MM\0\*)/.test(start)) return 'a TIFF image';
  if (/^BM[^]{4}\0\0\0\0/.test(start)) return 'a BMP image';
  if (/^[^]{4}ftyp(avif|heic|heix|mif1)/.test(start)) return 'an AVIF or HEIC image';
  return undefined;
}

/** Faults that blame an image by its name. */
export function imageFault(name: string): (what: string, code?: 'corrupt' | 'unsupported') => Fault {
  return (what, code = 'corrupt') =>
    new Fault(code, `The image ${name} ${code === 'corrupt' ? 'is damaged: ' : ''}${what}.`, {
      hint: code === 'corrupt' ? 'Copy or export it again, or take it away.' : 'Save it as an 8-bit PNG or JPEG.',
    });
}

/**
 * The header of a PNG or JPEG; `undefined` where `head` ends before it says its size (then all of the file must be given). `size` is the file's: an image
 * that would expand too far from it is refused here, before anything is decoded. Throws `corrupt`, `unsupported`, `too-large`, naming the image.
 */
export function readImageInfo(head: Uint8Array, size: number, name: string): ImageInfo | undefined {
  const png = looksLikePng(head) ? readPngHeader(head, name) : undefined;
  const info = png ?? readJpegHeader(head, size, name);
  if (info === undefined) return undefined;
  // Every sample becomes a number, however few bits it has in the file.
  const samples = png ? PNG_SAMPLES.get(png.colourType)! * Math.max(1, png.depth / 8) : info.colour ? 3 : 1;
  refuseExpansion(`The image ${name}`, size, info.width * info.height * samples, name);
  return info;
}

/** Throws `corrupt`, naming the image. */
export function readPngHeader(head: Uint8Array, name: string): PngHeader {
  const fault = imageFault(name);
  if (head.length < 33) throw fault('it ends within its header');
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const type = String.fromCharCode(...head.subarray(12, 16));
  if (view.getUint32(8) !== 13 || type !== 'IHDR') throw fault('it does not begin with its header');
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const [depth, colourType, compression, filter, interlace] = [24, 25, 26, 27, 28].map(at => head[at]!);
  if (width === 0 || height === 0 || width > 0x7fffffff || height > 0x7fffffff)
    throw fault(`it is ${width} × ${height} pixels`);
  if (PNG_DEPTHS.get(colourType!)?.includes(depth!) !== true)
    throw fault(`there are no pixels of type ${colourType} with ${depth} bits`);
  if (compression !== 0 || filter !== 0 || interlace! > 1) throw fault('it is compressed in a way that there is not');
  return {
    kind: 'png',
    width,
    height,
    depth: depth!,
    colourType: colourType!,
    interlaced: interlace === 1,
    colour: colourType === 2 || colourType === 3 || colourType === 6,
  };
}

function readJpegHeader(head: Uint8Array, size: number, name: string): ImageInfo | undefined {
  const fault = imageFault(name);
  for (const { marker, at, length } of jpegSegments(head, fault)) {
    if (at + length > head.length) {
      if (head.length < size) return undefined;
      throw fault('it ends within its header');
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (!isFrame) continue;
    if (length < 8) throw fault('its frame has no size');
    const view = new DataView(head.buffer, head.byteOffset + at, length);
    const [precision, height, width, components] = [
      view.getUint8(2),
      view.getUint16(3),
      view.getUint16(5),
      view.getUint8(7),
    ];
    if (marker > 0xc2) throw fault('is a JPEG that is lossless, hierarchical or coded arithmetically', 'unsupported');
    if (precision !== 8) throw fault(`is a JPEG of ${precision} bits`, 'unsupported');
    if (components !== 1 && components !== 3)
      throw fault(components === 4 ? 'is a JPEG in CMYK' : `is a JPEG of ${components} components`, 'unsupported');
    if (width === 0 || height === 0) throw fault(`it is ${width} × ${height} pixels`);
    return { kind: 'jpeg', width, height, colour: components === 3 };
  }
  if (head.length < size) return undefined;
  throw fault('it has no frame');
}

/** How much of a decoder's time a progressive JPEG may ask for: scans, and pixels over all of them. */
const MOST_SCANS = 100;
const MOST_SCANNED_PIXELS = 1e9;

/** Refuses a JPEG whose scans would keep a decoder busy for long: each goes over all of its pixels. Throws `too-large`, naming the image. */
export function refuseManyScans(bytes: Uint8Array, { width, height }: ImageInfo, name: string): void {
  let scans = 0;
  for (const { marker } of jpegSegments(bytes, imageFault(name))) if (marker === 0xda) scans++;
  if (scans > MOST_SCANS || (scans > 1 && scans * width * height > MOST_SCANNED_PIXELS))
    throw new Fault('too-large', `The image ${name} has ${scans} scans of ${width} × ${height} pixels.`, {
      hint: 'Save it as a JPEG that is not progressive.',
    });
}

/** The marker segments of a JPEG (ITU-T T.81, annex B.1.1), those that `bytes` cut off included; what is coded between them is passed over. */
function* jpegSegments(
  bytes: Uint8Array,
  fault: ReturnType<typeof imageFault>,
): Generator<{ readonly marker: number; readonly at: number; readonly length: number }> {
  let at = 2;
  while (at + 4 <= bytes.length) {
    if (bytes[at] !== 0xff) throw fault('it has no marker where one must be');
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker === 0xd9) return;
    const length = 256 * bytes[at + 2]! + bytes[at + 3]!;
    if (length < 2) throw fault('a part of it has no length');
    yield { marker, at: at + 2, length };
    at += 2 + length;
    if (marker === 0xda)
      while (at + 1 < bytes.length) {
        at = bytes.indexOf(0xff, at);
        if (at < 0) return;
        const next = bytes[at + 1]!;
        if (next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) break;
        at += next === 0xff ? 1 : 2;
      }
  }
}
