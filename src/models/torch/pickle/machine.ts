import { latin1 } from '../../../base/text';
import { floatOf, integerOf, longOf, stringOf, unicodeOf } from './literals';
import { OP } from './opcodes';
import { corrupt, PickleError, tooLarge, unsafe } from './pickleError';
import type { PickleInput } from './pickleInput';
import { PickleDict, PickleList, PickleObject, PickleSet, PickleTuple, type PickleValue } from './values';

/** More than any network's pickle takes; the limits of fickling, a checker of pickles. */
const MOST_OPERATIONS = 1_000_000;
const MOST_ON_STACK = 10_000;
const MOST_IN_MEMO = 100_000;
const MOST_GETS_PER_PUT = 50;
const MOST_TEXT_BYTES = 64 * 2 ** 20;

/** What a pickle's operations on classes and functions come to: data, or a refusal. Nothing that they name is ever looked up. */
export interface PickleWorld {
  /** Throws `PickleError` of the kind `unsafe` for what no network needs. */
  global(module: string, name: string): PickleValue;
  /** `place` is where the call ends in the pickle. */
  reduce(callable: PickleValue, args: PickleTuple, place?: number): PickleValue;
  newObject(of: PickleValue, args: readonly PickleValue[]): PickleValue;
  build(object: PickleValue, state: PickleValue): PickleValue;
  persistent(id: PickleValue): PickleValue;
  /** Names a global that was seen and not yet shown to be harmless. */
  readonly suspect: string | undefined;
}

/**
 * Reads one pickle as data, up to its STOP. Where it breaks after it has named something that would have been called by then, it is unsafe
 * and not merely broken. Throws `PickleError`.
 */
export function unpickle(input: PickleInput, world: PickleWorld): PickleValue {
  try {
    return new Machine(input, world).run();
  } catch (error) {
    if (error instanceof PickleError && error.kind !== 'unsafe' && world.suspect !== undefined)
      throw unsafe(world.suspect);
    throw error;
  }
}

class Machine {
  private readonly stack: PickleValue[] = [];
  /** Heights of the stack at each mark. */
  private readonly marks: number[] = [];
  private readonly memo = new Map<number, PickleValue>();
  private gets = 0;
  private puts = 0;
  private textBytes = 0;

  constructor(
    private readonly input: PickleInput,
    private readonly world: PickleWorld,
  ) {}

  run(): PickleValue {
    for (let count = 0; count < MOST_OPERATIONS; count++) {
      const code = this.input.opcode();
      if (code === OP.STOP) return this.stop();
      if (code === OP.PROTO) {
        if (count > 0) throw corrupt('it says its protocol in the middle');
        const protocol = this.input.byte();
        if (protocol < 2 || protocol > 5) throw corrupt(`it is of protocol ${protocol}, which is none`);
      } else this.operate(code);
      if (this.stack.length > MOST_ON_STACK) throw tooLarge(`its stack grows beyond ${MOST_ON_STACK} values`);
    }
    throw tooLarge(`it has more than ${MOST_OPERATIONS} operations`);
  }

  private stop(): PickleValue {
    this.input.endPickle();
    const value = this.pop();
    if (this.stack.length > 0 || this.marks.length > 0) throw corrupt('it leaves values on its stack');
    return value;
  }

