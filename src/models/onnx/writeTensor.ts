import type { ByteSource } from '../../base/bytes';
import type { Part } from '../../base/splicedSource';
import { lengthOfAll } from '../../base/splicedSource';
import { BYTES, Message, Window } from '../wire';
import { field, integerField, textField, varint, type Bytes } from './encode';
import { FIELDS, type OnnxTensor } from './protocol';

const F = FIELDS.tensor;
const VALUES: ReadonlySet<number> = new Set([
  F.floatData,
  F.int32Data,
  F.stringData,
  F.int64Data,
  F.rawData,
  F.doubleData,
  F.uint64Data,
]);

/** Where a tensor's values lie in another file. */
export interface ExternalPlace {
  readonly location: string;
  readonly offset: number;
  readonly length: number;
}

/**
 * The message of a tensor with another shape and other values, or another place of them: its name, its type, its documentation and what nobody knows
 * of it stay. Values stand in the field that they stood in.
 */
export function changedTensor(
  source: ByteSource,
  tensor: OnnxTensor,
  shape: readonly number[] | undefined,
  values: { readonly bytes: Bytes } | { readonly place: ExternalPlace; readonly changed: boolean },
): readonly Part[] {
  const parts: Part[] = [];
  const message = new Message(new Window(source), tensor.range.start, tensor.range.end);
  const newDims = shape === undefined || same(shape, tensor.dims) ? undefined : shape;
  const dims = () => (newDims ?? []).flatMap(dim => integerField(F.dims, dim));
  let wroteDims = newDims === undefined;
  let wroteValues = false;
  const said = new Set<string>();
  for (let at = message.from; message.next(); at = message.after) {
    const keep: Part = { of: source, from: at, to: message.after };
    if (message.field === F.dims && newDims !== undefined) {
      if (!wroteDims) parts.push(...dims());
      wroteDims = true;
    } else if (VALUES.has(message.field) && 'bytes' in values) {
      if (!wroteValues) parts.push(...valueFields(tensor, values.bytes));
      wroteValues = true;
    } else if (message.field === F.externalData && 'place' in values) {
      const { key, text } = entryOf(message.message());
      said.add(key);
      const now = externalEntry(key, text, values);
      if (now === text) parts.push(keep);
      else if (now !== undefined) parts.push(...entryField(key, now));
    } else parts.push(keep);
  }
  if (!wroteDims) parts.push(...dims());
  if ('bytes' in values && !wroteValues && values.bytes.length > 0) parts.push(...valueFields(tensor, values.bytes));
  if ('place' in values && !said.has('offset') && values.place.offset > 0)
    parts.push(...entryField('offset', String(values.place.offset)));
  return parts;
}

function same(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((dim, axis) => dim === b[axis]);
}

function entryOf(entry: Message): { readonly key: string; readonly text: string } {
  let key = '';
  let text = '';
  while (entry.next()) {
    if (entry.field === FIELDS.entry.key) key = entry.text;
    else if (entry.field === FIELDS.entry.value) text = entry.text;
  }
  return { key, text };
}

/** What an entry of external data says from now on; undefined where it no longer holds. */
function externalEntry(
  key: string,
  text: string,
  { place, changed }: { readonly place: ExternalPlace; readonly changed: boolean },
): string | undefined {
  if (key === 'location') return place.location;
  if (key === 'offset') return Number(text) === place.offset ? text : String(place.offset);
  if (key === 'length') return Number(text) === place.length ? text : String(place.length);
  // An optional SHA-1 that no runtime looks at.
  return key === 'checksum' && changed ? undefined : text;
}

function entryField(key: string, text: string): Bytes[] {
  return field(F.externalData, [...textField(FIELDS.entry.key, key), ...textField(FIELDS.entry.value, text)]);
}

/** Values as a field of raw bytes, or, where they stood in a repeated field of numbers, as that field, packed. */
function valueFields(tensor: OnnxTensor, bytes: Bytes): Bytes[] {
  if (tensor.storage.at !== 'typed' || tensor.size === 0) return lengthDelimited(F.rawData, [bytes]);
  const { field: name, type, bits } = tensor.kind;
  if (name === 'float_data') return lengthDelimited(F.floatData, [bytes]);
  if (name === 'double_data') return lengthDelimited(F.doubleData, [bytes]);
  const number = name === 'int64_data' ? F.int64Data : name === 'uint64_data' ? F.uint64Data : F.int32Data;
  const width = Math.max(1, bits / 8);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const signed = /^int(8|16|32|64)$/.test(type);
  const numbers: number[] = [];
  for (let at = 0; at < bytes.length; at += width) {
    let value = 0n;
    for (let i = width - 1; i >= 0; i--) value = value * 256n + BigInt(view.getUint8(at + i));
    if (signed) value = BigInt.asIntN(width * 8, value);
    numbers.push(...wideVarint(value));
  }
  return lengthDelimited(number, [Uint8Array.from(numbers)]);
}

function wideVarint(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return bytes;
}

/** A length-delimited field that is there even when it is empty. */
export function lengthDelimited(number: number, content: readonly Bytes[]): Bytes[];
export function lengthDelimited(number: number, content: readonly Part[]): Part[];
export function lengthDelimited(number: number, content: readonly Part[]): Part[] {
  return [Uint8Array.from([...varint(number * 8 + BYTES), ...varint(lengthOfAll(content))]), ...content];
}
