import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { Fault } from '../../../src/base/fault';
import { listCheckpoints, lookAtFiles } from '../../../src/engine/timeline/checkpointFiles';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'checkpoints-'));
after(() => fs.rmSync(root, { recursive: true, force: true }));
let made = 0;

/** A folder with these files, whose content is of no account. */
function folder(...files: readonly string[]): string {
  const made_ = path.join(root, String(made++));
  fs.mkdirSync(made_);
  for (const file of files) {
    fs.mkdirSync(path.dirname(path.join(made_, file)), { recursive: true });
    fs.writeFileSync(path.join(made_, file), file);
  }
  return made_;
}
const listed = async (where: string) => (await listCheckpoints(where)).map(one => one.file);

describe('listCheckpoints', () => {
  it('takes models of every format by their step, and nothing else that a run leaves behind', async () => {
    const where = folder('ckpt-10.onnx', 'ckpt-2.pt', 'ckpt-3.keras', 'notes.txt', 'loss.csv', 'optimizer.pt', 'scheduler.pt', 'rng_state.pth', '.ckpt-4.pt.part', 'log/events.out'); // prettier-ignore
    assert.deepEqual(await listed(where), ['ckpt-2.pt', 'ckpt-3.keras', 'ckpt-10.onnx']);
  });

  it('takes folders that are models or hold one, and opens each by what it is', async () => {
    const where = folder('checkpoint-500/model.safetensors', 'checkpoint-500/optimizer.pt', 'checkpoint-20/pytorch_model.bin', 'step-7/saved_model.pb', 'step-8/model.json', 'step-8/group1-shard1of1.bin', 'step-9/final.onnx', 'src/train.py'); // prettier-ignore
    const found = await listCheckpoints(where);
    assert.deepEqual(
      found.map(({ file, path: at }) => [file, path.relative(where, at)]),
      [
        ['step-7', 'step-7'],
        ['step-8', 'step-8'],
        ['step-9/final.onnx', path.join('step-9', 'final.onnx')],
        ['checkpoint-20/pytorch_model.bin', path.join('checkpoint-20', 'pytorch_model.bin')],
        ['checkpoint-500/model.safetensors', path.join('checkpoint-500', 'model.safetensors')],
      ],
    );
  });

  it('takes an index for its shards', async () => {
    const where = folder('model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors', 'model.safetensors.index.json'); // prettier-ignore
    assert.deepEqual(await listed(where), ['model.safetensors.index.json']);
  });

  it('gives another stamp to what was overwritten in place, replaced by a rename, or changed within a folder', async () => {
    const where = folder('last.pt', 'step-1/model.json', 'step-1/group1-shard1of1.bin');
    const before = await listCheckpoints(where);
    assert.deepEqual(await listCheckpoints(where), before);
    fs.writeFileSync(path.join(where, 'new'), 'last.pt');
    fs.renameSync(path.join(where, 'new'), path.join(where, 'last.pt'));
    fs.appendFileSync(path.join(where, 'step-1', 'group1-shard1of1.bin'), 'more');
    const changed = await listCheckpoints(where);
    assert.deepEqual(changed.map(one => one.file), before.map(one => one.file)); // prettier-ignore
    changed.forEach((one, at) => assert.notEqual(one.stamp, before[at]!.stamp));
  });

  it('lists a link to nowhere, which is a broken checkpoint, and nothing that was deleted', async () => {
    const where = folder('a-1.pt');
    fs.symlinkSync(path.join(where, 'none'), path.join(where, 'best.pt'));
    assert.deepEqual(await listed(where), ['a-1.pt', 'best.pt']);
    assert.deepEqual(await lookAtFiles(where, ['a-1.pt', 'gone.pt']).then(found => found.map(one => one.file)), ['a-1.pt']); // prettier-ignore
  });

  it('lists thousands of files in order', async () => {
    const where = folder(...Array.from({ length: 3000 }, (_, k) => `c-${(k * 7919) % 3000}.pt`));
    const found = await listed(where);
    assert.deepEqual(found, Array.from({ length: 3000 }, (_, k) => `c-${k}.pt`)); // prettier-ignore
  });

  it('refuses what is no folder', async () => {
    const where = folder('a.pt');
    const refused = (at: string, code: string) =>
      assert.rejects(listCheckpoints(at), (error: unknown) => error instanceof Fault && error.code === code && error.source === at); // prettier-ignore
    await refused(path.join(where, 'none'), 'not-found');
    await refused(path.join(where, 'a.pt'), 'usage');
  });
});
