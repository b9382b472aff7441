import { corrupt, tooLarge } from './pickleError';

/** Longer integers than any count or hash: their conversion alone would take long. */
const LONGEST_INTEGER_BYTES = 1024;
const LONGEST_INTEGER_DIGITS = 2500;

/** An integer of any length in two's complement, little-endian. */
export function longOf(bytes: Uint8Array): number | bigint {
  if (bytes.length > LONGEST_INTEGER_BYTES) throw tooLarge(`an integer in it takes ${bytes.length} bytes`);
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = value * 256n + BigInt(bytes[i]!);
  if (bytes.length > 0 && bytes.at(-1)! >= 128) value -= 1n << BigInt(8 * bytes.length);
  return narrow(value);
}

/** What INT and LONG write: decimal digits, an L after them, or 00 and 01 for the truth values. */
export function integerOf(line: string): number | bigint | boolean {
  if (line === '00' || line === '01') return line === '01';
  const digits = /^\s*([+-]?\d+)L?\s*$/.exec(line)?.[1];
  if (digits === undefined) throw corrupt('what stands for an integer is none');
  if (digits.length > LONGEST_INTEGER_DIGITS) throw tooLarge(`an integer in it has ${digits.length} digits`);
  return narrow(BigInt(digits.replace('+', '')));
}

/** What FLOAT writes: Python's repr of it. */
export function floatOf(line: string): number {
  const text = line.trim().toLowerCase();
  const special = /^([+-]?)(inf|nan)$/.exec(text);
  if (special !== null) return special[2] === 'nan' ? NaN : special[1] === '-' ? -Infinity : Infinity;
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/.test(text)) throw corrupt('what stands for a float is none');
  return Number(text);
}

/** What STRING writes: a quoted literal with Python's escapes, as bytes shown as Latin-1. */
export function stringOf(line: string): string {
  const inner = /^(['"])(.*)\1$/s.exec(line.trim())?.[2];
  if (inner === undefined) throw corrupt('a text in it has no quotes');
  return inner.replace(/\\(x[0-9a-fA-F]{2}|[\\'"nrt])/g, (_, escape: string) =>
    escape.startsWith('x') ? String.fromCharCode(parseInt(escape.slice(1), 16)) : (ESCAPES[escape] ?? escape),
  );
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/** What UNICODE writes: raw-unicode-escape. */
export function unicodeOf(line: string): string {
  return line.replace(/\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/g, (whole, four?: string, eight?: string) => {
    const code = parseInt(four ?? eight ?? '', 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

function narrow(value: bigint): number | bigint {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}
