import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { runTask } from '../../src/analyses/taskTable';
import { Cancellation } from '../../src/base/cancellation';
import { Fault } from '../../src/base/fault';
import { noProgress } from '../../src/base/progress';
import { writeNpy } from '../../src/data/writeNpz';
import { dataLibraries } from '../../src/engine/dataLibraries';
import type { OperationContext } from '../../src/engine/operationContext';
import { rips } from '../../src/engine/operations/rips';
import { witness } from '../../src/engine/operations/witness';
import { METRICS, type Metric } from '../../src/topology/metric';
import type { PointCloud } from '../../src/topology/pointCloud';
import { circle, gaussianCloud } from '../topology/clouds';
import { pairsOf } from '../topology/ripsCheck';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'large-clouds-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

let forks = 0;
const context: OperationContext<never> = {
  cancellation: Cancellation.never,
  progress: noProgress,
  partial: () => assert.fail('these operations have no parts'),
  task: (name, input) => {
    forks++;
    return Promise.resolve(runTask(name, input, Cancellation.never, noProgress));
  },
  cache: undefined,
  runtimePath: '',
  libraries: dataLibraries(''),
  threads: 1,
};

function fileOf(name: string, { count, width, values }: PointCloud): string {
  const to = path.join(folder, name);
  fs.writeFileSync(to, writeNpy({ shape: [count, width], values: Float64Array.from(values) }));
  return to;
}

const parameters = (metric: Metric = 'euclidean') => ({
  metric,
  maxDimension: 1,
  threshold: undefined,
  coefficients: 2,
  cycles: false,
  cocycles: false,
  seed: 1,
});

const fault = (code: string, hint: RegExp) => (error: unknown) =>
  error instanceof Fault && error.code === code && hint.test(error.hint ?? '');

describe('the operation rips with landmarks', () => {
  const ring = circle(300, 0.05, 4);
  const ringFile = fileOf('ring.npy', ring);

  it('has the components of all points, exactly, in every metric', async () => {
    const cloud = gaussianCloud(120, 5, 2);
    cloud.values.fill(0, 0, 10);
    const points = fileOf('cloud.npy', cloud);
    const square = Float64Array.from({ length: 120 * 120 }, (_, k) => {
      const [i, j] = [Math.floor(k / 120), k % 120];
      return i === j ? 0 : 1 + ((i + j) * (i * j + 7)) % 13; // prettier-ignore
    });
    const matrix = fileOf('matrix.npy', { count: 120, width: 120, values: square });
    for (const metric of METRICS) {
      const input = { cloud: metric === 'precomputed' ? matrix : points, parameters: parameters(metric) };
      const exact = await rips(input, context);
      const large = await rips({ ...input, parameters: { ...input.parameters, landmarks: 10 } }, context);
      const [expected, found] = [exact, large].map(({ diagram }) => pairsOf(diagram, 0).map(([, death]) => death));
      assert.equal(found!.length, expected!.length, metric);
      found!.forEach((death, k) => {
        const other = expected![k]!;
        assert.ok(death === other || Math.abs(death - other) <= 1e-6 * other, `${metric}: ${death} is not ${other}`);
      });
      const isMetric = metric === 'euclidean' || metric === 'manhattan' || metric === 'chebyshev';
      assert.equal(large.landmarks!.bound === null, !isMetric, metric);
    }
  });

  it('has the loop of the landmarks, with the bound on its error and a word on it', async () => {
    const result = await rips(
      { cloud: ringFile, parameters: { ...parameters(), landmarks: 30, cycles: true, cocycles: true } },
      context,
    );
    const { indices, coveringRadius, bound } = result.landmarks!;
    assert.equal(result.points, 300);
    assert.equal(indices.length, 30);
    assert.equal(bound, 2 * coveringRadius);
    assert.equal(pairsOf(result.diagram, 0).length, 300);
    assert.equal(pairsOf(result.diagram, 1).filter(([birth, death]) => death - birth > 2 * bound).length, 1);
    assert.deepEqual(result.warnings.map(({ code }) => code), ['landmarks']); // prettier-ignore
    assert.equal(result.provenance.parameters['landmarks'], 30);
    const among = new Set(indices);
    for (const { dimension, vertices, simplices } of [...result.cycles!, ...result.cocycles!]) {
      assert.ok(dimension >= result.representedFrom);
      for (const point of [...vertices, ...simplices])
        assert.ok(among.has(point), 'cycles run through points of the cloud');
    }
  });

  it('is all points, and exact, where there are no more than that', async () => {
    const exact = await rips({ cloud: ringFile, parameters: parameters() }, context);
    const all = await rips({ cloud: ringFile, parameters: { ...parameters(), landmarks: 5000 } }, context);
    assert.deepEqual(all.warnings, []);
    const [expected, found] = [exact, all].map(({ diagram }) => pairsOf(diagram, 1));
    assert.equal(found!.length, expected!.length);
    found!.forEach((pair, k) => pair.forEach((v, end) => assert.ok(Math.abs(v - expected![k]![end]!) < 1e-6)));
  });

  it('makes components longer than the threshold endless', async () => {
    const { diagram } = await rips({ cloud: ringFile, parameters: { ...parameters(), landmarks: 9, threshold: 0 } }, context); // prettier-ignore
    assert.ok(diagram.death.every(death => death === Infinity));
    assert.equal(diagram.death.length, 300);
  });

  it('goes to threads in as many parts as always, and the same comes back', async () => {
    const cloud = fileOf('many.npy', gaussianCloud(4200, 2, 3));
    forks = 0;
    const run = (seed: number) => rips({ cloud, parameters: { ...parameters(), maxDimension: 0, seed, landmarks: 5 } }, context); // prettier-ignore
    const { diagram } = await run(1);
    assert.equal(forks, 8);
    assert.deepEqual((await run(2)).diagram.death, diagram.death);
  });

  it('is what a cloud that does not fit is told of', async () => {
    await assert.rejects(
      rips({ cloud: ringFile, parameters: parameters(), memoryLimitBytes: 1e6 }, context),
      fault('too-large', /--landmarks N/),
    );
    await assert.rejects(
      rips({ cloud: ringFile, parameters: { ...parameters(), landmarks: 5 }, memoryLimitBytes: 1e6 }, context),
      (error: unknown) => error instanceof Fault && error.code === 'too-large',
    );
  });
});

