/** A JSON value, objects as maps: a key such as `__proto__` is a key like any other. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export type JsonObject = ReadonlyMap<string, Json>;

export interface StrictJsonOptions {
  /** How deep arrays and objects may lie in each other. 64. */
  readonly maxDepth?: number;
  /** Values in all. 10 million. */
  readonly maxValues?: number;
}

/** Why text is not the JSON that was asked for, and where. */
export class JsonError extends Error {
  override readonly name = 'JsonError';

  constructor(
    /** Ends a sentence, such as "the key "a" comes twice". */
    readonly what: string,
    readonly at: number,
  ) {
    super(`${what} at character ${at}`);
  }
}

/**
 * Parses JSON (RFC 8259) with what JSON.parse lets pass refused: a key that comes twice in one object, of which readers take one or the
 * other; halves of surrogate pairs; nesting without end. Throws `JsonError`.
 */
export function parseStrictJson(text: string, options: StrictJsonOptions = {}): Json {
  return new Parser(text, options.maxDepth ?? 64, options.maxValues ?? 10_000_000).whole();
}

/** Characters [start, end) of a text. */
export interface TextSpan {
  readonly start: number;
  readonly end: number;
}

/** Where an object or list stands in its text, and its entries: from the key, or the value in a list, to the value's end. */
export interface ContainerSpan extends TextSpan {
  readonly entries: readonly (TextSpan & { readonly value: number })[];
}

/** The same with the place of every object and list. Throws `JsonError`. */
export function parseJsonWithSpans(
  text: string,
  options: StrictJsonOptions = {},
): { readonly value: Json; readonly spans: ReadonlyMap<Json, ContainerSpan>; readonly root: TextSpan } {
  const spans = new Map<Json, ContainerSpan>();
  const parser = new Parser(text, options.maxDepth ?? 64, options.maxValues ?? 10_000_000, spans);
  const value = parser.whole();
  return { value, spans, root: parser.root };
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const SPACE = /[\t\n\r ]*/y;
const LITERALS: readonly (readonly [string, Json])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
];
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

class Parser {
  private at = 0;
  private values = 0;

  constructor(
    private readonly text: string,
    private readonly maxDepth: number,
    private readonly maxValues: number,
    private readonly spans?: Map<Json, ContainerSpan>,
  ) {}

  root: TextSpan = { start: 0, end: 0 };

  whole(): Json {
    this.space();
    const start = this.at;
    const value = this.value(0);
    this.root = { start, end: this.at };
    this.space();
    if (this.at < this.text.length) throw this.error('there is more after its end');
    return value;
  }

  private value(depth: number): Json {
    if (++this.values > this.maxValues) throw this.error(`it holds more than ${this.maxValues} values`);
    if (depth > this.maxDepth) throw this.error(`it is nested more than ${this.maxDepth} deep`);
    switch (this.text[this.at]) {
      case undefined:
        throw this.error('it ends early');
      case '{':
        return this.object(depth);
      case '[':
        return this.array(depth);
      case '"':
        return this.string();
    }
    for (const [word, value] of LITERALS) {
      if (!this.text.startsWith(word, this.at)) continue;
      this.at += word.length;
      return value;
    }
    const digits = this.take(NUMBER);
    if (digits === '') throw this.error('there is no value');
    return Number(digits);
  }

  private object(depth: number): JsonObject {
    const entries = new Map<string, Json>();
    const places: ContainerSpan['entries'][number][] = [];
    const from = this.at;
    this.at++;
    this.space();
    if (this.skip('}')) return this.placed(entries, from, places);
    do {
      this.space();
      if (this.text[this.at] !== '"') throw this.error('there is no key');
      const start = this.at;
      const key = this.string();
      if (entries.has(key)) throw new JsonError(`the key ${JSON.stringify(key.slice(0, 60))} comes twice`, start);
      this.space();
      if (!this.skip(':')) throw this.error('there is no colon after a key');
      this.space();
      const value = this.at;
      entries.set(key, this.value(depth + 1));
      if (this.spans) places.push({ start, value, end: this.at });
      this.space();
    } while (this.skip(','));
    if (!this.skip('}')) throw this.error(this.at < this.text.length ? 'an object is not closed' : 'it ends early');
    return this.placed(entries, from, places);
  }

  private array(depth: number): readonly Json[] {
    const items: Json[] = [];
    const places: ContainerSpan['entries'][number][] = [];
    const from = this.at;
    this.at++;
    this.space();
    if (this.skip(']')) return this.placed(items, from, places);
    do {
      this.space();
      const start = this.at;
      items.push(this.value(depth + 1));
      if (this.spans) places.push({ start, value: start, end: this.at });
      this.space();
    } while (this.skip(','));
    if (!this.skip(']')) throw this.error(this.at < this.text.length ? 'an array is not closed' : 'it ends early');
    return this.placed(items, from, places);
  }

  private placed<T extends Json>(container: T, start: number, entries: ContainerSpan['entries']): T {
    this.spans?.set(container, { start, end: this.at, entries });
    return container;
  }

  private string(): string {
    const start = this.at++;
    let read = this.take(PLAIN);
    while (!this.skip('"')) {
      if (this.at >= this.text.length) throw this.error('it ends early');
      if (!this.skip('\\')) throw this.error('a text holds a control character');
      const letter = this.text[this.at++] ?? '';
      const escape = ESCAPES[letter];
      if (escape !== undefined) read += escape;
      else {
        const code = letter === 'u' ? this.text.slice(this.at, this.at + 4) : '';
        if (!/^[0-9a-fA-F]{4}$/.test(code)) throw this.error('a text holds an unknown escape');
        this.at += 4;
        read += String.fromCharCode(parseInt(code, 16));
      }
      read += this.take(PLAIN);
    }
    if (/\p{Surrogate}/u.test(read)) throw new JsonError('a text holds half of a character', start);
    return read;
  }

  private space(): void {
    this.take(SPACE);
  }

  private take(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0] ?? '';
    this.at += found.length;
    return found;
  }

  private skip(character: string): boolean {
    if (this.text[this.at] !== character) return false;
    this.at++;
    return true;
  }

  private error(what: string): JsonError {
    return new JsonError(what, this.at);
  }
}
