import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { MapperSubject } from '../../src/analyses/mapperView';
import { Cancellation } from '../../src/base/cancellation';
import { DisposableStore } from '../../src/base/lifecycle';
import { noProgress } from '../../src/base/progress';
import { writeNpy } from '../../src/data/writeNpz';
import { dataLibraries } from '../../src/engine/dataLibraries';
import type { MapperSubjectInput } from '../../src/engine/mapperTypes';
import type { OperationContext } from '../../src/engine/operationContext';
import { openDataFile } from '../../src/engine/openFiles';
import { mapperLoops, unitCommunities } from '../../src/engine/operations/mapperLoops';
import { mapperSubject, mapperUntrained } from '../../src/engine/operations/mapperSubject';
import {
  mapperBaseline,
  mapperFeatures,
  mapperGraph,
  mapperGrid,
  mapperLenses,
} from '../../src/engine/operations/mapperView';
import { runtime } from '../probes/references';

const root = path.resolve(import.meta.dirname, '..', '..');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'mapper-view-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

const at = (...parts: string[]) => path.join(root, ...parts);
const train = at('samples/data/digits-train.npz');
const mlp: MapperSubjectInput = {
  model: at('samples/models/digits-mlp.onnx'),
  data: `${train}#X`,
  labels: `${train}#y`,
  points: 2000,
  seed: 0,
};

const context: OperationContext<never> = {
  cancellation: Cancellation.never,
  progress: noProgress,
  partial: () => undefined,
  task: () => Promise.reject(new Error('no task')),
  cache: undefined,
  runtimePath: path.join(runtime.folder, 'x'),
  libraries: dataLibraries(''),
  threads: 1,
};

const TURN = 2 * Math.PI;
/** The cover of the acceptance experiment. */
const COVER = { intervals: 20, overlap: 0.3, clustering: 'dbscan', minimumPoints: 5 } as const;

describe('Mapper of the last hidden layer of the digits network', () => {
  let subject: MapperSubject;
  before(async () => {
    subject = await mapperSubject(mlp, context);
  });
  const labels = () => ({ values: subject.facts.labels!.values, classes: subject.facts.labels!.classes.length });
  const graphOf = (cover: { readonly intervals: number; readonly overlap: number } = COVER) => {
    const { points } = subject;
    const { lenses, radius } = mapperLenses({ points, lenses: ['l2'], clustering: 'dbscan', minimumPoints: 5 }, context); // prettier-ignore
    return mapperGraph({ points, lenses, cover: { ...COVER, ...cover, radius }, labels: labels(), seed: 0 }, context);
  };

  it('is of the layer before the output, with what is known of each row', () => {
    const { layer, layers, points, facts, accuracy } = subject;
    assert.equal(layer.name, layers.at(-2));
    assert.equal(points.count, 1437);
    assert.equal(facts.correct!.reduce((sum, right) => sum + right, 0) / 1437, accuracy!.value);
    assert.ok(facts.confidence!.every(share => share > 0.1 && share <= 1 + 1e-9));
    assert.deepEqual([...facts.rowOfPoint.subarray(0, 3)], [0, 1, 2]);
    assert.equal(facts.columns.length, 0);
  });

  it('is purer than with weights drawn anew, and that than with shuffled labels', async () => {
    const shape = graphOf();
    const drawn = await mapperUntrained(mlp, context);
    assert.ok('values' in drawn);
    const cover = { ...COVER, radiusFactor: 1 };
    const untrained = mapperBaseline({ points: drawn, lenses: ['l2'], clustering: 'dbscan', minimumPoints: 5, cover, labels: labels(), seed: 0 }, context); // prettier-ignore
    assert.ok('purity' in untrained);
    assert.ok(shape.purity! >= 0.94, `trained ${shape.purity}`);
    assert.ok(untrained.purity! <= 0.82, `untrained ${untrained.purity}`);
    assert.ok(shape.shuffled!.most <= 0.3, `shuffled ${shape.shuffled!.most}`);
    assert.ok(shape.coverage > 0 && untrained.coverage > 0);
  });

  it('draws the same weights for the same seed, and others for another', async () => {
    const small = { ...mlp, points: 20 };
    const [one, again, other] = await Promise.all([small, small, { ...small, seed: 1 }].map(input => mapperUntrained(input, context))); // prettier-ignore
    assert.deepEqual(one, again);
    assert.notDeepEqual(one, other);
  });

  it('says in words what stands out, with the nodes of it', () => {
    const shape = graphOf();
    const findings = mapperFeatures({ shape, facts: subject.facts }, context);
    assert.ok(findings.length > 0);
    for (const { sentence, nodes } of findings) {
      assert.match(
        sentence,
        /\d+ nodes?, [\d,]+ inputs?; [\d.]+ % are of class \d \(of all inputs in the graph [\d.]+ %\)/,
      );
      assert.doesNotMatch(sentence, /NaN|undefined/);
      assert.ok(nodes.every(node => node < shape.starts.length - 1));
    }
  });

  it('has the same figures in the map of covers', () => {
    const { points } = subject;
    const { lenses, radius } = mapperLenses({ points, lenses: ['l2'], clustering: 'dbscan', minimumPoints: 5 }, context); // prettier-ignore
    const grid = mapperGrid({ points, lenses, cover: { ...COVER, radius }, intervals: [10, 20], overlaps: [0.2, 0.3] }, context); // prettier-ignore
    const shape = graphOf({ intervals: 10, overlap: 0.3 });
    assert.deepEqual([grid.nodes[1], grid.components[1], grid.loops[1], grid.coverage[1]], [shape.starts.length - 1, shape.components, shape.loops, shape.coverage]); // prettier-ignore
  });

  it('finds units that act together, nested, with inputs that drive them', () => {
    const { communities, units, total } = unitCommunities({ points: subject.points, largest: 4 }, context);
    assert.ok(communities.length > 0 && communities.length <= total && units <= subject.points.width);
    for (const { k, birth, death, units: members, parent, points } of communities) {
      assert.ok(members.length >= k && birth >= death && birth <= 1 + 1e-9 && points.length > 0);
      if (parent < 0) continue;
      const outer = new Set(communities[parent]!.units);
      assert.ok(communities[parent]!.k < k && members.every(unit => outer.has(unit)));
    }
  });
});

