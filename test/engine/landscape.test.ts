import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { Cancellation } from '../../src/base/cancellation';
import { noProgress } from '../../src/base/progress';
import { Random } from '../../src/base/random';
import { landscapeJson } from '../../src/cli/commands/landscape';
import { writeNpy } from '../../src/data/writeNpz';
import { dataLibraries } from '../../src/engine/dataLibraries';
import type { LandscapeInput, LossesInput } from '../../src/engine/landscapeTypes';
import type { OperationContext } from '../../src/engine/operationContext';
import { landscape } from '../../src/engine/operations/landscape';
import { lossesAt } from '../../src/engine/operations/lossesAt';
import { graph, model, node, tensor, value } from '../models/onnxBuilder';
import { root, runtime } from '../probes/references';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'landscape-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

const context = (more: Partial<OperationContext<never>> = {}) =>
  ({
    cancellation: Cancellation.never,
    progress: noProgress,
    cache: undefined,
    runtimePath: path.join(runtime.folder, 'node_modules'),
    libraries: dataLibraries(''),
    threads: 1,
    ...more,
  }) as unknown as OperationContext<never>;

const written = (name: string, bytes: Uint8Array): string => {
  const file = path.join(folder, name);
  fs.writeFileSync(file, bytes);
  return file;
};

const HIDDEN = 4;
/** Points of two classes, on either side of a ring, and networks of one hidden layer for them. */
const random = new Random(1, 'points');
const points = Array.from({ length: 60 }, () => [random.normal(), random.normal()] as const);
const data = written('x.npy', writeNpy({ shape: [60, 2], values: Float64Array.from(points.flat()) }));
const labels = written(
  'y.npy',
  writeNpy({ shape: [60], values: Float64Array.from(points, ([x, y]) => Number(x * y > 0)) }),
);

interface Weights {
  readonly first: readonly number[];
  readonly bias: readonly number[];
  readonly second: readonly number[];
}
/** A hidden unit each for the sums and differences: its sign is that of x · y. */
const exact: Weights = {
  first: [1, 1, -1, -1, 1, -1, -1, 1],
  bias: [0, 0, 0, 0],
  second: [-3, -3, 3, 3, 3, 3, -3, -3],
};
const swapped: Weights = {
  first: [1, -1, -1, 1, 1, 1, -1, -1],
  bias: [0, 0, 0, 0],
  second: [3, 3, -3, -3, -3, -3, 3, 3],
};
const times = (weights: readonly number[], factor: number) => weights.map(weight => weight * factor);
function network(name: string, { first, bias, second }: Weights, probabilities = false): string {
  const hidden = bias.length;
  return written(
    `${name}.onnx`,
    model(
      graph({
        inputs: [value('x', ['n', 2])],
        outputs: [value(probabilities ? 'p' : 'y', ['n', 2])],
        initializers: [
          tensor(
            'fc1.weight',
            [2, hidden],
            [0, 1].flatMap(i => Array.from({ length: hidden }, (_, o) => first[2 * o + i]!)),
          ),
          tensor('fc1.bias', [hidden], bias),
          tensor(
            'fc2.weight',
            [hidden, 2],
            Array.from({ length: hidden }, (_, i) => [second[i]!, second[hidden + i]!]).flat(),
          ),
        ],
        nodes: [
          node('MatMul', ['x', 'fc1.weight'], ['m'], { name: 'fc1' }),
          node('Add', ['m', 'fc1.bias'], ['b'], { name: 'add' }),
          node('Relu', ['b'], ['r'], { name: 'relu' }),
          node('MatMul', ['r', 'fc2.weight'], ['y'], { name: 'fc2' }),
          ...(probabilities ? [node('Softmax', ['y'], ['p'], { name: 'softmax' })] : []),
        ],
      }),
    ),
  );
}

