/** What the header of an .npy may hold: the part of Python's literals that numpy writes there. */
export type PythonLiteral =
  string | number | boolean | null | readonly PythonLiteral[] | ReadonlyMap<string, PythonLiteral>;

const DEEPEST = 8;

/**
 * Parses a Python literal: strings, integers, True, False, None, tuples, lists, and dictionaries with strings as keys. Nothing else
 * is a literal, and nothing is evaluated. Returns `undefined` where the text is anything else. A parenthesised value without a
 * comma is the value, as in Python.
 */
export function parsePythonLiteral(text: string): PythonLiteral | undefined {
  const token = /\s*(?:('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(-?\d+)L?|(True|False|None)|([()[\]{},:]))/y;
  const tokens: { readonly kind: 'string' | 'integer' | 'word' | 'mark'; readonly text: string }[] = [];
  const end = text.trimEnd().length;
  let at = 0;
  while (at < end) {
    token.lastIndex = at;
    const match = token.exec(text);
    if (!match) return undefined;
    at = token.lastIndex;
    const [, string, integer, word, mark] = match;
    if (string !== undefined) tokens.push({ kind: 'string', text: string.slice(1, -1).replace(/\\(.)/gs, '$1') });
    else if (integer !== undefined) tokens.push({ kind: 'integer', text: integer });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word });
    else if (mark !== undefined) tokens.push({ kind: 'mark', text: mark });
  }

  let next = 0;
  const isMark = (mark: string) => tokens[next]?.kind === 'mark' && tokens[next]?.text === mark;
  const accept = (mark: string) => isMark(mark) && ++next > 0;

  function value(depth: number): PythonLiteral | undefined {
    const first = tokens[next++];
    if (!first || depth > DEEPEST) return undefined;
    switch (first.kind) {
      case 'string':
        return first.text;
      case 'integer':
        return Number(first.text);
      case 'word':
        return first.text === 'None' ? null : first.text === 'True';
      case 'mark':
        if (first.text === '{') return dictionary(depth);
        if (first.text === '(') return sequence(')', depth);
        if (first.text === '[') return sequence(']', depth);
        return undefined;
    }
  }

  function sequence(close: string, depth: number): PythonLiteral | undefined {
    const items: PythonLiteral[] = [];
    let comma = close === ']';
    while (!accept(close)) {
      if (items.length > 0 && !accept(',')) return undefined;
      if (items.length > 0) {
        comma = true;
        if (accept(close)) break;
      }
      const item = value(depth + 1);
      if (item === undefined) return undefined;
      items.push(item);
    }
    return items.length === 1 && !comma ? items[0] : items;
  }

  function dictionary(depth: number): PythonLiteral | undefined {
    const entries = new Map<string, PythonLiteral>();
    while (!accept('}')) {
      if (entries.size > 0 && !accept(',')) return undefined;
      if (entries.size > 0 && accept('}')) break;
      const key = value(depth + 1);
      if (typeof key !== 'string' || entries.has(key) || !accept(':')) return undefined;
      const item = value(depth + 1);
      if (item === undefined) return undefined;
      entries.set(key, item);
    }
    return entries;
  }

  const literal = value(0);
  return next === tokens.length ? literal : undefined;
}
