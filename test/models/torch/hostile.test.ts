import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FaultCode } from '../../../src/base/fault';
import { ascii, joined, type Bytes } from '../../fuzz/target';
import { zipBytes } from '../../base/archive/zipBytes';
import { faultOf, openBytes } from '../openBytes';
import { floats, torchLegacy, torchZip } from './archives';
import {
  bool,
  dict,
  global,
  int,
  list,
  moduleOf,
  moduleState,
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
} from './pickleBytes';

const whole = (...parts: Part[]) => pickle(proto(), ...parts, OP.STOP);
const weight = tensor('0', 4, [2, 2]);
const state = dict({ 'fc.weight': weight });
const good = () => torchZip(whole(state), { 0: floats(1, 2, 3, 4) });

/** In each container that a pickle comes in. */
const containers: Readonly<Record<string, (data: Bytes) => Bytes>> = {
  'a zip archive': data => torchZip(data, { 0: floats(1, 2, 3, 4) }),
  'the old format': data => torchLegacy(data, { 0: Float32Array.of(1, 2, 3, 4) }),
  'a bare pickle': data => data,
};

function refuses(code: FaultCode, data: Bytes, says: RegExp, within = Object.keys(containers)): void {
  for (const container of within) {
    const fault = faultOf(containers[container]!(data));
    assert.equal(fault?.code, code, `${container}: ${fault?.message}`);
    assert.match(fault.message, says, container);
    assert.equal(fault.source, 'model.onnx');
  }
}

describe('the files that these tests damage', () => {
  it('open where nothing is wrong', () => {
    assert.deepEqual([...openBytes(good()).readWeight('fc.weight').values], [1, 2, 3, 4]);
    const old = torchLegacy(whole(state), { 0: Float32Array.of(1, 2, 3, 4) });
    assert.deepEqual([...openBytes(old).readWeight('fc.weight').values], [1, 2, 3, 4]);
    assert.equal(
      openBytes(
        torchZip(whole(moduleOf(global('nets', 'Net'), moduleState({ parameters: { w: weight } }))), {
          0: floats(1, 2, 3, 4),
        }),
      ).parameters,
      4,
    );
  });
});