  private operate(code: number): void {
    const { input, stack } = this;
    switch (code) {
      case OP.MARK:
        if (this.marks.length >= MOST_ON_STACK) throw tooLarge(`it has more than ${MOST_ON_STACK} marks`);
        this.marks.push(stack.length);
        return;
      case OP.POP:
        if (stack.length === (this.marks.at(-1) ?? 0) && this.marks.length > 0) this.marks.pop();
        else this.pop();
        return;
      case OP.POP_MARK:
        this.sinceMark();
        return;
      case OP.DUP:
        this.countGet();
        return this.push(this.top());

      case OP.NONE:
        return this.push(null);
      case OP.NEWTRUE:
        return this.push(true);
      case OP.NEWFALSE:
        return this.push(false);
      case OP.INT:
      case OP.LONG:
        return this.push(integerOf(input.line()));
      case OP.BININT:
        return this.push(input.uint32() | 0);
      case OP.BININT1:
        return this.push(input.byte());
      case OP.BININT2:
        return this.push(input.uint16());
      case OP.LONG1:
        return this.push(longOf(input.bytes(input.byte())));
      case OP.LONG4: {
        const length = input.uint32() | 0;
        if (length < 0) throw corrupt('an integer in it has a negative length');
        return this.push(longOf(input.bytes(length)));
      }
      case OP.FLOAT:
        return this.push(floatOf(input.line()));
      case OP.BINFLOAT:
        return this.push(input.float64());

      case OP.STRING:
        return this.push(stringOf(input.line()));
      case OP.BINSTRING:
        return this.push(latin1(this.text(input.uint32())));
      case OP.SHORT_BINSTRING:
        return this.push(latin1(this.text(input.byte())));
      case OP.UNICODE:
        return this.push(unicodeOf(input.latin1Line()));
      case OP.SHORT_BINUNICODE:
        return this.push(this.unicode(input.byte()));
      case OP.BINUNICODE:
        return this.push(this.unicode(input.uint32()));
      case OP.BINUNICODE8:
        return this.push(this.unicode(input.length()));
      case OP.SHORT_BINBYTES:
        return this.push(this.text(input.byte()));
      case OP.BINBYTES:
        return this.push(input.bytes(input.uint32()));
      case OP.BINBYTES8:
      case OP.BYTEARRAY8:
        return this.push(input.bytes(input.length()));

      case OP.EMPTY_TUPLE:
        return this.push(new PickleTuple([]));
      case OP.TUPLE1:
      case OP.TUPLE2:
      case OP.TUPLE3: {
        const count = code - OP.TUPLE1 + 1;
        return this.push(new PickleTuple(this.popMany(count)));
      }
      case OP.TUPLE:
        return this.push(new PickleTuple(this.sinceMark()));
      case OP.EMPTY_LIST:
        return this.push(new PickleList());
      case OP.LIST:
        return this.push(new PickleList(this.sinceMark()));
      case OP.EMPTY_DICT:
        return this.push(new PickleDict());
      case OP.DICT: {
        const items = this.sinceMark();
        const dict = new PickleDict();
        setItems(dict, items);
        return this.push(dict);
      }
      case OP.EMPTY_SET:
        return this.push(new PickleSet());
      case OP.FROZENSET:
        return this.push(new PickleSet(this.sinceMark()));
      case OP.APPEND:
        return appendItems(this.below(1), this.popMany(1));
      case OP.APPENDS: {
        const items = this.sinceMark();
        return appendItems(this.top(), items);
      }
      case OP.SETITEM: {
        const items = this.popMany(2);
        return setItems(this.top(), items);
      }
      case OP.SETITEMS: {
        const items = this.sinceMark();
        return setItems(this.top(), items);
      }
      case OP.ADDITEMS: {
        const items = this.sinceMark();
        const set = this.top();
        if (!(set instanceof PickleSet)) throw corrupt('it adds to what is no set');
        for (const item of items) set.items.push(item);
        return;
      }

      case OP.PUT:
        return this.put(memoKey(input.line()));
      case OP.BINPUT:
        return this.put(input.byte());
      case OP.LONG_BINPUT:
        return this.put(input.uint32());
      case OP.MEMOIZE:
        return this.put(this.memo.size);
      case OP.GET:
        return this.get(memoKey(input.line()));
      case OP.BINGET:
        return this.get(input.byte());
      case OP.LONG_BINGET:
        return this.get(input.uint32());

      case OP.GLOBAL: {
        const module = input.line();
        return this.push(this.world.global(module, input.line()));
      }
      case OP.STACK_GLOBAL: {
        const [module, name] = this.popMany(2);
        if (typeof module !== 'string' || typeof name !== 'string') throw corrupt('a name in it is no text');
        return this.push(this.world.global(module, name));
      }
      case OP.REDUCE: {
        const [callable, args] = this.popMany(2);
        if (!(args instanceof PickleTuple)) throw corrupt('what it passes to a function is no tuple');
        return this.push(this.world.reduce(callable!, args, input.position));
      }
      case OP.NEWOBJ: {
        const [of, args] = this.popMany(2);
        if (!(args instanceof PickleTuple)) throw corrupt('what it passes to a class is no tuple');
        return this.push(this.world.newObject(of!, args.items));
      }
      case OP.NEWOBJ_EX: {
        const [of, args, named] = this.popMany(3);
        if (!(args instanceof PickleTuple) || !(named instanceof PickleDict))
          throw corrupt('what it passes to a class is no tuple and dictionary');
        return this.push(this.world.newObject(of!, [...args.items, ...named.entries.values()]));
      }
      case OP.OBJ: {
        const [of, ...args] = this.sinceMark();
        if (of === undefined) throw corrupt('it makes an object of no class');
        return this.push(this.world.newObject(of, args));
      }
      case OP.INST: {
        const module = input.line();
        const of = this.world.global(module, input.line());
        return this.push(this.world.newObject(of, this.sinceMark()));
      }
      case OP.BUILD: {
        const [object, state] = this.popMany(2);
        return this.push(this.world.build(object!, state!));
      }
      case OP.BINPERSID:
        return this.push(this.world.persistent(this.pop()));

      case OP.FRAME:
        return input.beginFrame(input.length());
      case OP.EXT1:
      case OP.EXT2:
      case OP.EXT4:
        throw unsafe('the extension registry');
      case OP.PERSID:
      case OP.NEXT_BUFFER:
      case OP.READONLY_BUFFER:
        throw corrupt(`it uses an operation (code ${code}) that stands in no file of PyTorch`);
      default:
        throw corrupt(`byte ${input.position - 1} is no operation (code ${code})`);
    }
  }

