import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Cancellation } from '../../src/base/cancellation';
import type { DistanceInput } from '../../src/engine/measureTypes';
import { distanceBetween, openDiagram } from '../../src/engine/operations/distance';
import { shortDistance } from '../../src/engine/shortDistance';

const pause = () => new Promise<void>(resolve => setImmediate(resolve));
const setting = { pause, cancelled: () => false, helpers: { threads: 1 } };

describe('shortDistance', () => {
  let folder: string;
  before(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), 'short-distance-'))));
  after(() => fs.rmSync(folder, { recursive: true }));

  function ask(pairsA: number, pairsB: number, kind: DistanceInput['kind'] = 'wasserstein'): DistanceInput {
    const write = (name: string, count: number) => {
      const pairs = Array.from({ length: count }, (_, i) => [i % 7, 9 + (i % 5)]);
      fs.writeFileSync(path.join(folder, name), JSON.stringify({ diagram: { '1': pairs } }));
      return path.join(folder, name);
    };
    return { a: write('a.json', pairsA), b: write('b.json', pairsB), kind, order: 1, ground: 'linf', dimension: 1, seed: 0 }; // prettier-ignore
  }

  for (const kind of ['bottleneck', 'wasserstein', 'sliced'] as const)
    it(`answers as a worker does: ${kind}`, async () => {
      const input = ask(40, 30, kind);
      const outcome = await shortDistance(input, setting);
      assert.ok(outcome !== undefined && 'result' in outcome);
      const { never } = Cancellation;
      const [a, b] = [openDiagram(input.a, 1, never), openDiagram(input.b, 1, never)];
      assert.deepEqual(outcome.result, distanceBetween(a, b, input, never));
    });

  it('leaves large diagrams to a worker', async () => {
    assert.equal(await shortDistance(ask(3000, 1001), setting), undefined);
  });

  it('hands faults over as plain data', async () => {
    const outcome = await shortDistance({ ...ask(2, 2), b: path.join(folder, 'nowhere.json') }, setting);
    assert.ok(outcome !== undefined && 'fault' in outcome);
    assert.equal(outcome.fault.code, 'not-found');
  });

  it('stops where it is asked to', async () => {
    const outcome = await shortDistance(ask(40, 30), { ...setting, cancelled: () => true });
    assert.ok(outcome !== undefined && 'fault' in outcome);
    assert.equal(outcome.fault.code, 'cancelled');
  });
});
