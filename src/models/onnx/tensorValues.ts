import type { ByteSource, Siblings } from '../../base/bytes';
import { Fault } from '../../base/fault';
import { FIELDS, type OnnxAttribute, type OnnxTensor } from './protocol';
import { BYTES, FIXED32, FIXED64, Message, Window } from './wire';

/** The largest tensor that is read into memory as floats: 1 GB. */
const MAX_VALUES = 1 << 28;

/** Reads the values of tensors when they are asked for, from the model file or the files beside it. */
export class TensorValues {
  private readonly window: Window;
  private readonly files = new Map<string, ByteSource>();

  constructor(
    private readonly source: ByteSource,
    private readonly siblings: Siblings,
  ) {
    this.window = new Window(source);
  }

  /** Names of the files beside the model that have been opened, and their sizes. */
  get externalFiles(): ReadonlyMap<string, ByteSource> {
    return this.files;
  }

  /** Checks that a tensor in another file is all there. Throws `unsafe`, `not-found`, `corrupt`. */
  checkExternal(tensor: OnnxTensor): void {
    if (tensor.storage.at !== 'external') return;
    const { location, offset, length } = tensor.storage;
    const file = this.file(location);
    if (offset + length > file.size) {
      throw new Fault(
        'corrupt',
        `Tensor "${tensor.name}" lies at bytes ${offset} to ${offset + length} of ${location}, which has ${file.size}.`,
        { hint: 'The file of weights belongs to another model, or is truncated.', source: this.source.name },
      );
    }
  }

  /** The bytes of a raw or external tensor from `offset` on. */
  rawBytes(tensor: OnnxTensor, offset = 0, length?: number): Uint8Array<ArrayBuffer> {
    const { storage } = tensor;
    if (storage.at === 'raw') {
      return this.source.read(storage.range.start + offset, length ?? storage.range.end - storage.range.start - offset);
    }
    if (storage.at === 'external') {
      this.checkExternal(tensor);
      return this.file(storage.location).read(storage.offset + offset, length ?? storage.length - offset);
    }
    throw new Fault('corrupt', `Tensor "${tensor.name}" has no raw bytes.`, { source: this.source.name });
  }

  /** All values as floats; integers beyond 2²⁴ are rounded. Throws `too-large`, `unsupported` for text. */
  floats(tensor: OnnxTensor): Float32Array<ArrayBuffer> {
    if (tensor.size > MAX_VALUES) {
      throw new Fault(
        'too-large',
        `Tensor "${tensor.name}" has ${tensor.size} values; at most ${MAX_VALUES} are read.`,
        {
          source: this.source.name,
        },
      );
    }
    const out = new Float32Array(tensor.size);
    if (tensor.storage.at !== 'typed') {
      // A part at a time: a file of 1 GB is not held twice.
      const step = 1 << 18;
      for (let from = 0; from < tensor.size; from += step) {
        const count = Math.min(step, tensor.size - from);
        const bits = tensor.kind.bits;
        const bytes = this.rawBytes(tensor, (from * bits) / 8, Math.ceil((count * bits) / 8));
        decodeRaw(tensor, bytes, count, (value, index) => {
          out[from + index] = value;
        });
      }
      return out;
    }
    let at = 0;
    for (const value of this.typed(tensor)) if (at < out.length) out[at++] = value;
    return out;
  }

  /** Values of a small tensor of whole numbers, such as a shape; `undefined` where there are more than `limit`. */
  integers(tensor: OnnxTensor, limit = 256): number[] | undefined {
    if (tensor.size > limit || !/^(u?int|bool)/.test(tensor.kind.type)) return undefined;
    if (tensor.storage.at === 'typed') return [...this.typed(tensor)].slice(0, tensor.size);
    const out = new Array<number>(tensor.size);
    decodeRaw(tensor, this.rawBytes(tensor), tensor.size, (value, index) => {
      out[index] = value;
    });
    return out;
  }

  /** The numbers of an attribute's list of floats. */
  attributeFloats(attribute: OnnxAttribute): Float32Array<ArrayBuffer> {
    const list = attribute.floats;
    if (list === undefined) return new Float32Array(0);
    const out = new Float32Array(list.count);
    let at = 0;
    const message = new Message(this.window, list.range.start, list.range.end);
    while (message.next()) {
      if (message.field !== FIELDS.attribute.floats) continue;
      for (const value of fixed(message, 4)) if (at < out.length) out[at++] = value;
    }
    return out;
  }

  private file(location: string): ByteSource {
    let file = this.files.get(location);
    if (file === undefined) {
      file = this.siblings.open(location);
      this.files.set(location, file);
    }
    return file;
  }

