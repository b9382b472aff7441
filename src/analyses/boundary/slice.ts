import type { Cancellation } from '../../base/cancellation';
import { Fault } from '../../base/fault';
import { formatCount, formatPercent } from '../../base/numbers';
import type { DataSet } from '../../data/dataSet';
import { principalComponents } from '../../topology/principalComponents';

/** Which plane or space of the inputs is looked at. */
export type SliceChoice =
  | { readonly kind: 'axes'; readonly axes: readonly number[] }
  | { readonly kind: 'pca' }
  | { readonly kind: 'rows'; readonly rows: readonly number[] };

/** A part of the input space that a grid lies on: origin + Σ coordinate · direction, with each coordinate from low to high. */
export interface Slice {
  readonly kind: SliceChoice['kind'];
  readonly axes: readonly SliceAxis[];
  /** As long as a row. */
  readonly origin: Float64Array;
  /** Share of the data's variance that lies in it. */
  readonly explained?: number;
  /** What the other features are, as a sentence part. */
  readonly others?: string;
}

export interface SliceAxis {
  readonly name: string;
  readonly direction: Float64Array;
  readonly low: number;
  readonly high: number;
}

/** Rows of data, as far as a slice is laid through them. */
export type SliceData = Pick<DataSet, 'rows' | 'rowShape' | 'values' | 'readRow' | 'columns'>;

const MARGIN = 0.1;
const WITHOUT_DATA = 3;
const MOST_ROWS = 10_000;

/**
 * Lays a slice of 2 or 3 dimensions through the inputs of a network of `width` features. The box is the one given (low and high of each axis, one after the other), else that of the data with a tenth
 * on each side. Throws `usage` for features and rows that there are not, boxes that are empty, and choices that need data.
 */
export function laySlice(
  choice: SliceChoice | undefined,
  dimensions: 2 | 3,
  width: number,
  data: SliceData | undefined,
  box: readonly number[] | undefined,
  cancellation: Cancellation,
): Slice {
  if (width < dimensions)
    throw new Fault(
      'unsupported',
      `The network has ${formatCount(width)} input values, and a slice needs ${dimensions}.`,
    );
  const chosen = choice ?? defaultChoice(dimensions, width, data);
  const rows = data === undefined ? undefined : readRows(data, width);
  if (rows === undefined && chosen.kind !== 'axes')
    throw new Fault('usage', 'Such a plane is laid through data, and there is none.', {
      hint: 'Name rows with --data, or two features with --plane i,j.',
      source: '--plane',
    });
  const laid =
    chosen.kind === 'axes'
      ? alongAxes(chosen.axes, dimensions, width, rows, data?.columns)
      : chosen.kind === 'pca'
        ? alongComponents(rows!, dimensions, width, cancellation)
        : throughRows(chosen.rows, dimensions, width, rows!);
  return withBox(laid, box, rows, width);
}

function defaultChoice(dimensions: number, width: number, data: SliceData | undefined): SliceChoice {
  if (width === dimensions) return { kind: 'axes', axes: Array.from({ length: width }, (_, axis) => axis) };
  if (data !== undefined) return { kind: 'pca' };
  throw new Fault(
    'usage',
    `The network has ${formatCount(width)} input values: it has to be said which are looked at.`,
    {
      hint: `Name features with --plane ${dimensions === 2 ? 'i,j' : 'i,j,k'}, or give --data for the plane of its principal components.`,
      source: '--plane',
    },
  );
}

interface Rows {
  readonly count: number;
  readonly values: Float64Array;
}

/** The first rows, which is what planes and boxes are laid through. */
function readRows(data: SliceData, width: number): Rows {
  const count = Math.min(data.rows, MOST_ROWS);
  const values = new Float64Array(count * width);
  for (let row = 0; row < count; row++) {
    if (data.readRow === undefined)
      for (let k = 0; k < width; k++) values[row * width + k] = data.values[row * width + k]!;
    else data.readRow(row, values, row * width);
  }
  return { count, values };
}

type Laid = Omit<Slice, 'axes'> & { readonly axes: readonly Omit<SliceAxis, 'low' | 'high'>[] };

function alongAxes(
  axes: readonly number[],
  dimensions: number,
  width: number,
  rows: Rows | undefined,
  columns: readonly string[] | undefined,
): Laid {
  if (axes.length !== dimensions || new Set(axes).size !== dimensions)
    throw new Fault('usage', `A slice of ${dimensions} dimensions needs ${dimensions} different features.`, {
      source: '--plane',
    });
  for (const axis of axes)
    if (!Number.isInteger(axis) || axis < 0 || axis >= width)
      throw new Fault('usage', `There is no feature ${axis}: the network has ${formatCount(width)}, counted from 0.`, {
        source: '--plane',
      });
  const origin = rows === undefined ? new Float64Array(width) : meanOf(rows, width);
  for (const axis of axes) origin[axis] = 0;
  return {
    kind: 'axes',
    origin,
    ...(width === dimensions ? {} : { others: rows === undefined ? 'at 0' : 'at their means' }),
    axes: axes.map(axis => ({
      name: columns?.[axis] ?? `feature ${axis}`,
      direction: Float64Array.from({ length: width }, (_, k) => Number(k === axis)),
    })),
  };
}

