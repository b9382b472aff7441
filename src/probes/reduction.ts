import { Random } from '../base/random';
import { product } from './fitInput';

/**
 * How activations with spatial positions (or tokens) become points: the mean over positions, all values in a row, or a
 * point a position.
 */
export type Reduction = 'mean' | 'flatten' | 'positions';

/** What is done to one row's activations of `rowShape`. */
export interface ReductionPlan {
  readonly reduction: Reduction | 'none';
  readonly positions: number;
  readonly channels: number;
  /** Values of one point. */
  readonly width: number;
  /** Distance in a row between neighbouring channels, where there are positions. */
  readonly before: number;
  readonly after: number;
  /** Sizes of the axes that positions are counted along: those before the channels, then those after them. */
  readonly axes: readonly number[];
}

/**
 * Plans a reduction. `channelAxis` is an axis of `rowShape`; where it is undefined, [C, H, W] has its channels first and [T, D]
 * its features last. Without `asked`, activations that have positions are averaged over them (global average), and vectors
 * taken as they are.
 */
export function planReduction(
  rowShape: readonly number[],
  channelAxis: number | undefined,
  asked: Reduction | undefined,
): ReductionPlan {
  const size = product(rowShape);
  if (rowShape.length <= 1) {
    return { reduction: 'none', positions: 1, channels: size, width: size, before: 1, after: 1, axes: [] };
  }
  const axis = channelAxis ?? (rowShape.length >= 3 ? 0 : rowShape.length - 1);
  const channels = rowShape[axis]!;
  const before = product(rowShape.slice(0, axis));
  const after = product(rowShape.slice(axis + 1));
  const reduction = asked ?? 'mean';
  return {
    reduction,
    positions: before * after,
    channels,
    width: reduction === 'flatten' ? size : channels,
    before,
    after,
    axes: rowShape.filter((_, at) => at !== axis),
  };
}

/**
 * The positions that are a text's own, where some are padding: along every axis as long as the padded text, those before `length`. `undefined` where no axis is, so
 * that all positions count.
 */
export function ownPositions(
  { axes, positions }: ReductionPlan,
  padded: number,
  length: number,
): Uint32Array | undefined {
  if (!axes.includes(padded)) return undefined;
  const own: number[] = [];
  for (let position = 0; position < positions; position++) {
    let rest = position;
    let inside = true;
    for (let axis = axes.length - 1; axis >= 0; axis--) {
      const size = axes[axis]!;
      if (size === padded && rest % size >= length) inside = false;
      rest = Math.floor(rest / size);
    }
    if (inside) own.push(position);
  }
  return Uint32Array.from(own);
}

/** Writes the mean over positions of one row, all of them or those of `own`, a value a channel. Sums in double precision. */
export function meanOverPositions(
  plan: ReductionPlan,
  row: ArrayLike<number>,
  start: number,
  out: Float32Array,
  to: number,
  own?: Uint32Array,
): void {
  const { channels, before, after, positions } = plan;
  if (own !== undefined) {
    const sums = new Float64Array(channels);
    for (const position of own) {
      const from = start + Math.floor(position / after) * channels * after + (position % after);
      for (let c = 0; c < channels; c++) sums[c]! += row[from + c * after]!;
    }
    for (let c = 0; c < channels; c++) out[to + c] = sums[c]! / Math.max(1, own.length);
    return;
  }
  for (let c = 0; c < channels; c++) {
    let sum = 0;
    for (let b = 0; b < before; b++) {
      const from = start + (b * channels + c) * after;
      for (let a = 0; a < after; a++) sum += row[from + a]!;
    }
    out[to + c] = sum / positions;
  }
}

/** Writes the channels at one position of one row. */
export function channelsAt(
  plan: ReductionPlan,
  row: ArrayLike<number>,
  start: number,
  position: number,
  out: Float32Array,
  to: number,
): void {
  const { channels, after } = plan;
  const from = start + Math.floor(position / after) * channels * after + (position % after);
  for (let c = 0; c < channels; c++) out[to + c] = row[from + c * after]!;
}

/** As `drawPositions`, of rows of which each has its own positions. */
export function drawOwnPositions(
  own: readonly Uint32Array[],
  positions: number,
  count: number,
  seed: number,
  layer: string,
): Float64Array {
  const total = own.reduce((sum, row) => sum + row.length, 0);
  const drawn = drawPositions(total, 1, count, seed, layer);
  let row = 0;
  let before = 0;
  return drawn.map(at => {
    while (at >= before + own[row]!.length) before += own[row++]!.length;
    return row * positions + own[row]![at - before]!;
  });
}

/**
 * Draws at most `count` of rows × positions, without replacement, in increasing order: entry k is row · positions + position.
 * Floyd's algorithm (Bentley 1987): the work is that of the sample, not of the whole.
 */
export function drawPositions(
  rows: number,
  positions: number,
  count: number,
  seed: number,
  layer: string,
): Float64Array {
  const total = rows * positions;
  if (count >= total) return Float64Array.from({ length: total }, (_, i) => i);
  const random = new Random(seed, `positions ${layer}`);
  const chosen = new Set<number>();
  for (let i = total - count; i < total; i++) {
    const candidate = random.integer(i + 1);
    chosen.add(chosen.has(candidate) ? i : candidate);
  }
  return Float64Array.from(chosen).sort();
}