describe('a pickle that would call something is unsafe, and the fault names it', () => {
  const system = global('os', 'system');
  const command = text('touch canary');
  const cases: Readonly<Record<string, readonly [Bytes, RegExp]>> = {
    'os.system by REDUCE': [whole(reduce(system, command)), /os\.system/],
    'posix.system by REDUCE': [whole(reduce(global('posix', 'system'), command)), /posix\.system/],
    'eval by REDUCE': [whole(reduce(global('builtins', 'eval'), text('1'))), /builtins\.eval/],
    'eval by its old name': [whole(reduce(global('__builtin__', 'eval'), text('1'))), /__builtin__\.eval/],
    'getattr by REDUCE': [whole(reduce(global('builtins', 'getattr'), text('a'), text('b'))), /builtins\.getattr/],
    'a name made at run time': [whole(reduce(stackGlobal(text('os'), text('system')), command)), /os\.system/],
    'pkgutil.resolve_name': [
      whole(reduce(global('pkgutil', 'resolve_name'), text('os:system'))),
      /pkgutil\.resolve_name/,
    ],
    '_operator.methodcaller': [
      whole(reduce(global('_operator', 'methodcaller'), text('x'))),
      /_operator\.methodcaller/,
    ],
    'uuid._get_command_stdout': [
      whole(reduce(global('uuid', '_get_command_stdout'), text('x'))),
      /uuid\._get_command_stdout/,
    ],
    'runpy within PyTorch': [
      whole(reduce(global('torch.utils.bottleneck.__main__', 'run_cprofile'), text('x'))),
      /run_cprofile/,
    ],
    'a function of a package nobody knows': [
      whole(reduce(global('wheel_of', 'fortune'), text('x'))),
      /wheel_of\.fortune/,
    ],
    INST: [whole(OP.MARK, command, OP.INST, 'os\nsystem\n'), /os\.system/],
    'INST of a class nobody knows': [whole(OP.MARK, command, OP.INST, 'nets\nNet\n'), /nets\.Net/],
    OBJ: [whole(OP.MARK, global('nets', 'Net'), command, OP.OBJ), /nets\.Net/],
    'NEWOBJ with arguments': [whole(global('nets', 'Net'), tuple(command), OP.NEWOBJ), /nets\.Net/],
    'NEWOBJ of subprocess.Popen': [
      whole(global('subprocess', 'Popen'), tuple(command), OP.NEWOBJ),
      /subprocess\.Popen/,
    ],
    NEWOBJ_EX: [whole(global('nets', 'Net'), OP.EMPTY_TUPLE, dict({ a: command }), OP.NEWOBJ_EX), /nets\.Net/],
    'a call whose result is dropped': [whole(reduce(system, command), OP.POP, state), /os\.system/],
    'an instance that is dropped': [
      whole(global('nets', 'Net'), OP.EMPTY_TUPLE, OP.NEWOBJ, OP.POP, state),
      /nets\.Net/,
    ],
    'an instance that is dropped by its mark': [
      whole(OP.MARK, global('nets', 'Net'), OP.EMPTY_TUPLE, OP.NEWOBJ, OP.POP_MARK, state),
      /nets\.Net/,
    ],
    'a call, and then a broken stream': [pickle(proto(), reduce(system, command), OP.BINGET, 99), /os\.system/],
    'a call, and then no end': [pickle(proto(), reduce(system, command)), /os\.system/],
    'a reference that is only kept': [whole(dict({ hook: system })), /os\.system/],
    'a class that is no module by its state': [
      whole(global('nets', 'Net'), OP.EMPTY_TUPLE, OP.NEWOBJ, dict({ a: int(1) }), OP.BUILD),
      /nets\.Net/,
    ],
    'such a class, and then a broken stream': [
      pickle(proto(), global('nets', 'Net'), OP.EMPTY_TUPLE, OP.NEWOBJ, dict({ a: int(1) }), OP.BUILD, OP.BINGET, 99),
      /nets\.Net/,
    ],
    'a dotted attribute of an allowed module': [
      whole(reduce(global('torch._utils', '_rebuild_tensor_v2.__globals__'), text('x'))),
      /__globals__/,
    ],
    'an attribute of an allowed function': [
      whole(reduce(global('torch._utils', 'os.system'), text('x'))),
      /os\.system/,
    ],
    'a submodule of an allowed module': [
      whole(reduce(global('collections.abc', 'OrderedDict'))),
      /collections\.abc\.OrderedDict/,
    ],
    'another function of an allowed module': [
      whole(reduce(global('torch.serialization', 'load'), text('x'))),
      /torch\.serialization\.load/,
    ],
    'an allowed name of another module': [whole(reduce(global('evil', 'OrderedDict'))), /evil\.OrderedDict/],
    'a name with a line end': [whole(stackGlobal(text('os\n'), text('system'))), /os·\.system/],
    'a torch.nn function': [
      whole(reduce(global('torch.nn.functional', 'pad'), text('x'))),
      /torch\.nn\.functional\.pad/,
    ],
    'a reference that is called': [whole(reduce(global('torch.nn.functional', 'relu'), text('x'))), /relu/],
    'copyreg with another base': [
      whole(reduce(global('copyreg', '_reconstructor'), global('nets', 'Net'), global('builtins', 'dict'), OP.NONE)),
      /nets\.Net/,
    ],
    'a factory of a defaultdict': [
      whole(reduce(global('collections', 'defaultdict'), global('nets', 'make'))),
      /nets\.make/,
    ],
    'a rebuild of a type by a function of the file': [
      whole(
        reduce(
          global('torch._tensor', '_rebuild_from_type_v2'),
          global('nets', 'make'),
          global('torch', 'Tensor'),
          tuple(),
          dict({}),
        ),
      ),
      /nets\.make/,
    ],
    'the extension registry': [whole(OP.EXT1, 1), /extension registry/],
  };
  for (const [what, [data, says]] of Object.entries(cases)) it(what, () => refuses('unsafe', data, says));

  it('a call in the headers of the old format', () => {
    const content = joined(
      whole(reduce(system, command)),
      torchLegacy(whole(state), { 0: Float32Array.of(1, 2, 3, 4) }),
    );
    assert.equal(faultOf(content)?.code, 'unsafe');
  });

  it('a call in the list of storages', () => {
    const fault = faultOf(torchLegacy(whole(state), { 0: Float32Array.of(1, 2, 3, 4) }, reduce(system, command)));
    assert.equal(fault?.code, 'unsafe');
  });

  it('a call in a file within a pickle', () => {
    const inner = torchLegacy(whole(reduce(system, command)));
    refuses(
      'unsafe',
      whole(reduce(global('torch.storage', '_load_from_bytes'), [OP.BINBYTES, u32(inner.length), inner])),
      /os\.system/,
    );
  });

  it('a call in text, as protocol 0 writes it', () => {
    assert.equal(faultOf(ascii("cos\nsystem\n(S'touch canary'\ntR."))?.code, 'unsafe');
    assert.equal(faultOf(ascii("(S'touch canary'\nios\nsystem\n."))?.code, 'not-a-model');
    assert.equal(faultOf(ascii("(dp0\nS'a'\np1\ncos\nsystem\n(S'touch canary'\ntRs."))?.code, 'unsafe');
  });
});