describe('the operation rips with a sparse complex', () => {
  const ring = circle(120, 0.05, 4);
  const ringFile = fileOf('sparse-ring.npy', ring);
  const run = (more: object = {}) =>
    rips({ cloud: ringFile, parameters: { ...parameters(), sparse: 0.5, ...more } }, context);

  it('states its guarantee, and keeps it', async () => {
    const exact = await rips({ cloud: ringFile, parameters: parameters() }, context);
    const { diagram, approximation, warnings, provenance, enclosingRadius } = await run();
    assert.deepEqual([approximation!.epsilon, approximation!.factor], [0.5, 1.5]);
    assert.match(approximation!.guarantee!, /more than 1.5 times its birth has a counterpart/);
    assert.deepEqual(warnings, [{ code: 'approximate', message: approximation!.guarantee }]);
    assert.ok(approximation!.simplices[1]! < (120 * 119) / 2);
    assert.equal(provenance.parameters['sparse'], 0.5);
    assert.ok(Math.abs(enclosingRadius - exact.enclosingRadius) < 1e-6);
    for (const dimension of [0, 1])
      for (const [birth, death] of pairsOf(exact.diagram, dimension)) {
        if (dimension > 0 && death <= 1.5 * birth) continue;
        const within = (found: number, wanted: number) => found === wanted || (found >= wanted * (1 - 1e-6) && found <= 1.5 * wanted * (1 + 1e-6)); // prettier-ignore
        assert.ok(
          pairsOf(diagram, dimension).some(([b, d]) => within(b, birth) && within(d, death)),
          `${birth}, ${death}`,
        );
      }
  });

  it('has no guarantee where the triangle inequality may fail', async () => {
    const { approximation, warnings } = await run({ metric: 'cosine' });
    assert.deepEqual([approximation!.factor, approximation!.guarantee], [null, null]);
    assert.match(warnings[0]!.message, /nothing bounds/);
    // Paths along a graph have it, whatever its edges are.
    const paths = await run({ metric: 'cosine', geodesic: { neighbours: 6, along: 'lengths' } });
    assert.equal(paths.approximation!.factor, 1.5);
  });

  it('has cycles and cocycles through points of the cloud', async () => {
    const { diagram, cycles, cocycles } = await run({ cycles: true, cocycles: true });
    const longest = pairsOf(diagram, 1).reduce((best, [b, d], i, all) => (d - b > all[best]![1] - all[best]![0] ? i : best), 0); // prettier-ignore
    const loop = cycles!.find(({ dimension, pair }) => dimension === 1 && pair === longest)!;
    const turns = [...loop.vertices].map(i => Math.floor((2 * Math.atan2(ring.values[2 * i + 1]!, ring.values[2 * i]!)) / Math.PI)); // prettier-ignore
    assert.equal(new Set(turns).size, 4, 'the loop goes through all quarters');
    assert.equal(cocycles!.length, diagram.birth.length);
  });

  it('is refused where it does not fit, and together with landmarks', async () => {
    await assert.rejects(
      rips({ cloud: ringFile, parameters: { ...parameters(), sparse: 0.1 }, memoryLimitBytes: 1e5 }, context),
      fault('too-large', /larger epsilon/),
    );
    await assert.rejects(run({ landmarks: 5 }), fault('usage', /--landmarks/));
  });
});

