import { OP } from './opcodes';
import { corrupt } from './pickleError';
import type { PickleInput } from './pickleInput';

/** What pushed a value onto a pickle's stack: bytes [start, end), which end with what keeps the value in the memo. */
export interface PickleTerm {
  readonly op: number;
  readonly start: number;
  end: number;
  /** End of the operation itself. */
  readonly operationEnd: number;
  /** What it was made of, in order. */
  readonly parts: readonly PickleTerm[];
  /** Of a text. */
  readonly text?: string;
  /** Of a value that is recalled: where it was made. */
  readonly recalls?: PickleTerm;
}

/** Keys and values that one operation sets in a dictionary. */
export interface PickleSetting {
  readonly pairs: readonly (readonly [PickleTerm, PickleTerm])[];
  readonly start: number;
  readonly end: number;
  readonly single: boolean;
}

/** A stretch of operations that must be as long as the operation before it says (PEP 3154). */
export interface PickleFrame {
  /** Of its length, eight bytes. */
  readonly lengthAt: number;
  readonly start: number;
  readonly end: number;
}

export interface PickleTerms {
  readonly root: PickleTerm;
  /** Calls of functions, by the end of the operation. */
  readonly calls: ReadonlyMap<number, PickleTerm>;
  readonly settings: readonly PickleSetting[];
  /** References to what lies outside of the pickle: storages. */
  readonly references: readonly PickleTerm[];
  /** What recalls a value from the memo, in order. */
  readonly recalls: readonly PickleTerm[];
  /** What was appended to lists, in order. */
  readonly appended: readonly PickleTerm[];
  /** Whether values are kept under the number that they come in at, so that none may be left out (protocol 4). */
  readonly counted: boolean;
  readonly frames: readonly PickleFrame[];
}

const FIXED: Readonly<Record<number, number>> = {
  [OP.BININT]: 4,
  [OP.BININT1]: 1,
  [OP.BININT2]: 2,
  [OP.BINFLOAT]: 8,
  [OP.NONE]: 0,
  [OP.NEWTRUE]: 0,
  [OP.NEWFALSE]: 0,
  [OP.EMPTY_TUPLE]: 0,
  [OP.EMPTY_LIST]: 0,
  [OP.EMPTY_DICT]: 0,
  [OP.EMPTY_SET]: 0,
};
const LINES: ReadonlySet<number> = new Set([OP.INT, OP.LONG, OP.FLOAT, OP.STRING, OP.UNICODE]);
/** Operations that take a length of so many bytes, and as many bytes. */
const COUNTED: Readonly<Record<number, number>> = {
  [OP.LONG1]: 1,
  [OP.LONG4]: 4,
  [OP.BINSTRING]: 4,
  [OP.SHORT_BINSTRING]: 1,
  [OP.SHORT_BINUNICODE]: 1,
  [OP.BINUNICODE]: 4,
  [OP.BINUNICODE8]: 8,
  [OP.SHORT_BINBYTES]: 1,
  [OP.BINBYTES]: 4,
  [OP.BINBYTES8]: 8,
  [OP.BYTEARRAY8]: 8,
};
const TEXTS: ReadonlySet<number> = new Set([OP.SHORT_BINUNICODE, OP.BINUNICODE, OP.BINUNICODE8]);
/** Operations that take so many values and give one. */
const TAKES: Readonly<Record<number, number>> = {
  [OP.TUPLE1]: 1,
  [OP.TUPLE2]: 2,
  [OP.TUPLE3]: 3,
  [OP.STACK_GLOBAL]: 2,
  [OP.REDUCE]: 2,
  [OP.NEWOBJ]: 2,
  [OP.NEWOBJ_EX]: 3,
  [OP.BUILD]: 2,
  [OP.BINPERSID]: 1,
};
const FROM_MARK: ReadonlySet<number> = new Set([OP.TUPLE, OP.LIST, OP.DICT, OP.FROZENSET, OP.OBJ]);
const INTO_FROM_MARK: ReadonlySet<number> = new Set([OP.APPENDS, OP.ADDITEMS, OP.SETITEMS]);

/**
 * Where in a pickle each of its values is made: for those who change a few of them and keep the rest byte for byte. To be called on a pickle that `unpickle` has
 * read; reads it up to its STOP. Throws `PickleError` of the kind `corrupt`.
 */
export function readTerms(input: PickleInput): PickleTerms {
  return new Terms(input).read();
}

class Terms {
  private readonly stack: PickleTerm[] = [];
  private readonly marks: { readonly height: number; readonly start: number }[] = [];
  private readonly memo = new Map<number, PickleTerm>();
  private readonly calls = new Map<number, PickleTerm>();
  private readonly settings: PickleSetting[] = [];
  private readonly references: PickleTerm[] = [];
  private readonly recalls: PickleTerm[] = [];
  private readonly appended: PickleTerm[] = [];
  private counted = false;
  private readonly frames: PickleFrame[] = [];

  constructor(private readonly input: PickleInput) {}

  read(): PickleTerms {
    const { input, calls, settings, references, recalls, appended, frames } = this;
    for (;;) {
      const start = input.position;
      const op = input.opcode();
      if (op === OP.STOP) {
        input.endPickle();
        return { root: this.pop(), calls, settings, references, recalls, appended, frames, counted: this.counted };
      }
      this.step(op, start);
    }
  }

