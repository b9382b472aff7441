import { Fault } from '../base/fault';
import type { DataSet } from '../data/dataSet';
import type { FormatArray } from '../data/format';
import { AS_THEY_ARE } from '../data/rowsOfArray';

/** The rows of a matrix of distances: an infinite entry means that two points are never joined. Throws `shape-mismatch`, `empty`. */
export function matrixRows(array: FormatArray, reference: string): DataSet {
  const [rows, ...rowShape] = array.shape;
  if (rows === undefined || rowShape.length !== 1)
    throw new Fault(
      'shape-mismatch',
      `A distance matrix has two axes, but the array has shape (${array.shape.join(', ')}).`,
      {
        source: reference,
      },
    );
  if (rows === 0) throw new Fault('empty', 'The distance matrix has no rows.', { source: reference });
  const { values, type, columns, warnings } = array;
  return { name: reference, rows, rowShape, values, type, columns, treatment: AS_THEY_ARE, dropped: [], warnings };
}
