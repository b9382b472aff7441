import type { Random } from '../../src/base/random';
import { pick } from './target';

const NUMBERS =
  '0 1 2 3 4 8 -1 0.5 1e3 1e300 2147483647 4294967296 9007199254740991 9007199254740993 18446744073709551615 1e999 -0'.split(
    ' ',
  );
const VALUES = 'null true false [] {} "" [null,3] [3,3] {"a":1} [[[[[[[[]]]]]]]] -1 "x"'.split(' ');
const TEXTS = '"" "__proto__" "constructor" "length" "x" "../x" "/etc/passwd" "\\u0000" "\\ud800" "0" "-1" "NaN"'.split(
  ' ',
);

/** Where a pattern with the flag g next matches from a random place on, beginning anew at the end. */
function find(text: string, pattern: RegExp, random: Random): RegExpExecArray | null {
  pattern.lastIndex = random.integer(text.length + 1);
  const found = pattern.exec(text);
  if (found !== null) return found;
  pattern.lastIndex = 0;
  return pattern.exec(text);
}

const NUMBER = /-?\d[\d.eE+-]*/g;
const TEXT = /"[^"]*"/g;
const VALUE = /\[[^[\]]*\]|\{[^{}]*\}|null|true|false/g;
const MARK = /[[\]{},:"]/g;
const ENTRY = /"[^"]*":(\{[^{}]*\}|\[[^[\]]*\]|"[^"]*"|[^,{}[\]]*),?/g;

/**
 * One edit of JSON that mostly leaves it JSON: a number to an extreme, a text or a value to another (`words` mean something to the reader), an entry gone or
 * twice or from the other file, a mark dropped, a value nested.
 */
export function editJson(text: string, random: Random, other: string, words: readonly string[] = []): string {
  const replaced = (pattern: RegExp, put: (found: string) => string): string => {
    const found = find(text, pattern, random);
    if (found === null) return text;
    return text.slice(0, found.index) + put(found[0]) + text.slice(found.index + found[0].length);
  };
  const word = () => (words.length > 0 && random.integer(3) > 0 ? pick(random, words) : pick(random, TEXTS));
  switch (random.integer(10)) {
    case 0:
    case 1:
      return replaced(NUMBER, () => pick(random, NUMBERS));
    case 2:
    case 3:
      return replaced(TEXT, word);
    case 4:
      return replaced(VALUE, () => (random.integer(2) === 0 ? word() : pick(random, VALUES)));
    case 5:
      return replaced(ENTRY, found => (random.integer(2) === 0 ? '' : found + (found.endsWith(',') ? found : '')));
    case 6: {
      const taken = find(random.integer(2) === 0 ? other : text, ENTRY, random)?.[0] ?? '';
      return replaced(ENTRY, () => taken);
    }
    case 7:
      return replaced(VALUE, found => `[${found}]`.padStart(random.integer(4), '['));
    case 8:
      return replaced(NUMBER, () => pick(random, VALUES));
    default:
      return replaced(MARK, () => pick(random, ['', ',', '[', '}', ':', '"', '\n', '\0']));
  }
}