describe('a pickle that no pickler writes is corrupt', () => {
  const cases: Readonly<Record<string, Bytes>> = {
    'an append to no list': whole(int(1), int(2), OP.APPEND),
    'appends to no list': whole(int(1), OP.MARK, int(2), OP.APPENDS),
    'an item of no dictionary': whole(int(1), int(2), int(3), OP.SETITEM),
    'items of no dictionary': whole(OP.EMPTY_LIST, OP.MARK, int(2), int(3), OP.SETITEMS),
    'a key without a value': whole(OP.EMPTY_DICT, OP.MARK, int(2), OP.SETITEMS),
    'a key that is a list': whole(OP.EMPTY_DICT, OP.EMPTY_LIST, int(3), OP.SETITEM),
    'an addition to no set': whole(OP.EMPTY_LIST, OP.MARK, int(2), OP.ADDITEMS),
    'a state of a number': whole(int(1), OP.EMPTY_DICT, OP.BUILD),
    'a state of a tensor': whole(weight, OP.EMPTY_DICT, OP.BUILD),
    'a call of a number': whole(int(1), OP.EMPTY_TUPLE, OP.REDUCE),
    'a call with no tuple': whole(global('collections', 'OrderedDict'), OP.EMPTY_LIST, OP.REDUCE),
    'an empty stack': whole(OP.POP),
    'a value below the mark': whole(int(1), OP.MARK, OP.TUPLE1),
    'no mark': whole(OP.TUPLE),
    'values that are left': whole(int(1), int(2)),
    'a value that was never kept': whole(OP.BINGET, 3),
    'an unknown operation': whole(0xff),
    'protocol 255': pickle(OP.PROTO, 0xff, OP.NONE, OP.STOP),
    'a protocol in the middle': pickle(proto(), OP.NONE, proto(4), OP.STOP),
    'a persistent id as text': whole(OP.PERSID, '1\n'),
    'a buffer outside of it': whole(OP.NEXT_BUFFER),
    'a frame that an operation crosses': pickle(proto(4), OP.FRAME, u64(3), text('abc'), OP.STOP),
    'a frame within a frame': pickle(proto(4), OP.FRAME, u64(20), OP.FRAME, u64(2), OP.NONE, OP.STOP),
    'a frame longer than the file': pickle(proto(4), OP.FRAME, u64(2 ** 40), OP.NONE, OP.STOP),
    'a frame that ends late': pickle(proto(4), OP.FRAME, u64(3), OP.NONE, OP.STOP, OP.NONE),
    'text longer than the file': whole(OP.BINUNICODE, u32(0xffffffff), 'a'),
    'bytes of 2⁶³': pickle(proto(4), OP.BINBYTES8, u64(2n ** 63n), OP.STOP),
    'text that is no UTF-8': whole(OP.BINUNICODE, u32(1), 0xff),
    'an integer of negative length': whole(OP.LONG4, u32(0xffffffff)),
    'a reference outside that is no storage': whole(tuple(text('model'), int(1)), OP.BINPERSID),
    'no end': pickle(proto(), state),
    'more after its end': pickle(proto(), OP.NONE, OP.STOP, OP.NONE),
  };
  for (const [what, data] of Object.entries(cases)) it(what, () => refuses('corrupt', data, /damaged/));

  it('wherever it was cut', () => {
    const data = whole(state);
    for (let length = 3; length < data.length; length++)
      for (const [container, put] of Object.entries(containers)) {
        const fault = faultOf(put(data.slice(0, length)));
        assert.equal(fault?.code, 'corrupt', `${container}, cut at ${length}: ${fault?.message}`);
      }
  });
});

