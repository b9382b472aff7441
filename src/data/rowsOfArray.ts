import { Fault } from '../base/fault';
import type { DataOptions, DataSet } from './dataSet';
import { finiteRows } from './finiteRows';
import type { FormatArray } from './format';
import { pixelsFor } from './images/imagePlan';
import { chosenPixels } from './images/pixelValues';

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
  const { scale, offset, words } = valuesOf(array, options);
  if (scale !== 1 || offset !== 0)
    for (let i = 0; i < finite.values.length; i++) finite.values[i] = finite.values[i]! * scale + offset;
  return {
    name: referenceOf(source, options.part),
    rows: finite.rows,
    rowShape,
    values: finite.values,
    type,
    columns,
    treatment: words,
    dropped: finite.dropped,
    warnings: [...array.warnings, ...finite.warnings],
  };
}

/** Bytes that are images stand for pixels as those of files do, where one rule holds for all channels; other values are what they are. */
function valuesOf({ naturalScale }: FormatArray, { scale, target, pixels }: DataOptions) {
  if (scale !== undefined) return { scale, offset: 0, words: `multiplied by ${scale}` };
  if (naturalScale === undefined) return { scale: 1, offset: 0, words: AS_THEY_ARE };
  const asked = pixelsFor(target, pixels);
  const one =
    asked.scale.every(value => value === asked.scale[0]) && asked.offset.every(value => value === asked.offset[0]);
  const found = one ? asked : chosenPixels('unit');
  return { scale: found.scale[0]!, offset: found.offset[0]!, words: found.words };
}

export function referenceOf(name: string, part: string | undefined): string {
  return part === undefined ? name : `${name}#${part}`;
}