describe('the operation rips along a graph of neighbours', () => {
  it('counts hops, or adds lengths up, and leaves apart what no path joins', async () => {
    const line = { count: 7, width: 1, values: Float64Array.of(0, 1, 2, 3, 50, 51, 52) };
    const cloud = fileOf('line.npy', line);
    const deaths = async (along: 'hops' | 'lengths') => {
      const geodesic = { neighbours: 1, along };
      const result = await rips({ cloud, parameters: { ...parameters(), maxDimension: 0, geodesic } }, context);
      assert.deepEqual(result.geodesic, geodesic);
      assert.equal(result.provenance.parameters['along'], along);
      return pairsOf(result.diagram, 0).map(([, death]) => death);
    };
    assert.deepEqual(await deaths('hops'), [1, 1, 1, 1, 1, Infinity, Infinity]);
    line.values.set([0, 2, 4, 6]);
    fileOf('line.npy', line);
    assert.deepEqual(await deaths('lengths'), [1, 1, 2, 2, 2, Infinity, Infinity]);
  });
});

describe('the operation rips of a list of pairs', () => {
  const file = path.join(folder, 'square.txt');
  fs.writeFileSync(file, '0 1 1\n1 2 1\n2 3 1\n3 0 1.5\n');
  const run = (more: object = {}) =>
    rips({ cloud: file, parameters: { ...parameters('precomputed'), pairs: true, ...more } }, context);

  it('joins what is listed and nothing else', async () => {
    const { points, pairs, diagram, cycles, provenance, enclosingRadius } = await run({ cycles: true });
    assert.deepEqual([points, pairs, enclosingRadius], [4, 4, Infinity]);
    assert.deepEqual(pairsOf(diagram, 1), [[1.5, Infinity]]);
    assert.deepEqual([...cycles!.at(-1)!.vertices], [0, 1, 2, 3]);
    assert.equal(provenance.parameters['pairs'], true);
    assert.match(provenance.data!.sha256, /^[0-9a-f]{64}$/);
  });

  it('is refused together with what needs coordinates, and blames the file for its lines', async () => {
    await assert.rejects(run({ landmarks: 2 }), fault('usage', /Leave out/));
    await assert.rejects(run({ metric: 'cosine' }), fault('usage', /Leave out/));
    fs.writeFileSync(file, '0 1 1\n1 0 2\n');
    const blamed = (error: unknown) =>
      error instanceof Fault && error.code === 'shape-mismatch' && error.source === file;
    await assert.rejects(run(), blamed);
  });
});

describe('the operation witness', () => {
  const ringFile = fileOf('witnesses.npy', circle(1000, 0.03, 5));
  const run = (more: object = {}) =>
    witness({ cloud: ringFile, parameters: { ...parameters(), landmarks: 40, nu: 1, ...more } }, context);

  it('sees one component and one loop in 1000 points on a circle through 40 landmarks', () => {
    const { diagram, points, landmarks, warnings, provenance } = run();
    assert.equal(points, 1000);
    assert.equal(landmarks!.bound, null);
    const lasting = (dimension: number) => pairsOf(diagram, dimension).filter(([birth, death]) => birth <= 0.3 && death > 0.3).length; // prettier-ignore
    assert.deepEqual([lasting(0), lasting(1)], [1, 1]);
    assert.deepEqual(warnings, []);
    assert.deepEqual([provenance.parameters['landmarks'], provenance.parameters['nu'], provenance.seed], [40, 1, 1]);
  });

  it('warns where there are few witnesses, and refuses more landmarks than points', () => {
    assert.deepEqual(run({ landmarks: 300 }).warnings.map(({ code }) => code), ['few-witnesses']); // prettier-ignore
    assert.throws(() => run({ landmarks: 1001 }), fault('usage', /1,000/));
  });
});
