import type { ByteSource } from '../base/bytes';
import { Cancellation } from '../base/cancellation';
import { Fault, type Warning } from '../base/fault';
import { sniffDialect, type CsvDialect } from './csvDialect';
import { marksFault, newMarks, parseNumber } from './csvNumber';
import { CsvRecords } from './csvRecords';
import { allocate } from './memory';
import { listed, quoted } from '../base/text';

/** The numbers of a table, a row a record. */
export interface CsvNumbers {
  readonly rows: number;
  /** Of the columns that were read, where the table has a header. */
  readonly names: readonly string[] | undefined;
  readonly columns: number;
  /** rows × columns. Fields that say that there is no number are NaN. */
  readonly values: Float64Array;
  readonly warnings: readonly Warning[];
}

/** The text of one column, each distinct text once. */
export interface CsvTexts {
  readonly name: string;
  /** Index into `distinct`, a row each. */
  readonly values: Int32Array;
  readonly distinct: readonly { readonly text: string; readonly row: number; readonly line: number }[];
}

const MOST_DISTINCT = 2 ** 16;
const NEWLINE = 10;
const RETURN = 13;

/** Throws `empty` where there is no record; `unsupported`, `corrupt` and `too-large` as its records do. */
export function openDialect(source: ByteSource): CsvDialect {
  const dialect = sniffDialect(source);
  if (!dialect) throw new Fault('empty', 'The table is empty.', { source: source.name });
  return dialect;
}

/**
 * Reads a table as numbers: one column where `part` names it, else all but those of `without`. Records must have equally many
 * fields. A first column without a name that counts the rows is an index, and left out with a warning.
 *
 * Throws `corrupt` (naming the line), `unsupported` for a column of text (naming it), `usage` for a column that is not there,
 * `empty`, `too-large`.
 */
export function readCsvNumbers(
  source: ByteSource,
  part: string | undefined,
  without: readonly string[],
  cancellation = Cancellation.never,
): CsvNumbers {
  const dialect = openDialect(source);
  const left = new Set(without.map(name => findColumn(dialect, name, source.name)));
  const chosen =
    part === undefined
      ? Array.from({ length: dialect.columns }, (_, column) => column).filter(column => !left.has(column))
      : [findColumn(dialect, part, source.name)];
  if (chosen.length === 0) throw new Fault('empty', 'No column of the table is left as data.', { source: source.name });

  const values = allocate(Float64Array, countRows(source, dialect, cancellation) * chosen.length, source.name);
  const marks = newMarks();
  const dropsIndex = part === undefined && dialect.indexColumn && chosen[0] === 0 && chosen.length > 1;
  let countsRows = dropsIndex;
  let rows = 0;
  forEachRecord(source, dialect, cancellation, (fields, line) => {
    const start = rows * chosen.length;
    for (let i = 0; i < chosen.length; i++) {
      const field = fields[chosen[i]!]!;
      const value = parseNumber(field, marks);
      if (value === undefined) throw textFault(dialect, chosen[i]!, field, line, rows, source.name);
      values[start + i] = value;
    }
    if (countsRows && values[start] !== rows) countsRows = false;
    rows++;
  });
  const ambiguous = marksFault(marks);
  if (ambiguous !== undefined)
    throw new Fault('corrupt', ambiguous, {
      hint: 'Export the table with decimal points and without thousands separators.',
      source: source.name,
    });

  const names = dialect.header && chosen.map(column => dialect.header![column]!);
  if (!countsRows)
    return { rows, names, columns: chosen.length, values: values.subarray(0, rows * chosen.length), warnings: [] };
  return { ...withoutFirst(values, rows, chosen.length), rows, names: names?.slice(1), warnings: [INDEX_WARNING] };
}

const INDEX_WARNING: Warning = {
  code: 'index-column',
  message: 'The first column has no name of its own and counts the rows, so it was left out.',
};

function withoutFirst(values: Float64Array, rows: number, columns: number) {
  const kept = columns - 1;
  for (let row = 0; row < rows; row++) values.copyWithin(row * kept, row * columns + 1, (row + 1) * columns);
  return { columns: kept, values: values.subarray(0, rows * kept) };
}

/** Reads one column as text: the one named, else the one that `chooseLabelColumn` picks. Faults as of `readCsvNumbers`. */
export function readCsvTexts(
  source: ByteSource,
  part: string | undefined,
  cancellation = Cancellation.never,
): CsvTexts {
  const dialect = openDialect(source);
  const column = part === undefined ? chooseLabelColumn(dialect, source.name) : findColumn(dialect, part, source.name);
  const name = columnName(dialect, column);
  const values = allocate(Int32Array, countRows(source, dialect, cancellation), source.name);
  const indices = new Map<string, number>();
  const distinct: { readonly text: string; readonly row: number; readonly line: number }[] = [];
  let rows = 0;
  forEachRecord(source, dialect, cancellation, (fields, line) => {
    const text = fields[column]!.trim();
    let index = indices.get(text);
    if (index === undefined) {
      index = distinct.length;
      if (index === MOST_DISTINCT)
        throw new Fault(
          'unsupported',
          `Column ${quoted(name)} has more than ${MOST_DISTINCT} different values, which are no classes.`,
          { source: source.name },
        );
      indices.set(text, index);
      distinct.push({ text, row: rows, line });
    }
    values[rows++] = index;
  });
  return { name, values: values.slice(0, rows), distinct };
}

