import { Fault } from '../../base/fault';
import { formatCount, formatShape } from '../../base/numbers';
import { elementKind, type ElementKind } from './elementTypes';
import { FIELDS, type OnnxTensor } from './protocol';
import { BYTES, FIXED32, FIXED64, VARINT, type Message } from '../wire';

const F = FIELDS.tensor;
const MAX_RANK = 64;

/** Where external data may stand: beside the file, for the initializers of a graph alone. */
export type ExternalRule = 'beside' | 'refused';

/**
 * Reads a TensorProto's description and checks that its values are all there: the product of its dimensions against
 * the bytes or numbers it holds. Values stay in the file. External data is checked for its words here, and against
 * the other file by whoever opens it.
 */
export function readTensor(message: Message, external: ExternalRule, what = 'a tensor'): OnnxTensor {
  const dims: number[] = [];
  const entries: Message[] = [];
  let code = 0;
  let name = '';
  let raw: { start: number; end: number } | undefined;
  let location = 0;
  let typedField: ElementKind['field'] | undefined;
  let typedCount = 0;
  const typed = (field: ElementKind['field'], count: number) => {
    if (typedField !== undefined && typedField !== field) {
      throw message.damaged(`${what} holds values of two kinds at byte ${message.start}`);
    }
    typedField = field;
    typedCount += count;
  };

  while (message.next()) {
    switch (message.field) {
      case F.dims:
        for (const dim of message.integers()) dims.push(dim);
        if (dims.length > MAX_RANK) throw message.damaged(`${what} has more than ${MAX_RANK} dimensions`);
        break;
      case F.dataType:
        code = message.enumeration;
        break;
      case F.name:
        name = message.text;
        break;
      case F.rawData:
        if (message.type !== BYTES || raw !== undefined) throw message.damaged(`${what} has two blocks of raw data`);
        raw = { start: message.start, end: message.end };
        break;
      case F.floatData:
        typed('float_data', fixedCount(message, FIXED32, 4));
        break;
      case F.doubleData:
        typed('double_data', fixedCount(message, FIXED64, 8));
        break;
      case F.int32Data:
        typed('int32_data', varintCount(message));
        break;
      case F.int64Data:
        typed('int64_data', varintCount(message));
        break;
      case F.uint64Data:
        typed('uint64_data', varintCount(message));
        break;
      case F.stringData:
        typed('string_data', 1);
        break;
      case F.externalData:
        entries.push(message.message());
        if (entries.length > 100) throw message.damaged(`${what} has too many entries of external data`);
        break;
      case F.dataLocation:
        location = message.enumeration;
        break;
      case F.segment:
        throw message.damaged(`${what} is split into segments, which no runtime reads`);
    }
  }

  const named = name === '' ? what : `tensor "${name}"`;
  const kind = elementKind(code);
  if (kind === undefined) throw message.damaged(`${named} has the unknown element type ${code}`);
  let size = 1;
  for (const dim of dims) {
    if (!(dim >= 0)) throw message.damaged(`${named} has the dimension ${dim}`);
    size *= dim;
  }
  if (!Number.isSafeInteger(size) || !dims.every(Number.isSafeInteger)) {
    throw message.damaged(`${named} is said to have the shape ${formatShape(dims)}, more values than any file holds`);
  }
  const described = { name, dims, kind, size, range: { start: message.from, end: message.to } };
  const bytes = Math.ceil((size * kind.bits) / 8);
  const shape = dims.length === 0 ? 'a single value' : formatShape(dims);

  if (location !== 0 || entries.length > 0) {
    if (location !== 1 || entries.length === 0 || raw !== undefined || typedField !== undefined) {
      throw message.damaged(`${named} is stored both in the file and outside, or neither`);
    }
    if (external === 'refused') {
      throw unsafe(message, `${named} refers to another file from a place where no such reference belongs`);
    }
    if (kind.type === 'str') throw message.damaged(`${named} keeps text in another file`);
    return { ...described, storage: readExternal(message, named, entries, bytes) };
  }
  if (raw !== undefined) {
    if (typedField !== undefined) throw message.damaged(`${named} holds its values twice`);
    if (kind.type === 'str' || raw.end - raw.start !== bytes) {
      throw message.damaged(
        `${named} of ${shape} ${kind.type} takes ${formatCount(bytes)} bytes, but ${formatCount(raw.end - raw.start)} are there`,
      );
    }
    return { ...described, storage: { at: 'raw', range: raw } };
  }
  const expected = kind.bits < 8 && kind.bits > 0 ? bytes : kind.type.startsWith('complex') ? size * 2 : size;
  if (typedCount !== expected || (typedField !== undefined && typedField !== kind.field)) {
    throw message.damaged(
      `${named} of ${shape} takes ${formatCount(expected)} values, but ${formatCount(typedCount)} are there`,
    );
  }
  return { ...described, storage: { at: 'typed' } };
}

