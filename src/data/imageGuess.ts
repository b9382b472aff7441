import { Random } from '../base/random';
import type { DataSet } from './dataSet';

/** How the values of a row make an image. */
export interface ImageShape {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly order: 'channels first' | 'channels last';
}

const SMALLEST_IMAGE = 16;
const SAMPLED_ROWS = 200;
const SAMPLED_PAIRS = 1000;
const SHUFFLES = 19;
/** Difference of mean correlations between neighbours and strangers below which nothing is guessed. */
const LEAST_DIFFERENCE = 0.1;

/**
 * The square image, of one channel or three, that flat rows look like; `undefined` where they look like none. They look like one where
 * pixels that would be neighbours correlate more, by a margin, than pairs of the same pixels shuffled do in each of 19 seeded shuffles.
 */
export function guessFlatImage(data: DataSet, width: number): ImageShape | undefined {
  const candidates: ImageShape[] = [];
  const side = Math.sqrt(width);
  if (width >= SMALLEST_IMAGE && Number.isInteger(side))
    candidates.push({ width: side, height: side, channels: 1, order: 'channels first' });
  const colourSide = Math.sqrt(width / 3);
  if (width / 3 >= SMALLEST_IMAGE && Number.isInteger(colourSide))
    for (const order of ['channels first', 'channels last'] as const)
      candidates.push({ width: colourSide, height: colourSide, channels: 3, order });

  let best: { readonly shape: ImageShape; readonly difference: number } | undefined;
  const columns = candidates.length > 0 ? new StandardColumns(data, width) : undefined;
  for (const shape of candidates) {
    const difference = neighbourDifference(columns!, shape, width);
    if (difference >= LEAST_DIFFERENCE && (!best || difference > best.difference)) best = { shape, difference };
  }
  return best?.shape;
}

/** Mean correlation of neighbours less the largest of the same pairs after a shuffle of all pixels. */
function neighbourDifference(columns: StandardColumns, shape: ImageShape, width: number): number {
  const random = new Random(0, 'preview');
  const pairs = neighbours(shape);
  const chosen = random.sample(pairs.length / 2, SAMPLED_PAIRS);
  const mean = (place: (pixel: number) => number) => {
    let sum = 0;
    let count = 0;
    for (const pair of chosen) {
      const correlation = columns.correlation(place(pairs[2 * pair]!), place(pairs[2 * pair + 1]!));
      if (correlation === undefined) continue;
      sum += correlation;
      count++;
    }
    return count === 0 ? 0 : sum / count;
  };
  const seen = mean(pixel => pixel);
  let shuffled = -Infinity;
  for (let i = 0; i < SHUFFLES; i++) {
    const permutation = random.permutation(width);
    shuffled = Math.max(
      shuffled,
      mean(pixel => permutation[pixel]!),
    );
  }
  return seen - shuffled;
}

/** Indices into a row of pixels side by side and one above the other, in pairs. */
function neighbours({ width, height, channels, order }: ImageShape): number[] {
  const pairs: number[] = [];
  const index = (x: number, y: number, channel: number) =>
    order === 'channels first' ? channel * width * height + y * width + x : (y * width + x) * channels + channel;
  for (let channel = 0; channel < channels; channel++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        if (x + 1 < width) pairs.push(index(x, y, channel), index(x + 1, y, channel));
        if (y + 1 < height) pairs.push(index(x, y, channel), index(x, y + 1, channel));
      }
  return pairs;
}

/** Correlations between columns over a sample of rows. */
class StandardColumns {
  private readonly rows: Uint32Array;
  private readonly standard = new Map<number, Float64Array | undefined>();

  constructor(
    private readonly data: DataSet,
    private readonly width: number,
  ) {
    this.rows = new Random(0, 'preview rows').sample(data.rows, SAMPLED_ROWS);
  }

  /** Pearson's; `undefined` for a column that does not vary. */
  correlation(a: number, b: number): number | undefined {
    const x = this.column(a);
    const y = this.column(b);
    if (!x || !y) return undefined;
    let sum = 0;
    for (let i = 0; i < x.length; i++) sum += x[i]! * y[i]!;
    return sum;
  }

  /** Of mean 0 and length 1. */
  private column(index: number): Float64Array | undefined {
    if (this.standard.has(index)) return this.standard.get(index);
    const values = Float64Array.from(this.rows, row => this.data.values[row * this.width + index]!);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    let squares = 0;
    for (let i = 0; i < values.length; i++) squares += (values[i]! -= mean) ** 2;
    const length = Math.sqrt(squares);
    const varies = length > 1e-9 * Math.abs(mean) && length > 0;
    const standard = varies ? values.map(value => value / length) : undefined;
    this.standard.set(index, standard);
    return standard;
  }
}
