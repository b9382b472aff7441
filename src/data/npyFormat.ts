import type { NumericArray } from '../base/array';
import { Fault } from '../base/fault';
import { streamOf } from '../base/byteStream';
import type { ByteSource } from '../base/bytes';
import type { DataDescription, DataOptions } from './dataSet';
import type { DataFormat, RowsOnDemand } from './format';
import { rawLabelsOfNumbers, rawLabelsOfTexts, type RawLabels } from './labels';
import { readNpy, readNpyStrings } from './npy';
import { openNpyRows, rowReader } from './npyRows';
import { AS_THEY_ARE } from './rowsOfArray';
import { NPY_MAGIC, readNpyHeader, type ArrayLayout } from './npyHeader';
import { quoted } from '../base/text';

/** numpy's .npy: one array. */
export const npyFormat: DataFormat = {
  name: 'npy',
  matches: head => NPY_MAGIC.every((byte, i) => byte === head[i]),
  readArray(source, options) {
    refusePart(options.part, source.name);
    return {
      ...readNpy(streamOf(source), undefined, options.cancellation),
      part: undefined,
      columns: undefined,
      naturalScale: undefined,
    };
  },
  openRows(source, options) {
    refusePart(options.part, source.name);
    return source.size < LARGE_BYTES ? undefined : rowsOnDemand(source, options);
  },
  readLabels(source, options) {
    refusePart(options.part, source.name);
    const texts = readNpyStrings(streamOf(source), undefined, options.cancellation);
    if (texts) return { raw: rawLabelsOfTexts(texts.strings), part: undefined };
    return {
      raw: rawLabelsOfArray(readNpy(streamOf(source), undefined, options.cancellation), source.name),
      part: undefined,
    };
  },
  describe(source): DataDescription {
    const header = readNpyHeader(streamOf(source));
    const { shape, type } = header;
    return {
      format: 'npy',
      choices: choiceOf(header, undefined),
      labels: looksLikeLabels(header) ? [''] : [],
      arrays: [{ name: '', shape, type }],
      columns: undefined,
    };
  },
};

/** Arrays from this size on stay in their file, and each row is read when it is asked for. */
const LARGE_BYTES = 2 ** 26;

/**
 * Rows that are read as they are asked for, once all of them are known to be finite. Undefined for what is read whole: columns first, 64-bit integers that may be rounded, and
 * rows that are not finite, which must be named or left out.
 */
function rowsOnDemand(source: ByteSource, options: DataOptions): RowsOnDemand | undefined {
  const { scale = 1, cancellation } = options;
  const array = openNpyRows(source);
  if (array === undefined || array.rowSize === 0 || /^u?int64$/.test(array.type)) return undefined;
  const { rows, rowShape, rowSize, type } = array;
  const step = Math.max(1, Math.floor(2 ** 20 / rowSize));
  for (let row = 0; row < rows; row += step) {
    cancellation?.throwIfCancelled();
    // A finite number less itself is 0; the sum of such is 0 or NaN.
    let sum = 0;
    for (const value of array.read(row, Math.min(step, rows - row))) sum += value - value;
    if (sum !== 0) return undefined;
  }
  const read = rowReader(array);
  return {
    rows,
    rowShape,
    type,
    columns: undefined,
    treatment: options.scale === undefined ? AS_THEY_ARE : `multiplied by ${scale}`,
    warnings: [],
    values: () => {
      const { values } = readNpy(streamOf(source), undefined, cancellation);
      if (scale !== 1) for (let i = 0; i < values.length; i++) values[i]! *= scale;
      return values;
    },
    readRow: (row, target, at) => {
      read(row, target, at);
      if (scale !== 1) for (let i = at; i < at + rowSize; i++) target[i]! *= scale;
    },
  };
}

function refusePart(part: string | undefined, source: string): void {
  if (part !== undefined)
    throw new Fault('usage', `An .npy holds one array: nothing in it is called ${quoted(part)}.`, {
      hint: 'Leave the # and what follows out.',
      source,
    });
}

/** One number a row, or `shape-mismatch`. */
export function rawLabelsOfArray(array: NumericArray, source: string): RawLabels {
  const rows = array.shape[0] ?? 0;
  if (array.shape.length === 0 || array.values.length !== rows)
    throw new Fault(
      'shape-mismatch',
      `The labels have shape (${array.shape.join(', ')}), but must have one value a row.`,
      {
        hint: 'Of one-hot labels or scores, save the index of the largest: array.argmax(axis=1).',
        source,
      },
    );
  return rawLabelsOfNumbers(array.values);
}

export function choiceOf(header: ArrayLayout, part: string | undefined): DataDescription['choices'] {
  const { shape, type } = header;
  if (type === 'str' || shape.length === 0) return [];
  return [
    { part, without: [], rows: shape[0]!, rowsExact: true, rowShape: shape.length === 1 ? [1] : shape.slice(1), type },
  ];
}

const INTEGER = /^(bool|u?int(8|16|32|64))$/;

/** One integer or text a row. */
export function looksLikeLabels({ shape, type, elements }: ArrayLayout): boolean {
  return shape.length > 0 && shape[0] === elements && (type === 'str' || INTEGER.test(type));
}
