import type { ByteSource } from '../base/bytes';
import { Fault } from '../base/fault';
import type { DataDescription, DataOptions, DataSet, LabelOptions, Labels } from './dataSet';
import { finiteRows } from './finiteRows';
import type { FormatArray } from './format';
import { toLabels } from './labels';
import { sniffFormat } from './sniff';

const AS_THEY_ARE = 'taken as they are';

/**
 * Reads rows of numbers from an .npy, .npz, CSV or IDX, whichever the content is. The first axis counts the rows; an array of one axis is rows of one value.
 * Values are taken as they are, and the bytes of images scaled to 0–1, unless `scale` multiplies them instead.
 *
 * Throws `usage` for a part that is not there or must be named, `empty`, `not-finite`, `unsupported`, `unsafe`, `corrupt`, `too-large`.
 */
export function openData(source: ByteSource, options: DataOptions = {}): DataSet {
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
export function openArray(source: ByteSource, options: DataOptions = {}): FormatArray & { readonly treatment: string } {
  return { ...sniffFormat(source).readArray(source, options), treatment: AS_THEY_ARE };
}

/**
 * Reads one class a row: integers, or names. Which rows they belong to is for `alignLabels` to check.
 *
 * Throws as `openData`; `unsupported` for numbers that are no integers, `shape-mismatch` for more than one value a row.
 */
export function openLabels(source: ByteSource, options: LabelOptions = {}): Labels {
  const { raw, part } = sniffFormat(source).readLabels(source, options);
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
export function describeData(source: ByteSource): DataDescription {
  return sniffFormat(source).describe(source);
}

function treatmentOf(scale: number | undefined, naturalScale: number | undefined): string {
  if (scale !== undefined) return `multiplied by ${scale}`;
  return naturalScale === undefined ? AS_THEY_ARE : 'scaled from 0–255 to 0–1';
}

function referenceOf(name: string, part: string | undefined): string {
  return part === undefined ? name : `${name}#${part}`;
}
