import type { DataSet } from '../data/dataSet';
import type { PointCloud } from '../topology/pointCloud';

/** Rows of data as points, whatever the shape of a row. */
export function cloudOf({ rows, rowShape, values }: DataSet): PointCloud {
  return { count: rows, width: rowShape.reduce((product, length) => product * length, 1), values };
}