describe('a digit that is turned', () => {
  const angles = Float64Array.from({ length: 180 }, (_, i) => (TURN * i) / 180);
  const files = { seven: path.join(folder, 'seven.npy'), zero: path.join(folder, 'zero.npy') };
  before(() => {
    const store = new DisposableStore();
    const { data } = openDataFile(`${train}#X`, undefined, {}, store, context);
    for (const [file, row] of [
      [files.seven, 8],
      [files.zero, 1],
    ] as const) {
      const digit = Array.from({ length: 64 }, (_, pixel) => data.values[row * 64 + pixel]!);
      const values = Float32Array.from({ length: 180 * 64 }, (_, at) => turned(digit, angles[Math.floor(at / 64)]!, at % 64)); // prettier-ignore
      fs.writeFileSync(file, writeNpy({ shape: [180, 64], values }));
    }
    store.dispose();
  });
  const correlation = async (data: string, layer: string) => {
    const { points } = await mapperSubject({ model: mlp.model, data, points: 180, seed: 0, layer }, context);
    const [loop] = mapperLoops({ points, loops: 1, seed: 0 }, context).loops;
    assert.equal(loop!.isSignificant, true, layer);
    const turns = loop!.turns!.map(turn => turn * TURN);
    return Math.abs(circularCorrelation(turns, angles)); // prettier-ignore
  };

  it('is a loop in the first layers, and its circular coordinate follows the angle', async () => {
    for (const layer of ['fc1', 'relu1']) {
      const found = await correlation(files.seven, layer);
      assert.ok(found >= 0.9, `${layer}: ${found}`);
    }
  });

  const roundsOf = async (data: string, layer: string) => {
    const { points } = await mapperSubject({ model: mlp.model, data, points: 180, seed: 0, layer }, context);
    const [loop] = mapperLoops({ points, loops: 1, seed: 0 }, context).loops;
    const turns = loop!.turns!;
    let rounds = 0;
    turns.forEach((turn, at) => {
      const step = turns[(at + 1) % 180]! - turn;
      rounds += step - Math.round(step);
    });
    return Math.abs(Math.round(rounds));
  };

  it('is a loop in the deeper layers, too, which it goes round once, at an uneven speed', async () => {
    for (const layer of ['fc2', 'relu2']) assert.equal(await roundsOf(files.seven, layer), 1, layer);
  });

  it('goes round twice where it looks the same after half a turn', async () => {
    assert.equal(await roundsOf(files.zero, 'fc1'), 2);
  });
});

/** A pixel of an 8 × 8 image that is turned about its middle, between four pixels. */
function turned(digit: readonly number[], angle: number, pixel: number): number {
  const [x, y] = [(pixel % 8) - 3.5, Math.floor(pixel / 8) - 3.5];
  const [fromX, fromY] = [Math.cos(angle) * x + Math.sin(angle) * y + 3.5, Math.cos(angle) * y - Math.sin(angle) * x + 3.5]; // prettier-ignore
  const [left, top] = [Math.floor(fromX), Math.floor(fromY)];
  let sum = 0;
  for (const [column, row] of [
    [left, top],
    [left + 1, top],
    [left, top + 1],
    [left + 1, top + 1],
  ] as const) {
    if (column < 0 || row < 0 || column > 7 || row > 7) continue;
    sum += digit[row * 8 + column]! * (1 - Math.abs(fromX - column)) * (1 - Math.abs(fromY - row));
  }
  return sum;
}

/** Of angles that lie all around (Jammalamadaka, SenGupta 2001, section 8.3). */
function circularCorrelation(a: Float64Array, b: Float64Array): number {
  const length = (sign: number) => {
    let [sine, cosine] = [0, 0];
    a.forEach((angle, i) => {
      sine += Math.sin(angle + sign * b[i]!) / a.length;
      cosine += Math.cos(angle + sign * b[i]!) / a.length;
    });
    return Math.hypot(sine, cosine);
  };
  return length(-1) - length(1);
}
