import type { ByteSource } from '../../base/bytes';
import type { Cancellation } from '../../base/cancellation';
import type { DataChoice, DataDescription } from '../dataSet';
import type { DataFormat } from '../format';
import { numbersWherePossible, rawLabelsOfNumbers, rawLabelsOfTexts } from '../labels';
import { sentenceRows, wantsSentences } from '../text/sentences';
import { chooseFields, idsField, isLabel, labelField, readFields, sentencesOf, textField } from './chooseFields';
import type { Field, RecordTable } from './recordTable';

/** A format whose files are records: what can be done with them is the same for all. `look` opens a file for a description alone. */
export function tableFormat(
  name: string,
  open: (source: ByteSource, cancellation?: Cancellation) => RecordTable,
  look: (source: ByteSource) => RecordTable,
): Omit<DataFormat, 'matches'> {
  return {
    name,
    openRows(source, options) {
      if (!wantsSentences(options)) return undefined;
      const sentences = sentencesOf(open(source, options.cancellation), options.part);
      return sentences && sentenceRows(sentences, options, source.name);
    },
    readArray(source, options) {
      const table = open(source, options.cancellation);
      return readFields(table, chooseFields(table, options.part, options.without ?? []), options.part);
    },
    readLabels(source, options) {
      const table = open(source, options.cancellation);
      const field = labelField(table, options.part);
      const part = field.name === '' ? undefined : field.name;
      if (field.kind === 'number') {
        const numbers = new Float64Array(table.rows);
        table.visit([field], ([value], row) => (numbers[row] = typeof value === 'number' ? value : NaN));
        return { raw: rawLabelsOfNumbers(numbers), part };
      }
      const texts: string[] = [];
      table.visit([field], ([value]) => texts.push(typeof value === 'string' ? value : ''));
      return { raw: numbersWherePossible(rawLabelsOfTexts(texts)), part };
    },
    describe: source => describeTable(look(source), name),
  };
}

function describeTable(table: RecordTable, format: string): DataDescription {
  const { fields, named, rows, rowsExact } = table;
  const labels = fields.filter(isLabel).map(field => field.name);
  const choice = (rowShape: readonly number[], part: string | undefined, without: readonly string[]): DataChoice => ({
    part,
    without,
    rows,
    rowsExact,
    rowShape,
    type: 'float64',
  });
  const arrays = fields.filter(field => field.kind === 'array');
  const numbers = fields.filter(field => field.kind === 'number' && !labels.includes(field.name));
  const plain = numbers.length > 0 && fields.every(field => field.kind === 'number' || isLabel(field));
  const texts: Field | undefined = textField(table, undefined) ?? idsField(table);
  return {
    format,
    choices: [
      ...arrays.map(field => choice(field.shape, named ? field.name : undefined, [])),
      ...(plain ? [choice([numbers.length], undefined, labels)] : []),
      ...(texts === undefined ? [] : [{ ...choice([], undefined, []), texts: true }]),
    ],
    labels,
    arrays: [],
    columns: fields.map(({ name, kind }) => ({ name, kind: kind === 'text' ? 'text' : 'number' })),
  };
}