/** Mean cross-entropy, computed here. */
function lossOf({ first, bias, second }: Weights): number {
  const losses = points.map(([x, y]) => {
    const hidden = bias.map((offset, o) => Math.max(0, first[2 * o]! * x + first[2 * o + 1]! * y + offset));
    const scores = [0, 1].map(c => hidden.reduce((sum, value, i) => sum + value * second[bias.length * c + i]!, 0));
    const target = Number(x * y > 0);
    return Math.log(1 + Math.exp(scores[1 - target]! - scores[target]!));
  });
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}

const A = network('a', exact);
const B = network('b', swapped);
const ask = (parameters: LandscapeInput['parameters'], more: Partial<LandscapeInput> = {}, inside = context()) =>
  landscape({ model: A, data, labels, seed: 0, ...more, parameters: { side: 7, ...parameters } }, inside);

describe('landscape', () => {
  it('has at its centre the loss of the network itself, which it has measured otherwise as well', async () => {
    const { losses, side, networks, checks, minima, weights, diagram } = await ask({ radius: 0.5 });
    const expected = lossOf(exact);
    assert.equal(weights, 2 * HIDDEN + HIDDEN + 2 * HIDDEN);
    assert.ok(Math.abs(losses[(side * side - 1) / 2]! - expected) < 1e-6, `${losses[24]} and ${expected}`);
    assert.ok(Math.abs(checks.centre.model - expected) < 1e-6);
    assert.equal(networks[0]!.accuracy, 1);
    assert.equal(minima.length, diagram.birth.filter((_, k) => diagram.dimension[k] === 0).length);
  });

  it('takes what a softmax takes, and not its saturating answer', async () => {
    const [scores, answers] = [await ask({}), await ask({}, { model: network('softmax', exact, true) })];
    scores.losses.forEach((loss, k) => assert.ok(Math.abs(loss - answers.losses[k]!) < 1e-5 * Math.max(1, loss)));
  });

  it('is blind to rescaling where filters are normalised, and not where directions are raw', async () => {
    const rescaled = network('rescaled', {
      first: times(exact.first, 5),
      bias: exact.bias,
      second: times(exact.second, 1 / 5),
    });
    const change = async (around: 'filter' | 'raw') => {
      const [one, other] = [await ask({ around }), await ask({ around }, { model: rescaled })];
      return one.losses.reduce(
        (most, loss, k) => Math.max(most, Math.abs(other.losses[k]! - loss) / Math.max(1, loss)),
        0,
      );
    };
    const [filter, raw] = [await change('filter'), await change('raw')];
    assert.ok(filter < 1e-3, `${filter}`);
    assert.ok(raw > 10 * Math.max(filter, 1e-3), `${raw}`);
    // What the result says of itself.
    assert.ok((await ask({ around: 'filter' })).checks.scaleInvariance!.change < 1e-3);
    assert.ok((await ask({ around: 'raw' })).warnings.some(({ code }) => code === 'raw-directions'));
  });

  it('has the barrier between two networks, and the loss at every point of the straight path', async () => {
    const { path: found, barrier, networks, pathKind } = await ask({}, { others: [B] });
    assert.equal(pathKind, 'linear');
    const mixed = (t: number): Weights => {
      const mix = (a: readonly number[], b: readonly number[]) => a.map((one, k) => (1 - t) * one + t * b[k]!);
      return {
        first: mix(exact.first, swapped.first),
        bias: mix(exact.bias, swapped.bias),
        second: mix(exact.second, swapped.second),
      };
    };
    for (const { t, loss } of found!) assert.ok(Math.abs(loss - lossOf(mixed(t))) < 1e-5, `t = ${t}`);
    const [start, end] = [lossOf(exact), lossOf(swapped)];
    const expected = Math.max(...found!.map(({ t }) => lossOf(mixed(t)) - ((1 - t) * start + t * end)));
    assert.ok(Math.abs(barrier! - expected) < 1e-5);
    assert.ok(barrier! > 0.1, `${barrier}`);
    assert.deepEqual(networks.map(({ at }) => at), [[0, 0], [1, 0]]); // prettier-ignore
  });

  it('goes round the barrier on a curve that it trains', async () => {
    // Units beside those that are used, so that there is a way round.
    const spare = new Random(2, 'spare units');
    const more = {
      first: Array.from({ length: 24 }, () => spare.normal()),
      out: Array.from({ length: 24 }, () => 0.1 * spare.normal()),
    };
    const wide = (name: string, { first, second }: Weights) =>
      network(name, {
        first: [...first, ...more.first],
        bias: Array.from({ length: HIDDEN + 12 }, () => 0),
        second: [...second.slice(0, HIDDEN), ...more.out.slice(0, 12), ...second.slice(HIDDEN), ...more.out.slice(12)],
      });
    const [from, to] = [wide('from', exact), wide('to', swapped)];
    const straight = await ask({ side: 3 }, { model: from, others: [to] });
    const curve = await ask({ side: 3, bezier: true }, { model: from, others: [to] });
    assert.equal(curve.pathKind, 'bezier');
    assert.ok(Math.abs(curve.path![0]!.loss - straight.path![0]!.loss) < 1e-6);
    assert.ok(Math.abs(curve.path!.at(-1)!.loss - straight.path!.at(-1)!.loss) < 1e-6);
    assert.ok(curve.barrier! < straight.barrier! / 4, `${curve.barrier} and ${straight.barrier}`);
  });

  it('lies through three networks', async () => {
    const C = network('c', { ...exact, second: times(exact.second, 2) });
    const { networks, losses, side } = await ask({}, { others: [B, C] });
    assert.deepEqual(networks.map(({ at }) => at), [[0, 0], [1, 0], [0, 1]]); // prettier-ignore
    assert.ok(Math.abs(networks[2]!.loss - lossOf({ ...exact, second: times(exact.second, 2) })) < 1e-5);
    // Seven points from −1/4 to 5/4: the networks are among them.
    assert.ok(Math.abs(losses[side + 1]! - networks[0]!.loss) < 1e-6);
    assert.ok(Math.abs(losses[side + 5]! - networks[1]!.loss) < 1e-6);
    assert.ok(Math.abs(losses[5 * side + 1]! - networks[2]!.loss) < 1e-6);
  });

  it('finds the largest noise with a rise of at most the threshold', async () => {
    const { sharpness } = await ask({ side: 3 });
    for (const { rise, threshold, sigma, draws, standardError } of [sharpness.filter, sharpness.isotropic]) {
      assert.ok(sigma > 0 && draws === 10 && standardError > 0);
      assert.ok(rise <= threshold && rise > 0.7 * threshold, `${rise}`);
    }
  });

  it('gives the same bytes again, and however many threads share it', async () => {
    const forked: number[] = [];
    const operation = (name: string, input: unknown) => {
      assert.equal(name, 'lossesAt');
      forked.push((input as LossesInput).coefficients.length);
      return lossesAt(structuredClone(input as LossesInput), context());
    };
    const text = async (inside = context()) => JSON.stringify(landscapeJson(await ask({ side: 13 }, {}, inside)));
    const alone = await text();
    assert.equal(await text(), alone);
    const more = context({ threads: 3, operation });
    assert.equal(await text(more), alone);
    assert.ok(forked.length > 1);
  });

  it('refuses what has no loss, no labels, no such plane or no gradients', async () => {
    const refused = (run: Promise<unknown>, code: string) => assert.rejects(run, { code });
    await refused(landscape({ model: A, data, seed: 0 }, context()), 'usage');
    await refused(ask({ bezier: true }), 'usage');
    await refused(ask({}, { others: [B, B, B] }), 'usage');
    await refused(ask({}, { others: [path.join(root, 'samples', 'models', 'iris.onnx')] }), 'shape-mismatch');
    const cancellation = new Cancellation();
    cancellation.cancel();
    await refused(ask({}, {}, context({ cancellation })), 'cancelled');
  });
});