function fixedCount(message: Message, single: number, width: number): number {
  if (message.type === single) return 1;
  if (message.type !== BYTES || (message.end - message.start) % width !== 0) {
    throw message.damaged(`the values at byte ${message.start} are not whole numbers of ${width} bytes`);
  }
  return (message.end - message.start) / width;
}

function varintCount(message: Message): number {
  if (message.type === VARINT) return 1;
  if (message.type !== BYTES) throw message.damaged(`the values at byte ${message.start} have the wrong wire type`);
  // Every number ends in the one byte below 128.
  let count = 0;
  for (let at = message.start; at < message.end; at += 1 << 16) {
    const part = message.window.view(at, Math.min(1 << 16, message.end - at));
    for (let i = 0; i < part.length; i++) if (part[i]! < 128) count++;
  }
  return count;
}

function readExternal(message: Message, named: string, entries: readonly Message[], bytes: number) {
  const said = new Map<string, string>();
  for (const entry of entries) {
    let key = '';
    let value = '';
    while (entry.next()) {
      if (entry.field === FIELDS.entry.key) key = entry.text;
      else if (entry.field === FIELDS.entry.value) value = entry.text;
    }
    if (said.has(key)) throw message.damaged(`${named} says twice where its values are`);
    said.set(key, value);
  }
  const location = said.get('location') ?? '';
  const reason = whyNotBeside(location);
  if (reason !== undefined) throw unsafe(message, `${named} refers to ${JSON.stringify(location)}, which ${reason}`);
  const whole = (key: string): number | undefined => {
    const text = said.get(key);
    if (text === undefined) return undefined;
    const value = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
    if (!Number.isSafeInteger(value)) throw message.damaged(`${named} has the external ${key} ${JSON.stringify(text)}`);
    return value;
  };
  const length = whole('length') ?? bytes;
  if (length !== bytes) {
    throw message.damaged(
      `${named} takes ${formatCount(bytes)} bytes, but ${formatCount(length)} are set aside in ${JSON.stringify(location)}`,
    );
  }
  return { at: 'external' as const, location, offset: whole('offset') ?? 0, length };
}

/** Why a location is not the name of a file in the model's folder or below, as the end of a sentence. */
export function whyNotBeside(location: string): string | undefined {
  if (location === '') return 'is no file name';
  // Control characters, and among them NUL, which would cut a name short.
  if ([...location].some(character => character < ' ' || character === '\u007f')) return 'holds control characters';
  if (location.includes('_ORT_MEM_ADDR_')) return 'is an address in memory and not a file';
  if (/^[\\/]/.test(location) || /^[a-z]:/i.test(location)) return 'is an absolute path';
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(location)) return 'is an address and not a file';
  if (location.split(/[\\/]/).includes('..')) return "leads out of the model's folder";
  return undefined;
}

function unsafe(message: Message, what: string): Fault {
  return new Fault('unsafe', `The ONNX file is refused: ${what}.`, {
    hint: "A model may only read files of its own folder. Don't use a model that tries to read others.",
    source: message.window.source.name,
  });
}
