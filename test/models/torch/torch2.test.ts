import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ascii, type Bytes } from '../../fuzz/target';
import { zipBytes } from '../../base/archive/zipBytes';
import { openBytes } from '../openBytes';
import { floats } from './archives';
import {
  bool,
  dict,
  global,
  int,
  OP,
  orderedDict,
  pickle,
  proto,
  reduce,
  tensor,
  text,
  tuple,
  type Part,
} from './pickleBytes';

/** What torch.save writes since PyTorch 2.1 to 2.6: more entries, and storages that begin at multiples of 64 bytes. */
function torch2(root: Part, storages: Readonly<Record<string, Bytes>>, byteorder = 'little'): Bytes {
  return zipBytes(
    [
      { name: 'model/data.pkl', data: pickle(proto(), root, OP.STOP) },
      { name: 'model/.format_version', data: ascii('1') },
      { name: 'model/.storage_alignment', data: ascii('64') },
      { name: 'model/byteorder', data: ascii(byteorder) },
      ...Object.entries(storages).map(([key, data]) => ({ name: `model/data/${key}`, data })),
      { name: 'model/version', data: ascii('3\n') },
      { name: 'model/.data/serialization_id', data: ascii('0636457737946401051300000025273995036293') },
    ].map(entry => ({ ...entry, align: 64 })),
  );
}

const storages = { 0: floats(1, 2, 3, 4) };
const weight = tensor('0', 4, [2, 2]);
const untyped = (bytes: number): Part => [
  tuple(text('storage'), global('torch.storage', 'UntypedStorage'), text('0'), text('cpu'), int(bytes)),
  OP.BINPERSID,
];
const parameter = (of: Part): Part =>
  reduce(global('torch._utils', '_rebuild_parameter'), of, bool(true), orderedDict());
const dtype: Part = [reduce(global('numpy', 'dtype'), text('f4'), bool(false), bool(true)), tuple(int(3), text('<')), OP.BUILD]; // prettier-ignore
const array: Part = reduce(
  global('numpy._core.numeric', '_frombuffer'),
  [OP.SHORT_BINBYTES, 16, floats(5, 6, 7, 8)],
  dtype,
  tuple(int(2), int(2)),
  text('C'),
);
const values = (root: Part, name = 'fc.weight', byteorder?: string) => [
  ...openBytes(torch2(root, storages, byteorder)).readWeight(name).values,
];

