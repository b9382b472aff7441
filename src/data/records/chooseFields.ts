import { Fault } from '../../base/fault';
import { listed, quoted } from '../../base/text';
import { isLabelName } from '../csv';
import type { FormatArray } from '../format';
import { allocate } from '../memory';
import { isDataName } from '../npz';
import { TEXT_NAME, type Sentences } from '../text/sentences';
import { sameShape, shapeOf } from './fields';
import type { Field, FieldValue, RecordTable } from './recordTable';

/** What Hugging Face calls the ids of a text's tokens. */
const IDS_NAME = /^(input_ids|tokens?_ids|ids)$/i;

export function isLabel({ name, kind, integers }: Field): boolean {
  return isLabelName(name) && (kind === 'text' || (kind === 'number' && integers));
}

export function textField({ fields, named }: RecordTable, part: string | undefined): Field | undefined {
  const texts = fields.filter(field => field.kind === 'text');
  if (part !== undefined) return texts.find(field => field.name === part);
  return texts.find(field => TEXT_NAME.test(field.name)) ?? (named ? undefined : texts[0]);
}

export function idsField({ fields }: RecordTable): Field | undefined {
  return fields.find(
    ({ name, kind, shape, integers }) =>
      IDS_NAME.test(name) && integers && (kind === 'ragged' || (kind === 'array' && shape.length === 1)),
  );
}

/** Texts, and the ids that they became, where the rows have either; `undefined` where they are numbers. */
export function sentencesOf(table: RecordTable, part: string | undefined): Sentences | undefined {
  const text = textField(table, part);
  const ids = part === undefined ? idsField(table) : undefined;
  const fields = [text, ids].filter(field => field !== undefined);
  if (fields.length === 0) return undefined;
  const texts: string[] = [];
  const sequences: (readonly number[])[] = [];
  table.visit(fields, values => {
    const sequence = ids && values[text === undefined ? 0 : 1];
    if (text !== undefined) texts.push(typeof values[0] === 'string' ? values[0] : '');
    if (ids !== undefined) sequences.push(Array.isArray(sequence) ? sequence.map(Number) : []);
  });
  return {
    where: fieldName(fields[0]!),
    texts: text && texts,
    ids: ids && sequences,
  };
}

/** The fields that make up a row: the one named, the one array, or all numbers. Throws `usage`, `empty`, `unsupported`, `shape-mismatch`. */
export function chooseFields(
  table: RecordTable,
  part: string | undefined,
  without: readonly string[],
): readonly Field[] {
  const { source } = table;
  if (part !== undefined) return [numeric(table, findField(table, part))];
  const fields = table.fields.filter(field => !without.includes(field.name));
  const arrays = fields.filter(field => field.kind === 'array' || field.kind === 'ragged');
  const array = arrays.length === 1 ? arrays[0] : arrays.find(field => isDataName(field.name));
  if (array !== undefined) return [numeric(table, array)];
  if (arrays.length > 1)
    throw new Fault(
      'usage',
      `The rows have ${arrays.length} arrays, and none is named: ${listed(arrays.map(({ name }) => name))}.`,
      { hint: `Name one after #, such as ${source}#${arrays[0]!.name}.`, source },
    );
  if (fields.length === 0) throw new Fault('empty', 'No field of the rows is left as data.', { source });
  return fields.map(field => numeric(table, field));
}

function findField({ source, named, fields }: RecordTable, part: string): Field {
  const field = named ? fields.find(({ name }) => name === part) : undefined;
  if (field !== undefined) return field;
  throw new Fault(
    'usage',
    named
      ? `The rows have no field ${quoted(part)}; they have ${listed(fields.map(({ name }) => name))}.`
      : `The rows have no fields: nothing in them is called ${quoted(part)}.`,
    { source },
  );
}

function numeric({ source }: RecordTable, field: Field): Field {
  if (field.kind === 'number' || field.kind === 'array') return field;
  if (field.kind === 'text')
    throw new Fault('unsupported', `There are texts in ${fieldName(field)}, and numbers are needed.`, {
      hint: 'Are they labels? Then name them with --labels. Are they sentences? Then the network must take tokens.',
      source,
    });
  if (field.kind === 'ragged')
    throw new Fault('shape-mismatch', `The arrays in ${fieldName(field)} are of different lengths.`, { source });
  const what = field.what ?? 'neither numbers nor arrays of numbers of one shape';
  throw new Fault('unsupported', `What is in ${fieldName(field)} is ${what}.`, { source });
}

/** The rows of these fields, one after another, as an array. Throws what `visit` throws, `too-large`. */
export function readFields(table: RecordTable, fields: readonly Field[], part: string | undefined): FormatArray {
  const { rows, source, named } = table;
  const sizes = fields.map(({ shape }) => shape.reduce((product, size) => product * size, 1));
  const width = sizes.reduce((sum, size) => sum + size, 0);
  const values = allocate(Float64Array, rows * width, source);
  let at = 0;
  table.visit(fields, (content, row) => {
    if (at + width > values.length) throw table.faultAt(row, 'is one more than there were');
    content.forEach((value, i) => (at = put(value, fields[i]!, values, at, table, row)));
  });
  const single = fields.length === 1 && fields[0]!.kind === 'array' ? fields[0]! : undefined;
  return {
    shape: single === undefined ? [rows, width] : [rows, ...single.shape],
    values,
    type: 'float64',
    part,
    columns:
      named && single === undefined && sizes.every(size => size === 1) ? fields.map(({ name }) => name) : undefined,
    warnings: table.warnings?.() ?? [],
    naturalScale: undefined,
  };
}

function put(
  value: FieldValue,
  field: Field,
  values: Float64Array,
  at: number,
  table: RecordTable,
  row: number,
): number {
  if (field.kind === 'number') {
    values[at] = value === null ? NaN : Number(value);
    return at + 1;
  }
  const shape = Array.isArray(value) ? shapeOf(value as readonly unknown[]) : undefined;
  if (shape === undefined || !sameShape(shape, field.shape))
    throw table.faultAt(row, `has no array of shape (${field.shape.join(', ')}) in ${fieldName(field)}`);
  return flatten(value as readonly unknown[], values, at);
}

function flatten(content: readonly unknown[], values: Float64Array, at: number): number {
  for (const item of content) {
    if (Array.isArray(item)) at = flatten(item as readonly unknown[], values, at);
    else values[at++] = Number(item);
  }
  return at;
}

/** The field with one value a row that is meant as labels. Throws `usage`, `shape-mismatch`. */
export function labelField(table: RecordTable, part: string | undefined): Field {
  const { source } = table;
  const usable = (field: Field) => field.kind === 'number' || field.kind === 'text';
  if (part !== undefined) {
    const field = findField(table, part);
    if (usable(field)) return field;
    throw new Fault('shape-mismatch', `Labels have one value a row, and ${fieldName(field)} has not.`, { source });
  }
  const fields = table.fields.filter(usable);
  const called = fields.filter(isLabel);
  if (called.length === 1) return called[0]!;
  if (fields.length === 1 && table.fields.length === 1) return fields[0]!;
  throw new Fault(
    'usage',
    `None of the fields is named as the labels: ${listed(table.fields.map(({ name }) => name))}.`,
    { hint: `Name one after #, such as ${source}#${fields.at(-1)?.name ?? 'label'}.`, source },
  );
}

function fieldName({ name }: Field): string {
  return name === '' ? 'the lines' : `the field ${quoted(name)}`;
}
