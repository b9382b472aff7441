import { parquetMetadata, parquetSchema } from 'hyparquet';
import type { DecodedArray, FileMetaData, SchemaElement, SchemaTree } from 'hyparquet/src/types.js';
import { refuseExpansion } from '../../base/archive/expansion';
import type { ByteSource } from '../../base/bytes';
import { Cancellation } from '../../base/cancellation';
import { Fault, type Warning } from '../../base/fault';
import { formatCount, formatQuantity } from '../../base/numbers';
import { quoted } from '../../base/text';
import { kindOf } from '../records/fields';
import type { Field, FieldValue, RecordTable } from '../records/recordTable';
import { checkThrift, Unsound } from './guards';
import { readChunk } from './pages';

const MAGIC = [0x50, 0x41, 0x52, 0x31];
const LARGEST_FOOTER = 32 * 2 ** 20;
const MOST_ELEMENTS = 100_000;
const DEEPEST = 16;

export function looksLikeParquet(head: Uint8Array): boolean {
  return MAGIC.every((byte, i) => byte === head[i]);
}

/**
 * A Parquet file as records: its footer is read, and a row group at a time when rows are visited, of the columns asked for alone. Nothing outside the file is opened.
 * Throws `corrupt`, `unsupported` (encryption, parts in other files), `too-large`, `empty`.
 */
export function openParquet(source: ByteSource, cancellation = Cancellation.never): RecordTable {
  return guarded(source, () => open(source, cancellation));
}

function open(source: ByteSource, cancellation: Cancellation): RecordTable {
  const metadata = readFooter(source);
  const tree = parquetSchema(metadata);
  const rows = count(metadata.num_rows, source);
  const groups = metadata.row_groups.map(group => count(group.num_rows, source));
  if (groups.reduce((sum, group) => sum + group, 0) !== rows)
    throw corrupt(source, 'its row groups have not the rows that it says');
  if (rows === 0) throw new Fault('empty', 'The table has no rows.', { source: source.name });
  const columns = new Map(tree.children.map(child => [child.element.name, child]));
  if (columns.size !== tree.children.length) throw corrupt(source, 'two of its columns have one name');
  const rounded = { count: 0 };

  const readColumn = (field: Field, group: number): DecodedArray => {
    const column = columns.get(field.name)!;
    const leaves = leavesOf(column);
    const chunk = metadata.row_groups[group]!.columns.find(
      ({ meta_data }) => meta_data?.path_in_schema[0] === field.name,
    );
    if (chunk?.meta_data === undefined || leaves.length !== 1)
      throw corrupt(source, `there is no ${quoted(field.name)} in it`);
    if (chunk.file_path) throw unsupported(source, 'has columns in other files');
    if (chunk.crypto_metadata !== undefined || chunk.encrypted_column_metadata !== undefined)
      throw unsupported(source, 'is encrypted');
    const meta = chunk.meta_data;
    const begins = [meta.dictionary_page_offset, meta.data_page_offset].filter(
      offset => offset !== undefined && offset > 0n,
    );
    const start = Math.min(...begins.map(offset => count(offset, source)));
    const length = count(meta.total_compressed_size, source);
    const values = count(meta.num_values, source);
    if (!Number.isFinite(start) || start + length > source.size) throw corrupt(source, 'a column of it ends early');
    refuseExpansion(`The column ${quoted(field.name)}`, source.size, 8 * values, source.name);
    let expanded = 0;
    return readChunk(
      { bytes: source.read(start, length).slice(), meta, path: [tree, ...leaves[0]!], rows: groups[group]! },
      size => {
        expanded += size;
        refuseExpansion(`The column ${quoted(field.name)}`, source.size, expanded, source.name);
      },
    );
  };
  const fields = tree.children.map(column => {
    const field = fieldOf(column);
    if (field.kind !== 'array') return field;
    // How long lists are is seen in the first rows: that all have one length is checked as they are read.
    const first = firstKind(
      readColumn(
        field,
        groups.findIndex(group => group > 0),
      ),
    );
    return { ...field, ...first, integers: field.integers };
  });
  return {
    source: source.name,
    rows,
    rowsExact: true,
    named: true,
    fields,
    visit(wanted, visit) {
      let row = 0;
      for (let group = 0; group < groups.length; group++) {
        if (groups[group] === 0) continue;
        cancellation.throwIfCancelled();
        const decoded = wanted.map(field => guarded(source, () => readColumn(field, group)));
        for (let i = 0; i < groups[group]!; i++, row++)
          visit(
            decoded.map((values, at) => valueOf(values[i], wanted[at]!, rounded, source)),
            row,
          );
      }
    },
    faultAt: (row, what) => new Fault('shape-mismatch', `Row ${row} ${what}.`, { source: source.name }),
    warnings(): readonly Warning[] {
      if (rounded.count === 0) return [];
      return [
        {
          code: 'rounded',
          message: `${rounded.count} integers beyond 2^53 were rounded to the nearest float64.`,
        },
      ];
    },
  };
}

function readFooter(source: ByteSource): FileMetaData {
  const { size } = source;
  if (size < 12) throw corrupt(source, 'it ends early');
  const tail = source.read(size - 8, 8);
  const end = String.fromCharCode(...tail.subarray(4));
  if (end === 'PARE') throw unsupported(source, 'is encrypted');
  if (end !== 'PAR1') throw corrupt(source, 'it does not end like one');
  const length = new DataView(tail.buffer, tail.byteOffset, 8).getUint32(0, true);
  if (length > size - 12) throw corrupt(source, 'its footer is longer than the file');
  if (length > LARGEST_FOOTER)
    throw new Fault(
      'too-large',
      `The file has a footer of ${formatQuantity(length, 'byte')}; up to ${formatCount(LARGEST_FOOTER)} are read.`,
      {
        source: source.name,
      },
    );
  const footer = source.read(size - 8 - length, length + 8).slice();
  const metadata = guarded(source, () => {
    checkThrift(new DataView(footer.buffer, 0, length), 0);
    return parquetMetadata(footer, { geoparquet: false });
  });
  guarded(source, () => checkTree(metadata.schema));
  return metadata;
}

