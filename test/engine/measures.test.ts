import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Cancellation } from '../../src/base/cancellation';
import { Fault } from '../../src/base/fault';
import { noProgress } from '../../src/base/progress';
import { writeNpy } from '../../src/data/writeNpz';
import { dataLibraries } from '../../src/engine/dataLibraries';
import type { MapperInput } from '../../src/engine/measureTypes';
import type { OperationContext } from '../../src/engine/operationContext';
import { cubical } from '../../src/engine/operations/cubical';
import { distance } from '../../src/engine/operations/distance';
import { levelset } from '../../src/engine/operations/levelset';
import { mapper } from '../../src/engine/operations/mapper';
import { similarity } from '../../src/engine/operations/similarity';
import { weights } from '../../src/engine/operations/weights';
import { gaussianCloud } from '../topology/clouds';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'measures-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

const context: OperationContext<never> = {
  cancellation: Cancellation.never,
  progress: noProgress,
  partial: () => assert.fail('these operations have no parts'),
  task: () => assert.fail('these operations fork nothing'),
  cache: undefined,
  runtimePath: '',
  libraries: dataLibraries(''),
  threads: 1,
};

const file = (name: string, content: string | Uint8Array): string => {
  const to = path.join(folder, name);
  fs.writeFileSync(to, content);
  return to;
};
const npy = (name: string, shape: readonly number[], values: Float64Array): string =>
  file(name, writeNpy({ shape, values }));
const fault = (code: string, says: RegExp, source?: string) => (error: unknown) =>
  error instanceof Fault && error.code === code && says.test(error.message) && (source === undefined || error.source === source); // prettier-ignore

const cloud = gaussianCloud(60, 2, 3);
const cloudFile = npy('cloud.npy', [60, 2], Float64Array.from(cloud.values));
const mapperInput: MapperInput = {
  cloud: cloudFile,
  parameters: {
    lens: 'l2',
    intervals: 4,
    overlap: 0.3,
    clustering: 'dbscan',
    radius: 0.6,
    minimumPoints: 3,
    seed: 7,
  },
};
const withLens = (lens: string): MapperInput => ({ ...mapperInput, parameters: { ...mapperInput.parameters, lens } });

describe('the operation mapper', () => {
  it('names the option whose list is not as long as there are lenses', () => {
    const { parameters } = withLens('l2,pca1');
    const intervals = { ...mapperInput, parameters: { ...parameters, intervals: [3, 4, 5] } };
    assert.throws(() => mapper(intervals, context), fault('usage', /3 values, but there are 2 lenses/, '--intervals'));
    const overlap = { ...mapperInput, parameters: { ...mapperInput.parameters, overlap: [0.1, 0.2] } };
    assert.throws(() => mapper(overlap, context), fault('usage', /2 values, but there is one lens/, '--overlap'));
  });

  it('gives the same graph for a lens by name and from a file, and keeps the file in the provenance', () => {
    const norms = Float64Array.from({ length: 60 }, (_, i) =>
      Math.hypot(cloud.values[2 * i]!, cloud.values[2 * i + 1]!),
    );
    const byName = mapper(mapperInput, context);
    const lensFile = npy('lens.npy', [60], norms);
    const fromFile = mapper(withLens(lensFile), context);
    assert.deepEqual(fromFile.nodes, byName.nodes);
    assert.ok(byName.nodes.length > 1);
    assert.equal(fromFile.provenance.files?.[0]?.name, lensFile);
    assert.equal(byName.provenance.data?.sha256, fromFile.provenance.data?.sha256);
    assert.equal(byName.provenance.seed, 7);
  });

  it('colours by the mean of numbers, and by counts of text and of a few integers, with the purity', () => {
    const numbers = mapper({ ...mapperInput, colour: npy('numbers.npy', [60], Float64Array.from({ length: 60 }, (_, i) => i + 0.5)) }, context); // prettier-ignore
    for (const { members, colour } of numbers.nodes)
      assert.ok(Math.abs((colour as number) - members.reduce((sum, i) => sum + i + 0.5, 0) / members.length) < 1e-9);
    assert.equal(numbers.purity, undefined);

    const text = file(
      'kind.csv',
      `kind\n${Array.from({ length: 60 }, (_, i) => (i % 3 ? 'many' : 'few')).join('\n')}\n`,
    );
    const integers = npy(
      'classes.npy',
      [60],
      Float64Array.from({ length: 60 }, (_, i) => (i % 3 ? 1 : 0)),
    );
    const byText = mapper({ ...mapperInput, colour: `${text}#kind` }, context);
    const byInteger = mapper({ ...mapperInput, colour: integers }, context);
    for (const { members, colour } of byText.nodes)
      assert.equal((colour as Record<string, number>)['few'] ?? 0, members.filter(i => i % 3 === 0).length);
    assert.ok(byText.purity! >= 0.5 && byText.purity! <= 1);
    assert.equal(byInteger.purity, byText.purity);
    assert.equal(byText.provenance.labels?.name, `${text}#kind`);
  });

  it('looks through several lenses, and adds the nerve, cycles and stability where they are asked for', () => {
    const several = withLens('column:0,column:1');
    const plain = mapper(several, context);
    assert.deepEqual(plain.nodes[0]!.intervals?.length, 2);
    assert.equal(plain.simplices, undefined);
    const more = { nerveDimension: 2, cycles: true, stability: true };
    const full = mapper({ ...several, parameters: { ...several.parameters, ...more } }, context);
    assert.deepEqual(full.nodes, plain.nodes);
    assert.equal(full.betti?.['0'], full.components);
    for (const { vertices, shared } of full.simplices!['2']!) {
      const [first, ...others] = vertices.map(id => full.nodes[id]!.members);
      assert.equal(shared, first!.filter(i => others.every(members => members.includes(i))).length);
    }
    assert.equal(full.cycles?.length, full.loops);
    const same = full.stability!.find(cell => cell.intervals === 4 && cell.overlap === 0.3)!;
    const { components, loops, coverage } = full;
    assert.deepEqual(same, { intervals: 4, overlap: 0.3, nodes: full.nodes.length, components, loops, coverage });
  });

  it('takes integers of many values for numbers', () => {
    const result = mapper({ ...mapperInput, colour: npy('many.npy', [60], Float64Array.from({ length: 60 }, (_, i) => i)) }, context); // prettier-ignore
    assert.equal(typeof result.nodes[0]!.colour, 'number');
  });

  it('refuses lenses that are not there or do not fit, and colours of other lengths', () => {
    assert.throws(() => mapper(withLens('l3'), context), fault('usage', /no lens l3/, '--lens'));
    assert.throws(() => mapper(withLens('column:2'), context), fault('usage', /no column 2/, '--lens'));
    const short = npy('short.npy', [59], new Float64Array(59));
    assert.throws(() => mapper(withLens(short), context), fault('shape-mismatch', /each of the 60 points/, short));
    assert.throws(() => mapper({ ...mapperInput, colour: short }, context), fault('shape-mismatch', /59.*60/));
  });
});

