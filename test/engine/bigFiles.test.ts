import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, afterEach, beforeEach, describe, it, mock } from 'node:test';
import { DisposableStore } from '../../src/base/lifecycle';
import { describeData } from '../../src/data/openData';
import { FileSource } from '../../src/engine/files';
import { openModelFile } from '../../src/engine/openModelFile';
import { npyBytes, npyHeader } from '../data/support';
import { bigOnnx, writeBigOnnx, writeBigSafetensors, writeBigTorch, writeSparse } from './bigFiles';

/** Headers, directories and one small tensor: no more of a file of gigabytes is read. */
const FEW_BYTES = 400_000;

describe('files of gigabytes are read where they are needed', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'big-'));
  const at = (name: string) => path.join(folder, name);
  let store = new DisposableStore();
  let bytesRead = 0;
  after(() => {
    fs.rmSync(folder, { recursive: true });
  });
  beforeEach(() => {
    store = new DisposableStore();
    bytesRead = 0;
    const read = fs.readSync.bind(fs);
    mock.method(
      fs,
      'readSync',
      (descriptor: number, buffer: NodeJS.ArrayBufferView, offset: number, length: number, position: number) => {
        bytesRead += length;
        return read(descriptor, buffer, offset, length, position);
      },
    );
  });
  afterEach(() => {
    mock.restoreAll();
    store.dispose();
  });
  const few = (most = FEW_BYTES) => {
    assert.ok(bytesRead < most, `${bytesRead} bytes were read`);
  };

  it('two safetensors of a gigabyte, both open', () => {
    for (const name of ['a.safetensors', 'b.safetensors']) writeBigSafetensors(at(name));
    const models = ['a.safetensors', 'b.safetensors'].map(name => openModelFile(at(name), store).model);
    for (const model of models) {
      assert.equal(model.parameters, 64 * 2 ** 22 + 4);
      assert.equal(model.layers.length, 65);
      assert.deepEqual([...model.readWeight('last.weight').values], [1, 1, 1, 1]);
    }
    few();
  });

  it('an ONNX file of a gigabyte', () => {
    writeBigOnnx(at('single.onnx'));
    const { model } = openModelFile(at('single.onnx'), store);
    assert.equal(model.layers.length, 64);
    assert.equal(model.parameters, 64 * 2 ** 22);
    // What stands before each tensor, a piece of 64 KB at a time.
    few(FEW_BYTES + 64 * 2 ** 16);
  });

  it('an ONNX graph with three gigabytes of weights beside it', () => {
    const { graph, weights, last } = bigOnnx();
    fs.writeFileSync(at('model.onnx'), graph);
    writeSparse(at('weights.bin'), weights, [[last, new Uint8Array(new Float32Array(4).fill(1).buffer)]]);
    const { model } = openModelFile(at('model.onnx'), store);
    assert.equal(model.layers.length, 49);
    assert.equal(model.parameters, 48 * 2 ** 24 + 4);
    assert.deepEqual([...model.readWeight('bias').values], [1, 1, 1, 1]);
    few();
  });

  it('a PyTorch archive of more than four gigabytes, with sizes and places of 64 bits', () => {
    writeBigTorch(at('model.pt'));
    const { model } = openModelFile(at('model.pt'), store);
    assert.equal(model.parameters, 5 * 2 ** 28 + 4);
    assert.deepEqual([...model.readWeight('fc.weight').values], [1, 1, 1, 1]);
    few();
  });

  it('an .npy of three gigabytes', () => {
    const head = npyBytes(npyHeader('<f4', [750_000, 1024]), new Uint8Array(0));
    writeSparse(at('X.npy'), head.length + 750_000 * 1024 * 4, [[0, head]]);
    const source = store.add(FileSource.open(at('X.npy')));
    assert.deepEqual(describeData(source).arrays, [{ name: '', shape: [750_000, 1024], type: 'float32' }]);
    few();
  });
});