  private step(op: number, start: number): void {
    const { input } = this;
    const counted = COUNTED[op];
    const fixed = FIXED[op];
    const takes = TAKES[op];
    if (fixed !== undefined) {
      input.skip(fixed);
      this.push(op, start, []);
    } else if (counted !== undefined) {
      const length = counted === 1 ? input.byte() : counted === 4 ? input.uint32() : input.length();
      if (TEXTS.has(op)) this.push(op, start, [], { text: input.utf8(length) });
      else {
        input.skip(length);
        this.push(op, start, []);
      }
    } else if (LINES.has(op)) {
      input.line();
      this.push(op, start, []);
    } else if (takes !== undefined) {
      const parts = this.stack.splice(Math.max(0, this.stack.length - takes));
      if (parts.length < takes) throw corrupt('its stack is empty where a value is needed');
      const term = this.push(op, parts[0]!.start, parts);
      if (op === OP.REDUCE) this.calls.set(input.position, term);
      if (op === OP.BINPERSID) this.references.push(term);
    } else if (FROM_MARK.has(op)) {
      const { start: from, items } = this.sinceMark();
      this.push(op, from, items);
    } else if (INTO_FROM_MARK.has(op)) {
      const { start: from, items } = this.sinceMark();
      if (op === OP.SETITEMS) this.set(items, from, false);
      else this.appended.push(...items);
      this.extend();
    } else this.other(op, start);
  }

  private other(op: number, start: number): void {
    const { input, stack } = this;
    switch (op) {
      case OP.PROTO:
        input.byte();
        return;
      case OP.FRAME: {
        const lengthAt = input.position;
        const length = input.length();
        this.frames.push({ lengthAt, start: input.position, end: input.position + length });
        return input.beginFrame(length);
      }
      case OP.MARK:
        this.marks.push({ height: stack.length, start });
        return;
      case OP.POP:
        if (stack.length === (this.marks.at(-1)?.height ?? 0)) this.marks.pop();
        else this.pop();
        return;
      case OP.POP_MARK:
        this.sinceMark();
        return;
      case OP.DUP:
        this.push(op, start, [], { recalls: this.top() });
        return;
      case OP.APPEND:
        this.appended.push(this.pop());
        return this.extend();
      case OP.SETITEM: {
        const value = this.pop();
        const key = this.pop();
        this.set([key, value], key.start, true);
        return this.extend();
      }
      case OP.GLOBAL:
        this.push(op, start, [], { text: `${input.line()}.${input.line()}` });
        return;
      case OP.INST: {
        input.line();
        input.line();
        const { start: from, items } = this.sinceMark();
        this.push(op, from, items);
        return;
      }
      case OP.PUT:
        return this.put(Number(input.line()));
      case OP.BINPUT:
        return this.put(input.byte());
      case OP.LONG_BINPUT:
        return this.put(input.uint32());
      case OP.MEMOIZE:
        this.counted = true;
        return this.put(this.memo.size);
      case OP.GET:
        return this.get(op, start, Number(input.line()));
      case OP.BINGET:
        return this.get(op, start, input.byte());
      case OP.LONG_BINGET:
        return this.get(op, start, input.uint32());
      default:
        throw corrupt(`byte ${start} is no operation (code ${op})`);
    }
  }

  private push(
    op: number,
    start: number,
    parts: readonly PickleTerm[],
    more: Pick<PickleTerm, 'text' | 'recalls'> = {},
  ): PickleTerm {
    const end = this.input.position;
    const name =
      op === OP.STACK_GLOBAL && parts[0] !== undefined && parts[1] !== undefined
        ? { text: `${textOf(parts[0]) ?? ''}.${textOf(parts[1]) ?? ''}` }
        : {};
    const term: PickleTerm = {
      op,
      start,
      end,
      operationEnd: end,
      parts,
      ...name,
      ...more,
    };
    this.stack.push(term);
    return term;
  }

  private put(key: number): void {
    const term = this.top();
    term.end = this.input.position;
    this.memo.set(key, term);
  }

  private get(op: number, start: number, key: number): void {
    const recalls = this.memo.get(key);
    if (recalls === undefined) throw corrupt(`it recalls value ${key}, which it never kept`);
    this.recalls.push(this.push(op, start, [], { recalls }));
  }

  /** A container goes on up to here. */
  private extend(): void {
    this.top().end = this.input.position;
  }

  private set(items: readonly PickleTerm[], start: number, single: boolean): void {
    const pairs: (readonly [PickleTerm, PickleTerm])[] = [];
    for (let i = 0; i + 1 < items.length; i += 2) pairs.push([items[i]!, items[i + 1]!]);
    this.settings.push({ pairs, start, end: this.input.position, single });
  }

  private sinceMark(): { readonly start: number; readonly items: readonly PickleTerm[] } {
    const mark = this.marks.pop();
    if (mark === undefined) throw corrupt('it has no mark where one is needed');
    return { start: mark.start, items: this.stack.splice(mark.height) };
  }

  private top(): PickleTerm {
    const term = this.stack.at(-1);
    if (term === undefined) throw corrupt('its stack is empty where a value is needed');
    return term;
  }

  private pop(): PickleTerm {
    const term = this.top();
    this.stack.pop();
    return term;
  }
}

/** What a term stands for, where it only recalls another. */
export function origin(term: PickleTerm): PickleTerm {
  let found = term;
  while (found.recalls !== undefined) found = found.recalls;
  return found;
}

/** The text that a term is, or the name of the class or function. */
export function textOf(term: PickleTerm): string | undefined {
  return origin(term).text;
}