/** Every text of one column, a row each. Faults as of `readCsvNumbers`. */
export function readCsvColumn(source: ByteSource, name: string, cancellation = Cancellation.never): readonly string[] {
  const dialect = openDialect(source);
  const column = findColumn(dialect, name, source.name);
  const texts: string[] = [];
  forEachRecord(source, dialect, cancellation, fields => texts.push(fields[column]!.trim()));
  return texts;
}

const LABEL_COLUMN = /^(labels?|y|targets?|class(es)?|category)$/i;

/** Whether people call labels so. */
export function isLabelName(name: string): boolean {
  return LABEL_COLUMN.test(name);
}

/** Columns that look like labels, best first: those called so, then those of text. */
export function labelColumns(dialect: CsvDialect): readonly number[] {
  const all = Array.from({ length: dialect.columns }, (_, column) => column);
  const called = all.filter(column => LABEL_COLUMN.test(dialect.header?.[column] ?? ''));
  const text = all.filter(column => !dialect.numeric[column] && !called.includes(column));
  return [...called, ...text];
}

function chooseLabelColumn(dialect: CsvDialect, source: string): number {
  if (dialect.columns === 1) return 0;
  const candidates = labelColumns(dialect);
  const called = candidates.filter(column => LABEL_COLUMN.test(dialect.header?.[column] ?? ''));
  if (called.length === 1) return called[0]!;
  if (called.length === 0 && candidates.length === 1) return candidates[0]!;
  throw new Fault(
    'usage',
    `The table has ${dialect.columns} columns, and none is named as the labels: ${listed(columnNames(dialect))}.`,
    {
      hint: `Name one after #, such as ${source}#${columnName(dialect, dialect.columns - 1)}.`,
      source,
    },
  );
}

/** The name of a column, or its number where the table has no header. */
export function columnName(dialect: CsvDialect, column: number): string {
  return dialect.header?.[column] ?? String(column);
}

function columnNames(dialect: CsvDialect): readonly string[] {
  return Array.from({ length: dialect.columns }, (_, column) => columnName(dialect, column));
}

function findColumn(dialect: CsvDialect, name: string, source: string): number {
  const names = columnNames(dialect);
  const column = names.indexOf(name.trim());
  if (column < 0)
    throw new Fault('usage', `The table has no column ${quoted(name)}; it has ${listed(names)}.`, { source });
  if (names.lastIndexOf(name.trim()) !== column)
    throw new Fault('usage', `The table has several columns called ${quoted(name)}.`, { source });
  return column;
}

function textFault(
  dialect: CsvDialect,
  column: number,
  field: string,
  line: number,
  row: number,
  source: string,
): Fault {
  const name = columnName(dialect, column);
  // A column of text from its first row on is a sound column that is no data.
  if (row === 0)
    return new Fault(
      'unsupported',
      `Column ${quoted(name)} holds text (${quoted(field)} in line ${line}), and numbers are needed.`,
      {
        hint: `If it is the labels, name it with --labels ${source}#${name}: then it is no part of the data.`,
        source,
      },
    );
  return new Fault('corrupt', `Line ${line} holds ${quoted(field)} in column ${quoted(name)}, which is not a number.`, {
    hint: 'Correct the line, or export the table again.',
    source,
  });
}

/** Calls `visit` for each record below the header; throws `corrupt` for one with more or fewer fields, `empty` where there is none. */
function forEachRecord(
  source: ByteSource,
  dialect: CsvDialect,
  cancellation: Cancellation,
  visit: (fields: readonly string[], line: number) => void,
): void {
  const records = new CsvRecords(source, dialect.separator);
  for (let skipped = dialect.preamble + (dialect.header ? 1 : 0); skipped > 0; skipped--) records.next();
  let count = 0;
  while (records.next()) {
    if ((count++ & 1023) === 0) cancellation.throwIfCancelled();
    const { fields, line } = records;
    if (fields.length !== dialect.columns)
      throw new Fault('corrupt', `Line ${line} has ${fields.length} fields, but the first has ${dialect.columns}.`, {
        hint: 'Correct the line, or export the table again.',
        source: source.name,
      });
    visit(fields, line);
  }
  if (count === 0) throw new Fault('empty', 'The table has a header, but no rows below it.', { source: source.name });
}

/** At least as many as there are rows: line ends, and never more than records of so many fields could fit. */
function countRows(source: ByteSource, dialect: CsvDialect, cancellation: Cancellation): number {
  let ends = 0;
  let previous = 0;
  for (let at = 0; at < source.size;) {
    cancellation.throwIfCancelled();
    const bytes = source.read(at, Math.min(2 ** 20, source.size - at));
    for (const byte of bytes) {
      if (byte === RETURN || (byte === NEWLINE && previous !== RETURN)) ends++;
      previous = byte;
    }
    at += bytes.length;
  }
  return Math.min(ends + 1, Math.ceil((source.size + 1) / dialect.columns));
}
