import { refuseExpansion } from '../../base/archive/expansion';
import type { ByteSource } from '../../base/bytes';
import { elementBits } from '../elements';
import type { StoredType } from '../model';
import type { StoredTensor } from '../storedTensor';
import { elementTypeOf } from '../tensorflow/graph';
import { BYTES, FIXED32, FIXED64, type Message } from '../wire';

const MOST_TEXTS = 100_000;
const TEXT_BYTES = 1 << 16;

/**
 * A constant of a graph (tensor.proto, TensorProto): its bytes in the file, or numbers one by one, of which the last stands for all that are
 * missing. Text is given as text. Throws `corrupt`, and `too-large` where one number would stand for very many.
 */
export function readTensorProto(
  message: Message,
  source: ByteSource,
): { readonly tensor: StoredTensor | undefined; readonly texts: readonly string[] | undefined } {
  let type: StoredType | undefined;
  let shape: readonly number[] = [];
  let content: { readonly start: number; readonly end: number } | undefined;
  const numbers: number[] = [];
  const texts: string[] = [];
  while (message.next()) {
    switch (message.field) {
      case 1:
        type = elementTypeOf(message.enumeration);
        break;
      case 2:
        shape = readStoredShape(message.message(), 'a constant');
        break;
      case 4:
        content = { start: message.start, end: message.end };
        break;
      case 5:
        fixed(message, 4, numbers);
        break;
      case 6:
        fixed(message, 8, numbers);
        break;
      case 7:
      case 10:
      case 11:
      case 13:
      case 16:
      case 17:
        for (const value of message.integers()) numbers.push(value);
        break;
      case 8:
        if (texts.length < MOST_TEXTS) texts.push(message.prose(TEXT_BYTES));
        break;
    }
  }
  if (type === 'str') return { tensor: undefined, texts };
  if (type === undefined) return { tensor: undefined, texts: undefined };
  const size = shape.reduce((product, dim) => product * dim, 1);
  if (!Number.isSafeInteger(size)) throw message.damaged('a constant has more values than any file holds');
  const width = elementBits(type) / 8;
  if (content !== undefined && content.end > content.start) {
    const { start, end } = content;
    if (end - start !== size * width) {
      throw message.damaged(`a constant of ${shape.join(' × ')} has ${end - start} bytes, and needs ${size * width}`);
    }
    return {
      tensor: { name: '', type, shape, size, bytes: (from, count) => source.read(start + from * width, count * width) },
      texts: undefined,
    };
  }
  const put = WRITERS[type];
  if (put === undefined) return { tensor: undefined, texts: undefined };
  if (numbers.length > size) throw message.damaged('a constant holds more values than its shape');
  refuseExpansion('A constant of the graph', numbers.length * width + 1, size * width, source.name);
  const bytes = (from: number, count: number) => {
    const out = new Uint8Array(count * width);
    const view = new DataView(out.buffer);
    for (let i = 0; i < count; i++) put(view, i, numbers[Math.min(from + i, numbers.length - 1)] ?? 0);
    return out;
  };
  return { tensor: { name: '', type, shape, size, bytes }, texts: undefined };
}

function fixed(message: Message, width: 4 | 8, into: number[]): void {
  if (message.type !== BYTES && message.type !== (width === 4 ? FIXED32 : FIXED64))
    throw message.damaged('a constant has values of another type');
  const step = 1 << 14;
  for (let at = message.start; at < message.end; at += step) {
    const length = Math.min(step, message.end - at);
    const bytes = message.window.view(at, length);
    const view = new DataView(bytes.buffer, bytes.byteOffset, length);
    for (let i = 0; i + width <= length; i += width)
      into.push(width === 4 ? view.getFloat32(i, true) : view.getFloat64(i, true));
  }
}

type Writer = (view: DataView, index: number, value: number) => void;

const whole16: Writer = (view, index, value) => {
  view.setUint16(2 * index, value & 0xffff, true);
};
const whole32: Writer = (view, index, value) => {
  view.setUint32(4 * index, value >>> 0, true);
};
const whole64: Writer = (view, index, value) => {
  view.setBigInt64(8 * index, BigInt(Math.trunc(value)), true);
};
const whole8: Writer = (view, index, value) => {
  view.setUint8(index, value & 255);
};

/** Numbers of 16-bit floats are their bits. */
const WRITERS: Partial<Record<StoredType, Writer>> = {
  float32: (view, index, value) => {
    view.setFloat32(4 * index, value, true);
  },
  float64: (view, index, value) => {
    view.setFloat64(8 * index, value, true);
  },
  float16: whole16,
  bfloat16: whole16,
  int16: whole16,
  uint16: whole16,
  int32: whole32,
  uint32: whole32,
  int64: whole64,
  uint64: whole64,
  int8: whole8,
  uint8: whole8,
  bool: whole8,
};

/** A TensorShapeProto of something that is stored, called `what` where its shape is impossible: every length is known. */
export function readStoredShape(dims: Message, what: string): readonly number[] {
  const shape: number[] = [];
  while (dims.next()) {
    if (dims.field !== 2) continue;
    const dim = dims.message();
    let length = 0;
    while (dim.next()) if (dim.field === 1) length = dim.integer;
    if (length < 0 || shape.length > 64) throw dims.damaged(`${what} has an impossible shape`);
    shape.push(length);
  }
  return shape;
}
