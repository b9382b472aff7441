import { assembleLists, assembleNested } from 'hyparquet/src/assemble.js';
import { parquetHeader } from 'hyparquet/src/column.js';
import { convert, convertWithDictionary, DEFAULT_PARSERS } from 'hyparquet/src/convert.js';
import { readDataPage, readDataPageV2 } from 'hyparquet/src/datapage.js';
import { readPlain } from 'hyparquet/src/plain.js';
import { getMaxDefinitionLevel, getMaxRepetitionLevel } from 'hyparquet/src/schema.js';
import type { ColumnMetaData, DecodedArray, PageHeader, SchemaTree } from 'hyparquet/src/types.js';
import { CODECS } from './decompress';
import { checkDeltas, checkRuns, checkThrift, Unsound } from './guards';

/** A column's part of a row group, in the bytes that it takes. */
export interface ColumnChunk {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly meta: ColumnMetaData;
  /** From the root to the leaf. */
  readonly path: readonly SchemaTree[];
  readonly rows: number;
}

/** What a page is made of, decompressed: levels and values, as the library takes them. */
type Decoder = Parameters<typeof readDataPage>[2];

const ENCODINGS = [
  'PLAIN',
  'PLAIN_DICTIONARY',
  'RLE_DICTIONARY',
  'RLE',
  'BYTE_STREAM_SPLIT',
  'DELTA_BINARY_PACKED',
  'DELTA_LENGTH_BYTE_ARRAY',
] as const;

/**
 * The values of a column in a row group, one a row; lists are nested arrays. Pages are decoded by the library `hyparquet`, which was made for files one trusts: so every
 * size, run and count in them is checked before it sees them. `allow` is told of each page's decompressed size, to refuse too many. Throws `Unsound`, and whatever the library throws.
 */
export function readChunk({ bytes, meta, path, rows }: ColumnChunk, allow: (size: number) => void): DecodedArray {
  const decoder: Decoder = {
    ...meta,
    pathInSchema: meta.path_in_schema,
    element: path.at(-1)!.element,
    schemaPath: [...path],
    codec: 'UNCOMPRESSED',
    parsers: DEFAULT_PARSERS,
  };
  const decompress = CODECS[meta.codec];
  if (decompress === undefined) throw new Unsound(`it is compressed by ${meta.codec ?? 'nothing'}`);
  const levels = {
    repetition: levelWidth(getMaxRepetitionLevel([...path])),
    definition: levelWidth(getMaxDefinitionLevel([...path])),
  };
  const nested = levels.repetition > 0 || path.length > 2;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const total = Number(meta.num_values);
  const parts: DecodedArray[] = [];
  let dictionary: DecodedArray | undefined;
  let read = 0;
  let at = 0;
  while (read < total) {
    const start = checkThrift(view, at);
    const header = parquetHeader({ view, offset: at });
    const compressedSize = header.compressed_page_size;
    const size = header.uncompressed_page_size;
    if (!isCount(compressedSize) || !isCount(size) || start + compressedSize > bytes.length)
      throw new Unsound('a page of it ends early');
    allow(size);
    const compressed = bytes.subarray(start, start + compressedSize);
    at = start + compressedSize;
    if (header.type === 'DICTIONARY_PAGE') {
      const page = exactly(decompress(compressed, size), size);
      dictionary = readDictionary(page, header, decoder);
      continue;
    }
    const values = valuesOf(header);
    if (values === undefined || !isCount(values.count) || values.count > total - read)
      throw new Unsound('a page of it has no count of values, or more than the column');
    if (!ENCODINGS.includes(values.encoding as (typeof ENCODINGS)[number]))
      throw new Unsound(`it is encoded by ${values.encoding ?? 'nothing'}`);
    const page = header.data_page_header_v2
      ? readPageV2(compressed, header, decoder, levels, decompress)
      : readPageV1(exactly(decompress(compressed, size), size), header, decoder, levels);
    read += values.count;
    const decoded = convertWithDictionary(page.dataPage, dictionary, page.encoding, decoder);
    // A list may go on from one page to the next.
    const output: DecodedArray = nested ? (parts[0] ?? (parts[0] = [])) : [];
    const assembled = assembleLists(output as unknown[], page.definitionLevels, page.repetitionLevels, decoded, [
      ...path,
    ]);
    if (!nested) parts.push(assembled);
    else if (assembled !== output) parts[0] = [...(output as readonly unknown[]), ...(assembled as readonly unknown[])];
  }
  const values = nested ? unwrapped(parts[0] ?? [], path) : joined(parts);
  if (values.length !== rows) throw new Unsound(`a column of it has ${values.length} rows, not ${rows}`);
  return values;
}

function readDictionary(
  page: Uint8Array,
  { dictionary_page_header: header }: PageHeader,
  decoder: Decoder,
): DecodedArray {
  if (header === undefined || !isCount(header.num_values) || header.num_values > 8 * page.length)
    throw new Unsound('a dictionary in it has no size');
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  return convert(readPlain({ view, offset: 0 }, decoder.type, header.num_values, decoder.element.type_length), decoder);
}

function valuesOf({ data_page_header: one, data_page_header_v2: two }: PageHeader) {
  if (one !== undefined) return { count: one.num_values, encoding: one.encoding };
  return two === undefined ? undefined : { count: two.num_values, encoding: two.encoding };
}

