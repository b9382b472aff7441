import type { Tensor } from 'onnxruntime-node';
import { Fault } from '../base/fault';
import type { StoredType, TensorInfo } from '../models/model';
import { product, type InputFit } from './fitInput';
import type { InputRows } from './inputRows';
import type { Runtime } from './runtime';

/** Gathers rows of a data set in the order, layout and element type that an input takes. */
export class Feed {
  private readonly width: number;
  private readonly order: Uint32Array | undefined;

  constructor(
    private readonly runtime: Runtime,
    private readonly input: TensorInfo,
    private readonly data: InputRows,
    private readonly fit: InputFit,
  ) {
    this.width = product(fit.rowShape);
    this.order = fit.permutation === undefined ? undefined : orderOf(data.rowShape, fit.permutation);
  }

  /** A tensor of `batch` rows; where there are fewer rows, the first is repeated (a network may be made for one batch size). */
  tensor(rows: Uint32Array, batch: number): Tensor {
    const { width, order } = this;
    const values = new Float64Array(batch * width);
    for (let i = 0; i < batch; i++) {
      const from = rows[i < rows.length ? i : 0]! * width;
      const to = i * width;
      if (order === undefined) {
        for (let k = 0; k < width; k++) values[to + k] = this.data.values[from + k]!;
      } else {
        for (let k = 0; k < width; k++) values[to + k] = this.data.values[from + order[k]!]!;
      }
    }
    const dims = this.fit.batch === 'none' ? this.fit.rowShape : [batch, ...this.fit.rowShape];
    return makeTensor(this.runtime, this.input, values, dims);
  }
}

/** For each value of a row in its new layout, its place in the old one. */
function orderOf(shape: readonly number[], permutation: readonly number[]): Uint32Array {
  const strides = shape.map((_, axis) => product(shape.slice(axis + 1)));
  const dims = permutation.map(axis => shape[axis]!);
  const order = new Uint32Array(product(dims));
  const index = dims.map(() => 0);
  for (let at = 0; at < order.length; at++) {
    order[at] = index.reduce((sum, i, axis) => sum + i * strides[permutation[axis]!]!, 0);
    for (let axis = dims.length - 1; axis >= 0 && ++index[axis]! === dims[axis]; axis--) index[axis] = 0;
  }
  return order;
}

type Maker = (Tensor: Runtime['api']['Tensor'], values: Float64Array, dims: readonly number[]) => Tensor;

const MAKERS: Partial<Record<StoredType, Maker>> = {
  float32: (Tensor, values, dims) => new Tensor('float32', Float32Array.from(values), dims),
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

/** Throws `unsupported` for text and complex inputs, `shape-mismatch` for fractions where whole numbers are taken. */
export function makeTensor(runtime: Runtime, input: TensorInfo, values: Float64Array, dims: readonly number[]): Tensor {
  const make = MAKERS[input.type];
  if (make === undefined) {
    throw new Fault(
      'unsupported',
      `The network's input "${input.name}" takes ${words(input.type)}, which rows of numbers cannot give.`,
    );
  }
  if (/^u?int/.test(input.type)) whole(input, values);
  return make(runtime.api.Tensor, values, dims);
}

function words(type: StoredType): string {
  return type === 'str' ? 'text' : `values of type ${type}`;
}

function whole(input: TensorInfo, values: Float64Array): void {
  const at = values.findIndex(value => !Number.isSafeInteger(value));
  if (at < 0) return;
  throw new Fault(
    'shape-mismatch',
    `The network's input "${input.name}" takes whole numbers (${input.type}), but the data holds ${values[at]!}.`,
    {
      hint:
        input.type === 'uint8'
          ? 'Give pixels as 0 to 255; `--scale 255` brings 0–1 back.'
          : 'Give token ids or categories as whole numbers.',
    },
  );
}

const bits = new DataView(new ArrayBuffer(4));

/** Rounds to the nearest binary16, ties to even. */
export function toFloat16(value: number): number {
  bits.setFloat32(0, value);
  const word = bits.getUint32(0);
  const sign = (word >>> 16) & 0x8000;
  const exponent = ((word >>> 23) & 255) - 112;
  const fraction = word & 0x7f_ffff;
  if (exponent === 143) return sign | 0x7c00 | (fraction === 0 ? 0 : 0x200);
  if (exponent >= 31) return sign | 0x7c00;
  if (exponent <= 0) {
    if (exponent < -10) return sign;
    const whole = (fraction | 0x80_0000) >>> (14 - exponent);
    const rest = (fraction | 0x80_0000) & ((1 << (14 - exponent)) - 1);
    const half = 1 << (13 - exponent);
    return sign | (whole + (rest > half || (rest === half && (whole & 1) === 1) ? 1 : 0));
  }
  const half = (exponent << 10) | (fraction >>> 13);
  const rest = fraction & 0x1fff;
  // A carry out of the fraction is the next exponent, up to infinity.
  return sign | (half + (rest > 0x1000 || (rest === 0x1000 && (half & 1) === 1) ? 1 : 0));
}
