import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MemorySource } from '../../../src/base/bytes';
import { openModel } from '../../../src/models/formats';
import { joined } from '../../fuzz/target';
import { CountingSource } from '../countingSource';
import { FakeSiblings, faultOf, openBytes } from '../openBytes';
import { ascii, f32, fileOf, floats, safetensorsBytes, type TensorOptions } from './safetensorsBytes';

const network = () =>
  safetensorsBytes(
    { 'fc1.weight': f32([3, 2], [1, 2, 3, 4, 5, 6]), 'fc1.bias': f32([3], [7, 8, 9]) },
    { format: 'pt' },
  );
const values = (tensors: Readonly<Record<string, TensorOptions>>, name: string) => [
  ...openBytes(safetensorsBytes(tensors)).readWeight(name).values,
];

describe('a safetensors file', () => {
  it('is described without its values: modules, their tensors, who wrote it', () => {
    const model = openBytes(network());
    assert.equal(model.format, 'safetensors');
    assert.equal(model.producer, 'pytorch');
    assert.equal(model.parameters, 9);
    assert.deepEqual(
      model.layers.map(({ name, op, parameters, weights }) => ({
        name,
        op,
        parameters,
        weights: weights.map(w => w.name),
      })),
      [{ name: 'fc1', op: 'Linear', parameters: 9, weights: ['fc1.weight', 'fc1.bias'] }],
    );
    assert.deepEqual([...model.readWeight('fc1.weight').values], [1, 2, 3, 4, 5, 6]);
    assert.deepEqual(model.readWeight('fc1.bias').shape, [3]);
    assert.throws(() => model.readWeight('fc2.weight'), /no tensor named "fc2.weight"/);
  });

  it('holds elements of every type', () => {
    const bytes = (...of: number[]) => Uint8Array.from(of);
    const one = (dtype: string, shape: number[], data: Uint8Array<ArrayBuffer>) =>
      values({ w: { dtype, shape, data } }, 'w');
    assert.deepEqual(one('F64', [2], new Uint8Array(Float64Array.of(0.5, -2).buffer)), [0.5, -2]);
    assert.deepEqual(one('F16', [2], new Uint8Array(Uint16Array.of(0x3800, 0xc000).buffer)), [0.5, -2]);
    assert.deepEqual(one('BF16', [2], new Uint8Array(Uint16Array.of(0x3f00, 0xc000).buffer)), [0.5, -2]);
    assert.deepEqual(one('F8_E4M3', [2], bytes(0x30, 0xc0)), [0.5, -2]);
    assert.deepEqual(one('F8_E5M2', [2], bytes(0x38, 0xc0)), [0.5, -2]);
    assert.deepEqual(one('F4', [2], bytes(0xc1)), [0.5, -2]);
    assert.deepEqual(one('I64', [2], new Uint8Array(BigInt64Array.of(-1n, 7n).buffer)), [-1, 7]);
    assert.deepEqual(one('U32', [1], bytes(255, 255, 255, 255)), [2 ** 32 - 1 + 1]);
    assert.deepEqual(one('I32', [1], bytes(254, 255, 255, 255)), [-2]);
    assert.deepEqual(one('I16', [1], bytes(254, 255)), [-2]);
    assert.deepEqual(one('U16', [1], bytes(254, 255)), [65534]);
    assert.deepEqual(one('I8', [1], bytes(254)), [-2]);
    assert.deepEqual(one('U8', [1], bytes(254)), [254]);
    assert.deepEqual(one('BOOL', [2], bytes(0, 1)), [0, 1]);
    assert.deepEqual(one('F32', [], floats([0.25])), [0.25]);
    assert.deepEqual(one('F32', [0, 5], floats([])), []);
  });

  it('says what is not finite, by tensor and row', () => {
    const model = openBytes(
      safetensorsBytes({ 'fc.weight': f32([2, 2], [1, 2, NaN, 4]), 'fc.bias': f32([2], [1, Infinity]) }),
    );
    assert.deepEqual(
      model.warnings.filter(({ code }) => code === 'not-finite').map(warning => warning.message),
      ['fc.weight holds 1 NaN value, in row 1.', 'fc.bias holds 1 infinite value, in row 1.'],
    );
  });

  it('is told from a pickle, whatever the length of its header', () => {
    for (const length of [640, 896, 1152, 1408]) {
      const header = '{"fc.weight":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]}}'.padEnd(length);
      assert.equal(openBytes(fileOf(header, new Uint8Array(4))).format, 'safetensors', `${length} bytes`);
    }
  });

  it('counts what is trained: no running statistics, no whole numbers', () => {
    const model = openBytes(
      safetensorsBytes({
        'bn.weight': f32([4]),
        'bn.bias': f32([4]),
        'bn.running_mean': f32([4]),
        'bn.running_var': f32([4]),
        'bn.num_batches_tracked': { dtype: 'I64', shape: [], data: new Uint8Array(8) },
      }),
    );
    assert.equal(model.parameters, 8);
    assert.equal(model.layers[0]?.op, 'BatchNorm');
    assert.deepEqual(
      model.layers[0].weights.filter(weight => !weight.trained).map(weight => weight.name),
      ['bn.running_mean', 'bn.running_var', 'bn.num_batches_tracked'],
    );
  });

  it('that is sorted letter by letter is read in the order of its numbers; any other order is kept', () => {
    const names = (...of: string[]) =>
      openBytes(safetensorsBytes(Object.fromEntries(of.map(name => [name, f32([1, 1])])))).layers.map(
        layer => layer.name,
      );
    assert.deepEqual(names('l.1.weight', 'l.10.weight', 'l.2.weight'), ['l.1', 'l.2', 'l.10']);
    assert.deepEqual(names('z.weight', 'a.weight', 'm.weight'), ['z', 'a', 'm']);
  });

  it('of a gigabyte is opened by its header, and a tensor by its own bytes', () => {
    const size = 2 ** 28;
    const header = JSON.stringify({
      'big.weight': { dtype: 'F32', shape: [2 ** 14, 2 ** 14], data_offsets: [0, size * 4] },
      'small.weight': { dtype: 'F32', shape: [10, 10], data_offsets: [size * 4, size * 4 + 400] },
    });
    const head = fileOf(header, new Uint8Array(0));
    const source = new CountingSource(head, head.length + size * 4 + 400);
    const model = openModel(source, new FakeSiblings());
    assert.equal(model.parameters, size + 100);
    assert.equal(model.readWeight('small.weight').values.length, 100);
    assert.ok(source.bytesRead < 10_000, `${source.bytesRead} bytes were read`);
  });
});

