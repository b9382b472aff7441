import type { ByteSource, Siblings } from '../../base/bytes';
import { Fault } from '../../base/fault';
import { formatCount } from '../../base/numbers';
import { bfloat16, decodeElements, float16, narrowFloat, narrowInteger } from '../elements';
import { readFloats, type StoredTensor } from '../storedTensor';
import { FIELDS, type OnnxAttribute, type OnnxTensor } from './protocol';
import { BYTES, FIXED32, FIXED64, Message, Window } from '../wire';

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
        `Tensor "${tensor.name}" lies at bytes ${offset} to ${offset + length} of ${location}, which has ${formatCount(file.size)}.`,
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

  /** The tensor as other formats have it. Values that stand in a repeated field of numbers are decoded for it, as float32. */
  stored(tensor: OnnxTensor): StoredTensor {
    const { name, dims: shape, size, kind } = tensor;
    if (tensor.storage.at === 'typed') {
      let floats: Uint8Array<ArrayBuffer> | undefined;
      return {
        name,
        shape,
        size,
        type: kind.type === 'str' ? 'str' : 'float32',
        bytes: (from, count) => {
          floats ??= new Uint8Array(this.typedFloats(tensor).buffer);
          return floats.subarray(from * 4, (from + count) * 4);
        },
      };
    }
    return {
      name,
      shape,
      size,
      type: kind.type,
      bytes: (from, count) => this.rawBytes(tensor, (from * kind.bits) / 8, Math.ceil((count * kind.bits) / 8)),
    };
  }

  /** All values as floats; integers beyond 2²⁴ are rounded. Throws `too-large`, `unsupported` for text. */
  floats(tensor: OnnxTensor): Float32Array<ArrayBuffer> {
    return readFloats(this.stored(tensor), this.source.name);
  }

  /** Values of a small tensor of whole numbers, such as a shape; `undefined` where there are more than `limit`. */
  integers(tensor: OnnxTensor, limit = 256): number[] | undefined {
    if (tensor.size > limit || !/^(u?int|bool)/.test(tensor.kind.type)) return undefined;
    if (tensor.storage.at === 'typed') return [...this.typed(tensor)].slice(0, tensor.size);
    const out = new Array<number>(tensor.size);
    decodeElements(tensor.kind.type, this.rawBytes(tensor), tensor.size, (value, index) => {
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

  private typedFloats(tensor: OnnxTensor): Float32Array<ArrayBuffer> {
    const out = new Float32Array(tensor.size);
    let at = 0;
    for (const value of this.typed(tensor)) if (at < out.length) out[at++] = value;
    return out;
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
