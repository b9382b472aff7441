import type { ByteSource } from '../../base/bytes';
import { Cancellation } from '../../base/cancellation';
import { Fault } from '../../base/fault';
import { listed, quoted } from '../../base/text';
import { isLabelName } from '../csv';
import type { DataChoice, DataDescription, DataOptions } from '../dataSet';
import type { DataFormat, FormatArray } from '../format';
import { numbersWherePossible, rawLabelsOfNumbers, rawLabelsOfTexts } from '../labels';
import { allocate } from '../memory';
import { isDataName } from '../npz';
import { sentenceRows, TEXT_NAME, wantsSentences, type Sentences } from '../text/sentences';
import { damaged, fieldName, isRecord, lookOver, valuesOf, type Field, type Records } from './fields';

const LOOK_BYTES = 2 ** 20;
/** What Hugging Face calls the ids of a text's tokens. */
const IDS_NAME = /^(input_ids|tokens?_ids|ids)$/i;

/** JSON lines: on each an array of numbers, an object of numbers, arrays and texts, or a text. */
export const jsonlFormat: DataFormat = {
  name: 'jsonl',
  matches(head) {
    // A first line that is one value; or so much of it as the look holds.
    const text = new TextDecoder()
      .decode(head)
      .replace(/^\ufeff/, '')
      .trimStart();
    const [first = '', second = ''] = text.split(/\r?\n/, 2);
    if (!/^(\{\s*"|\[|")/.test(first)) return false;
    if (!text.includes('\n') && head.length >= 4096) return /^(\{\s*"[^"]*"\s*:|\[\s*[-\d])/.test(first);
    return isValue(first) && (!first.startsWith('"') || second === '' || second.startsWith('"'));
  },
  openRows(source, options) {
    if (!wantsSentences(options)) return undefined;
    const records = lookOver(source, source.size, options.cancellation);
    const sentences = sentencesOf(source, records, options);
    return sentences && sentenceRows(sentences, options, source.name);
  },
  readArray(source, options) {
    const records = lookOver(source, source.size, options.cancellation);
    return readFields(source, records, chooseFields(source, records, options), options);
  },
  readLabels(source, options) {
    const records = lookOver(source, source.size, options.cancellation);
    const field = labelField(source, records, options.part);
    const values = columnOf(source, field, options.cancellation);
    return {
      raw:
        field.kind === 'number'
          ? rawLabelsOfNumbers(values.map(value => (value === null ? NaN : Number(value))))
          : numbersWherePossible(
              rawLabelsOfTexts(
                values.map(value => (typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value))),
              ),
            ),
      part: field.name === '' ? undefined : field.name,
    };
  },
  describe(source): DataDescription {
    const limit = Math.min(source.size, LOOK_BYTES);
    const records = lookOver(source, limit);
    const exact = limit === source.size;
    const rows = exact ? records.rows : Math.round((records.rows * source.size) / limit);
    const labels = records.fields.filter(isLabel).map(field => field.name);
    const choice = (fields: readonly Field[], part: string | undefined, without: readonly string[]): DataChoice => ({
      part,
      without,
      rows,
      rowsExact: exact,
      rowShape: fields.length === 1 && fields[0]!.kind === 'array' ? fields[0]!.shape : [fields.length],
      type: 'float64',
    });
    const arrays = records.fields.filter(field => field.kind === 'array');
    const numbers = records.fields.filter(field => field.kind === 'number' && !labels.includes(field.name));
    const plain = numbers.length > 0 && records.fields.every(field => field.kind === 'number' || isLabel(field));
    const texts = textField(records, undefined) ?? idsField(records);
    return {
      format: 'jsonl',
      choices: [
        ...arrays.map(field => choice([field], records.named ? field.name : undefined, [])),
        ...(plain ? [choice(numbers, undefined, labels)] : []),
        ...(texts === undefined ? [] : [{ ...choice([texts], undefined, []), rowShape: [], texts: true }]),
      ],
      labels,
      arrays: [],
      columns: records.fields.map(({ name, kind }) => ({ name, kind: kind === 'text' ? 'text' : 'number' })),
    };
  },
};

function isValue(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' || (typeof value === 'object' && value !== null);
  } catch {
    return false;
  }
}

function isLabel({ name, kind, integers }: Field): boolean {
  return isLabelName(name) && (kind === 'text' || (kind === 'number' && integers));
}

function textField(records: Records, part: string | undefined): Field | undefined {
  const texts = records.fields.filter(field => field.kind === 'text');
  if (part !== undefined) return texts.find(field => field.name === part);
  return texts.find(field => TEXT_NAME.test(field.name)) ?? (records.named ? undefined : texts[0]);
}

function idsField(records: Records): Field | undefined {
  return records.fields.find(
    ({ name, kind, shape, integers }) =>
      IDS_NAME.test(name) && integers && (kind === 'ragged' || (kind === 'array' && shape.length === 1)),
  );
}

/** Texts, and the ids that they became, where the rows have either; `undefined` where they are numbers. */
function sentencesOf(source: ByteSource, records: Records, options: DataOptions): Sentences | undefined {
  const text = textField(records, options.part);
  const ids = options.part === undefined ? idsField(records) : undefined;
  if (text === undefined && ids === undefined) return undefined;
  return {
    where: fieldName(text ?? ids!),
    texts: text && columnOf(source, text, options.cancellation).map(value => (typeof value === 'string' ? value : '')),
    ids:
      ids && columnOf(source, ids, options.cancellation).map(value => (Array.isArray(value) ? value.map(Number) : [])),
  };
}