describe('a safetensors file that could be read in two ways, or not at all, is corrupt', () => {
  const entry = (begin: number, end: number, shape: readonly number[] = [(end - begin) / 4], dtype = 'F32') =>
    `{"dtype":"${dtype}","shape":[${shape.join()}],"data_offsets":[${begin},${end}]}`;
  const data = new Uint8Array(16);
  const whole = fileOf(`{"a":${entry(0, 16)}}`, data);
  const cases: Readonly<Record<string, Uint8Array<ArrayBuffer>>> = {
    'a header longer than the file': fileOf(`{"a":${entry(0, 16)}}`, data, 1000n),
    'a header of more than 100 MB': fileOf(`{"a":${entry(0, 16)}}`, data, 100_000_001n),
    'a negative header': fileOf(`{"a":${entry(0, 16)}}`, data, -1n),
    'a header that is no UTF-8': joined(fileOf('{"a', new Uint8Array(0), 50n), Uint8Array.of(0xff), new Uint8Array(60)),
    'a header that is no JSON': fileOf('{"a": nothing}', data),
    'a key that comes twice': fileOf(`{"a":${entry(0, 16)},"a":${entry(0, 16)}}`, data),
    'a dtype that comes twice': fileOf(`{"a":{"dtype":"F32",${entry(0, 16).slice(1)}}`, data),
    'a tensor called __proto__': fileOf(`{"__proto__":${entry(0, 16)}}`, data),
    'overlapping tensors': fileOf(`{"a":${entry(0, 12)},"b":${entry(8, 16)}}`, data),
    'one tensor inside another': fileOf(`{"a":${entry(0, 16)},"b":${entry(4, 8)}}`, data),
    'a hole between tensors': fileOf(`{"a":${entry(0, 4)},"b":${entry(8, 16)}}`, data),
    'a hole before the first': fileOf(`{"a":${entry(4, 16)}}`, data),
    'an end before the beginning': fileOf(`{"a":${entry(8, 4, [0])},"b":${entry(0, 16)}}`, data),
    'bytes after the last tensor': fileOf(`{"a":${entry(0, 8)}}`, data),
    'tensors past the end': fileOf(`{"a":${entry(0, 32)}}`, data),
    'a shape of another size than its bytes': fileOf(`{"a":${entry(0, 16, [5])}}`, data),
    'a shape of 2⁶⁴ values': fileOf(`{"a":${entry(0, 16, [2 ** 32, 2 ** 32])}}`, data),
    'a huge shape behind a zero': fileOf(`{"a":${entry(0, 0, [2 ** 40, 2 ** 40, 0])},"b":${entry(0, 16)}}`, data),
    'a fraction in a shape': fileOf(`{"a":${entry(0, 16, [1.5])}}`, data),
    'a negative length': fileOf(`{"a":${entry(0, 16, [-4])}}`, data),
    'an offset beyond 2⁵³': fileOf(
      '{"a":{"dtype":"F32","shape":[4],"data_offsets":[9007199254740993,9007199254741009]}}',
      data,
    ),
    'half a byte': fileOf('{"a":{"dtype":"F4","shape":[1],"data_offsets":[0,1]}}', Uint8Array.of(0)),
    'metadata that is no text': fileOf(`{"__metadata__":{"a":1},"a":${entry(0, 16)}}`, data),
    'a tensor without a shape': fileOf('{"a":{"dtype":"F32","data_offsets":[0,16]}}', data),
    'a list in place of the header': fileOf('{ ', data),
  };
  for (const [what, content] of Object.entries(cases))
    it(what, () => {
      const fault = faultOf(content);
      assert.equal(fault?.code, 'corrupt', fault?.message);
      assert.equal(fault.source, 'model.onnx');
    });

  it('wherever it was cut', () => {
    assert.equal(faultOf(whole), undefined);
    for (let length = 12; length < whole.length; length++)
      assert.equal(faultOf(whole.slice(0, length))?.code, 'corrupt', `cut at ${length}`);
  });

  it('names an element type that is not read', () => {
    const fault = faultOf(fileOf('{"a":{"dtype":"F6_E2M3","shape":[4],"data_offsets":[0,3]}}', new Uint8Array(3)));
    assert.equal(fault?.code, 'unsupported');
    assert.match(fault.message, /F6_E2M3/);
  });

  it('that holds nothing is empty', () => {
    assert.equal(faultOf(fileOf('{}', new Uint8Array(0)))?.code, 'empty');
  });
});

