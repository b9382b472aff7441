import type { Shape } from '../../src/protocol/results';

/** A shape as people write it: N×1×8×8; N is a free first dimension, ? any other that is free. */
export function tensorShape(shape: Shape | undefined, unknown: string): string {
  if (shape === undefined) return unknown;
  if (shape.length === 0) return '1';
  return shape.map((size, axis) => (size === null ? (axis === 0 ? 'N' : '?') : String(size))).join('×');
}

/** The words with {0}, {1} … put in. */
export function fill(words: string, ...values: (string | number)[]): string {
  return words.replace(/\{(\d+)\}/g, (whole, index: string) => String(values[Number(index)] ?? whole));
}

/** A term as it stands at the head of a value: "opset" is "Opset". What begins with a capital or a sign stays as it is. */
export function sentenceCase(term: string): string {
  return term.charAt(0).toUpperCase() + term.slice(1);
}
