import type { ByteSource } from '../base/bytes';
import { Fault } from '../base/fault';
import type { FolderSource } from '../base/folder';
import { quoted } from '../base/text';
import type { DataDescription, DataLibraries, DataOptions, DataSet, LabelOptions, Labels } from './dataSet';
import { finiteRows } from './finiteRows';
import type { FormatArray, RowsOnDemand } from './format';
import { toLabels } from './labels';
import { sniffFolder, sniffFormat } from './sniff';

/** A file, or a folder whose files are one piece of data. */
export type DataSource = ByteSource | FolderSource;

const AS_THEY_ARE = 'taken as they are';

/**
 * Reads rows of numbers from a file or folder of any format, whichever the content is. The first axis counts the rows; an array of one axis is rows of one value.
 * Values are taken as they are, and the bytes of images scaled to 0–1, unless `scale` multiplies them instead. Images are read when their row is asked for.
 *
 * Throws `usage` for a part that is not there or must be named, `empty`, `not-finite`, `unsupported`, `unsafe`, `corrupt`, `too-large`.
 */
export function openData(source: DataSource, options: DataOptions = {}): DataSet {
  const rowsOnDemand = openRows(source, options);
  if (rowsOnDemand !== undefined) return dataSetOf(rowsOnDemand, referenceOf(source.name, options.part), source.name);
  const array = openArray(source, options);
  const { shape, type, columns } = array;
  if (shape.length === 0)
    throw new Fault('shape-mismatch', 'The array is a single number, but data has rows.', { source: source.name });
  const rows = shape[0]!;
  const rowShape = shape.length === 1 ? [1] : shape.slice(1);
  if (array.values.length === 0)
    throw new Fault('empty', `The data has shape (${shape.join(', ')}), so there is nothing in it.`, {
      source: source.name,
    });
  const finite = finiteRows(
    { rows, rowShape, values: array.values, columns },
    options.dropNotFinite ?? false,
    source.name,
  );
  const scale = options.scale ?? array.naturalScale;
  if (scale !== undefined) for (let i = 0; i < finite.values.length; i++) finite.values[i]! *= scale;
  return {
    name: referenceOf(source.name, options.part),
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

/**
 * Reads an array of any shape, such as a grid or a layer's activations, finite or not. Nothing is scaled: `treatment` says so. Throws as
 * `openData`, but for `not-finite`.
 */
export function openArray(source: DataSource, options: DataOptions = {}): FormatArray & { readonly treatment: string } {
  if (!isFolder(source))
    return naming(source.name, () => ({
      ...sniffFormat(source, options.libraries?.formats).readArray(source, options),
      treatment: AS_THEY_ARE,
    }));
  const { rows, rowShape, values, type, columns, treatment, warnings } = openFolder(source, options);
  const shape = [rows, ...rowShape];
  return { shape, values: values(), type, columns, treatment, warnings, part: undefined, naturalScale: undefined };
}

function openRows(source: DataSource, options: DataOptions): RowsOnDemand | undefined {
  return naming(source.name, () =>
    isFolder(source)
      ? openFolder(source, options)
      : sniffFormat(source, options.libraries?.formats).openRows?.(source, options),
  );
}

function openFolder(folder: FolderSource, options: DataOptions): RowsOnDemand {
  refusePart(folder, options.part);
  return sniffFolder(folder).openRows(folder, options);
}

/** `values` is read when it is first asked for, and not before. */
function dataSetOf({ values, readRow, ...rows }: RowsOnDemand, name: string, source: string): DataSet {
  return {
    ...rows,
    name,
    dropped: [],
    get values() {
      return naming(source, values);
    },
    ...(readRow === undefined ? {} : { readRow: (row, target, at) => naming(source, () => readRow(row, target, at)) }),
  };
}

/** Faults of parts of a source blame the source. */
function naming<T>(source: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof Fault ? error.at(source) : error;
  }
}

/**
 * Reads one class a row: integers, or names. Which rows they belong to is for `alignLabels` to check.
 *
 * Throws as `openData`; `unsupported` for numbers that are no integers, `shape-mismatch` for more than one value a row.
 */
export function openLabels(source: DataSource, options: LabelOptions = {}): Labels {
  if (isFolder(source)) refusePart(source, options.part);
  const { raw, part } = isFolder(source)
    ? sniffFolder(source).readLabels(source, options)
    : sniffFormat(source, options.libraries?.formats).readLabels(source, options);
  const labels = toLabels(
    raw,
    referenceOf(source.name, options.part),
    source.name,
    options.classes,
    options.modelClasses,
  );
  return part === undefined ? labels : { ...labels, part };
}

/** A cheap look: headers and first lines alone. Throws as `openData` for what is wrong there. */
export function describeData(source: DataSource, libraries?: DataLibraries): DataDescription {
  return naming(source.name, () =>
    isFolder(source) ? sniffFolder(source).describe(source) : sniffFormat(source, libraries?.formats).describe(source),
  );
}

export function isFolder(source: DataSource): source is FolderSource {
  return 'entries' in source;
}

function refusePart(folder: FolderSource, part: string | undefined): void {
  if (part !== undefined)
    throw new Fault('usage', `A folder is one piece: nothing in it is called ${quoted(part)}.`, {
      hint: 'Leave the # and what follows out.',
      source: folder.name,
    });
}

function treatmentOf(scale: number | undefined, naturalScale: number | undefined): string {
  if (scale !== undefined) return `multiplied by ${scale}`;
  return naturalScale === undefined ? AS_THEY_ARE : 'scaled from 0–255 to 0–1';
}

function referenceOf(name: string, part: string | undefined): string {
  return part === undefined ? name : `${name}#${part}`;
}
