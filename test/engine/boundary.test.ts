import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { boundaryJson } from '../../src/cli/commands/boundary';
import { Cancellation } from '../../src/base/cancellation';
import { noProgress } from '../../src/base/progress';
import { writeNpy } from '../../src/data/writeNpz';
import type { BoundaryInput } from '../../src/engine/boundaryTypes';
import { dataLibraries } from '../../src/engine/dataLibraries';
import type { OperationContext } from '../../src/engine/operationContext';
import { boundary } from '../../src/engine/operations/boundary';
import { graph, model, node, tensor, value } from '../models/onnxBuilder';
import { root, runtime } from '../probes/references';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'boundary-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

const context = (cancellation = Cancellation.never) =>
  ({
    cancellation,
    progress: noProgress,
    cache: undefined,
    runtimePath: path.join(runtime.folder, 'node_modules'),
    libraries: dataLibraries(''),
    threads: 1,
  }) as unknown as OperationContext<never>;

const written = (name: string, bytes: Uint8Array): string => {
  const file = path.join(folder, name);
  fs.writeFileSync(file, bytes);
  return file;
};

/** Scores of one layer; with `squared`, of the squares of the inputs. */
function network(name: string, rows: readonly (readonly number[])[], bias: readonly number[], squared = false): string {
  const width = rows[0]!.length;
  const single = rows.length === 1;
  return written(
    `${name}.onnx`,
    model(
      graph({
        inputs: [value('x', ['n', width])],
        outputs: [value(single ? 'p' : 'y', ['n', rows.length])],
        initializers: [
          tensor(
            'w',
            [width, rows.length],
            rows[0]!.flatMap((_, k) => rows.map(row => row[k]!)),
          ),
          tensor('b', [rows.length], bias),
        ],
        nodes: [
          ...(squared ? [node('Mul', ['x', 'x'], ['s'], { name: 'square' })] : []),
          node('MatMul', [squared ? 's' : 'x', 'w'], ['m'], { name: 'head' }),
          node('Add', ['m', 'b'], ['y'], { name: 'bias' }),
          ...(single ? [node('Sigmoid', ['y'], ['p'], { name: 'sigmoid' })] : []),
        ],
      }),
    ),
  );
}

const ask = (input: Omit<BoundaryInput, 'dimensions' | 'side' | 'seed'> & Partial<BoundaryInput>) =>
  boundary({ dimensions: 2, side: 101, seed: 0, ...input }, context());
const square = [-3, 3, -3, 3];
const line = network('line', [[1, 2]], [0.5]);
const circle = network('circle', [[-1, -1]], [2], true);

