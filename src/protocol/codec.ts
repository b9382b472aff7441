/**
 * A result as JSON text that any version of a view can read again: typed arrays travel as the base64 of their bytes
 * (little-endian), numbers that JSON lacks by name. What is encoded is `{version: 1, result}`.
 */

export const CODEC_VERSION = 1;

type TypedArray = Float64Array | Float32Array | Uint32Array | Int32Array | Uint8Array;

const CONSTRUCTORS = {
  f64: Float64Array,
  f32: Float32Array,
  u32: Uint32Array,
  i32: Int32Array,
  u8: Uint8Array,
} as const;
type Tag = keyof typeof CONSTRUCTORS;

function tagOf(value: TypedArray): Tag {
  if (value instanceof Float64Array) return 'f64';
  if (value instanceof Float32Array) return 'f32';
  if (value instanceof Uint32Array) return 'u32';
  if (value instanceof Int32Array) return 'i32';
  return 'u8';
}

function isTypedArray(value: unknown): value is TypedArray {
  return ArrayBuffer.isView(value) && Object.values(CONSTRUCTORS).some(type => value instanceof type);
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const DIGITS = new Uint8Array(128).fill(255);
for (let i = 0; i < ALPHABET.length; i++) DIGITS[ALPHABET.charCodeAt(i)] = i;

export function bytesToBase64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let from = 0; from < bytes.length; from += 24_576) {
    let part = '';
    const to = Math.min(bytes.length, from + 24_576);
    for (let i = from; i < to; i += 3) {
      const left = to - i;
      const group = (bytes[i]! << 16) | ((left > 1 ? bytes[i + 1]! : 0) << 8) | (left > 2 ? bytes[i + 2]! : 0);
      part += ALPHABET[group >> 18]! + ALPHABET[(group >> 12) & 63]!;
      part += left > 1 ? ALPHABET[(group >> 6) & 63]! : '=';
      part += left > 2 ? ALPHABET[group & 63]! : '=';
    }
    parts.push(part);
  }
  return parts.join('');
}

/** Throws a RangeError where the text is not base64. */
export function base64ToBytes(text: string): Uint8Array<ArrayBuffer> {
  if (text.length % 4 !== 0) throw new RangeError('base64 text has a length that is no multiple of 4');
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  const digit = (at: number): number => {
    if (at >= text.length - padding) return 0;
    const code = text.charCodeAt(at);
    const value = code < 128 ? DIGITS[code]! : 255;
    if (value === 255) throw new RangeError(`base64 text has a character that is not of its alphabet at ${at}`);
    return value;
  };
  let to = 0;
  for (let i = 0; i < text.length; i += 4) {
    const group = (digit(i) << 18) | (digit(i + 1) << 12) | (digit(i + 2) << 6) | digit(i + 3);
    if (to < bytes.length) bytes[to++] = group >> 16;
    if (to < bytes.length) bytes[to++] = (group >> 8) & 255;
    if (to < bytes.length) bytes[to++] = group & 255;
  }
  return bytes;
}

/** Elements of a typed array are copied out byte by byte, so that the text is the same on any machine. */
function littleEndian(array: TypedArray): Uint8Array {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  if (array.BYTES_PER_ELEMENT === 1 || isLittleEndian) return bytes;
  return swapped(bytes, array.BYTES_PER_ELEMENT);
}

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

function swapped(bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) result[i] = bytes[i - (i % size) + (size - 1 - (i % size))]!;
  return result;
}

/** `result` as JSON text. `<` is escaped, so that the text can stand in a script element of an HTML page. */
export function encodeResult(result: unknown): string {
  const encode = (value: unknown): unknown => {
    if (isTypedArray(value)) return { $: tagOf(value), b64: bytesToBase64(littleEndian(value)) };
    if (typeof value === 'number' && !Number.isFinite(value)) return { $: 'number', name: String(value) };
    if (Array.isArray(value)) return value.map(encode);
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, encode(entry)]));
    }
    return value;
  };
  return JSON.stringify({ version: CODEC_VERSION, result: encode(result) })
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}

function decode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decode);
  if (typeof value !== 'object' || value === null) return value;
  const tag = '$' in value ? value.$ : undefined;
  if (tag === 'number' && 'name' in value) return Number(value.name);
  if (typeof tag === 'string' && tag in CONSTRUCTORS && 'b64' in value && typeof value.b64 === 'string') {
    const type = CONSTRUCTORS[tag as Tag];
    const bytes = base64ToBytes(value.b64);
    const size = type.BYTES_PER_ELEMENT;
    if (bytes.length % size !== 0) throw new RangeError(`an array of ${tag} has ${bytes.length} bytes`);
    return new type((isLittleEndian || size === 1 ? bytes : swapped(bytes, size)).buffer);
  }
  const result: Record<string, unknown> = {};
  for (const [key, entry] of Object.entries(value)) {
    // A plain assignment to `__proto__` would change the object instead of filling it.
    Object.defineProperty(result, key, { value: decode(entry), enumerable: true, writable: true, configurable: true });
  }
  return result;
}

/** What `encodeResult` wrote. Throws a RangeError for text of another version, a SyntaxError for text that is not JSON. */
export function decodeResult(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || !('version' in value) || !('result' in value)) {
    throw new RangeError('this is not an encoded result');
  }
  if (value.version !== CODEC_VERSION) {
    throw new RangeError(`the result is of version ${String(value.version)}, this reads version ${CODEC_VERSION}`);
  }
  return decode(value.result);
}
