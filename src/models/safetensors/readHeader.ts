import type { ByteSource } from '../../base/bytes';
import { Fault } from '../../base/fault';
import { JsonError, parseStrictJson, type Json, type JsonObject } from '../../base/strictJson';
import { quoted } from '../../base/text';
import { decodeUtf8 } from '../../base/utf8';
import { formatCount } from '../../base/numbers';
import { elementBits } from '../elements';
import type { StoredType } from '../model';
import type { StoredTensor } from '../storedTensor';

/** The format's own limit on its header. */
const MAX_HEADER_BYTES = 100_000_000;
const MAX_TENSORS = 500_000;
const MAX_RANK = 64;

const TYPES: ReadonlyMap<string, StoredType> = new Map([
  ['BOOL', 'bool'],
  ['U8', 'uint8'],
  ['I8', 'int8'],
  ['U16', 'uint16'],
  ['I16', 'int16'],
  ['U32', 'uint32'],
  ['I32', 'int32'],
  ['U64', 'uint64'],
  ['I64', 'int64'],
  ['F16', 'float16'],
  ['BF16', 'bfloat16'],
  ['F32', 'float32'],
  ['F64', 'float64'],
  ['C64', 'complex64'],
  ['F8_E4M3', 'float8_e4m3fn'],
  ['F8_E4M3FNUZ', 'float8_e4m3fnuz'],
  ['F8_E5M2', 'float8_e5m2'],
  ['F8_E5M2FNUZ', 'float8_e5m2fnuz'],
  ['F8_E8M0', 'float8_e8m0fnu'],
  ['F4', 'float4_e2m1fn'],
]);

export interface SafetensorsFile {
  /** In the order of the header. */
  readonly tensors: readonly StoredTensor[];
  readonly metadata: ReadonlyMap<string, string>;
}

/**
 * Reads the header of a safetensors file (README "Format" and tensor.rs `Metadata::validate` of huggingface/safetensors): one way to read it or
 * none. The tensors' bytes must follow one another from the first byte after the header to the end of the file. Values are
 * read when they are asked for. Throws `corrupt`, `unsupported` (an element type), `too-large` (more tensors than can be listed).
 */
export function readSafetensors(source: ByteSource): SafetensorsFile {
  const corrupt = (what: string) =>
    new Fault('corrupt', `The safetensors file is damaged: ${what}.`, {
      hint: 'Copy or save the file again.',
      source: source.name,
    });
  if (source.size < 8) throw corrupt(`it has ${source.size} bytes, too few for the length of its header`);
  const head = source.read(0, 8);
  const length = new DataView(head.buffer, head.byteOffset, 8).getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER_BYTES))
    throw corrupt(
      `its header is said to take ${formatCount(Number(length))} bytes, more than the ${formatCount(MAX_HEADER_BYTES)} that the format allows`,
    );
  const headerBytes = Number(length);
  if (8 + headerBytes > source.size)
    throw corrupt(`its header is said to take ${headerBytes} bytes, but the file has ${source.size}`);
  const text = decodeUtf8(source.read(8, headerBytes));
  if (text === undefined) throw corrupt('its header is not UTF-8 text');
  if (!text.startsWith('{')) throw corrupt('its header does not begin with "{"');
  const header = parseHeader(text, corrupt);

  const metadata = new Map<string, string>();
  const found: Described[] = [];
  for (const [name, entry] of header) {
    if (name === '__metadata__') readMetadata(entry, metadata, corrupt);
    else found.push(describe(name, entry, source, corrupt));
  }
  if (found.length > MAX_TENSORS)
    throw new Fault(
      'too-large',
      `The file lists ${formatCount(found.length)} tensors; at most ${formatCount(MAX_TENSORS)} are read.`,
      {
        source: source.name,
      },
    );
  const dataOffset = 8 + headerBytes;
  checkLayout(found, source.size - dataOffset, corrupt);
  const tensors = found.map(({ name, shape, type, size, begin }): StoredTensor => ({
    name,
    shape,
    type,
    size,
    bytes: (from, count) => {
      const bits = elementBits(type);
      return source.read(dataOffset + begin + (from * bits) / 8, Math.ceil((count * bits) / 8));
    },
  }));
  return { tensors, metadata };
}

