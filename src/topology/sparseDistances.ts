import { Fault } from '../base/fault';

/** Distances of some pairs of points, each pair once; all other pairs are never joined. A graph with lengths, which need not be a metric. */
export interface SparseDistances {
  /** Number of points, those of no pair among them. */
  readonly count: number;
  /** Ends of pair k, from[k] < to[k]. */
  readonly from: Uint32Array;
  readonly to: Uint32Array;
  readonly length: Float64Array;
}

/** Relative: how far two entries for one pair may be apart. */
const AGREEMENT = 1e-6;

/**
 * Makes distances of triples (row, column, distance), as a sparse matrix in coordinates has them. A pair may be there in one order or in both; infinite entries and zeros on the diagonal say nothing.
 * `count` is one more than the largest index unless given. Throws `shape-mismatch` for what is no index, negative or no number, a diagonal that is not 0, or two distances for one pair; `empty` without points.
 */
export function sparseDistances(
  rows: ArrayLike<number>,
  columns: ArrayLike<number>,
  values: ArrayLike<number>,
  count?: number,
): SparseDistances {
  const refuse = (k: number, what: string) =>
    new Fault('shape-mismatch', `Entry ${k} of the pairs, (${rows[k]}, ${columns[k]}, ${values[k]}), ${what}.`, {
      hint: 'An entry is two points, counted from 0, and their distance.',
    });
  let points = count ?? 0;
  for (let k = 0; k < values.length; k++) {
    const [i, j] = [rows[k]!, columns[k]!];
    const isIndex = (index: number) => Number.isInteger(index) && index >= 0 && index < (count ?? 2 ** 31);
    if (!isIndex(i) || !isIndex(j))
      throw refuse(k, count === undefined ? 'has no points' : `is not of ${count} points`);
    if (!(values[k]! >= 0)) throw refuse(k, 'has no distance');
    if (i === j && values[k] !== 0) throw refuse(k, 'is on the diagonal and not 0');
    points = Math.max(points, i + 1, j + 1);
  }
  if (points < 1) throw new Fault('empty', 'There are no pairs, and no points.');
  const low = (k: number) => Math.min(rows[k]!, columns[k]!);
  const high = (k: number) => Math.max(rows[k]!, columns[k]!);
  const order = Array.from({ length: values.length }, (_, k) => k)
    .filter(k => rows[k] !== columns[k])
    .sort((k, l) => low(k) - low(l) || high(k) - high(l) || k - l);
  const kept: number[] = [];
  for (const k of order) {
    const last = kept.at(-1);
    if (last === undefined || low(last) !== low(k) || high(last) !== high(k)) {
      kept.push(k);
      continue;
    }
    const [a, b] = [values[last]!, values[k]!];
    if (!(a === b || Math.abs(a - b) <= AGREEMENT * Math.min(a, b)))
      throw refuse(k, `is another distance than ${a} before`);
  }
  const joined = kept.filter(k => values[k]! < Infinity);
  return {
    count: points,
    from: Uint32Array.from(joined, low),
    to: Uint32Array.from(joined, high),
    length: Float64Array.from(joined, k => values[k]!),
  };
}
