import { ScriptError } from './syntax';

export type TokenKind = 'name' | 'integer' | 'float' | 'text' | 'sign' | 'newline' | 'indent' | 'dedent' | 'end';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly line: number;
}

const MOST_TOKENS = 5_000_000;
const SPACE = /[ \t]*(#[^\n]*)?/y;
const PATTERNS: readonly (readonly [TokenKind, RegExp])[] = [
  ['name', /[A-Za-z_][A-Za-z0-9_]*/y],
  ['float', /(?:\d+\.\d*|\.\d+)(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+/y],
  ['integer', /\d+/y],
  ['text', /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/y],
  ['sign', /->|==|!=|<=|>=|\/\/|\*\*|<<|>>|[-+*/%()[\]{},.:=<>~&|^@]/y],
];

/** Cuts a file into tokens; lines within brackets are one line. */
export function tokensOf(source: string): readonly Token[] {
  const tokens: Token[] = [];
  const indents = [0];
  let line = 1;
  let depth = 0;
  let at = 0;
  const add = (kind: TokenKind, text: string) => {
    tokens.push({ kind, text, line });
    if (tokens.length > MOST_TOKENS) throw new ScriptError('too-large', 'its program is longer than any network');
  };
  const indent = (width: number) => {
    if (width > indents.at(-1)!) {
      if (indents.length > 200) throw new ScriptError('too-large', 'its program is nested more than 200 deep');
      indents.push(width);
      add('indent', '');
    }
    while (width < indents.at(-1)!) {
      indents.pop();
      add('dedent', '');
    }
    if (width !== indents.at(-1)!) throw new ScriptError('corrupt', `line ${line} of its program is indented wrongly`);
  };

  for (let fresh = true; at < source.length;) {
    if (fresh && depth === 0) {
      const start = at;
      while (source[at] === ' ') at++;
      if (source[at] === '\n' || source[at] === '\r' || source[at] === '#' || at >= source.length) {
        const end = source.indexOf('\n', at);
        at = end < 0 ? source.length : end + 1;
        line++;
        continue;
      }
      indent(at - start);
      fresh = false;
    }
    SPACE.lastIndex = at;
    at += SPACE.exec(source)![0].length;
    const character = source[at];
    if (character === undefined) break;
    if (character === '\r') {
      at++;
      continue;
    }
    if (character === '\n') {
      if (depth === 0) {
        add('newline', '');
        fresh = true;
      }
      at++;
      line++;
      continue;
    }
    if (character === '\\' && source[at + 1] === '\n') {
      at += 2;
      line++;
      continue;
    }
    let found = false;
    for (const [kind, pattern] of PATTERNS) {
      pattern.lastIndex = at;
      const text = pattern.exec(source)?.[0];
      if (text === undefined) continue;
      if (kind === 'sign' && '([{'.includes(text)) depth++;
      if (kind === 'sign' && ')]}'.includes(text)) depth--;
      add(kind, text);
      at += text.length;
      found = true;
      break;
    }
    if (!found) throw new ScriptError('corrupt', `line ${line} of its program holds an unknown character`);
  }
  if (tokens.length > 0 && tokens.at(-1)!.kind !== 'newline') add('newline', '');
  indent(0);
  add('end', '');
  return tokens;
}

/** The text of a quoted literal. */
export function unquoted(literal: string): string {
  return literal.slice(1, -1).replace(/\\(x[0-9a-fA-F]{2}|[0-7]{1,3}|.)/g, (_, escape: string) => {
    if (/^x[0-9a-fA-F]{2}$/.test(escape)) return String.fromCharCode(parseInt(escape.slice(1), 16));
    if (/^[0-7]+$/.test(escape)) return String.fromCharCode(parseInt(escape, 8));
    return { n: '\n', t: '\t', r: '\r' }[escape] ?? escape;
  });
}
