import type { ByteSource } from '../base/bytes';
import { Fault } from '../base/fault';
import { isMissing, newMarks, parseNumber } from './csvNumber';
import { CsvRecords, type Separator } from './csvRecords';

/** How a table is written, and what its first lines look like. */
export interface CsvDialect {
  readonly separator: Separator;
  /** Records before the table: remarks, and what tells Excel the separator. */
  readonly preamble: number;
  /** Names of the columns, where the first record is a header. */
  readonly header: readonly string[] | undefined;
  readonly columns: number;
  /** Whether all records that were looked at have equally many fields. */
  readonly even: boolean;
  /** Whether each column holds numbers, as far as the first records say. */
  readonly numeric: readonly boolean[];
  /** The first column has no name and counts the rows: an index, as pandas writes it. */
  readonly indexColumn: boolean;
  /** Records after the header that were looked at, and the bytes they take each, on average. */
  readonly sampled: number;
  /** Whether there are no others. */
  readonly sampledAll: boolean;
  readonly bytesPerRecord: number;
}

const SEPARATORS: readonly Separator[] = [',', ';', '\t', '|', ' '];
const SAMPLE_BYTES = 2 ** 20;
const SAMPLE_RECORDS = 100;

/**
 * Tells separator and header from the first records (at most 100, of at most 1 MiB). The separator is the one that cuts the
 * records into equally many fields, most of them numbers. `undefined` where there is no record at all.
 */
export function sniffDialect(source: ByteSource): CsvDialect | undefined {
  const faults: Fault[] = [];
  const samples = SEPARATORS.map(separator => sample(source, separator, faults));
  let best = samples[0];
  for (const candidate of samples) if (candidate && (!best || compare(candidate, best) > 0)) best = candidate;
  if (!best && faults[0]) throw faults[0];
  if (!best) return undefined;
  const { records, separator, preamble } = best;
  const first = records[0]!;
  const header = isHeader(records)
    ? first.map((name, i) => (i === 0 ? name.replace(/^#\s*/, '') : name).trim())
    : undefined;
  const rest = header ? records.slice(1) : records;
  const columns = first.length;
  const numeric = Array.from({ length: columns }, (_, column) => rest.every(record => isNumber(record[column])));
  const indexColumn =
    header !== undefined &&
    /^(unnamed: 0)?$/i.test(header[0]!) &&
    columns > 1 &&
    rest.length > 0 &&
    rest.every((record, row) => record[0]?.trim() === String(row));
  return {
    separator,
    preamble,
    header,
    columns,
    even: best.even,
    numeric,
    indexColumn,
    sampled: rest.length,
    sampledAll: best.all,
    bytesPerRecord: best.bytesPerRecord,
  };
}

interface Sample {
  readonly separator: Separator;
  readonly preamble: number;
  readonly records: readonly (readonly string[])[];
  readonly even: boolean;
  readonly all: boolean;
  readonly numberShare: number;
  readonly bytesPerRecord: number;
}

/** Records up to the first that cannot be read with this separator: its fault is kept for the case that none can. */
function sample(source: ByteSource, separator: Separator, faults: Fault[]): Sample | undefined {
  const limit = Math.min(source.size, SAMPLE_BYTES);
  const reader = new CsvRecords(source, separator, limit);
  const records: string[][] = [];
  let sound = true;
  let exhausted = false;
  try {
    while (!exhausted && records.length < SAMPLE_RECORDS + 1) {
      if (reader.next()) records.push([...reader.fields]);
      else exhausted = true;
    }
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    faults.push(error);
    sound = false;
  }
  // The last record of a partial look is cut off, unless there is no other.
  const whole = !sound || limit === source.size || records.length > SAMPLE_RECORDS;
  if (!whole && records.length > 1) records.pop();
  // A # before names is no name.
  if (separator === ' ') for (const record of records) if (record.length > 1 && record[0] === '#') record.shift();
  const preamble = preambleOf(records);
  records.splice(0, preamble);
  if (records.length === 0) return undefined;
  const width = records[0]!.length;
  const body = records.slice(1).flat();
  const characters = records.reduce(
    (sum, record) => sum + record.reduce((length, field) => length + field.length + 1, 0),
    0,
  );
  const numberShare = body.length === 0 ? 0 : body.filter(isNumber).length / body.length;
  // Spaces stand within text, too: they separate nothing but numbers.
  if (separator === ' ' && (width < 2 || numberShare < 1 || !records.every(record => record.length === width)))
    return undefined;
  return {
    separator,
    preamble,
    records,
    all: exhausted && limit === source.size,
    even: (sound || limit < source.size) && records.every(record => record.length === width),
    numberShare,
    bytesPerRecord: characters / records.length,
  };
}

/** Remarks (# …) and Excel's sep=; before the table: lines that are cut otherwise than what follows. */
function preambleOf(records: readonly (readonly string[])[]): number {
  let count = 0;
  while (count + 1 < records.length) {
    const [record, next] = [records[count]!, records[count + 1]!];
    const first = record[0]!.trimStart();
    const separates = count === 0 && /^sep=.?$/i.test(record.join('').trim()) && record.length <= 2;
    if (!separates && !(first.startsWith('#') && (record.length !== next.length || record.length === 1))) break;
    count++;
  }
  return count;
}

/** Positive where `a` is the better reading. */
function compare(a: Sample, b: Sample): number {
  const cuts = (s: Sample) => Number(s.records[0]!.length > 1);
  return (
    Number(a.even) * cuts(a) - Number(b.even) * cuts(b) ||
    cuts(a) - cuts(b) ||
    a.numberShare - b.numberShare ||
    a.records[0]!.length - b.records[0]!.length
  );
}

/**
 * Whether the first record names the columns. It does where it has text above numbers; or text alone, which does not come
 * again below; or the numbers 0, 1, 2 … of a table without names. Numbers among the names must be plain counts, such as
 * years: otherwise the record is data, and what is no number in it will be refused rather than be lost.
 */
function isHeader(records: readonly (readonly string[])[]): boolean {
  const first = records[0]!;
  const rest = records.slice(1);
  if (first.length >= 3 && rest.length > 0 && first.every((field, i) => field.trim() === String(i))) return true;
  // Years, or places counted from 1, above numbers that are no whole ones.
  const counts = first.map(field => (/^\s*\d{1,9}\s*$/.test(field) ? Number(field) : NaN));
  const consecutive = first.length >= 3 && counts.every((count, i) => count === counts[0]! + i);
  if (consecutive && rest.length > 0 && rest.every(record => record.some(field => /\d[.,]\d/.test(field)))) return true;
  const isText = (field: string) => !isNumber(field);
  if (!first.some(isText)) return false;
  if (first.some(field => !isText(field) && field.trim() !== '' && !/^\s*\d{1,9}\s*$/.test(field))) return false;
  if (rest.length === 0) return first.every(isText);
  const textAboveNumbers = first.some(
    (field, column) => isText(field) && rest.every(record => isNumber(record[column])),
  );
  if (textAboveNumbers) return true;
  const allText = first.every(field => isText(field) || field.trim() === '');
  if (!allText) return false;
  const mostlyNumbers = first.some(
    (_, column) => rest.filter(record => isNumber(record[column])).length * 2 > rest.length,
  );
  return mostlyNumbers || first.every((field, column) => !rest.some(record => record[column] === field));
}

/** Whether a field is a number, or says that there is none. */
function isNumber(field: string | undefined): boolean {
  return field !== undefined && (isMissing(field) || parseNumber(field, newMarks()) !== undefined);
}