describe('tensors that are not what they say are corrupt', () => {
  const one = (part: Part, storages: Readonly<Record<string, Uint8Array>> = { 0: floats(1, 2, 3, 4) }) =>
    torchZip(whole(dict({ 'fc.weight': part })), storages);
  const cases: Readonly<Record<string, Bytes>> = {
    'a storage with fewer bytes': one(tensor('0', 5, [5])),
    'a storage with more bytes': one(tensor('0', 3, [3])),
    'a storage that is not there': one(tensor('1', 4, [4])),
    'a storage with a path for a name': one(tensor('../version', 4, [4])),
    'a shape beyond the storage': one(tensor('0', 4, [2, 3])),
    'an offset beyond the storage': one(tensor('0', 4, [2, 2], { offset: 1 })),
    'a stride beyond the storage': one(tensor('0', 4, [2, 2], { stride: [3, 1] })),
    'a negative stride': one(tensor('0', 4, [2, 2], { stride: [2, -1] })),
    'a negative offset': one(tensor('0', 4, [2], { offset: -1 })),
    'a negative length': one(tensor('0', 4, [-2, 2])),
    'more strides than dimensions': one(tensor('0', 4, [2, 2], { stride: [2, 1, 1] })),
    'a storage of two sizes': one(list(tensor('0', 4, [4]), tensor('0', 2, [2]))),
    'a storage of two types': one(list(tensor('0', 4, [4]), tensor('0', 4, [4], { storage: 'IntStorage' }))),
    'a storage of no storage class': torchZip(
      whole(tuple(text('storage'), global('torch', 'float32'), text('0'), text('cpu'), int(4)), OP.BINPERSID),
      { 0: floats(1, 2, 3, 4) },
    ),
    'a tensor of no storage': torchZip(
      whole(reduce(global('torch._utils', '_rebuild_tensor_v2'), int(1), int(0), tuple(int(1)), tuple(int(1)))),
    ),
    'an array of numpy with too few bytes': whole(
      reduce(
        global('numpy.core.numeric', '_frombuffer'),
        [OP.SHORT_BINBYTES, 4, 'abcd'],
        [reduce(global('numpy', 'dtype'), text('f4')), tuple(int(3), text('<')), OP.BUILD],
        tuple(int(2)),
        text('C'),
      ),
    ),
  };
  for (const [what, content] of Object.entries(cases))
    it(what, () => {
      const fault = faultOf(content);
      assert.equal(fault?.code, 'corrupt', fault?.message);
    });

  it('an expanded tensor that makes much of little is too large', () => {
    const fault = faultOf(one(tensor('0', 4, [2 ** 28], { stride: [0] })));
    assert.equal(fault?.code, 'too-large', fault?.message);
  });

  it('storages of the old format that are missing, surplus, of another size, or cut', () => {
    const storages = { 0: Float32Array.of(1, 2, 3, 4) };
    const code = (content: Bytes) => faultOf(content)?.code;
    assert.equal(code(torchLegacy(whole(state), {})), 'corrupt');
    assert.equal(code(torchLegacy(whole(state), { ...storages, 1: Float32Array.of(1) })), 'corrupt');
    assert.equal(code(torchLegacy(whole(state), { 0: Float32Array.of(1, 2, 3) })), 'corrupt');
    assert.equal(code(torchLegacy(whole(state), storages, list(text('0'), text('0')))), 'corrupt');
    const old = torchLegacy(whole(state), storages);
    assert.equal(code(joined(old, Uint8Array.of(0))), 'corrupt');
    for (let length = 20; length < old.length; length += 3)
      assert.equal(code(old.slice(0, length)), 'corrupt', `cut at ${length}`);
  });

  it('a storage whose checksum is wrong is found when it is read', () => {
    const content = torchZip(whole(state), {}, [{ name: 'archive/data/0', data: floats(1, 2, 3, 4), crc: 1 }]);
    assert.throws(() => openBytes(content).readWeight('fc.weight'), { code: 'corrupt', message: /checksum/ });
  });
});