describe('files of PyTorch 2', () => {
  it('open with the entries that it adds, whatever the storages are aligned to', () => {
    const model = openBytes(torch2(dict({ 'fc.weight': weight }), storages));
    assert.equal(model.format, 'pytorch');
    assert.deepEqual([...model.readWeight('fc.weight').values], [1, 2, 3, 4]);
  });

  it('may say the order of their bytes', () => {
    const swapped = new Uint8Array(16);
    floats(1, 2, 3, 4).forEach((byte, i) => (swapped[i ^ 3] = byte));
    const model = openBytes(torch2(dict({ 'fc.weight': weight }), { 0: swapped }, 'big'));
    assert.deepEqual([...model.readWeight('fc.weight').values], [1, 2, 3, 4]);
  });

  it('have parameters as such, with or without a state of their own', () => {
    assert.deepEqual(values(dict({ 'fc.weight': parameter(weight) })), [1, 2, 3, 4]);
    const withState = reduce(
      global('torch._utils', '_rebuild_parameter_with_state'),
      weight,
      bool(true),
      orderedDict(),
      dict({ tag: text('x') }),
    );
    assert.deepEqual(values(dict({ 'fc.weight': withState })), [1, 2, 3, 4]);
  });

  it('have storages of bytes, whose tensors say their types: 16 to 64 bits without a sign, and floats of 8', () => {
    const of = (type: string, size: number) =>
      reduce(
        global('torch._utils', '_rebuild_tensor_v3'),
        untyped(16),
        int(0),
        tuple(int(size)),
        tuple(int(1)),
        bool(false),
        orderedDict(),
        global('torch', type),
      );
    const stored = (type: string, size: number) => {
      const model = openBytes(torch2(dict({ 'fc.weight': of(type, size) }), storages));
      return model.layers[0]!.weights[0]!.type;
    };
    assert.equal(stored('uint16', 8), 'uint16');
    assert.equal(stored('uint32', 4), 'uint32');
    assert.equal(stored('uint64', 2), 'uint64');
    assert.equal(stored('float8_e4m3fn', 16), 'float8_e4m3fn');
  });

  it('have tensors of other devices as arrays of numpy, or as tensors', () => {
    const device = (name: string, of: Part) =>
      reduce(global('torch._utils', name), of, global('torch', 'float32'), text('cpu'), bool(false));
    assert.deepEqual(values(dict({ 'fc.weight': device('_rebuild_device_tensor_from_numpy', array) })), [5, 6, 7, 8]);
    assert.deepEqual(values(dict({ 'fc.weight': device('_rebuild_device_tensor_from_cpu_tensor', weight) })), [1, 2, 3, 4]); // prettier-ignore
  });

  it('have subclasses of tensors, by what they are made of', () => {
    const subclass = reduce(
      global('torch._tensor', '_rebuild_from_type_v2'),
      global('torch._utils', '_rebuild_tensor_v2'),
      global('torch.nn.parameter', 'Parameter'),
      tuple(
        [tuple(text('storage'), global('torch', 'FloatStorage'), text('0'), text('cpu'), int(4)), OP.BINPERSID],
        int(0),
        tuple(int(2), int(2)),
        tuple(int(2), int(1)),
        bool(false),
        orderedDict(),
      ),
      dict({ requires_grad: bool(true) }),
    );
    assert.deepEqual(values(dict({ 'fc.weight': subclass })), [1, 2, 3, 4]);
  });

  it('may hold what has no values here: sparse tensors, wrappers, the version as a class of its own', () => {
    const sparse = reduce(
      global('torch._utils', '_rebuild_sparse_tensor'),
      reduce(global('torch.serialization', '_get_layout'), text('torch.sparse_coo')),
      tuple(weight, weight, tuple(int(2), int(2)), bool(true)),
    );
    const wrapper = reduce(
      global('torch._utils', '_rebuild_wrapper_subclass'),
      global('torch', 'Tensor'),
      global('torch', 'float32'),
      tuple(int(2)),
      tuple(int(1)),
      int(0),
      global('torch', 'strided'),
      reduce(global('torch', 'device'), text('cpu')),
      bool(false),
    );
    const version: Part = [global('torch.torch_version', 'TorchVersion'), tuple(text('2.6.0')), OP.NEWOBJ];
    const scalar = reduce(global('numpy._core.multiarray', 'scalar'), dtype, [OP.SHORT_BINBYTES, 4, floats(0.5)]);
    const root = dict({
      state_dict: dict({ 'fc.weight': weight, 'fc.bias': tensor('0', 4, [2]), mask: sparse, other: wrapper }),
      version,
      accuracy: scalar,
    });
    const model = openBytes(torch2(root, storages));
    assert.deepEqual([...model.readWeight('fc.bias').values], [1, 2]);
    assert.equal(model.details.find(detail => detail.name === 'accuracy')?.value, '0.5');
  });

  it('lose the prefixes of torch.compile and DataParallel in the names of layers, not of tensors', () => {
    const names = { '_orig_mod.module.fc.weight': weight, '_orig_mod.module.fc.bias': tensor('0', 4, [2]) };
    const model = openBytes(torch2(dict(names), storages));
    assert.deepEqual(
      model.layers.map(({ name, op, weights }) => [name, op, weights.map(one => one.name)]),
      [['fc', 'Linear', ['_orig_mod.module.fc.weight', '_orig_mod.module.fc.bias']]],
    );
  });
});
