import { Fault, type FaultData } from '../base/fault';
import { formatBytes, formatCount } from '../base/numbers';
import type { Layer } from '../models/model';
import { batchRows } from './batchRows';
import {
  channelsAt,
  drawOwnPositions,
  drawPositions,
  meanOverPositions,
  ownPositions,
  planReduction,
  type Reduction,
  type ReductionPlan,
} from './reduction';
import { product, shapeText } from './fitInput';
import type { FetchedTensor } from './network';

/** One layer's activations as points: coordinate k of point i is `values[i * width + k]`. */
export interface LayerActivations {
  readonly name: string;
  readonly op: string;
  /** Shape of the layer's output for one row, before reduction. */
  readonly shape: readonly number[];
  readonly reduction: Reduction | 'none';
  readonly count: number;
  readonly width: number;
  readonly values: Float32Array<SharedArrayBuffer>;
  /** Row of the data set that each point comes from. */
  readonly rowOfPoint: Uint32Array;
}

/** A layer that could not be captured, while the others were. */
export interface CaptureFailure {
  readonly name: string;
  readonly fault: FaultData;
}

export interface CollectOptions {
  readonly reduction: Reduction | undefined;
  /** Points to draw with `positions`. */
  readonly maxPoints: number;
  readonly seed: number;
  /** Axis of the layer's output that is the batch, where it is known. */
  readonly batchAxis: number | undefined;
  /** Of padded texts: to how many tokens, and how many are each row's own. */
  readonly padding?: { readonly padded: number; readonly lengths: Uint32Array } | undefined;
}

const NAMED_ROWS = 5;
/** 2³⁰ values, 4 GB: the most that one shared buffer of floats is made for. */
const MAX_VALUES = 2 ** 30;

/** Keeps one layer's activations of the chosen rows, reduced as they come, and notes the rows that are not finite. */
export class LayerCollector {
  private state:
    | {
        readonly plan: ReductionPlan;
        readonly shape: readonly number[];
        readonly values: Float32Array<SharedArrayBuffer>;
      }
    | undefined;
  private drawn: Float64Array | undefined;
  private readonly ownByLength = new Map<number, Uint32Array | undefined>();
  private nextDrawn = 0;
  private failure: Fault | undefined;
  private readonly bad: number[] = [];
  private badCount = 0;

  constructor(
    private readonly layer: Layer,
    /** Rows of the data set, ascending. */
    private readonly rows: Uint32Array,
    private readonly options: CollectOptions,
  ) {}

  /**
   * Takes one row as long as the longest: batches of texts may be shorter, and their activations then stand at the beginning of what those of the longest take, with zeros after
   * them.
   */
  frame(tensor: FetchedTensor, batch: number | 'none'): void {
    const split = batchRows(tensor, batch, this.options.batchAxis);
    if (split !== undefined) this.state ??= this.begin(split.rowShape);
  }

  /** Takes a batch whose first `count` rows are this.rows[from …]. */
  add(tensor: FetchedTensor, batch: number | 'none', from: number, count: number): void {
    if (this.failure !== undefined) return;
    const split = batchRows(tensor, batch, this.options.batchAxis);
    if (split === undefined) {
      this.failure = new Fault(
        'shape-mismatch',
        `Layer ${this.layer.name} gives ${shapeText(tensor.dims)} values for ${batch} rows: not a part a row, so it has no points.`,
      );
      return;
    }
    const state = (this.state ??= this.begin(split.rowShape));
    if (state === undefined) return;
    const place = product(state.shape) === split.rowSize ? undefined : placesIn(state.shape, split.rowShape);
    if (product(state.shape) !== split.rowSize && place === undefined) {
      this.failure = new Fault('shape-mismatch', `Layer ${this.layer.name} gives rows of different sizes.`);
      return;
    }
    const { plan, values } = state;
    for (let i = 0; i < count; i++) {
      const given = split.values(i);
      const begin = split.start(i);
      if (!this.checkFinite(given, begin, split.rowSize, from + i)) continue;
      const row = place === undefined ? given : placed(given, begin, place, product(state.shape));
      const start = place === undefined ? begin : 0;
      switch (plan.reduction) {
        case 'mean':
          meanOverPositions(plan, row, start, values, (from + i) * plan.width, this.own(plan, from + i));
          break;
        case 'positions':
          this.takePositions(plan, row, start, values, from + i);
          break;
        case 'none':
        case 'flatten': {
          const to = (from + i) * plan.width;
          for (let k = 0; k < plan.width; k++) values[to + k] = row[start + k]!;
          this.clearPadding(plan, values, to, from + i);
          break;
        }
      }
    }
  }

