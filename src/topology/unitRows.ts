import type { PointCloud } from './pointCloud';

/** Every row scaled to length 1 (after centring it, for correlation), and the rows that have no direction. */
export function unitRows(
  { count, width, values: given }: PointCloud,
  centre: boolean,
): { values: Float64Array; undirected: number[] } {
  const values = Float64Array.from(given);
  const undirected: number[] = [];
  for (let i = 0; i < count; i++) {
    const row = values.subarray(i * width, (i + 1) * width);
    let largest = 0;
    let mean = 0;
    for (const value of row) {
      largest = Math.max(largest, Math.abs(value));
      mean += value / width;
    }
    let squares = 0;
    for (let k = 0; k < width; k++) {
      row[k] = (row[k]! - (centre ? mean : 0)) / (largest || 1);
      squares += row[k]! * row[k]!;
    }
    // Centring a constant row leaves rounding errors, which are no direction.
    const length = Math.sqrt(squares);
    if (length <= 1e-13) {
      undirected.push(i);
      row.fill(0);
    } else for (let k = 0; k < width; k++) row[k]! /= length;
  }
  return { values, undirected };
}