describe('an index of shards', () => {
  const shards = {
    'm-1.safetensors': safetensorsBytes({ 'a.weight': f32([2, 2], [1, 2, 3, 4]), 'a.bias': f32([2]) }),
    'm-2.safetensors': safetensorsBytes({ 'b.weight': f32([1, 2], [5, 6]) }),
  };
  const index = (map: Readonly<Record<string, string>>) =>
    ascii(JSON.stringify({ metadata: { total_size: 32 }, weight_map: map }));
  const open = (content: Uint8Array<ArrayBuffer>, siblings = new FakeSiblings(shards)) =>
    openModel(new MemorySource('model.safetensors.index.json', content), siblings);
  const usual = index({ 'a.weight': 'm-1.safetensors', 'a.bias': 'm-1.safetensors', 'b.weight': 'm-2.safetensors' });

  it('opens as one model, each file once', () => {
    const siblings = new FakeSiblings(shards);
    const model = open(usual, siblings);
    assert.equal(model.format, 'safetensors');
    assert.equal(model.parameters, 8);
    assert.deepEqual(
      siblings.opened.filter(name => name in shards),
      ['m-1.safetensors', 'm-2.safetensors'],
    );
    assert.deepEqual([...model.readWeight('b.weight').values], [5, 6]);
  });

  it('is refused where a file lacks what it is said to hold, or is not there', () => {
    assert.throws(() => open(index({ 'c.weight': 'm-1.safetensors' })), {
      code: 'corrupt',
      message: /"c\.weight" in m-1/,
    });
    assert.throws(() => open(index({ 'a.weight': 'm-3.safetensors' })), { code: 'not-found' });
  });

  it('is refused where it names no files, or a tensor twice', () => {
    assert.throws(() => open(ascii('{"weight_map": 5, "metadata": {}}')), { code: 'corrupt' });
    assert.throws(() => open(ascii('{"weight_map": {"a.weight": ["x"]}}')), { code: 'corrupt' });
    assert.throws(() => open(ascii('{"weight_map": {"a.weight": "x", "a.weight": "y"}}')), { code: 'corrupt' });
    assert.throws(() => open(ascii('{"metadata": {}, "weight_map": {}}')), { code: 'empty' });
  });
});

