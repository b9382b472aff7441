import type { ByteSource } from '../../base/bytes';
import { Cancellation } from '../../base/cancellation';
import { Fault } from '../../base/fault';
import { linesOf } from '../lines';
import { kindOf, together, type Kind } from './fields';
import type { FieldValue, RecordTable } from './recordTable';

const MOST_FIELDS = 100_000;

/**
 * JSON lines as records, gone over once to tell what they hold: all of them, or those of the first `limit` bytes. Throws `corrupt` naming the line, `empty`,
 * `unsupported`, `too-large`.
 */
export function openJsonl(source: ByteSource, limit = source.size, cancellation = Cancellation.never): RecordTable {
  const fields = new Map<string, Kind>();
  const whole = limit >= source.size;
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
      const found = kindOf(content);
      if (found === undefined) continue;
      const seen = fields.get(name);
      fields.set(name, seen === undefined ? found : together(seen, found));
    }
    if (fields.size > MOST_FIELDS)
      throw new Fault('too-large', `The rows have more than ${MOST_FIELDS} names.`, { source: source.name });
    rows++;
  }
  if (rows === 0) throw new Fault('empty', 'There is no line in the file.', { source: source.name });
  const only = fields.get('');
  if (rows === 1 && whole && only !== undefined && (only.kind === 'other' || only.shape.length > 1))
    throw new Fault('unsupported', 'The file is JSON of one line, an array whose items may be rows, or parts of one.', {
      hint: 'Save it as JSON lines: one array of numbers, or one object, a line.',
      source: source.name,
    });
  let line = 0;
  return {
    source: source.name,
    rows: whole ? rows : Math.round((rows * source.size) / limit),
    rowsExact: whole,
    named: named === true,
    fields: [...fields].map(([name, kind]) => ({ name, ...kind })),
    visit(wanted, visit) {
      let row = 0;
      for (const read of valuesOf(source, source.size, cancellation)) {
        const { value } = read;
        line = read.line;
        visit(
          wanted.map(({ name }) =>
            fieldValue(isRecord(value) ? (Object.hasOwn(value, name) ? value[name] : null) : value),
          ),
          row++,
        );
      }
    },
    // Asked for while rows are visited.
    faultAt: (_, what) => damaged(source, line, what),
  };
}

function fieldValue(value: unknown): FieldValue {
  if (typeof value === 'number' || typeof value === 'string') return value;
  if (typeof value === 'boolean') return Number(value);
  return Array.isArray(value) ? (value as readonly unknown[]) : null;
}

/** The value of each line. Throws `corrupt`, naming the line that is no JSON. */
function* valuesOf(
  source: ByteSource,
  limit: number,
  cancellation: Cancellation,
): Generator<{ readonly value: unknown; readonly line: number }> {
  let count = 0;
  for (const { text, line } of linesOf(source, limit)) {
    if ((count++ & 255) === 0) cancellation.throwIfCancelled();
    let value: unknown;
    try {
      value = parseJson(text);
    } catch (cause) {
      throw damaged(source, line, 'is no JSON', cause);
    }
    yield { value, line };
  }
}

/** JSON as Python writes it, with NaN and Infinity: what is not finite is infinite here, and refused by its row. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const known = text.replace(/"(?:[^"\\]|\\.)*"|\b(?:NaN|Infinity)\b/g, part =>
      part.startsWith('"') ? part : '1e999',
    );
    if (known === text) throw error;
    return JSON.parse(known);
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function damaged(source: ByteSource, line: number, what: string, cause?: unknown): Fault {
  return new Fault('corrupt', `Line ${line} ${what}.`, {
    hint: 'Data in JSON has one row a line: an array of numbers, an object, or a text.',
    source: source.name,
    cause,
  });
}
