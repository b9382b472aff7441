import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Random } from '../../src/base/random';
import { shortRips } from '../../src/engine/shortRips';
import type { RipsInput } from '../../src/engine/operationTypes';

const pause = () => new Promise<void>(resolve => setImmediate(resolve));
const never = () => false;
const helpers = { threads: 1 };

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

  const run = (input: RipsInput, cancelled = never) => shortRips(input, { pause, cancelled, helpers });

  it('answers for a small cloud', async () => {
    const outcome = await run(cloud(60, 3));
    assert.ok(outcome !== undefined && 'result' in outcome);
    assert.equal(outcome.result.points, 60);
    assert.equal(outcome.result.diagram.dimension.filter(dimension => dimension === 0).length, 60);
  });

  it('leaves what is no .npy by its content to a worker', async () => {
    const file = path.join(folder, 'table.npy');
    fs.writeFileSync(file, '1,2\n3,4\n');
    assert.equal(await run({ ...cloud(20, 3), cloud: file }), undefined);
  });

  it('hands faults over as plain data', async () => {
    const outcome = await run(cloud(20, 3, NaN));
    assert.ok(outcome !== undefined && 'fault' in outcome);
    assert.equal(outcome.fault.code, 'not-finite');
    assert.equal(outcome.fault.source, cloud(20, 3, NaN).cloud);
  });

  it('stops where it is asked to', async () => {
    const outcome = await run(cloud(60, 3), () => true);
    assert.ok(outcome !== undefined && 'fault' in outcome);
    assert.equal(outcome.fault.code, 'cancelled');
  });

  it('lets others have the thread while it goes on for long, and stops when they say so', async () => {
    const input = cloud(900, 8);
    const long = { ...input, parameters: { ...input.parameters, maxDimension: 2 } };
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    const outcome = await run(long, () => ticks >= 1);
    clearInterval(timer);
    assert.ok(outcome !== undefined && 'fault' in outcome, 'it would have taken longer');
    assert.equal(outcome.fault.code, 'cancelled');
  });

  it('stops several threads that share a cloud', async () => {
    const { cloud: file, parameters } = cloud(3300, 4);
    const helperPath = path.resolve(import.meta.dirname, '../../dist/helper.js');
    let looks = 0;
    const cancelled = () => ++looks > 4;
    const outcome = await shortRips(
      { cloud: file, parameters },
      { pause, cancelled, helpers: { threads: 3, helperPath } },
    );
    assert.ok(outcome !== undefined && 'fault' in outcome);
    assert.equal(outcome.fault.code, 'cancelled');
  });

  it('says that memory ran out, and not that this is a defect', async () => {
    const input = cloud(30, 3);
    const cancelled = () => {
      throw new RangeError('Array buffer allocation failed');
    };
    const outcome = await run(input, cancelled);
    assert.ok(outcome !== undefined && 'fault' in outcome);
    assert.equal(outcome.fault.code, 'too-large');
  });
});
