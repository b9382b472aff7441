import { Fault } from '../base/fault';
import type { DataOptions, DataSet } from './dataSet';
import { finiteRows } from './finiteRows';
import type { FormatArray } from './format';

export const AS_THEY_ARE = 'taken as they are';

/** The rows of an array that a format has read from the file `source`: finite, and scaled. Throws `shape-mismatch`, `empty`, `not-finite`. */
export function rowsOfArray(array: FormatArray, source: string, options: DataOptions): DataSet {
  const { shape, type, columns } = array;
  if (shape.length === 0)
    throw new Fault('shape-mismatch', 'The array is a single number, but data has rows.', { source });
  const rows = shape[0]!;
  const rowShape = shape.length === 1 ? [1] : shape.slice(1);
  if (array.values.length === 0)
    throw new Fault('empty', `The data has shape (${shape.join(', ')}), so there is nothing in it.`, {
      source,
    });
  const finite = finiteRows({ rows, rowShape, values: array.values, columns }, options.dropNotFinite ?? false, source);
  const scale = options.scale ?? array.naturalScale;
  if (scale !== undefined) for (let i = 0; i < finite.values.length; i++) finite.values[i]! *= scale;
  return {
    name: referenceOf(source, options.part),
    rows: finite.rows,
    rowShape,
    values: finite.values,
    type,
    columns,
    treatment: treatmentOf(options.scale, array.naturalScale),
    dropped: finite.dropped,
    warnings: [...array.warnings, ...finite.warnings],
  };
}

function treatmentOf(scale: number | undefined, naturalScale: number | undefined): string {
  if (scale !== undefined) return `multiplied by ${scale}`;
  return naturalScale === undefined ? AS_THEY_ARE : 'scaled from 0–255 to 0–1';
}

export function referenceOf(name: string, part: string | undefined): string {
  return part === undefined ? name : `${name}#${part}`;
}