interface Levels {
  readonly repetition: number;
  readonly definition: number;
}

function readPageV1(page: Uint8Array, { data_page_header: header }: PageHeader, decoder: Decoder, levels: Levels) {
  const { num_values: count, encoding } = header!;
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  let at = 0;
  for (const [width, encodedBy] of [
    [levels.repetition, header!.repetition_level_encoding],
    [levels.definition, header!.definition_level_encoding],
  ] as const) {
    if (width === 0) continue;
    if (encodedBy !== 'RLE') throw new Unsound(`it is encoded by ${encodedBy ?? 'nothing'} where RLE must be`);
    if (at + 4 > page.length) throw new Unsound('a page of it ends early');
    const length = view.getUint32(at, true);
    checkRuns(view, at + 4, at + 4 + length, width, count);
    at += 4 + length;
  }
  const parsed = readDataPageLevels(page, header!, decoder, at);
  checkValues(view, at, encoding, decoder, count - parsed.numNulls, 1);
  return { ...readDataPage(page, header!, decoder), encoding };
}

/** How many values are null: the levels are sound by now, so the library may read them. */
function readDataPageLevels(
  page: Uint8Array,
  header: NonNullable<PageHeader['data_page_header']>,
  decoder: Decoder,
  end: number,
): { readonly numNulls: number } {
  // Indices of no bits take no bytes, and are as many as there are values.
  const levelsAlone = { ...header, encoding: 'RLE_DICTIONARY' as const };
  const bytes = new Uint8Array(end + 1);
  bytes.set(page.subarray(0, end));
  const { definitionLevels, dataPage } = readDataPage(bytes, levelsAlone, { ...decoder, type: 'INT32' });
  return { numNulls: definitionLevels?.length === 0 ? 0 : header.num_values - dataPage.length };
}

function readPageV2(
  compressed: Uint8Array,
  header: PageHeader,
  decoder: Decoder,
  levels: Levels,
  decompress: (bytes: Uint8Array, size: number) => Uint8Array,
) {
  const page = header.data_page_header_v2!;
  const { num_values: count, num_nulls: nulls, encoding, is_compressed: isCompressed } = page;
  const [repetition, definition] = [page.repetition_levels_byte_length, page.definition_levels_byte_length];
  const before = repetition + definition;
  const size = header.uncompressed_page_size - before;
  if (
    !isCount(repetition) ||
    !isCount(definition) ||
    !isCount(nulls) ||
    nulls > count ||
    before > compressed.length ||
    size < 0
  )
    throw new Unsound('a page of it ends early');
  const levelView = new DataView(compressed.buffer, compressed.byteOffset, compressed.byteLength);
  if (levels.repetition > 0) checkRuns(levelView, 0, repetition, levels.repetition, count);
  if (levels.definition > 0) checkRuns(levelView, repetition, before, levels.definition, count);
  const values = compressed.subarray(before);
  const plain = isCompressed === false || size === 0 ? values : exactly(decompress(values, size), size);
  const bytes = new Uint8Array(before + plain.length);
  bytes.set(compressed.subarray(0, before));
  bytes.set(plain, before);
  checkValues(new DataView(bytes.buffer), before, encoding, decoder, count - nulls, 2);
  const header2 = {
    ...header,
    uncompressed_page_size: bytes.length,
    data_page_header_v2: { ...page, is_compressed: false },
  };
  const read = readDataPageV2(bytes, header2, decoder);
  return { ...read, encoding };
}

/** That as many values as there must be are there, in encodings whose sizes the library takes as they are. */
function checkValues(
  view: DataView,
  start: number,
  encoding: string,
  { type }: Decoder,
  count: number,
  version: 1 | 2,
): void {
  if (count === 0) return;
  if (/_DICTIONARY$/.test(encoding)) {
    if (start >= view.byteLength) throw new Unsound('a page of it ends early');
    const width = view.getUint8(start);
    // Indices of no bits come without runs in pages of the first version.
    if (width > 0 || version === 2) checkRuns(view, start + 1, view.byteLength, width, count);
    return;
  }
  if (encoding === 'RLE') {
    // Booleans: their length stands before them, in pages of the second version, too.
    if (type !== 'BOOLEAN' || start + 4 > view.byteLength)
      throw new Unsound('it is encoded by RLE, and holds no truth values');
    checkRuns(view, start + 4, Math.min(view.byteLength, start + 4 + view.getUint32(start, true)), 1, count);
  } else if (encoding.startsWith('DELTA')) checkDeltas(view, start);
  else if (count > 8 * (view.byteLength - start)) throw new Unsound('a page of it ends early');
}

function exactly(bytes: Uint8Array, size: number): Uint8Array {
  if (bytes.length !== size) throw new Unsound('a page of it is not as long as it says');
  return bytes;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function levelWidth(most: number): number {
  return 32 - Math.clz32(most);
}

function unwrapped(values: DecodedArray, path: readonly SchemaTree[]): DecodedArray {
  const top = path[1]!;
  const columns = new Map<string, DecodedArray>([[path.at(-1)!.path.join('.'), values]]);
  assembleNested(columns, top, DEFAULT_PARSERS);
  return columns.get(top.path.join('.')) ?? [];
}

function joined(parts: readonly DecodedArray[]): DecodedArray {
  if (parts.length === 1) return parts[0]!;
  return parts.flatMap(part => Array.from(part as ArrayLike<unknown>));
}