/** One field of every row; null where a row lacks it. */
function columnOf(source: ByteSource, { name }: Field, cancellation = Cancellation.never): readonly unknown[] {
  const column: unknown[] = [];
  for (const { value } of valuesOf(source, source.size, cancellation)) {
    const content = isRecord(value) ? (Object.hasOwn(value, name) ? value[name] : null) : value;
    column.push(content ?? null);
  }
  return column;
}

/** The fields that make up a row: the one named, the one array, or all numbers. */
function chooseFields(source: ByteSource, records: Records, options: DataOptions): readonly Field[] {
  const { part, without = [] } = options;
  const fields = records.fields.filter(field => !without.includes(field.name));
  if (part !== undefined) return [numeric(source, findField(source, records, part))];
  const arrays = fields.filter(field => field.kind === 'array' || field.kind === 'ragged');
  const array = arrays.length === 1 ? arrays[0] : arrays.find(field => isDataName(field.name));
  if (array !== undefined) return [numeric(source, array)];
  if (arrays.length > 1)
    throw new Fault(
      'usage',
      `The rows have ${arrays.length} arrays, and none is named: ${listed(arrays.map(({ name }) => name))}.`,
      {
        hint: `Name one after #, such as ${source.name}#${arrays[0]!.name}.`,
        source: source.name,
      },
    );
  if (fields.length === 0) throw new Fault('empty', 'No field of the rows is left as data.', { source: source.name });
  return fields.map(field => numeric(source, field));
}

function findField(source: ByteSource, records: Records, part: string): Field {
  const field = records.named ? records.fields.find(({ name }) => name === part) : undefined;
  if (field !== undefined) return field;
  const names = records.fields.map(({ name }) => name);
  throw new Fault(
    'usage',
    records.named
      ? `The rows have no field ${quoted(part)}; they have ${listed(names)}.`
      : `The lines have no fields: nothing in them is called ${quoted(part)}.`,
    { source: source.name },
  );
}

function numeric(source: ByteSource, field: Field): Field {
  if (field.kind === 'number' || field.kind === 'array') return field;
  if (field.kind === 'text')
    throw new Fault('unsupported', `There are texts in ${fieldName(field)}, and numbers are needed.`, {
      hint: `Are they labels? Then name them with --labels. Are they sentences? Then the network must take tokens.`,
      source: source.name,
    });
  throw new Fault(
    field.kind === 'ragged' ? 'shape-mismatch' : 'unsupported',
    field.kind === 'ragged'
      ? `The arrays in ${fieldName(field)} are of different lengths.`
      : `What is in ${fieldName(field)} is neither numbers nor arrays of numbers of one shape.`,
    { source: source.name },
  );
}

function readFields(source: ByteSource, records: Records, fields: readonly Field[], options: DataOptions): FormatArray {
  const { rows } = records;
  const sizes = fields.map(({ shape }) => shape.reduce((product, size) => product * size, 1));
  const width = sizes.reduce((sum, size) => sum + size, 0);
  const values = allocate(Float64Array, rows * width, source.name);
  let at = 0;
  for (const { value, line } of valuesOf(source, source.size, options.cancellation ?? Cancellation.never))
    fields.forEach((field, i) => {
      const content = isRecord(value) ? (Object.hasOwn(value, field.name) ? value[field.name] : null) : value;
      const from = at;
      if (content === null || typeof content !== 'object') values[at++] = content === null ? NaN : Number(content);
      else at = fill(values, content as readonly unknown[], at);
      if (at - from !== sizes[i]!) throw damaged(source, line, `has no array in ${fieldName(field)}`);
    });
  const single = fields.length === 1 ? fields[0]! : undefined;
  return {
    shape: single?.kind === 'array' ? [rows, ...single.shape] : [rows, width],
    values,
    type: 'float64',
    part: options.part,
    columns: records.named && single?.kind !== 'array' ? fields.map(({ name }) => name) : undefined,
    warnings: [],
    naturalScale: undefined,
  };
}

function fill(values: Float64Array, content: readonly unknown[], at: number): number {
  for (const item of content) {
    if (Array.isArray(item)) at = fill(values, item as readonly unknown[], at);
    else values[at++] = Number(item);
  }
  return at;
}

function labelField(source: ByteSource, records: Records, part: string | undefined): Field {
  const usable = (field: Field) => field.kind === 'number' || field.kind === 'text';
  if (part !== undefined) {
    const field = findField(source, records, part);
    if (usable(field)) return field;
    throw new Fault('shape-mismatch', `Labels have one value a row, and ${fieldName(field)} has not.`, {
      source: source.name,
    });
  }
  const fields = records.fields.filter(usable);
  const called = fields.filter(({ name }) => isLabelName(name));
  if (called.length === 1) return called[0]!;
  if (fields.length === 1 && records.fields.length === 1) return fields[0]!;
  throw new Fault(
    'usage',
    `None of the fields is named as the labels: ${listed(records.fields.map(({ name }) => name))}.`,
    { hint: `Name one after #, such as ${source.name}#${fields.at(-1)?.name ?? 'label'}.`, source: source.name },
  );
}
