import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readLink, writeLink } from '../../../src/host/data/dataLink';
import { absoluteIn, relativeTo, shortName, splitReference } from '../../../src/host/data/reference';

describe('The link between a model and its data', () => {
  it('is written relative to the folder and read back', () => {
    const link = { kind: 'file', data: '/w/data/test.npz#X', labels: '/w/data/test.npz#y' } as const;
    const setting = writeLink(undefined, '/w', '/w/models/final.onnx', link);
    assert.deepEqual(setting, { 'models/final.onnx': { data: 'data/test.npz#X', labels: 'data/test.npz#y' } });
    assert.deepEqual(readLink(setting, '/w', '/w/models/final.onnx'), link);
    assert.equal(readLink(setting, '/w', '/w/models/other.onnx'), undefined);
  });

  it('says of saved activations that they are such, with their labels', () => {
    const link = { kind: 'stored', labels: '/w/runs/acts.npz#y' } as const;
    const setting = writeLink(undefined, '/w', '/w/runs/acts.npz', link);
    assert.deepEqual(setting, { 'runs/acts.npz': { activations: true, labels: 'runs/acts.npz#y' } });
    assert.deepEqual(readLink(setting, '/w', '/w/runs/acts.npz'), link);
    assert.deepEqual(readLink({ acts: { activations: true, labels: 3 } }, '/w', '/w/acts'), { kind: 'stored' });
    assert.equal(readLink({ acts: { activations: 'yes' } }, '/w', '/w/acts'), undefined);
  });

  it('keeps the data of other inputs, and what pixels stand for', () => {
    const link = { kind: 'file', data: '/w/a.npy', pixels: 'signed', inputs: { meta: '/w/d/b.npz#m' } } as const;
    const setting = writeLink(undefined, '/w', '/w/a.onnx', link);
    assert.deepEqual(setting, { 'a.onnx': { data: 'a.npy', pixels: 'signed', inputs: { meta: 'd/b.npz#m' } } });
    assert.deepEqual(readLink(setting, '/w', '/w/a.onnx'), link);
    const other = { 'a.onnx': { data: 'a.npy', pixels: 'loud', inputs: { meta: 3 } } };
    assert.deepEqual(readLink(other, '/w', '/w/a.onnx'), { kind: 'file', data: '/w/a.npy' });
  });

  it('keeps the tokenizer of texts', () => {
    const link = { kind: 'file', data: '/w/a.jsonl', vocabulary: '/w/words/vocab.txt' } as const;
    const setting = writeLink(undefined, '/w', '/w/a.onnx', link);
    assert.deepEqual(setting, { 'a.onnx': { data: 'a.jsonl', vocabulary: 'words/vocab.txt' } });
    assert.deepEqual(readLink(setting, '/w', '/w/a.onnx'), link);
    const other = { 'a.onnx': { data: 'a.jsonl', vocabulary: 3 } };
    assert.deepEqual(readLink(other, '/w', '/w/a.onnx'), { kind: 'file', data: '/w/a.jsonl' });
  });

  it('leaves the links of other models alone', () => {
    const before = { 'a.onnx': { data: 'a.npy' } };
    const both = writeLink(before, '/w', '/w/b.onnx', { kind: 'file', data: '/w/b.npy' });
    assert.deepEqual(Object.keys(both), ['a.onnx', 'b.onnx']);
    assert.deepEqual(writeLink(both, '/w', '/w/b.onnx', undefined), before);
    assert.deepEqual(before, { 'a.onnx': { data: 'a.npy' } });
  });

  it('counts as not there when the setting has another form', () => {
    const model = '/w/a.onnx';
    for (const setting of [
      null,
      7,
      [],
      'a.npy',
      { 'a.onnx': 'a.npy' },
      { 'a.onnx': { data: 3 } },
      { 'a.onnx': { data: '' } },
    ])
      assert.equal(readLink(setting, '/w', model), undefined);
    assert.deepEqual(readLink({ 'a.onnx': { data: 'x.csv', labels: 9 } }, '/w', model), {
      kind: 'file',
      data: '/w/x.csv',
    });
    assert.equal(readLink({}, '/w', '/w/__proto__'), undefined);
  });
});

describe('A reference to data', () => {
  it('has a part after # where the kind of file has parts', () => {
    assert.deepEqual(splitReference('a.npz#X'), { file: 'a.npz', part: 'X' });
    assert.deepEqual(splitReference('t#1/iris.csv#species'), { file: 't#1/iris.csv', part: 'species' });
    assert.deepEqual(splitReference('t#1.npy'), { file: 't#1.npy', part: undefined });
    assert.equal(shortName('/w/data/a.npz#X'), 'a.npz#X');
  });

  it('is the same after being made relative and absolute again', () => {
    const name = fc.stringMatching(/^[a-z]{1,8}$/);
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 4 }), fc.array(name, { maxLength: 3 }), (parts, folder) => {
        const reference = `/${parts.join('/')}.npz#X`;
        assert.equal(absoluteIn(`/${folder.join('/')}`, relativeTo(`/${folder.join('/')}`, reference)), reference);
      }),
      { seed: 11 },
    );
  });
});
