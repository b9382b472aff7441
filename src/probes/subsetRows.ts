import type { InputRows } from './inputRows';

/** Some rows of a data set as a data set of their own, without copying them. */
export function subsetRows(data: InputRows, rows: Uint32Array): InputRows {
  const width = data.rowShape.reduce((a, b) => a * b, 1);
  return {
    ...(data.name === undefined ? {} : { name: data.name }),
    rows: rows.length,
    rowShape: data.rowShape,
    values: data.values,
    ...(data.lengths === undefined ? {} : { lengths: rows.map(row => data.lengths![row]!) }),
    readRow: (row, target, at) => {
      const from = rows[row]!;
      if (data.readRow !== undefined) data.readRow(from, target, at);
      else target.set(data.values.subarray(from * width, (from + 1) * width), at);
    },
  };
}
