import type { NumericArray } from '../base/array';
import { Fault } from '../base/fault';
import { streamOf } from '../base/byteStream';
import type { DataDescription } from './dataSet';
import type { DataFormat } from './format';
import { rawLabelsOfNumbers, rawLabelsOfTexts, type RawLabels } from './labels';
import { readNpy, readNpyStrings } from './npy';
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
