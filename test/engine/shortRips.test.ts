import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Random } from '../../src/base/random';
import { shortRips } from '../../src/engine/shortRips';
import type { RipsInput } from '../../src/engine/operationTypes';

const pause = () => new Promise<void>(resolve => setImmediate(resolve));
const setting = { pause, cancelled: () => false };

describe('shortRips', () => {
  let folder: string;
  before(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), 'short-rips-'))));
  after(() => fs.rmSync(folder, { recursive: true }));

  function cloud(points: number, width: number, first = 0): RipsInput {
    const random = new Random(1);
    const values = Float32Array.from({ length: points * width }, () => random.uniform());
    values[0] = first;
    const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${points}, ${width}), }`.padEnd(117) + '\n';
    const head = Buffer.from(`\x93NUMPY\x01\x00${String.fromCharCode(header.length, 0)}${header}`, 'latin1');
    const file = path.join(folder, `${points}-${width}-${first}.npy`);
    fs.writeFileSync(file, Buffer.concat([head, Buffer.from(values.buffer)]));
    return {
      cloud: file,
      parameters: {
        metric: 'euclidean',
        maxDimension: 1,
        threshold: undefined,
        coefficients: 2,
        cycles: false,
        cocycles: false,
        seed: 0,
      },
    };
  }

  it('answers for a small cloud', async () => {
    const outcome = await shortRips(cloud(60, 3), setting);
    assert.ok(outcome !== undefined && 'result' in outcome);
    assert.equal(outcome.result.points, 60);
    assert.equal(outcome.result.diagram.dimension.filter(dimension => dimension === 0).length, 60);
  });

  it('leaves a cloud of more points to a worker', async () => {
    assert.equal(await shortRips(cloud(2001, 2), setting), undefined);
  });

  it('hands faults over as plain data', async () => {
    const outcome = await shortRips(cloud(20, 3, NaN), setting);
    assert.ok(outcome !== undefined && 'fault' in outcome);
    assert.equal(outcome.fault.code, 'not-finite');
  });

  it('stops where it is asked to', async () => {
    const outcome = await shortRips(cloud(60, 3), { pause, cancelled: () => true });
    assert.ok(outcome !== undefined && 'fault' in outcome);
    assert.equal(outcome.fault.code, 'cancelled');
  });
});
