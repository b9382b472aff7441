import type { ByteSource } from '../base/bytes';
import { Fault } from '../base/fault';
import type { FolderSource } from '../base/folder';
import { quoted } from '../base/text';
import type {
  DataDescription,
  DataLibraries,
  DataOptions,
  DataSet,
  InputTarget,
  LabelOptions,
  Labels,
} from './dataSet';
import type { FormatArray, RowsOnDemand } from './format';
import { toLabels } from './labels';
import { AS_THEY_ARE, referenceOf, rowsOfArray } from './rowsOfArray';
import { sniffFolder, sniffFormat } from './sniff';

/** A file, or a folder whose files are one piece of data. */
export type DataSource = ByteSource | FolderSource;

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
  return rowsOfArray(array, source.name, options);
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
export function describeData(source: DataSource, libraries?: DataLibraries, target?: InputTarget): DataDescription {
  return naming(source.name, () =>
    isFolder(source)
      ? sniffFolder(source).describe(source, target)
      : sniffFormat(source, libraries?.formats).describe(source, target),
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
