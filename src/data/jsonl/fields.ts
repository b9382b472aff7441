import type { ByteSource } from '../../base/bytes';
import { Cancellation } from '../../base/cancellation';
import { Fault } from '../../base/fault';
import { quoted } from '../../base/text';
import { linesOf } from '../lines';

/** What the rows hold under one name; a file of plain arrays or texts has one field, without a name. */
export interface Field {
  readonly name: string;
  readonly kind: 'number' | 'text' | 'array' | 'ragged' | 'other';
  /** Of an array: the shape that it has in every row. */
  readonly shape: readonly number[];
  /** Whether every number is an integer. */
  readonly integers: boolean;
}

/** The records of a file, as far as they were looked at. */
export interface Records {
  readonly rows: number;
  readonly fields: readonly Field[];
  /** Whether a row is an object of named fields. */
  readonly named: boolean;
}

const MOST_FIELDS = 100_000;

interface Growing {
  kind: Field['kind'];
  shape: readonly number[];
  integers: boolean;
}

/** Goes over the lines once and tells what they hold. Throws `corrupt` naming the line, `empty`, `unsupported`, `too-large`. */
export function lookOver(source: ByteSource, limit = source.size, cancellation = Cancellation.never): Records {
  const fields = new Map<string, Growing>();
  let rows = 0;
  let named: boolean | undefined;
  for (const { value, line } of valuesOf(source, limit, cancellation)) {
    const isNamed = isRecord(value);
    named ??= isNamed;
    if (isNamed !== named)
      throw damaged(
        source,
        line,
        isNamed ? 'is an object, but the first is none' : 'is no object, but the first is one',
      );
    for (const [name, content] of isNamed ? Object.entries(value) : ([['', value]] as const)) {
      const seen = fields.get(name);
      const found = fieldOf(content);
      if (found === undefined) continue;
      fields.set(name, seen === undefined ? found : together(seen, found));
    }
    if (fields.size > MOST_FIELDS)
      throw new Fault('too-large', `The rows have more than ${MOST_FIELDS} names.`, { source: source.name });
    rows++;
  }
  if (rows === 0) throw new Fault('empty', 'There is no line in the file.', { source: source.name });
  return { rows, fields: [...fields].map(([name, field]) => ({ name, ...field })), named: named === true };
}

/** The value of each line. Throws `corrupt`, naming the line that is no JSON. */
export function* valuesOf(
  source: ByteSource,
  limit: number,
  cancellation: Cancellation,
): Generator<{ readonly value: unknown; readonly line: number }> {
  let count = 0;
  for (const { text, line } of linesOf(source, limit)) {
    if ((count++ & 255) === 0) cancellation.throwIfCancelled();
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (cause) {
      throw damaged(source, line, 'is no JSON', cause);
    }
    yield { value, line };
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Of one value; `undefined` for one that says nothing of its kind. */
function fieldOf(value: unknown): Growing | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'number') return { kind: 'number', shape: [], integers: Number.isInteger(value) };
  if (typeof value === 'boolean') return { kind: 'number', shape: [], integers: true };
  if (typeof value === 'string') return { kind: 'text', shape: [], integers: false };
  if (!Array.isArray(value)) return { kind: 'other', shape: [], integers: false };
  const shape = shapeOf(value as readonly unknown[], 0);
  if (shape === undefined) return { kind: 'other', shape: [], integers: false };
  return { kind: 'array', shape, integers: allIntegers(value as readonly unknown[]) };
}

const DEEPEST = 16;

/** The shape of nested arrays of numbers; `undefined` where they hold anything else, or are uneven. */
function shapeOf(value: readonly unknown[], depth: number): readonly number[] | undefined {
  const [first] = value;
  if (depth > DEEPEST) return undefined;
  if (!Array.isArray(first)) return value.every(isNumber) ? [value.length] : undefined;
  const inner = shapeOf(first as readonly unknown[], depth + 1);
  if (inner === undefined) return undefined;
  for (const item of value) {
    const shape = Array.isArray(item) ? shapeOf(item as readonly unknown[], depth + 1) : undefined;
    if (shape?.length !== inner.length || !shape.every((size, axis) => size === inner[axis])) return undefined;
  }
  return [value.length, ...inner];
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'boolean';
}

function allIntegers(value: readonly unknown[]): boolean {
  return value.every(item =>
    Array.isArray(item) ? allIntegers(item as readonly unknown[]) : typeof item !== 'number' || Number.isInteger(item),
  );
}

function together(a: Growing, b: Growing): Growing {
  const integers = a.integers && b.integers;
  const arrays = (kind: Field['kind']) => kind === 'array' || kind === 'ragged';
  if (arrays(a.kind) && arrays(b.kind)) {
    const same =
      a.kind === b.kind && a.shape.length === b.shape.length && a.shape.every((size, i) => size === b.shape[i]);
    if (same && a.kind === 'array') return { kind: 'array', shape: a.shape, integers };
    const flat = (field: Growing) => field.kind === 'ragged' || field.shape.length === 1;
    return { kind: flat(a) && flat(b) ? 'ragged' : 'other', shape: [], integers };
  }
  return a.kind === b.kind ? { kind: a.kind, shape: a.shape, integers } : { kind: 'other', shape: [], integers };
}

export function damaged(source: ByteSource, line: number, what: string, cause?: unknown): Fault {
  return new Fault('corrupt', `Line ${line} ${what}.`, {
    hint: 'Data in JSON has one row a line: an array of numbers, an object, or a text.',
    source: source.name,
    cause,
  });
}

/** How messages call a field. */
export function fieldName({ name }: Pick<Field, 'name'>): string {
  return name === '' ? 'the lines' : `the field ${quoted(name)}`;
}
