import { Fault } from '../base/fault';
import { formatCount, formatQuantity, formatShape } from '../base/numbers';
import type { DataSet } from './dataSet';
import { guessFlatImage, type ImageShape } from './imageGuess';

/** One row as a view can draw it. */
export type RowPreview =
  | {
      readonly kind: 'image';
      readonly row: number;
      readonly width: number;
      readonly height: number;
      readonly channels: 1 | 3;
      /** height × width × channels, 0–255. */
      readonly pixels: Uint8Array;
    }
  | {
      readonly kind: 'cells';
      readonly row: number;
      readonly cells: readonly { readonly name: string; readonly value: string }[];
    };

/** How the rows of a data set are drawn: settled once, so that all rows are drawn alike. */
export type PreviewLayout =
  | {
      readonly kind: 'image';
      readonly width: number;
      readonly height: number;
      readonly channels: 1 | 3;
      /** Whether a row holds whole channels one after another, or the channels of each pixel together. */
      readonly order: 'channels first' | 'channels last';
      /** Drawn black and white. */
      readonly black: number;
      readonly white: number;
      /** What was assumed, as a sentence for whoever looks at the picture. */
      readonly note: string;
    }
  | { readonly kind: 'cells'; readonly note: string };

const MOST_CELLS = 256;
/** Rows whose range stands for that of all, where each has to be read by itself. */
const SAMPLED_ROWS = 16;

/**
 * How rows are drawn. They are images when their shape is [1|3, H, W], [H, W, 1|3] or [H, W]; or when the network's own input
 * (`inputShape`, without the batch) has such a shape of as many values. Flat rows of a square number of values, at least 16, or of three
 * times one, are taken for images where pixels that would be neighbours correlate more than pairs of the same pixels shuffled (a
 * permutation test with 19 shuffles, seeded, and a margin). Otherwise they are cells.
 */
export function previewLayout(data: DataSet, inputShape?: readonly (number | null)[]): PreviewLayout {
  const own = imageShape(data.rowShape);
  if (own) return layout(data, own, `Rows of shape ${formatShape(data.rowShape)} are drawn as images`);
  const width = data.rowShape.reduce((product, size) => product * size, 1);
  const given = imageShape(inputShape ?? []);
  if (given && given.width * given.height * given.channels === width)
    return layout(
      data,
      given,
      `Rows of ${width} values are drawn as the images of ${given.width} × ${given.height} pixels that the network takes`,
    );
  const guess = data.rowShape.length === 1 ? guessFlatImage(data, width) : undefined;
  if (guess)
    return layout(
      data,
      guess,
      `Rows of ${width} values are drawn as images of ${guess.width} × ${guess.height} pixels: a guess, because pixels that would be neighbours are alike`,
    );
  return { kind: 'cells', note: 'Rows are shown as their values.' };
}

/** One row, drawn as `layout` says; at most 256 cells. Throws `usage` for a row that is not there. */
export function previewRow(data: DataSet, row: number, layout: PreviewLayout): RowPreview {
  if (!Number.isInteger(row) || row < 0 || row >= data.rows)
    throw new Fault(
      'usage',
      `There is no row ${row}: the data has ${formatQuantity(data.rows, 'row')}, counted from 0.`,
      {
        source: data.name,
      },
    );
  const size = widthOf(data);
  const values = rowOf(data, row);
  const text = data.texts?.[row];
  if (text !== undefined) return { kind: 'cells', row, cells: [{ name: 'text', value: text }] };
  if (layout.kind === 'cells') {
    const cells = Array.from(values.subarray(0, MOST_CELLS), (value, i) => ({
      name: data.columns?.[i] ?? placeName(i, data.rowShape),
      value: String(Number(value.toPrecision(6))),
    }));
    if (size > MOST_CELLS) cells.push({ name: '…', value: `${formatCount(size - MOST_CELLS)} more` });
    return { kind: 'cells', row, cells };
  }
  const { width, height, channels, order, black, white } = layout;
  const pixels = new Uint8Array(size);
  const count = width * height;
  const scale = white > black ? 255 / (white - black) : 0;
  for (let pixel = 0; pixel < count; pixel++)
    for (let channel = 0; channel < channels; channel++) {
      const from = order === 'channels first' ? channel * count + pixel : pixel * channels + channel;
      const value = Math.round((values[from]! - black) * scale);
      pixels[pixel * channels + channel] = Math.max(0, Math.min(255, value));
    }
  return { kind: 'image', row, width, height, channels, pixels };
}

function widthOf({ rowShape }: DataSet): number {
  return rowShape.reduce((product, size) => product * size, 1);
}

function rowOf(data: DataSet, row: number): Float32Array | Float64Array {
  const size = widthOf(data);
  if (data.readRow === undefined) return data.values.subarray(row * size, (row + 1) * size);
  const values = new Float32Array(size);
  data.readRow(row, values, 0);
  return values;
}

function firstRows(data: DataSet, count: number): Float32Array {
  const size = widthOf(data);
  const values = new Float32Array(Math.min(count, data.rows) * size);
  for (let at = 0; at < values.length; at += size) data.readRow?.(at / size, values, at);
  return values;
}

function imageShape(shape: readonly (number | null)[]): ImageShape | undefined {
  const isCount = (channels: number | null | undefined): channels is 1 | 3 => channels === 1 || channels === 3;
  const [a, b, c] = shape;
  const isSide = (side: number | null | undefined): side is number => typeof side === 'number' && side > 1;
  if (shape.length === 2 && isSide(a) && isSide(b))
    return { width: b, height: a, channels: 1, order: 'channels first' };
  if (shape.length !== 3) return undefined;
  if (isCount(a) && isSide(b) && isSide(c)) return { width: c, height: b, channels: a, order: 'channels first' };
  if (isCount(c) && isSide(a) && isSide(b)) return { width: b, height: a, channels: c, order: 'channels last' };
  return undefined;
}

function layout(data: DataSet, shape: ImageShape, note: string): PreviewLayout {
  let low = Infinity;
  let high = -Infinity;
  const values = data.readRow === undefined ? data.values : firstRows(data, SAMPLED_ROWS);
  const stride = Math.max(1, Math.floor(values.length / 1_000_000));
  for (let i = 0; i < values.length; i += stride) {
    const value = values[i]!;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  // Customary ranges first, so that a dark set is not drawn bright.
  const bytes = low >= 0 && high <= 255 && (data.type === 'uint8' || high > 200);
  const [black, white] = low >= 0 && high <= 1 ? [0, 1] : bytes ? [0, high <= 16 ? high : 255] : [low, high];
  const written = (value: number) => String(Number(value.toPrecision(4)));
  return {
    kind: 'image',
    ...shape,
    black,
    white,
    note: `${note}, from ${written(black)} (black) to ${written(white)} (white).`,
  };
}

function placeName(index: number, shape: readonly number[]): string {
  if (shape.length < 2) return String(index);
  const place: number[] = [];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    place.unshift(index % shape[axis]!);
    index = Math.floor(index / shape[axis]!);
  }
  return `[${place.join(', ')}]`;
}