  finish(): LayerActivations | CaptureFailure {
    const { name, op } = this.layer;
    if (this.badCount > 0) {
      const more = this.badCount > this.bad.length ? ` and ${formatCount(this.badCount - this.bad.length)} more` : '';
      this.failure ??= new Fault(
        'not-finite',
        `Layer ${name} gives values that are not finite for ${this.badCount === 1 ? 'row' : 'rows'} ${this.bad.join(', ')}${more}.`,
        { hint: 'Look for NaN or huge values among the weights and the data.' },
      );
    }
    const state = this.state;
    if (this.failure !== undefined || state === undefined) {
      const fault = this.failure ?? new Fault('empty', `Layer ${name} was given no rows.`);
      return { name, fault: fault.toData() };
    }
    const { plan, shape, values } = state;
    const drawn = this.drawn;
    const rowOfPoint =
      drawn === undefined ? this.rows : Uint32Array.from(drawn, at => this.rows[Math.floor(at / plan.positions)]!);
    return {
      name,
      op,
      shape,
      reduction: plan.reduction,
      count: rowOfPoint.length,
      width: plan.width,
      values,
      rowOfPoint,
    };
  }

  private begin(rowShape: readonly number[]) {
    const { layer, options } = this;
    const folded = rowShape.length !== (layer.outputShape?.length ?? 0) - 1;
    // The batch axis is gone from a row's shape.
    const batchAxis = options.batchAxis ?? 0;
    const axis =
      layer.channelAxis === undefined || folded || layer.channelAxis === batchAxis
        ? undefined
        : layer.channelAxis - (layer.channelAxis > batchAxis ? 1 : 0);
    const plan = planReduction(rowShape, axis, options.reduction);
    let count = this.rows.length;
    if (plan.reduction === 'positions') {
      const { maxPoints, seed } = options;
      const own = Array.from(this.rows, (_, i) => this.own(plan, i)).filter(positions => positions !== undefined);
      this.drawn =
        own.length > 0
          ? drawOwnPositions(own, plan.positions, maxPoints, seed, layer.name)
          : drawPositions(this.rows.length, plan.positions, maxPoints, seed, layer.name);
      count = this.drawn.length;
    }
    if (count * plan.width > MAX_VALUES) {
      this.failure = new Fault(
        'too-large',
        `Layer ${layer.name} gives ${formatCount(count)} points of ${formatCount(plan.width)} values, ${formatBytes(count * plan.width * 4)}.`,
        {
          hint: `At most ${formatCount(Math.floor(MAX_VALUES / plan.width))} points fit; or take the mean over positions.`,
        },
      );
      return undefined;
    }
    return { plan, shape: rowShape, values: new Float32Array(new SharedArrayBuffer(count * plan.width * 4)) };
  }

  /** Positions of a row that are no padding; `undefined` where all count. */
  private own(plan: ReductionPlan, index: number): Uint32Array | undefined {
    const { padding } = this.options;
    if (padding === undefined) return undefined;
    const length = padding.lengths[this.rows[index]!]!;
    if (!this.ownByLength.has(length)) this.ownByLength.set(length, ownPositions(plan, padding.padded, length));
    return this.ownByLength.get(length);
  }

  /** What a network gives where a text has ended depends on the texts beside it, and says nothing. */
  private clearPadding(plan: ReductionPlan, values: Float32Array, to: number, index: number): void {
    const own = plan.reduction === 'flatten' ? this.own(plan, index) : undefined;
    if (own === undefined || own.length === plan.positions) return;
    const { channels, after, positions } = plan;
    let next = 0;
    for (let position = 0; position < positions; position++) {
      if (own[next] === position) {
        next++;
        continue;
      }
      const at = to + Math.floor(position / after) * channels * after + (position % after);
      for (let c = 0; c < channels; c++) values[at + c * after] = 0;
    }
  }

  private takePositions(
    plan: ReductionPlan,
    row: ArrayLike<number>,
    start: number,
    values: Float32Array,
    index: number,
  ): void {
    const drawn = this.drawn!;
    const end = (index + 1) * plan.positions;
    while (this.nextDrawn < drawn.length && drawn[this.nextDrawn]! < end) {
      const position = drawn[this.nextDrawn]! - index * plan.positions;
      channelsAt(plan, row, start, position, values, this.nextDrawn * plan.width);
      this.nextDrawn++;
    }
  }

  private checkFinite(row: ArrayLike<number>, start: number, size: number, index: number): boolean {
    // The sum of finite floats in double precision is finite, and no other is.
    let sum = 0;
    for (let k = start; k < start + size; k++) sum += row[k]!;
    if (Number.isFinite(sum)) return true;
    this.badCount++;
    if (this.bad.length < NAMED_ROWS) this.bad.push(this.rows[index]!);
    return false;
  }
}

/** Where each value of a smaller array stands in a larger one of as many axes; `undefined` where it does not fit. */
function placesIn(shape: readonly number[], part: readonly number[]): Uint32Array | undefined {
  if (part.length !== shape.length || part.some((size, axis) => size > shape[axis]!)) return undefined;
  const places = new Uint32Array(product(part));
  const index = part.map(() => 0);
  for (let at = 0; at < places.length; at++) {
    places[at] = index.reduce((place, i, axis) => place * shape[axis]! + i, 0);
    for (let axis = part.length - 1; axis >= 0 && ++index[axis]! === part[axis]; axis--) index[axis] = 0;
  }
  return places;
}

function placed(row: ArrayLike<number>, start: number, places: Uint32Array, size: number): Float32Array {
  const whole = new Float32Array(size);
  for (let k = 0; k < places.length; k++) whole[places[k]!] = row[start + k]!;
  return whole;
}