describe('the operations on grids', () => {
  const peaks = Float64Array.of(0, 5, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0);

  it('find the peaks of an array', () => {
    const grid = npy('grid.npy', [3, 5], peaks);
    const { diagram, shape } = cubical({ grid, construction: 'vertex', superlevel: true, seed: 0 }, context);
    assert.deepEqual(shape, [3, 5]);
    assert.deepEqual([...diagram.birth], [3, 4, 5]);
    assert.deepEqual([...diagram.death], [0, 0, -Infinity]);
    const { components, voids } = levelset({ grid, level: 1, seed: 0 }, context);
    assert.deepEqual([components, voids], [3, undefined]);
  });

  it('say where a grid is not finite', () => {
    const grid = npy('nan.npy', [2, 3], Float64Array.of(0, 1, 2, 3, NaN, 5));
    assert.throws(() => levelset({ grid, level: 0, seed: 0 }, context), fault('not-finite', /\[1, 1\]/, grid));
  });
});

describe('the operation distance', () => {
  const a = file('a.json', '{"diagram": {"1": [[0, 4], [1, 2]]}}');
  const b = file('b.json', '{"diagram": {"1": [[0, 5]]}}');
  const ask = { a, b, order: 1, ground: 'linf', dimension: 1, seed: 0 } as const;

  it('measures and matches by the files’ own indices', () => {
    assert.deepEqual(distance({ ...ask, kind: 'bottleneck' }, context).distance, 1);
    const { distance: sum, matching } = distance({ ...ask, kind: 'wasserstein' }, context);
    assert.equal(sum, 1.5);
    assert.deepEqual([...matching!].sort((x, y) => x[0]! - y[0]!), [[0, 0], [1, null]]); // prettier-ignore
    assert.ok(distance({ ...ask, kind: 'sliced' }, context).distance! > 0);
  });

  it('warns where essential classes differ in number', () => {
    const essential = file('c.json', '{"diagram": {"1": [[0, null]]}}');
    const result = distance({ ...ask, b: essential, kind: 'bottleneck' }, context);
    assert.equal(result.distance, null);
    assert.deepEqual(result.warnings.map(warning => warning.code), ['essential-classes-differ']); // prettier-ignore
  });

  it('refuses what does not fit, and says what would', () => {
    for (const kind of ['bottleneck', 'wasserstein', 'sliced'] as const)
      assert.throws(
        () => distance({ ...ask, kind, memoryLimitBytes: 500 }, context),
        (error: unknown) =>
          error instanceof Fault && error.code === 'too-large' && /^About \d+ points each would fit/.test(error.hint ?? ''), // prettier-ignore
      );
  });

  it('blames the file that cannot be read', () => {
    const broken = file('d.json', '{"diagram": 3}');
    assert.throws(
      () => distance({ ...ask, b: broken, kind: 'sliced' }, context),
      fault('corrupt', /no diagram/, broken),
    );
  });
});

describe('the operations similarity and weights', () => {
  it('compares two files of the same rows', () => {
    const { points, rtd, provenance } = similarity({ a: cloudFile, b: cloudFile, seed: 0 }, context);
    assert.equal(points, 60);
    assert.equal(rtd.mean, 0);
    assert.equal(provenance.files?.[0]?.sha256, provenance.data?.sha256);
  });

  it('reads the dense layers of an ONNX file', () => {
    const model = fileURLToPath(new URL('../fixtures/networks/rings.onnx', import.meta.url));
    const { neuralPersistence, deepGraphPersistence, provenance } = weights({ model }, context);
    assert.ok(neuralPersistence.layers.length > 1);
    assert.ok(deepGraphPersistence !== null);
    assert.match(provenance.model!.sha256, /^[0-9a-f]{64}$/);
  });
});
