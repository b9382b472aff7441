import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Cancellation } from '../../src/base/cancellation';
import { Fault } from '../../src/base/fault';
import { DisposableStore } from '../../src/base/lifecycle';
import type { ModelChanges } from '../../src/models/changes';
import { openModelFile } from '../../src/engine/openModelFile';
import { writeModelFile, type WriteOptions } from '../../src/engine/writeModelFile';
import { ascii, f32, safetensorsBytes } from '../models/safetensors/safetensorsBytes';

describe('a model written to a file', () => {
  let folder: string;
  before(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), 'write-model-'))));
  after(() => fs.rmSync(folder, { recursive: true }));

  const at = (name: string) => path.join(folder, name);
  const halved: ModelChanges = { tensors: new Map([['a', { shape: [2], values: [1, 2] }]]) };

  function write(from: string, to: string, changes: ModelChanges, options?: WriteOptions) {
    const store = new DisposableStore();
    try {
      return writeModelFile(openModelFile(at(from), store), changes, at(to), options).map(file => path.basename(file));
    } finally {
      store.dispose();
    }
  }

  function codeOf(run: () => unknown) {
    try {
      run();
    } catch (error) {
      if (error instanceof Fault) return error.code;
      throw error;
    }
    return undefined;
  }

  before(() => {
    fs.writeFileSync(at('one.safetensors'), safetensorsBytes({ a: f32([4]) }));
    fs.writeFileSync(at('model.safetensors.index.json'), ascii('{"weight_map":{"a":"one.safetensors"}}'));
  });

  it('never overwrites a file unless told, the model itself among them', () => {
    const untouched = fs.readFileSync(at('one.safetensors'));
    assert.equal(
      codeOf(() => write('one.safetensors', 'one.safetensors', halved)),
      'exists',
    );
    assert.equal(
      codeOf(() => write('one.safetensors', 'nowhere/two.safetensors', halved)),
      'not-found',
    );
    assert.deepEqual(fs.readFileSync(at('one.safetensors')), untouched);
    fs.copyFileSync(at('one.safetensors'), at('copy.safetensors'));
    assert.deepEqual(write('copy.safetensors', 'copy.safetensors', halved, { force: true }), ['copy.safetensors']);
    assert.equal(fs.statSync(at('copy.safetensors')).size, untouched.length - 8);
    fs.rmSync(at('copy.safetensors'));
  });

  it('gives files of weights names of their own where the old ones are taken', () => {
    const untouched = fs.readFileSync(at('one.safetensors'));
    const files = write('model.safetensors.index.json', 'small.json', halved);
    assert.deepEqual(files, ['small.one.safetensors', 'small.json']);
    assert.match(fs.readFileSync(at('small.json'), 'utf8'), /"small\.one\.safetensors"/);
    assert.deepEqual(fs.readFileSync(at('one.safetensors')), untouched);
    fs.rmSync(at('small.json'));
    assert.equal(
      codeOf(() => write('model.safetensors.index.json', 'small.json', halved)),
      'exists',
    );
    assert.deepEqual(write('model.safetensors.index.json', 'small.json', halved, { force: true }), files);
  });

  it('copies what does not change, into another folder under the same names', () => {
    fs.mkdirSync(at('other'));
    assert.deepEqual(write('model.safetensors.index.json', 'other/model.json', {}), ['one.safetensors', 'model.json']);
    assert.deepEqual(fs.readFileSync(at('other/one.safetensors')), fs.readFileSync(at('one.safetensors')));
    assert.deepEqual(fs.readFileSync(at('other/model.json')), fs.readFileSync(at('model.safetensors.index.json')));
  });

  it('leaves nothing behind where it is cancelled', () => {
    const cancellation = new Cancellation();
    cancellation.cancel();
    const there = fs.readdirSync(folder);
    assert.equal(
      codeOf(() => write('one.safetensors', 'late.safetensors', halved, { cancellation })),
      'cancelled',
    );
    assert.deepEqual(fs.readdirSync(folder), there);
  });
});
