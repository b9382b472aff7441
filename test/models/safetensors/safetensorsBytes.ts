import { ascii, joined, type Bytes } from '../../fuzz/target';

export interface TensorOptions {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: Bytes;
}

/** A safetensors file with any header text, well formed or not. */
export function fileOf(
  header: string,
  data: Uint8Array,
  said = BigInt(new TextEncoder().encode(header).length),
): Bytes {
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt.asUintN(64, said), true);
  return joined(length, new TextEncoder().encode(header), data);
}

/** A safetensors file as the usual writer makes it: tensors one after another. */
export function safetensorsBytes(
  tensors: Readonly<Record<string, TensorOptions>>,
  metadata?: Readonly<Record<string, string>>,
): Bytes {
  let at = 0;
  const header: Record<string, unknown> = metadata === undefined ? {} : { __metadata__: metadata };
  for (const [name, { dtype, shape, data }] of Object.entries(tensors)) {
    header[name] = { dtype, shape, data_offsets: [at, at + data.length] };
    at += data.length;
  }
  const text = JSON.stringify(header);
  return fileOf(text.padEnd(Math.ceil(text.length / 8) * 8), joined(...Object.values(tensors).map(one => one.data)));
}

export function floats(values: ArrayLike<number>): Bytes {
  return new Uint8Array(Float32Array.from(values).buffer);
}

export function f32(shape: readonly number[], values?: ArrayLike<number>): TensorOptions {
  const size = shape.reduce((a, b) => a * b, 1);
  return { dtype: 'F32', shape, data: floats(values ?? Array.from({ length: size }, (_, i) => (i % 7) - 3)) };
}

export { ascii };