/** That the schema is a tree of as many elements as there are, not too deep. Throws `Unsound`. */
function checkTree(schema: readonly SchemaElement[]): void {
  if (schema.length === 0 || schema.length > MOST_ELEMENTS) throw new Unsound('it has no columns, or too many');
  const open: number[] = [];
  schema.forEach(({ name, num_children: children = 0 }, i) => {
    if (typeof name !== 'string') throw new Unsound('a column of it has no name');
    if (i > 0 && open.length === 0) throw new Unsound('its columns make no tree');
    if (open.length > 0) open[open.length - 1]!--;
    if (!Number.isSafeInteger(children) || children < 0 || children > schema.length)
      throw new Unsound('its columns make no tree');
    if (children > 0) open.push(children);
    while (open.at(-1) === 0) open.pop();
    if (open.length > DEEPEST) throw new Unsound('its columns lie too deep in one another');
  });
  if (open.length > 0) throw new Unsound('its columns make no tree');
}

/** The paths from a top-level column to its leaves. */
function leavesOf(column: SchemaTree): readonly (readonly SchemaTree[])[] {
  if (column.children.length === 0) return [[column]];
  return column.children.flatMap(child => leavesOf(child).map(path => [column, ...path]));
}

function fieldOf(column: SchemaTree): Field {
  const [leaf, ...more] = leavesOf(column);
  const { element } = leaf!.at(-1)!;
  const listed = leaf!.some(part => part.element.repetition_type === 'REPEATED');
  const kind = more.length > 0 || (leaf!.length > 1 && !listed) ? undefined : kindOfElement(element);
  const name = column.element.name;
  if (kind === undefined || (listed && kind === 'text'))
    return { name, kind: 'other', shape: [], integers: false, what: whatOf(element, more.length > 0) };
  return {
    name,
    kind: listed ? 'array' : kind,
    shape: [],
    integers: element.type === 'INT32' || element.type === 'INT64' || element.type === 'BOOLEAN',
  };
}

function kindOfElement({
  type,
  converted_type: converted,
  logical_type: logical,
}: SchemaElement): 'number' | 'text' | undefined {
  if (/^(DATE|TIME)/.test(converted ?? '') || /^(DATE|TIME|UUID|JSON|BSON|GEO|VARIANT)/.test(logical?.type ?? ''))
    return undefined;
  if (converted === 'DECIMAL' || logical?.type === 'DECIMAL') return 'number';
  switch (type) {
    case 'BOOLEAN':
    case 'INT32':
    case 'INT64':
    case 'FLOAT':
    case 'DOUBLE':
      return 'number';
    case 'FIXED_LEN_BYTE_ARRAY':
      return logical?.type === 'FLOAT16' ? 'number' : undefined;
    case 'BYTE_ARRAY':
      return converted === 'JSON' || converted === 'BSON' ? undefined : 'text';
    case 'INT96':
    case undefined:
      return undefined;
  }
}

function whatOf({ type, converted_type: converted, logical_type: logical }: SchemaElement, several: boolean): string {
  if (several) return 'a structure of several fields';
  const name = logical?.type ?? converted ?? type ?? '';
  return /^(DATE|TIME|INT96)/.test(name) ? 'dates or times' : `values of type ${quoted(name)}`;
}

function firstKind(values: DecodedArray): Pick<Field, 'kind' | 'shape'> {
  for (const value of values as ArrayLike<unknown> & Iterable<unknown>) {
    const kind = kindOf(plain(value));
    if (kind !== undefined) return { kind: kind.kind === 'array' ? 'array' : 'other', shape: kind.shape };
  }
  return { kind: 'other', shape: [] };
}

function valueOf(value: unknown, field: Field, rounded: { count: number }, source: ByteSource): FieldValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number' || typeof value === 'string') return value;
  if (typeof value === 'boolean') return Number(value);
  if (typeof value === 'bigint') {
    const number = Number(value);
    if (!Number.isSafeInteger(number) && BigInt(number) !== value) rounded.count++;
    return number;
  }
  if (Array.isArray(value)) return plain(value) as readonly unknown[];
  throw corrupt(source, `${quoted(field.name)} holds something else than it says`);
}

/** Nested arrays with numbers for the library's big integers. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<unknown>, plain);
  return Array.isArray(value) ? value.map(plain) : value;
}

/** What the guards and the library throw is the file's fault: its types do not say what damaged bytes make of them. */
function guarded<T>(source: ByteSource, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof Fault) throw error;
    if (error instanceof Unsound && /^it is (compressed|encoded) by/.test(error.message))
      throw unsupported(source, error.message.replace(/^it /, ''));
    throw corrupt(source, error instanceof Unsound ? error.message : 'it cannot be decoded', error);
  }
}

function count(value: bigint | number | undefined, source: ByteSource): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 0) throw corrupt(source, 'a size in it is impossible');
  return number;
}

function corrupt(source: ByteSource, what: string, cause?: unknown): Fault {
  return new Fault('corrupt', `The file is not a sound Parquet: ${what}.`, {
    hint: 'Copy or write it again.',
    source: source.name,
    cause,
  });
}

function unsupported(source: ByteSource, what: string): Fault {
  return new Fault('unsupported', `The Parquet file ${what}, which is not read.`, {
    hint: 'Write it plainly, with snappy, gzip or zstd, for instance with DataFrame.to_parquet.',
    source: source.name,
  });
}
