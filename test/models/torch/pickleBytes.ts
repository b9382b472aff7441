import { OP } from '../../../src/models/torch/pickle/opcodes';
import { concatenated, type Bytes } from '../../fuzz/target';

/** Writes pickles operation by operation, as right or as wrong as a test needs. */
export type Part = number | string | Uint8Array | readonly Part[];

/** Numbers are bytes, texts their characters. */
export function pickle(...parts: readonly Part[]): Bytes {
  const flat: Uint8Array[] = [];
  const add = (part: Part): void => {
    if (typeof part === 'number') flat.push(Uint8Array.of(part));
    else if (typeof part === 'string') flat.push(Uint8Array.from(part, character => character.charCodeAt(0)));
    else if (part instanceof Uint8Array) flat.push(part);
    else part.forEach(add);
  };
  parts.forEach(add);
  return concatenated(flat);
}

export const proto = (version = 2): Part => [OP.PROTO, version];
export const global = (module: string, name: string): Part => [OP.GLOBAL, `${module}\n${name}\n`];
export const stackGlobal = (module: Part, name: Part): Part => [module, name, OP.STACK_GLOBAL];

export function text(value: string): Part {
  const bytes = new TextEncoder().encode(value);
  return [OP.BINUNICODE, u32(bytes.length), bytes];
}

export function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

export function u64(value: number | bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true);
  return bytes;
}

export const int = (value: number): Part => [OP.BININT, u32(value)];
export const tuple = (...items: readonly Part[]): Part => [OP.MARK, ...items, OP.TUPLE];
export const list = (...items: readonly Part[]): Part => [OP.EMPTY_LIST, OP.MARK, ...items, OP.APPENDS];
export const dict = (entries: Readonly<Record<string, Part>>): Part => [
  OP.EMPTY_DICT,
  OP.MARK,
  ...Object.entries(entries).map(([key, value]): Part => [text(key), value]),
  OP.SETITEMS,
];
export const reduce = (callable: Part, ...args: readonly Part[]): Part => [callable, tuple(...args), OP.REDUCE];
export const orderedDict = (): Part => reduce(global('collections', 'OrderedDict'));
export const bool = (value: boolean): Part => (value ? OP.NEWTRUE : OP.NEWFALSE);

/** A tensor of float32 in storage `key`. */
export function tensor(
  key: string,
  count: number,
  shape: readonly number[],
  {
    stride,
    offset = 0,
    storage = 'FloatStorage',
  }: { stride?: readonly number[]; offset?: number; storage?: string } = {},
): Part {
  const strides = stride ?? shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  return reduce(
    global('torch._utils', '_rebuild_tensor_v2'),
    [tuple(text('storage'), global('torch', storage), text(key), text('cpu'), int(count)), OP.BINPERSID],
    int(offset),
    tuple(...shape.map(int)),
    tuple(...strides.map(int)),
    bool(false),
    orderedDict(),
  );
}

/** The state that every torch.nn.Module has. */
export function moduleState(
  more: {
    readonly parameters?: Readonly<Record<string, Part>>;
    readonly modules?: Readonly<Record<string, Part>>;
    readonly other?: Readonly<Record<string, Part>>;
  } = {},
): Part {
  return dict({
    training: bool(false),
    _parameters: dict(more.parameters ?? {}),
    _buffers: dict({}),
    _modules: dict(more.modules ?? {}),
    ...more.other,
  });
}

export const moduleOf = (of: Part, state: Part = moduleState()): Part => [
  of,
  OP.EMPTY_TUPLE,
  OP.NEWOBJ,
  state,
  OP.BUILD,
];

export { OP };