describe('boundary', () => {
  it('is one open curve of a linear network and one closed one of a circle', async () => {
    const [straight, round] = [await ask({ model: line, box: square }), await ask({ model: circle, box: square })];
    assert.deepEqual([straight.components, straight.loops, straight.regions], [1, 0, { positive: 1, negative: 1 }]);
    assert.deepEqual([round.components, round.loops, round.regions], [1, 1, { positive: 1, negative: 1 }]);
    // The logit before the sigmoid, 2 at the centre: the sigmoid itself would say 0.88.
    assert.equal(round.margin.scale, 'logit');
    const inside = round.islands.find(({ isPositive }) => isPositive)!;
    assert.ok(Math.abs(inside.margin - 2) < 1e-5 && Math.hypot(...inside.at) < 1e-9);
    assert.equal(inside.touchesBorder, false);
    assert.ok(Math.abs(inside.share - (Math.PI * 2) / 36) < 0.005);
  });

  it('has the same Betti numbers and, on the boundary, the same sides as when every point is run, for fewer passes', async () => {
    const rings = path.join(root, 'test', 'fixtures', 'networks', 'rings.onnx');
    const some = await ask({ model: rings, box: square, side: 257 });
    const every = await ask({ model: rings, box: square, side: 257, whole: true });
    const counts = ({ components, loops, regions }: typeof some) => ({ components, loops, regions });
    assert.deepEqual(counts(some), counts(every));
    assert.equal(every.grid.evaluated, 257 ** 2);
    assert.ok(some.grid.evaluated < 0.4 * 257 ** 2, `${some.grid.evaluated}`);
    assert.equal(every.check.points, 0);
    assert.ok(some.warnings.some(({ code }) => code === 'interpolated'));
    assert.deepEqual(some.islands.map(({ share }) => share).sort(), every.islands.map(({ share }) => share).sort()); // prettier-ignore
  });

  it('ranks islands by margin and says what change of the margin each one stands', async () => {
    const valley = network('valley', [[1, 0.001]], [-1], true);
    const { islands, diagram } = await ask({ model: valley, box: square });
    assert.deepEqual(islands.map(({ isPositive }) => isPositive), [true, true, false]); // prettier-ignore
    assert.ok(islands[0]!.margin >= islands[1]!.margin && islands[1]!.margin > islands[2]!.margin);
    // Between the two lies a saddle of about −1, at which the lesser one would end.
    assert.ok(Math.abs(islands[1]!.robustness - 1) < 0.02, `${islands[1]!.robustness}`);
    const spanning = diagram.birth.filter((birth, k) => diagram.dimension[k] === 0 && birth > 0 && !(diagram.death[k]! > 0)); // prettier-ignore
    assert.equal(spanning.length, 2);
  });

  it('takes one of several classes against the best other, and counts for each', async () => {
    const thirds = network('thirds', [[1, 0], [-0.5, 0.866], [-0.5, -0.866]], [0, 0, 0]); // prettier-ignore
    const result = await ask({ model: thirds, box: square, positive: '2' });
    assert.equal(result.positive, '2');
    assert.deepEqual(result.classes!.map(({ components, loops, regions }) => [components, loops, regions.positive]), [[1, 0, 1], [1, 0, 1], [1, 0, 1]]); // prettier-ignore
    await assert.rejects(ask({ model: thirds, box: square, positive: '3' }), { code: 'usage', source: '--class' });
  });

  it('is a surface in three dimensions', async () => {
    const ball = network('ball', [[-1, -1, -1]], [4], true);
    const { components, loops, voids } = await ask({
      model: ball,
      dimensions: 3,
      box: [-3, 3, -3, 3, -3, 3],
      side: 33,
    });
    assert.deepEqual({ components, loops, voids }, { components: 1, loops: 0, voids: 1 });
    const pipe = await ask({ model: network('pipe', [[-1, -1, 0]], [4], true), dimensions: 3, box: [-3, 3, -3, 3, -3, 3], side: 33 }); // prettier-ignore
    assert.deepEqual([pipe.components, pipe.loops, pipe.voids], [1, 1, 0]);
  });

  it('lies on the plane asked for: of features, of principal components, through rows', async () => {
    const points = written('points.npy', writeNpy({ shape: [4, 3], values: Float64Array.of(0, 0, 5, 2, 0, 5, 0, 1, 5, 2, 1, 5) })); // prettier-ignore
    const labels = written('labels.npy', writeNpy({ shape: [4], values: Float64Array.of(0, 1, 0, 1) }));
    const wide = network('wide', [[1, 0, 0]], [-1]);
    const features = await ask({ model: wide, data: points, slice: { kind: 'axes', axes: [0, 1] } });
    assert.deepEqual([...features.slice.origin], [0, 0, 5]);
    assert.deepEqual(features.slice.axes.map(({ low, high }) => [low, high].map(v => Math.round(10 * v))), [[-2, 22], [-1, 11]]); // prettier-ignore
    assert.ok(features.warnings.some(({ code }) => code === 'slice'));
    const components = await ask({ model: wide, data: points });
    assert.equal(components.slice.kind, 'pca');
    assert.ok(Math.abs(components.slice.explained! - 1) < 1e-9);
    const through = await ask({ model: wide, data: points, slice: { kind: 'rows', rows: [0, 1, 2] } });
    assert.deepEqual([...through.slice.axes[1]!.direction], [0, 1, 0]);
    for (const result of [features, components, through]) assert.equal(result.components, 1);
    const flat = written('flat.npy', writeNpy({ shape: [4, 2], values: Float64Array.of(-1, 0, 1, 0, -1, 1, 2, 2) }));
    const whole = await ask({ model: line, data: flat, labels, box: square });
    assert.deepEqual(whole.islands.map(({ rows }) => rows), whole.islands.map(({ isPositive }) => (isPositive ? 3 : 1))); // prettier-ignore
  });

  it('says what a slice, a box and a network cannot be', async () => {
    const refused = (input: Parameters<typeof ask>[0], code: string) => assert.rejects(ask(input), { code });
    const wide = network('wider', [[1, 0, 0]], [-1]);
    await refused({ model: wide, box: square }, 'usage');
    await refused({ model: wide, slice: { kind: 'axes', axes: [0, 3] } }, 'usage');
    await refused({ model: wide, slice: { kind: 'axes', axes: [1, 1] } }, 'usage');
    await refused({ model: wide, slice: { kind: 'pca' } }, 'usage');
    await refused({ model: line, box: [0, 1] }, 'usage');
    await refused({ model: line, box: [1, 1, 0, 1] }, 'usage');
    await refused({ model: line, dimensions: 3 }, 'unsupported');
    const nan = network('nan', [[NaN, 0]], [0]);
    await refused({ model: nan, box: square }, 'not-finite');
  });

  it('gives the same JSON again, and stops when it is told', async () => {
    const text = async () => JSON.stringify(boundaryJson(await ask({ model: circle, box: square })));
    assert.equal(await text(), await text());
    const cancellation = new Cancellation();
    cancellation.cancel();
    const stopped = boundary({ model: circle, box: square, dimensions: 2, side: 101, seed: 0 }, context(cancellation));
    await assert.rejects(stopped, { code: 'cancelled' });
  });
});