  /** Values stored as a repeated field of numbers; of 16 bits and fewer, as bit patterns in int32 (onnx.proto, TensorProto). */
  private *typed(tensor: OnnxTensor): Generator<number> {
    const F = FIELDS.tensor;
    const message = new Message(this.window, tensor.range.start, tensor.range.end);
    const { type, bits } = tensor.kind;
    while (message.next()) {
      switch (message.field) {
        case F.floatData:
          yield* fixed(message, 4);
          break;
        case F.doubleData:
          yield* fixed(message, 8);
          break;
        case F.int64Data:
        case F.uint64Data:
          yield* message.integers();
          break;
        case F.int32Data:
          for (const value of message.integers()) {
            if (type === 'float16') yield float16(value & 0xffff);
            else if (type === 'bfloat16') yield bfloat16(value & 0xffff);
            else if (type.startsWith('float')) yield narrowFloat(type, value & 0xff);
            else if (bits < 8) {
              for (let shift = 0; shift < 8; shift += bits) yield narrowInteger(type, bits, value >> shift);
            } else yield value;
          }
          break;
      }
    }
  }
}

function* fixed(message: Message, width: 4 | 8): Generator<number> {
  if (message.type === (width === 4 ? FIXED32 : FIXED64) || message.type === BYTES) {
    const step = 1 << 14;
    for (let at = message.start; at < message.end; at += step) {
      const length = Math.min(step, message.end - at);
      // A copy: the window moves while the caller computes.
      const bytes = message.window.view(at, length).slice();
      const view = new DataView(bytes.buffer);
      for (let i = 0; i + width <= length; i += width)
        yield width === 4 ? view.getFloat32(i, true) : view.getFloat64(i, true);
    }
  }
}

function decodeRaw(
  tensor: OnnxTensor,
  bytes: Uint8Array<ArrayBuffer>,
  count: number,
  put: (value: number, index: number) => void,
): void {
  const { type, bits } = tensor.kind;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let i = 0; i < count; i++) put(element(view, type, bits, i), i);
}

function element(view: DataView, type: OnnxTensor['kind']['type'], bits: number, i: number): number {
  switch (type) {
    case 'float32':
      return view.getFloat32(i * 4, true);
    case 'float64':
      return view.getFloat64(i * 8, true);
    case 'float16':
      return float16(view.getUint16(i * 2, true));
    case 'bfloat16':
      return bfloat16(view.getUint16(i * 2, true));
    case 'int64':
      return Number(view.getBigInt64(i * 8, true));
    case 'uint64':
      return Number(view.getBigUint64(i * 8, true));
    case 'int32':
      return view.getInt32(i * 4, true);
    case 'uint32':
      return view.getUint32(i * 4, true);
    case 'int16':
      return view.getInt16(i * 2, true);
    case 'uint16':
      return view.getUint16(i * 2, true);
    case 'int8':
      return view.getInt8(i);
    case 'uint8':
    case 'bool':
      return view.getUint8(i);
    case 'complex64':
      return view.getFloat32(i * 8, true);
    case 'complex128':
      return view.getFloat64(i * 16, true);
    case 'int4':
    case 'uint4':
    case 'int2':
    case 'uint2':
    case 'float4_e2m1fn':
      return narrowInteger(type, bits, view.getUint8(Math.floor((i * bits) / 8)) >> ((i * bits) % 8));
    case 'float8_e4m3fn':
    case 'float8_e4m3fnuz':
    case 'float8_e5m2':
    case 'float8_e5m2fnuz':
    case 'float8_e8m0fnu':
      return narrowFloat(type, view.getUint8(i));
    case 'str':
      return NaN;
  }
}

/** IEEE 754 binary16. */
export function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const scratch = new DataView(new ArrayBuffer(4));

function bfloat16(bits: number): number {
  scratch.setUint32(0, bits << 16);
  return scratch.getFloat32(0);
}

/** Values of FLOAT4E2M1 by their low three bits (OCP Microscaling Formats 1.0). */
const E2M1 = [0, 0.5, 1, 1.5, 2, 3, 4, 6];

function narrowInteger(type: string, bits: number, value: number): number {
  const low = value & ((1 << bits) - 1);
  if (type === 'float4_e2m1fn') return (low & 8 ? -1 : 1) * E2M1[low & 7]!;
  return type.startsWith('int') && low >= 1 << (bits - 1) ? low - (1 << bits) : low;
}

/** Floats of 8 bits (ONNX "Float stored in 8 bits"): FN has no infinities, UZ no negative zero and one NaN. */
function narrowFloat(type: string, bits: number): number {
  if (type === 'float8_e8m0fnu') return bits === 255 ? NaN : 2 ** (bits - 127);
  const unsignedZero = type.endsWith('uz');
  const fractionBits = type.includes('e4m3') ? 3 : 2;
  const bias = (fractionBits === 3 ? 7 : 15) + (unsignedZero ? 1 : 0);
  const exponent = (bits & 127) >> fractionBits;
  const fraction = bits & ((1 << fractionBits) - 1);
  const sign = bits & 128 ? -1 : 1;
  if (unsignedZero && bits === 128) return NaN;
  if (type === 'float8_e4m3fn' && (bits & 127) === 127) return NaN;
  if (type === 'float8_e5m2' && exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * (fraction / 2 ** fractionBits) * 2 ** (1 - bias);
  return sign * (1 + fraction / 2 ** fractionBits) * 2 ** (exponent - bias);
}