function alongComponents(rows: Rows, dimensions: number, width: number, cancellation: Cancellation): Laid {
  const { directions, explained } = principalComponents(
    { count: rows.count, width, values: rows.values },
    dimensions,
    cancellation,
  );
  const axes = Array.from({ length: dimensions }, (_, c) => ({
    name: `component ${c + 1} (${formatPercent(explained[c] ?? 0)} of the variance)`,
    direction: directions.slice(c * width, (c + 1) * width),
  }));
  if (axes.some(({ direction }) => direction.every(value => value === 0)))
    throw new Fault('empty', 'The data lies on a line or in a point: it has no plane of principal components.');
  return {
    kind: 'pca',
    origin: meanOf(rows, width),
    axes,
    explained: explained.reduce((sum, share) => sum + share, 0),
  };
}

/** The first row is the origin, the second lies on the first axis; each further one spans another axis. */
function throughRows(chosen: readonly number[], dimensions: number, width: number, rows: Rows): Laid {
  if (chosen.length !== dimensions + 1)
    throw new Fault('usage', `A slice of ${dimensions} dimensions goes through ${dimensions + 1} rows.`, {
      source: '--through',
    });
  for (const row of chosen)
    if (!Number.isInteger(row) || row < 0 || row >= rows.count)
      throw new Fault(
        'usage',
        `There is no row ${row}: the data has ${formatCount(rows.count)} that can be named, counted from 0.`,
        {
          source: '--through',
        },
      );
  const point = (row: number) => rows.values.slice(row * width, (row + 1) * width);
  const origin = point(chosen[0]!);
  const axes: { name: string; direction: Float64Array }[] = [];
  for (const row of chosen.slice(1)) {
    const direction = point(row).map((value, k) => value - origin[k]!);
    const length = Math.hypot(...direction);
    for (const axis of axes) {
      const along = dot(direction, axis.direction);
      direction.forEach((value, k) => (direction[k] = value - along * axis.direction[k]!));
    }
    const left = Math.hypot(...direction);
    if (!(left > 1e-9 * length))
      throw new Fault('usage', 'The rows lie on a line, or two of them are the same: no plane is spanned by them.', {
        source: '--through',
      });
    axes.push({ name: `towards row ${row}`, direction: direction.map(value => value / left) });
  }
  return { kind: 'rows', origin, axes };
}

function withBox(laid: Laid, box: readonly number[] | undefined, rows: Rows | undefined, width: number): Slice {
  if (box !== undefined && box.length !== 2 * laid.axes.length)
    throw new Fault(
      'usage',
      `A box of ${laid.axes.length} axes is ${2 * laid.axes.length} numbers, not ${box.length}.`,
      {
        hint: 'Low and high of each axis, such as --box=-3,3,-3,3.',
        source: '--box',
      },
    );
  return {
    ...laid,
    axes: laid.axes.map((axis, at) => {
      const [low, high] = box?.slice(2 * at, 2 * at + 2) ?? rangeOf(axis.direction, laid.origin, rows, width);
      if (!(Number.isFinite(low) && Number.isFinite(high) && low < high))
        throw new Fault('usage', `The box is empty along ${axis.name}: it goes from ${low} to ${high}.`, {
          source: '--box',
        });
      return { ...axis, low: low, high: high };
    }),
  };
}

function rangeOf(
  direction: Float64Array,
  origin: Float64Array,
  rows: Rows | undefined,
  width: number,
): readonly [number, number] {
  if (rows === undefined) return [-WITHOUT_DATA, WITHOUT_DATA];
  let [low, high] = [Infinity, -Infinity];
  const before = dot(origin, direction);
  for (let row = 0; row < rows.count; row++) {
    let along = -before;
    for (let k = 0; k < width; k++) along += rows.values[row * width + k]! * direction[k]!;
    low = Math.min(low, along);
    high = Math.max(high, along);
  }
  const margin = low < high ? MARGIN * (high - low) : 1;
  return [low - margin, high + margin];
}

function meanOf({ count, values }: Rows, width: number): Float64Array {
  const mean = new Float64Array(width);
  for (let at = 0; at < values.length; at++) mean[at % width] = mean[at % width]! + values[at]! / count;
  return mean;
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, k) => sum + value * b[k]!, 0);
}

/** The input at a vertex of a grid over the slice, with `side` vertices along each axis; the first axis varies fastest. */
export function inputAt(
  slice: Slice,
  side: number,
  vertex: number,
  target: Float32Array | Float64Array,
  at: number,
): void {
  const { origin, axes } = slice;
  for (let k = 0; k < origin.length; k++) target[at + k] = origin[k]!;
  let rest = vertex;
  for (const { direction, low, high } of axes) {
    const coordinate = coordinateOf(low, high, rest % side, side);
    rest = Math.floor(rest / side);
    for (let k = 0; k < origin.length; k++) target[at + k] = target[at + k]! + coordinate * direction[k]!;
  }
}

export function coordinateOf(low: number, high: number, step: number, side: number): number {
  return low + ((high - low) * step) / (side - 1);
}
