import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { MemorySource } from '../../../src/base/bytes';
import type { NewTensor } from '../../../src/models/changes';
import { readSafetensors } from '../../../src/models/safetensors/readHeader';
import { alone, codeOf, difference, newTensors, written } from '../written';
import { ascii, f32, fileOf, floats, safetensorsBytes, type TensorOptions } from './safetensorsBytes';

const file = () =>
  safetensorsBytes({ 'fc1.weight': f32([4, 3]), 'fc1.bias': f32([4]), 'fc2.weight': f32([2, 4]) }, { format: 'pt' });

function tensorsOf(bytes: Uint8Array<ArrayBuffer>) {
  const { tensors, metadata } = readSafetensors(new MemorySource('written', bytes));
  return {
    metadata,
    tensors: new Map(
      tensors.map(one => [one.name, { shape: one.shape, type: one.type, bytes: one.bytes(0, one.size) }]),
    ),
  };
}

describe('a safetensors file that is written again', () => {
  it('is the same file where nothing changes', () => {
    assert.deepEqual(written(alone(file()), {}).model, file());
  });

  it('differs in the bytes of the changed tensor alone, where that keeps its shape', () => {
    const change: NewTensor = { shape: [4], values: [9, 9, 9, 9] };
    const { model } = written(alone(file()), { tensors: new Map([['fc1.bias', change]]) });
    const { first, last } = difference(file(), model)!;
    const start = file().length - 4 * (4 + 8);
    assert.ok(first >= start && last < start + 16);
  });

  it('keeps order, metadata, alignment and the way in which its header is written', () => {
    const data = floats([1, 2, 3, 4, 5, 6]);
    const header =
      '{"b": {"shape": [2, 2], "dtype": "F32",\n "data_offsets": [8, 24]}, "__metadata__": {"a":"1"}, "a": {"dtype":"F32","shape":[2],"data_offsets":[0,8]}}';
    const source = fileOf(header, data);
    const { model } = written(alone(source), {
      tensors: new Map([['a', { shape: [1], values: [7] }]]),
    });
    const length = Number(new DataView(model.buffer).getBigUint64(0, true));
    assert.equal(
      new TextDecoder().decode(model.subarray(8, 8 + length)).trimEnd(),
      header.replace('"shape":[2]', '"shape":[1]').replace('[0,8]', '[0,4]').replace('[8, 24]', '[4, 20]'),
    );
    assert.deepEqual([...new Float32Array(model.slice(8 + length).buffer)], [7, 3, 4, 5, 6]);
  });

  it('gives what was asked for, whatever is changed, and leaves every other tensor bit by bit', () => {
    const dims = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 3 });
    const cases = fc
      .dictionary(fc.string({ minLength: 1, maxLength: 6 }), dims, { minKeys: 1, maxKeys: 6 })
      .chain(shapes => {
        const names = Object.keys(shapes).filter(name => name !== '__proto__' && name !== '__metadata__');
        const changes = fc.record(
          Object.fromEntries(names.map(name => [name, fc.option(newTensors(shapes[name]!), { freq: 1 })])),
        );
        return fc.tuple(
          fc.constant(Object.fromEntries(names.map(name => [name, f32(shapes[name]!)]))),
          changes,
          fc.nat(3),
        );
      });
    fc.assert(
      fc.property(
        cases,
        ([tensors, changes, drop]: [Record<string, TensorOptions>, Record<string, NewTensor | null>, number]) => {
          const source = safetensorsBytes(tensors);
          const before = tensorsOf(source);
          const changed = new Map(Object.entries(changes).filter((one): one is [string, NewTensor] => one[1] !== null));
          // One stays: a file of no tensors is none.
          const removed = new Set(
            Object.keys(tensors).filter((name, i) => i > 0 && i % 4 === drop && !changed.has(name)),
          );
          const after = tensorsOf(written(alone(source), { tensors: changed, removed }).model);
          assert.deepEqual(
            [...after.tensors.keys()],
            [...before.tensors.keys()].filter(name => !removed.has(name)),
          );
          for (const [name, tensor] of after.tensors) {
            const change = changed.get(name);
            if (change === undefined) assert.deepEqual(tensor, before.tensors.get(name));
            else {
              assert.deepEqual(tensor.shape, change.shape);
              assert.ok('values' in change);
              assert.deepEqual(tensor.bytes, floats(change.values));
            }
          }
        },
      ),
    );
  });

  it('writes numbers as the type that the file has, and takes bytes of it as they are', () => {
    const source = safetensorsBytes({
      half: { dtype: 'F16', shape: [2], data: Uint8Array.of(0, 0, 0, 0) },
      brain: { dtype: 'BF16', shape: [1], data: Uint8Array.of(0, 0) },
      index: { dtype: 'I64', shape: [1], data: new Uint8Array(8) },
      whole: { dtype: 'I8', shape: [3], data: Uint8Array.of(1, 2, 3) },
    });
    const { tensors } = tensorsOf(
      written(alone(source), {
        tensors: new Map<string, NewTensor>([
          ['half', { shape: [3], values: [1.5, -2, 65504] }],
          ['brain', { shape: [1], values: [1.5] }],
          ['index', { shape: [1], values: [-7] }],
          ['whole', { shape: [2], bytes: Uint8Array.of(255, 4) }],
        ]),
      }).model,
    );
    assert.deepEqual([...tensors.get('half')!.bytes], [0x00, 0x3e, 0x00, 0xc0, 0xff, 0x7b]);
    assert.deepEqual([...tensors.get('brain')!.bytes], [0xc0, 0x3f]);
    assert.deepEqual([...new BigInt64Array(tensors.get('index')!.bytes.slice().buffer)], [-7n]);
    assert.deepEqual([...tensors.get('whole')!.bytes], [255, 4]);
  });

  it('refuses names that are not there, shapes that the values do not have, and damaged files', () => {
    const change = (name: string, tensor: NewTensor) => () =>
      written(alone(file()), { tensors: new Map([[name, tensor]]) });
    assert.equal(codeOf(change('fc9.bias', { shape: [1], values: [1] })), 'not-found');
    assert.equal(codeOf(change('fc1.bias', { shape: [3], values: [1] })), 'shape-mismatch');
    assert.equal(codeOf(change('fc1.bias', { shape: [3], bytes: new Uint8Array(11) })), 'shape-mismatch');
    assert.equal(
      codeOf(() =>
        written(alone(file()), {
          tensors: new Map([['fc1.bias', { shape: [1], values: [1] }]]),
          removed: new Set(['fc1.bias']),
        }),
      ),
      'usage',
    );
    assert.equal(
      codeOf(() => written(alone(file().slice(0, -1)), {})),
      'corrupt',
    );
  });
});