type Corrupt = (what: string) => Fault;

interface Described {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: StoredType;
  readonly size: number;
  readonly begin: number;
  readonly end: number;
}

function parseHeader(text: string, corrupt: Corrupt): JsonObject {
  try {
    const header = parseStrictJson(text, { maxDepth: 8 });
    if (isObject(header)) return header;
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw corrupt(`its header is no JSON: ${error.what} (character ${error.at})`);
  }
  throw corrupt('its header is no JSON object');
}

function readMetadata(entry: Json, into: Map<string, string>, corrupt: Corrupt): void {
  if (!isObject(entry)) throw corrupt('its metadata is no JSON object');
  for (const [key, value] of entry) {
    if (typeof value !== 'string') throw corrupt(`its metadata ${quoted(key)} is no text`);
    into.set(key, value);
  }
}

function describe(name: string, entry: Json, source: ByteSource, corrupt: Corrupt): Described {
  const named = `tensor ${quoted(name, 80)}`;
  // A name that some programs would take for something else than a name.
  if (name === '__proto__') throw corrupt('a tensor is called "__proto__", which is no name of a tensor');
  if (!isObject(entry)) throw corrupt(`${named} is not described`);
  const dtype = entry.get('dtype');
  const shape = wholeNumbers(entry.get('shape'));
  const offsets = wholeNumbers(entry.get('data_offsets'));
  if (typeof dtype !== 'string' || shape === undefined || offsets?.length !== 2)
    throw corrupt(`${named} needs a dtype, a shape and two data_offsets`);
  const type = TYPES.get(dtype);
  if (type === undefined)
    throw new Fault('unsupported', `Tensor ${quoted(name, 80)} holds elements of the type ${quoted(dtype)}.`, {
      hint: `Read are ${[...TYPES.keys()].join(', ')}.`,
      source: source.name,
    });
  if (shape.length > MAX_RANK) throw corrupt(`${named} has more than ${MAX_RANK} dimensions`);
  const [begin, end] = offsets as [number, number];
  const size = shape.reduce((product, dim) => product * dim, 1);
  // Without the zeros, so that none of them hides a product that is out of range.
  const whole = shape.reduce((product, dim) => product * Math.max(1, dim), 1);
  const bits = size * elementBits(type);
  if (!Number.isSafeInteger(whole * 128)) throw corrupt(`${named} has a shape of more values than any file holds`);
  if (bits % 8 !== 0) throw corrupt(`${named} does not fill whole bytes`);
  if (end < begin) throw corrupt(`${named} ends at byte ${end}, before it begins at ${begin}`);
  if (end - begin !== bits / 8)
    throw corrupt(
      `${named} of ${shape.length === 0 ? 'one value' : shape.join(' × ')} ${type} takes ${bits / 8} bytes, but ${end - begin} are set aside`,
    );
  return { name, shape, type, size, begin, end };
}

/** Tensors lie one after another, without overlap or gap, and fill the file. */
function checkLayout(found: readonly Described[], available: number, corrupt: Corrupt): void {
  const ordered = [...found].sort((a, b) => a.begin - b.begin || a.end - b.end);
  let expected = 0;
  for (const { name, begin, end } of ordered) {
    if (begin !== expected)
      throw corrupt(
        begin < expected
          ? `tensor ${quoted(name, 80)} overlaps the one before it`
          : `${begin - expected} bytes before tensor ${quoted(name, 80)} belong to no tensor`,
      );
    expected = end;
  }
  if (expected > available) throw corrupt(`its tensors take ${expected} bytes, but it has ${available} for them`);
  if (expected < available) throw corrupt(`${available - expected} bytes after its last tensor belong to no tensor`);
}

function isObject(value: Json | undefined): value is JsonObject {
  return value instanceof Map;
}

function wholeNumbers(value: Json | undefined): readonly number[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const items = value as readonly Json[];
  const valid = items.every(item => typeof item === 'number' && Number.isSafeInteger(item) && item >= 0);
  return valid ? (items as readonly number[]) : undefined;
}