describe('a pickle that grows is too large', () => {
  it('by a million operations', () => {
    refuses(
      'too-large',
      whole(new Uint8Array(2_000_002).map((_, i) => (i % 2 === 0 ? OP.NONE : OP.POP))),
      /operations/,
    );
  });

  it('by its stack or its marks', () => {
    refuses('too-large', whole(new Uint8Array(20_000).fill(OP.NONE)), /stack/);
    refuses('too-large', whole(new Uint8Array(20_000).fill(OP.MARK)), /marks/);
  });

  it('by its memo', () => {
    const puts = Array.from({ length: 100_001 }, (_, i): Part => [OP.LONG_BINPUT, u32(i)]);
    refuses('too-large', whole(OP.NONE, puts), /memo/);
  });

  it('by recalling the same values over and over', () => {
    refuses(
      'too-large',
      whole(
        OP.NONE,
        OP.BINPUT,
        0,
        new Uint8Array(30_002).map((_, i) => [OP.BINGET, 0, OP.POP][i % 3]!),
      ),
      /recalls|operations/,
    );
  });

  it('by lists within lists, each ten times the one before', () => {
    const level = (i: number): Part => [
      OP.EMPTY_LIST,
      OP.MARK,
      ...Array.from({ length: 10 }, (): Part => [OP.BINGET, i]),
      OP.APPENDS,
      OP.BINPUT,
      i + 1,
      OP.POP,
    ];
    const laughs = whole(
      OP.EMPTY_LIST,
      OP.BINPUT,
      0,
      OP.POP,
      ...Array.from({ length: 12 }, (_, i) => level(i)),
      OP.BINGET,
      12,
    );
    refuses('too-large', laughs, /written out/);
  });

  it('by depth, or by a tuple within itself', () => {
    refuses('too-large', whole(OP.EMPTY_TUPLE, new Uint8Array(100_000).fill(OP.TUPLE1)), /deep/);
    refuses('too-large', whole(OP.EMPTY_LIST, OP.BINPUT, 0, OP.BINGET, 0, OP.TUPLE1, OP.APPEND), /within itself/);
  });

  it('by an integer of many digits', () => {
    refuses('too-large', whole(OP.LONG4, u32(5000), new Uint8Array(5000).fill(1)), /integer/);
    refuses('too-large', whole(OP.LONG, `${'9'.repeat(9000)}\n`), /digits/);
  });

  it('but not a module that knows its parent', () => {
    const child = moduleOf(
      global('nets', 'Child'),
      moduleState({ parameters: { w: weight }, other: { parent: [OP.BINGET, 7] } }),
    );
    const parent: Part = [
      global('nets', 'Net'),
      OP.EMPTY_TUPLE,
      OP.NEWOBJ,
      OP.BINPUT,
      7,
      moduleState({ modules: { child } }),
      OP.BUILD,
    ];
    assert.equal(openBytes(torchZip(whole(parent), { 0: floats(1, 2, 3, 4) })).parameters, 4);
  });
});

describe('files that are two things, or another thing, are told by their content', () => {
  const code = (content: Bytes) => faultOf(content)?.code;

  it('a zip archive with bytes before it', () => {
    assert.equal(code(joined(new Uint8Array(16), good())), 'corrupt');
  });

  it('a pickle with an archive after it', () => {
    assert.equal(code(joined(whole(dict({ a: int(1) })), good())), 'corrupt');
  });

  it('an archive with two networks, or two of one name', () => {
    assert.equal(
      code(torchZip(whole(state), { 0: floats(1, 2, 3, 4) }, [{ name: 'other/data.pkl', data: whole(state) }])),
      'corrupt',
    );
    assert.equal(
      code(torchZip(whole(state), { 0: floats(1, 2, 3, 4) }, [{ name: 'archive/data.pkl', data: whole(state) }])),
      'corrupt',
    );
  });

  it('an archive in an archive, a tar and a 7z', () => {
    const seven = joined(Uint8Array.of(0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c), new Uint8Array(60));
    const tar = new Uint8Array(1024);
    tar.set(ascii('pickle'), 0);
    tar.set(ascii('ustar'), 257);
    const outer = zipBytes([{ name: 'model.pt', data: good() }]);
    for (const content of [seven, tar, outer]) assert.equal(code(content), 'unsupported');
  });

  it('a file that holds no network', () => {
    assert.equal(code(torchZip(whole(dict({ a: int(1), b: bool(true) })))), 'not-a-model');
    assert.equal(code(torchZip(whole(text('hello')))), 'not-a-model');
    assert.equal(code(whole(dict({ a: int(1) }))), 'not-a-model');
  });

  it('programs and packages that are not read are named', () => {
    const says = (name: string, pattern: RegExp) => {
      const fault = faultOf(
        zipBytes([
          { name: `archive/${name}`, data: whole(OP.NONE) },
          { name: 'archive/version', data: ascii('3') },
        ]),
      );
      assert.equal(fault?.code, 'unsupported', fault?.message);
      assert.match(fault.message, pattern);
    };
    says('data/serialized_exported_program.json', /torch\.export/);
    says('.data/extern_modules', /torch\.package/);
  });
});
