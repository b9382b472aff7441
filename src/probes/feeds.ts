import { Fault } from '../base/fault';
import type { StoredType, TensorInfo } from '../models/model';
import { product, type InputFit } from './fitInput';
import type { InputRows } from './inputRows';
import type { FeedTensor } from './network';

/** Gathers rows of a data set in the order, layout and element type that an input takes. */
export class Feed {
  private readonly width: number;
  private readonly order: Uint32Array | undefined;
  /** One row in the data's own order. */
  private readonly scratch: Float64Array;

  constructor(
    private readonly input: TensorInfo,
    private readonly data: InputRows,
    private readonly fit: InputFit,
  ) {
    this.width = product(fit.rowShape);
    this.order = fit.permutation === undefined ? undefined : orderOf(data.rowShape, fit.permutation);
    this.scratch = new Float64Array(this.order === undefined ? 0 : this.width);
  }

  /**
   * A tensor of `batch` rows; where there are fewer rows, the first is repeated (a network may be made for one batch size). Of texts, the first `length`
   * tokens of each.
   */
  tensor(rows: Uint32Array, batch: number, length = this.width): FeedTensor {
    if (length < this.width) return this.beginnings(rows, batch, length);
    const { width, order } = this;
    const values = new Float64Array(batch * width);
    for (let i = 0; i < batch; i++) {
      const row = rows[i < rows.length ? i : 0]!;
      if (i > rows.length) values.copyWithin(i * width, 0, width);
      else if (order === undefined) this.read(row, values, i * width);
      else {
        this.read(row, this.scratch, 0);
        for (let k = 0; k < width; k++) values[i * width + k] = this.scratch[order[k]!]!;
      }
    }
    const dims = this.fit.batch === 'none' ? this.fit.rowShape : [batch, ...this.fit.rowShape];
    return feedTensor(this.input, values, dims);
  }

  private beginnings(rows: Uint32Array, batch: number, length: number): FeedTensor {
    const values = new Float64Array(batch * length);
    const whole = new Float64Array(this.width);
    for (let i = 0; i < batch; i++) {
      this.read(rows[i < rows.length ? i : 0]!, whole, 0);
      values.set(whole.subarray(0, length), i * length);
    }
    return feedTensor(this.input, values, [batch, length]);
  }

  private read(row: number, target: Float64Array, at: number): void {
    const { data, width } = this;
    if (data.readRow !== undefined) data.readRow(row, target, at);
    else target.set(data.values.subarray(row * width, (row + 1) * width), at);
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

/** Throws `unsupported` for text and complex inputs, `shape-mismatch` for fractions where whole numbers are taken. */
export function feedTensor(input: TensorInfo, values: Float64Array, dims: readonly number[]): FeedTensor {
  if (!/^(u?int|float|bfloat|bool)/.test(input.type)) {
    throw new Fault(
      'unsupported',
      `The network's input "${input.name}" takes ${words(input.type)}, which rows of numbers cannot give.`,
    );
  }
  if (/^u?int/.test(input.type)) whole(input, values);
  return { type: input.type, dims, values };
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
