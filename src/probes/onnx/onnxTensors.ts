import type { Tensor } from 'onnxruntime-node';
import { Fault } from '../../base/fault';
import { float16 } from '../../models/elements';
import type { StoredType } from '../../models/model';
import { toFloat16 } from '../float16';
import type { FeedTensor, FetchedTensor } from '../network';
import type { OnnxRuntime } from './loadRuntime';

type Maker = (Tensor: OnnxRuntime['api']['Tensor'], values: Float64Array, dims: readonly number[]) => Tensor;

const MAKERS: Partial<Record<StoredType, Maker>> = {
  float32: (Tensor, values, dims) => new Tensor('float32', Float32Array.from(values), dims),
  // A network of bfloat16 is run widened to float32.
  bfloat16: (Tensor, values, dims) => new Tensor('float32', Float32Array.from(values), dims),
  float64: (Tensor, values, dims) => new Tensor('float64', values, dims),
  float16: (Tensor, values, dims) => new Tensor('float16', Uint16Array.from(values, toFloat16), dims),
  int64: (Tensor, values, dims) => new Tensor('int64', BigInt64Array.from(values, BigInt), dims),
  uint64: (Tensor, values, dims) =>
    new Tensor(
      'uint64',
      BigUint64Array.from(values, value => BigInt.asUintN(64, BigInt(value))),
      dims,
    ),
  int32: (Tensor, values, dims) => new Tensor('int32', Int32Array.from(values), dims),
  uint32: (Tensor, values, dims) => new Tensor('uint32', Uint32Array.from(values), dims),
  int16: (Tensor, values, dims) => new Tensor('int16', Int16Array.from(values), dims),
  uint16: (Tensor, values, dims) => new Tensor('uint16', Uint16Array.from(values), dims),
  int8: (Tensor, values, dims) => new Tensor('int8', Int8Array.from(values), dims),
  uint8: (Tensor, values, dims) => new Tensor('uint8', Uint8Array.from(values), dims),
  bool: (Tensor, values, dims) =>
    new Tensor(
      'bool',
      Uint8Array.from(values, value => (value === 0 ? 0 : 1)),
      dims,
    ),
};

/** Throws `unsupported` for types that the runtime takes no numbers of. */
export function toOnnx(runtime: OnnxRuntime, name: string, { type, dims, values }: FeedTensor): Tensor {
  const make = MAKERS[type];
  if (make === undefined) {
    throw new Fault('unsupported', `The network's input "${name}" takes values of type ${type}, which are not given.`);
  }
  return make(runtime.api.Tensor, values, dims);
}

export function fromOnnx(tensor: Tensor): FetchedTensor {
  return { dims: tensor.dims, values: numbers(tensor) };
}

/** A tensor's values as numbers; `undefined` for text. */
function numbers(tensor: Tensor): ArrayLike<number> | undefined {
  const data = tensor.data as unknown;
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return Float64Array.from(data, Number);
  if (tensor.type === 'float16' && data instanceof Uint16Array) return Float32Array.from(data, float16);
  if (ArrayBuffer.isView(data)) return data as unknown as ArrayLike<number>;
  return undefined;
}
