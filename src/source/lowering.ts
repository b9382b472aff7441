import type { Node } from 'web-tree-sitter';
import type { Expression, Span } from './syntax';

/** Nested deeper than any person writes: what lies below is unknown, so that no source overflows the stack. */
export const DEEPEST = 150;

export function spanOf(node: Node): Span {
  return { start: node.startIndex, end: node.endIndex };
}

export function unknownAt(node: Node): Expression {
  return { kind: 'unknown', ...spanOf(node) };
}

/** The node's children that mean something: no punctuation, no comments. */
export function meaningful(node: Node): Node[] {
  return node.namedChildren.filter(child => child.type !== 'comment');
}

/** Numbers as both languages write them: 1_000, 0x10, 1e-3. Imaginary ones and those too large to be counted are NaN. */
export function numberOf(text: string): number {
  const plain = text.replaceAll('_', '').replace(/n$/, '');
  return /^0[oO]?[0-7]+$/.test(plain) && !/^0$/.test(plain) ? parseInt(plain.replace(/o/i, ''), 8) : Number(plain);
}

/** What the escapes of a quoted text mean, as far as names of layers have them. */
export function unescaped(text: string): string {
  return text.replace(/\\([\\'"nrt])/g, (_, letter: string) => ESCAPES[letter] ?? letter);
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };
