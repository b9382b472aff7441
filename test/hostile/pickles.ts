import { joined, type Bytes } from '../fuzz/target';
import { zipBytes } from '../base/archive/zipBytes';
import { floats, torchLegacy, torchZip } from '../models/torch/archives';
import {
  dict,
  global,
  int,
  OP,
  pickle,
  proto,
  reduce,
  stackGlobal,
  tensor,
  text,
  tuple,
  u32,
  u64,
  type Part,
} from '../models/torch/pickleBytes';
import { CANARY_COMMAND } from './canary';
import type { HostileCase, HostileKind } from './cases';

const whole = (...parts: readonly Part[]) => pickle(proto(), ...parts, OP.STOP);
const command = text(CANARY_COMMAND);
const system = global('os', 'system');
const state = dict({ 'fc.weight': tensor('0', 4, [2, 2]) });
const zip = (data: Bytes) => torchZip(data, { 0: floats(1, 2, 3, 4) });

/** The same pickle as torch.save writes it now, as it wrote it before 1.6, and bare. */
function everyContainer(what: string, data: Bytes, refusal: Pick<HostileCase, 'code' | 'says'>): HostileCase[] {
  return [
    { what, content: zip(data), ...refusal },
    { what: `${what}, in the old format`, content: torchLegacy(data, { 0: Float32Array.of(1, 2, 3, 4) }), ...refusal },
    { what: `${what}, bare, called .bin`, file: 'pytorch_model.bin', content: data, ...refusal },
  ];
}

const called = (of: Part, says: RegExp, what: string) =>
  everyContainer(what, whole(reduce(of, command)), { code: 'unsafe', says });

export const PICKLES: readonly HostileKind[] = [
  {
    kind: 'a pickle that calls os.system or eval',
    cases: [
      ...called(system, /os\.system/, 'os.system'),
      ...called(global('posix', 'system'), /posix\.system/, 'posix.system'),
      ...called(global('builtins', 'eval'), /builtins\.eval/, 'eval'),
      ...called(global('builtins', 'exec'), /builtins\.exec/, 'exec'),
    ],
  },
  {
    kind: 'a name that is made at run time, or looked up by another function',
    cases: [
      ...called(stackGlobal(text('os'), text('system')), /os\.system/, 'STACK_GLOBAL'),
      ...called(
        stackGlobal([text('os'), OP.BINPUT, 0, OP.POP, OP.BINGET, 0], text('system')),
        /os\.system/,
        'STACK_GLOBAL from the memo',
      ),
      ...called(global('pkgutil', 'resolve_name'), /pkgutil\.resolve_name/, 'pkgutil.resolve_name'),
      ...called(global('_operator', 'methodcaller'), /_operator\.methodcaller/, '_operator.methodcaller'),
      ...called(global('uuid', '_get_command_stdout'), /uuid\._get_command_stdout/, 'uuid._get_command_stdout'),
      ...called(global('importlib', 'import_module'), /importlib\.import_module/, 'importlib.import_module'),
      ...called(global('functools', 'partial'), /functools\.partial/, 'functools.partial'),
      ...called(global('torch', 'load'), /torch\.load/, 'torch.load'),
      ...called(global('numpy.testing._private.utils', 'runstring'), /runstring/, 'a runner within numpy'),
    ],
  },
  {
    kind: 'a call that leaves nothing behind, or comes before the stream breaks',
    cases: [
      ...everyContainer('OBJ, then POP', whole(OP.MARK, system, command, OP.OBJ, OP.POP, state), { code: 'unsafe', says: /os\.system/ }), // prettier-ignore
      ...everyContainer('INST, then POP', whole(OP.MARK, command, OP.INST, 'os\nsystem\n', OP.POP, state), { code: 'unsafe', says: /os\.system/ }), // prettier-ignore
      ...everyContainer('NEWOBJ, then POP', whole(system, tuple(command), OP.NEWOBJ, OP.POP, state), { code: 'unsafe', says: /os\.system/ }), // prettier-ignore
      ...everyContainer('a payload, then a broken stream', pickle(proto(), reduce(system, command), OP.BINGET, 99), { code: 'unsafe', says: /os\.system/ }), // prettier-ignore
      ...everyContainer('a payload, then no end', pickle(proto(), reduce(system, command)), { code: 'unsafe', says: /os\.system/ }), // prettier-ignore
    ],
  },
  {
    kind: 'an attribute, a submodule or a namesake of something allowed',
    cases: [
      ...called(global('torch._utils', '_rebuild_tensor_v2.__globals__'), /__globals__/, 'a dotted attribute'),
      ...called(global('torch._utils', 'os.system'), /os\.system/, 'a module behind an allowed one'),
      ...called(global('collections.abc', 'OrderedDict'), /collections\.abc/, 'a submodule'),
      ...called(global('torch.serialization', 'os.system'), /os\.system/, 'a module that another imports'),
      ...called(global('evil', 'OrderedDict'), /evil\.OrderedDict/, 'an allowed name elsewhere'),
    ],
  },
  {
    kind: 'operations that no pickler of PyTorch writes',
    cases: [
      ...everyContainer('a frame that an operation straddles', pickle(proto(4), OP.FRAME, u64(3), text('abc'), OP.STOP), { code: 'corrupt' }), // prettier-ignore
      { what: 'protocol 255', content: zip(pickle(OP.PROTO, 0xff, OP.NONE, OP.STOP)), code: 'corrupt' },
      ...everyContainer('EXT1', whole(OP.EXT1, 1), { code: 'unsafe', says: /extension registry/ }),
      ...everyContainer('EXT2', whole(OP.EXT2, 1, 1), { code: 'unsafe', says: /extension registry/ }),
      ...everyContainer('EXT4', whole(OP.EXT4, u32(1)), { code: 'unsafe', says: /extension registry/ }),
      ...everyContainer('PERSID in text', whole(OP.PERSID, '1\n'), { code: 'corrupt' }),
    ],
  },
  {
    kind: 'a pickle that grows: memo, marks, depth, operations',
    cases: [
      ...everyContainer('a billion laughs', laughs(), { code: 'too-large' }),
      ...everyContainer('a million operations and more', whole(alternating(2_000_002)), { code: 'too-large' }),
      ...everyContainer('a deep stack', whole(new Uint8Array(20_000).fill(OP.NONE)), { code: 'too-large' }),
      ...everyContainer('tuples within tuples', whole(OP.EMPTY_TUPLE, new Uint8Array(100_000).fill(OP.TUPLE1)), { code: 'too-large' }), // prettier-ignore
      ...everyContainer('DUP without end', whole(OP.NONE, new Uint8Array(60_000).fill(OP.DUP)), { code: 'too-large' }),
      ...everyContainer('a tuple within itself', whole(OP.EMPTY_LIST, OP.BINPUT, 0, OP.BINGET, 0, OP.TUPLE1, OP.APPEND), { code: 'too-large' }), // prettier-ignore
    ],
  },
  {
    kind: 'containers and storages that are not what is done with them',
    cases: [
      ...everyContainer('SETITEM of no dictionary', whole(int(1), int(2), int(3), OP.SETITEM), { code: 'corrupt' }),
      ...everyContainer('APPEND to no list', whole(int(1), int(2), OP.APPEND), { code: 'corrupt' }),
      ...everyContainer('BUILD of a number', whole(int(1), OP.EMPTY_DICT, OP.BUILD), { code: 'corrupt' }),
      { what: 'more values than bytes', content: zip(whole(dict({ w: tensor('0', 5, [5]) }))), code: 'corrupt' },
      { what: 'a stride beyond the storage', content: zip(whole(dict({ w: tensor('0', 4, [2, 2], { stride: [3, 1] }) }))), code: 'corrupt' }, // prettier-ignore
      { what: 'an offset beyond the storage', content: zip(whole(dict({ w: tensor('0', 4, [2, 2], { offset: 1 }) }))), code: 'corrupt' }, // prettier-ignore
    ],
  },
  {
    kind: 'a container that is another than its name says',
    cases: [
      { what: 'a tar of the first PyTorch', content: tar(), code: 'unsupported' },
      { what: 'a 7z archive', content: joined(Uint8Array.of(0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c), new Uint8Array(60)), code: 'unsupported' }, // prettier-ignore
      { what: 'an archive in an archive', content: zipBytes([{ name: 'model.pt', data: zip(whole(state)) }]), code: 'unsupported' }, // prettier-ignore
      {
        what: 'a pickle called model.onnx',
        file: 'model.onnx',
        content: whole(reduce(system, command)),
        code: 'unsafe',
      },
      {
        what: 'a pickle called X.npy',
        file: 'X.npy',
        as: 'data',
        content: whole(reduce(system, command)),
        code: 'unsafe',
      },
    ],
  },
];

/** Lists of ten references to the list before, twelve times. */
function laughs(): Bytes {
  const level = (i: number): Part => [
    OP.EMPTY_LIST,
    OP.MARK,
    ...Array.from({ length: 10 }, (): Part => [OP.BINGET, i]),
    OP.APPENDS,
    OP.BINPUT,
    i + 1,
    OP.POP,
  ];
  return whole(
    OP.EMPTY_LIST,
    OP.BINPUT,
    0,
    OP.POP,
    Array.from({ length: 12 }, (_, i) => level(i)),
    OP.BINGET,
    12,
  );
}

function alternating(length: number): Bytes {
  return new Uint8Array(length).map((_, i) => (i % 2 === 0 ? OP.NONE : OP.POP));
}

function tar(): Bytes {
  const bytes = new Uint8Array(1024);
  bytes.set(pickle('pickle'), 0);
  bytes.set(pickle('ustar'), 257);
  return bytes;
}