describe('an index of shards that is written again', () => {
  const shard = (tensors: Readonly<Record<string, TensorOptions>>) => safetensorsBytes(tensors, { format: 'pt' });
  const index = ascii(
    '{\n  "metadata": {\n    "total_size": 40\n  },\n  "weight_map": {\n    "a": "one.safetensors",\n    "b": "two.safetensors"\n  }\n}\n',
  );
  const files = {
    model: index,
    beside: { 'one.safetensors': shard({ a: f32([4]) }), 'two.safetensors': shard({ b: f32([6]) }) },
  };

  it('is the same files where nothing changes', () => {
    assert.deepEqual(written(files, {}), files);
  });

  it('has another size and another shard where a tensor does', () => {
    const { model, beside } = written(files, { tensors: new Map([['b', { shape: [2], values: [1, 2] }]]) });
    assert.equal(new TextDecoder().decode(model), new TextDecoder().decode(index).replace('40', '24'));
    assert.deepEqual(beside['one.safetensors'], files.beside['one.safetensors']);
    assert.deepEqual([...tensorsOf(beside['two.safetensors']!).tensors.get('b')!.shape], [2]);
  });

  it('names its shards as they will be called', () => {
    const { model, beside } = written(files, {}, name => `small.${name}`);
    assert.deepEqual(Object.keys(beside), ['small.one.safetensors', 'small.two.safetensors']);
    assert.equal(
      new TextDecoder().decode(model),
      new TextDecoder().decode(index).replace('"one', '"small.one').replace('"two', '"small.two'),
    );
  });
});
