import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Bytes } from '../../fuzz/target';
import { faultOf, openBytes } from '../openBytes';
import { floats, torchZip } from './archives';
import { dict, global, int, OP, pickle, proto, reduce, tensor, text, tuple, type Part } from './pickleBytes';

const weights = dict({ 'fc.weight': tensor('0', 4, [2, 2]) });
const file = (root: Part): Bytes => torchZip(pickle(proto(), root, OP.STOP), { 0: floats(1, 2, 3, 4) });
/** A checkpoint as training scripts keep it: weights, and something else. */
const beside = (other: Part): Bytes => file(dict({ state_dict: weights, other }));
const instance = (module: string, name: string, ...then: readonly Part[]): Part => [
  global(module, name),
  OP.EMPTY_TUPLE,
  OP.NEWOBJ,
  ...then,
];
const attributes = (of: Readonly<Record<string, Part>>): Part => [dict(of), OP.BUILD];
const relu = global('torch.nn.modules.activation', 'ReLU');

describe('beside its weights a checkpoint may keep', () => {
  const kept: Readonly<Record<string, Part>> = {
    'a configuration of the user’s own class': instance('config', 'TrainConfig', attributes({ lr: int(1) })),
    'one with slots': instance('config', 'Slotted', [tuple(OP.NONE, dict({ lr: int(1) })), OP.BUILD]),
    'a kind of dictionary': instance('config', 'AttrDict', OP.MARK, text('lr'), int(1), OP.SETITEMS),
    'a class of torch.nn': dict({ activation: relu }),
    'a layer with some of its arguments': [
      reduce(global('functools', 'partial'), relu),
      [tuple(relu, tuple(), dict({ inplace: OP.NEWTRUE }), OP.NONE), OP.BUILD],
    ],
    'a member of an enumeration': reduce(global('builtins', 'getattr'), global('config', 'Mode'), text('TRAIN')),
    'a function of torch': reduce(
      global('builtins', 'getattr'),
      global('torch._C', '_VariableFunctionsClass'),
      text('relu'),
    ),
    'a type of numpy': global('numpy', 'float32'),
    'the state of a random generator': [
      reduce(
        global('numpy.random._pickle', '__randomstate_ctor'),
        text('MT19937'),
        global('numpy.random._pickle', '__bit_generator_ctor'),
      ),
      attributes({ bit_generator: text('MT19937') }),
    ],
  };
  for (const [what, part] of Object.entries(kept))
    it(what, () => {
      assert.deepEqual([...openBytes(beside(part)).readWeight('fc.weight').values], [1, 2, 3, 4]);
    });
});

describe('but not, and the fault names it,', () => {
  const refused: Readonly<Record<string, readonly [Bytes, RegExp]>> = {
    'a configuration without any weights': [
      file(instance('config', 'Train', attributes({ a: int(1) }))),
      /config\.Train/,
    ],
    'an instance that is called with values': [beside(reduce(global('config', 'Train'), int(1))), /config\.Train/],
    'a partial of a function that nothing is known of': [
      beside(reduce(global('functools', 'partial'), global('os', 'system'))),
      /os\.system/,
    ],
    'a partial that is called': [
      beside(reduce(reduce(global('functools', 'partial'), relu), text('x'))),
      /functools\.partial/,
    ],
    'a member of a class that is called': [
      beside(reduce(reduce(global('builtins', 'getattr'), global('config', 'Mode'), text('run')), text('x'))),
      /config\.Mode\.run/,
    ],
    'an attribute of a module that is no class': [
      beside(reduce(global('builtins', 'getattr'), global('config', 'mode'), text('run'))),
      /builtins\.getattr of config\.mode\.run/,
    ],
    'a hidden attribute': [
      beside(reduce(global('builtins', 'getattr'), global('config', 'Mode'), text('__subclasses__'))),
      /getattr/,
    ],
    'an instance that is dropped': [
      file([instance('config', 'Train', attributes({ a: int(1) })), OP.POP, weights]),
      /config\.Train/,
    ],
  };
  for (const [what, [content, says]] of Object.entries(refused))
    it(what, () => {
      const fault = faultOf(content);
      assert.equal(fault?.code, 'unsafe', fault?.message);
      assert.match(fault.message, says);
    });
});

describe('weights are found', () => {
  it('in a tuple of states', () => {
    assert.equal(openBytes(file(tuple(weights, int(3)))).parameters, 4);
  });

  it('in a dictionary of the user’s own kind', () => {
    const own = instance('config', 'AttrDict', OP.MARK, text('fc.weight'), tensor('0', 4, [2, 2]), OP.SETITEMS);
    assert.equal(openBytes(file(own)).parameters, 4);
  });

  it('in a pickle of protocol 0, whose text is not UTF-8, with lines as long as its arrays', () => {
    const count = 4_000;
    const bytes = new Uint8Array(count * 4).fill(0x41);
    bytes[3] = 0xe9;
    const array = [
      'cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntVb\ntR(I1\n',
      `(I${count}\ntcnumpy\ndtype\n(Vf4\nI00\nI01\ntR(I3\nV<\nNNNI-1\nI-1\nI0\ntbI00\n`,
      'c_codecs\nencode\n(V',
      bytes,
      '\nVlatin1\ntRtb',
    ];
    const model = openBytes(pickle('(dp0\nVfc.weight\n', ...array, 's.'));
    assert.deepEqual(model.layers[0]?.weights[0]?.shape, [count]);
    assert.equal(model.readWeight('fc.weight').values.length, count);
  });

  it('in a pickle of protocol 1', () => {
    const array = pickle(
      'cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\nK\0\x85X\x01\0\0\0btR(K\x01K\x01\x85',
      'cnumpy\ndtype\n(X\x02\0\0\0f4K\0K\x01tR(K\x03X\x01\0\0\0<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb',
      'K\0c_codecs\nencode\n(X\x04\0\0\0AAAAX\x06\0\0\0latin1tRtb',
    );
    assert.equal(openBytes(pickle('}q\0(X\x09\0\0\0fc.weight', array, 'u.')).parameters, 1);
  });

  it('of a network whose layers have none: they are described', () => {
    const state = (more: Readonly<Record<string, Part>>) => attributes({ training: OP.NEWFALSE, _parameters: dict({}), _buffers: dict({}), _modules: dict({}), ...more }); // prettier-ignore
    const pool = instance('torch.nn.modules.pooling', 'MaxPool2d', state({}));
    const model = openBytes(file(instance('nets', 'Pools', state({ _modules: dict({ pool }) }))));
    assert.deepEqual(
      model.layers.map(({ name, op }) => [name, op]),
      [['pool', 'MaxPool2d']],
    );
  });
});