describe('modules of a file without a graph', () => {
  const ops = (tensors: Readonly<Record<string, readonly number[]>>) =>
    Object.fromEntries(
      openBytes(
        safetensorsBytes(Object.fromEntries(Object.entries(tensors).map(([name, shape]) => [name, f32(shape)]))),
      ).layers.map(({ name, op }) => [name, op]),
    );

  it('are called by what their tensors leave no doubt of', () => {
    assert.deepEqual(
      ops({
        'conv.weight': [8, 3, 3, 3],
        'conv.bias': [8],
        'up.weight': [8, 4, 2, 2],
        'up.bias': [4],
        'seq.weight': [4, 2, 3],
        'rnn.weight_ih_l0': [16, 3],
        'rnn.weight_hh_l0': [16, 4],
        'gru.weight_ih_l0': [12, 3],
        'gru.weight_hh_l0': [12, 4],
        'attention.in_proj_weight': [12, 4],
        'attention.out_proj.weight': [4, 4],
        'bert.embeddings.word_embeddings.weight': [30, 4],
        'ln_1.weight': [4],
        'ln_1.bias': [4],
        'layers.3.weight': [4],
        'layers.3.bias': [4],
        'input_layernorm.weight': [4],
        'fc.parametrizations.weight.original0': [4, 1],
        'fc.parametrizations.weight.original1': [4, 4],
        'fc.bias': [4],
        'Dense_0.kernel': [4, 3],
        cls_token: [1, 1, 4],
      }),
      {
        conv: 'Conv2d',
        up: 'ConvTranspose2d',
        seq: 'Conv1d',
        rnn: 'LSTM',
        gru: 'GRU',
        attention: 'MultiheadAttention',
        'attention.out_proj': 'Linear',
        'bert.embeddings.word_embeddings': 'Embedding',
        ln_1: 'LayerNorm',
        'layers.3': 'Norm',
        input_layernorm: 'RMSNorm',
        fc: 'Linear',
        Dense_0: 'Dense',
        cls_token: 'Parameter',
      },
    );
  });

  it('lose the prefix that a wrapper put before all of them, and tensors keep their names', () => {
    const model = openBytes(
      safetensorsBytes({ 'module._orig_mod.fc.weight': f32([2, 2]), 'module._orig_mod.fc.bias': f32([2]) }),
    );
    assert.deepEqual(
      model.layers.map(layer => layer.name),
      ['fc'],
    );
    assert.equal(model.readWeight('module._orig_mod.fc.weight').values.length, 4);
  });
});
