import type { Shape } from '../../src/protocol/results';

/** A shape as people write it: "N × 1 × 8 × 8"; N is a free first dimension, ? any other that is free. */
export function formatShape(shape: Shape | undefined, unknown: string): string {
  if (shape === undefined) return unknown;
  if (shape.length === 0) return '1';
  return shape.map((size, axis) => (size === null ? (axis === 0 ? 'N' : '?') : String(size))).join(' × ');
}

/** A size in bytes: "77 KB", "1.4 GB". */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value >= 10 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]!}`;
}

/** The words with {0}, {1} … put in. */
export function fill(words: string, ...values: (string | number)[]): string {
  return words.replace(/\{(\d+)\}/g, (whole, index: string) => String(values[Number(index)] ?? whole));
}

/** A term as it stands at the head of a value: "opset" is "Opset". What begins with a capital or a sign stays as it is. */
export function sentenceCase(term: string): string {
  return term.charAt(0).toUpperCase() + term.slice(1);
}