  private push(value: PickleValue): void {
    this.stack.push(value);
  }

  private top(): PickleValue {
    return this.below(0);
  }

  /** The value that has `count` others above it, all of them above the last mark. */
  private below(count: number): PickleValue {
    const at = this.stack.length - 1 - count;
    if (at < (this.marks.at(-1) ?? 0)) throw corrupt('its stack is empty where a value is needed');
    return this.stack[at]!;
  }

  private pop(): PickleValue {
    const value = this.top();
    this.stack.pop();
    return value;
  }

  private popMany(count: number): PickleValue[] {
    this.below(count - 1);
    return this.stack.splice(this.stack.length - count);
  }

  private sinceMark(): PickleValue[] {
    const mark = this.marks.pop();
    if (mark === undefined) throw corrupt('it has no mark where one is needed');
    return this.stack.splice(mark);
  }

  private put(key: number): void {
    this.puts++;
    this.memo.set(key, this.top());
    if (this.memo.size > MOST_IN_MEMO) throw tooLarge(`its memo grows beyond ${MOST_IN_MEMO} values`);
  }

  private get(key: number): void {
    const value = this.memo.get(key);
    if (value === undefined) throw corrupt(`it recalls value ${key}, which it never kept`);
    this.countGet();
    this.push(value);
  }

  /** A file that recalls the same few values over and over is made to grow, not to be read. */
  private countGet(): void {
    this.gets++;
    if (this.gets > 10_000 && this.gets > MOST_GETS_PER_PUT * this.puts)
      throw tooLarge(`it recalls its ${this.puts} kept values ${this.gets} times`);
  }

  private unicode(length: number): string {
    const text = this.input.utf8(length);
    this.countText(length);
    return text;
  }

  private text(length: number): Uint8Array<ArrayBuffer> {
    const bytes = this.input.bytes(length);
    this.countText(length);
    return bytes;
  }

  private countText(length: number): void {
    this.textBytes += length;
    if (this.textBytes > MOST_TEXT_BYTES) throw tooLarge('it holds more than 64 MB of text');
  }
}

function memoKey(line: string): number {
  const key = integerOf(line);
  if (typeof key !== 'number' || key < 0) throw corrupt('what stands for a place in its memo is none');
  return key;
}

function appendItems(to: PickleValue, items: readonly PickleValue[]): void {
  if (!(to instanceof PickleList)) throw corrupt('it appends to what is no list');
  for (const item of items) to.items.push(item);
}

function setItems(target: PickleValue, items: readonly PickleValue[]): void {
  // A class of the user's may be a kind of dictionary.
  const to = target instanceof PickleObject ? (target.items ??= new PickleDict(target.of.path)) : target;
  if (!(to instanceof PickleDict)) throw corrupt('it sets an item of what is no dictionary');
  if (items.length % 2 !== 0) throw corrupt('a key in it has no value');
  for (let i = 0; i < items.length; i += 2) {
    const key = items[i]!;
    if (key instanceof PickleList || key instanceof PickleDict || key instanceof PickleSet)
      throw corrupt('a key of a dictionary in it is a list, a set or a dictionary');
    to.set(key, items[i + 1]!);
  }
}
