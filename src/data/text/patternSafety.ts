/**
 * The first regular expression in a tokenizer's description that a text could keep busy for ever: one that repeats, without a bound, a group that itself repeats or
 * chooses. The patterns of the tokenizers that people use repeat single characters and classes alone.
 */
export function dangerousPattern(described: unknown): string | undefined {
  if (Array.isArray(described)) {
    for (const item of described as readonly unknown[]) {
      // Vocabularies and merges are long lists of plain values.
      if (typeof item !== 'object' || item === null) continue;
      const found = dangerousPattern(item);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (typeof described !== 'object' || described === null) return undefined;
  for (const [key, value] of Object.entries(described)) {
    if (key === 'vocab' || key === 'merges') continue;
    const found = key === 'Regex' && typeof value === 'string' ? nested(value) : dangerousPattern(value);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Whether every `pattern` is there, and a text or a regular expression: the library leaves others out, and only mutters. */
export function knownPatterns(described: unknown): boolean {
  if (typeof described !== 'object' || described === null) return true;
  if (Array.isArray(described)) return (described as readonly unknown[]).every(knownPatterns);
  const { type } = described as { readonly type?: unknown };
  if ((type === 'Replace' || type === 'Split') && !Object.hasOwn(described, 'pattern')) return false;
  return Object.entries(described).every(([key, value]: readonly [string, unknown]) => {
    if (key === 'vocab' || key === 'merges') return true;
    if (key !== 'pattern') return knownPatterns(value);
    if (typeof value === 'string') return true;
    if (typeof value !== 'object' || value === null) return false;
    const kinds = Object.entries(value).filter(([kind]) => kind === 'String' || kind === 'Regex');
    return kinds.length === 1 && typeof kinds[0]![1] === 'string';
  });
}

const LONGEST_PATTERN = 4096;
const UNBOUNDED = /^(?:[+*]|\{\d*,(?:\d*)\}|\{\d{3,}\})/;

/** The pattern, where a repeated group holds a repetition or a choice; a backward reference counts as one. */
function nested(pattern: string): string | undefined {
  const shown = JSON.stringify(pattern.slice(0, 60));
  if (pattern.length > LONGEST_PATTERN) return shown;
  const groups: { wild: boolean }[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at];
    const inner = groups.at(-1);
    if (character === '\\') {
      if (inner && /[1-9k]/.test(pattern[at + 1] ?? '')) inner.wild = true;
      at++;
    } else if (character === '[') at = endOfClass(pattern, at);
    else if (character === '(') groups.push({ wild: false });
    else if (character === ')') {
      const group = groups.pop();
      if (group?.wild === true && UNBOUNDED.test(pattern.slice(at + 1, at + 16))) return shown;
      const outer = groups.at(-1);
      if (outer && group?.wild === true) outer.wild = true;
    } else if (inner && (character === '|' || UNBOUNDED.test(pattern.slice(at, at + 16)))) inner.wild = true;
  }
  return undefined;
}

function endOfClass(pattern: string, start: number): number {
  for (let at = start + 1; at < pattern.length; at++) {
    if (pattern[at] === '\\') at++;
    else if (pattern[at] === ']' && at > start + 1) return at;
  }
  return pattern.length;
}
