import fc from 'fast-check';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bottleneckDistance } from '../../src/topology/diagramDistance';
import type { DiagramPoints } from '../../src/topology/diagramPoints';
import { errorFunction } from '../../src/topology/errorFunction';
import { imageGrid, persistenceImage } from '../../src/topology/persistenceImage';
import { meanLandscape, persistenceLandscape } from '../../src/topology/persistenceLandscape';
import { persistentEntropy } from '../../src/topology/persistentEntropy';

const SEED = 314;
const runs = { seed: SEED, numRuns: 200 };

const points = (...pairs: readonly (readonly [number, number])[]): DiagramPoints => ({
  birth: Float64Array.from(pairs, pair => pair[0]),
  death: Float64Array.from(pairs, pair => pair[1]),
});

const diagrams = fc
  .array(fc.tuple(fc.double({ min: 0, max: 10, noNaN: true }), fc.double({ min: 1e-3, max: 5, noNaN: true })), {
    maxLength: 12,
  })
  .map(list => points(...list.map(([birth, length]): [number, number] => [birth, birth + length])));

const scales = Float64Array.from({ length: 121 }, (_, s) => s / 8);
const close = (a: number, b: number, within = 1e-12) => assert.ok(Math.abs(a - b) <= within, `${a} is not ${b}`);

describe('persistenceLandscape', () => {
  it('of one bar is a tent, of two nested bars one in the other', () => {
    const { values } = persistenceLandscape(points([0, 4], [1, 3]), Float64Array.of(0, 1, 1.5, 2, 3, 4, 5), 3);
    assert.deepEqual([...values], [0, 1, 1.5, 2, 1, 0, 0, 0, 0, 0.5, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('is the k-th largest of the tents', () => {
    fc.assert(
      fc.property(diagrams, fc.integer({ min: 1, max: 5 }), (diagram, depth) => {
        const { values } = persistenceLandscape(diagram, scales, depth);
        scales.forEach((scale, s) => {
          const tents = Array.from(diagram.birth, (birth, i) =>
            Math.max(0, Math.min(scale - birth, diagram.death[i]! - scale)),
          );
          tents.sort((a, b) => b - a);
          for (let k = 0; k < depth; k++) assert.equal(values[k * scales.length + s], tents[k] ?? 0);
        });
      }),
      runs,
    );
  });

  it('moves no more than the diagram in bottleneck distance', () => {
    fc.assert(
      fc.property(diagrams, diagrams, (a, b) => {
        const bound = bottleneckDistance(a, b).distance!;
        const [first, second] = [a, b].map(diagram => persistenceLandscape(diagram, scales, 4).values);
        first!.forEach((value, i) => assert.ok(Math.abs(value - second![i]!) <= bound + 1e-9));
      }),
      runs,
    );
  });

  it('leaves endless bars out, or ends them where it is told', () => {
    const endless = points([0, Infinity]);
    assert.deepEqual([...persistenceLandscape(endless, Float64Array.of(1, 3), 1).values], [0, 0]);
    assert.deepEqual([...persistenceLandscape(endless, Float64Array.of(1, 3), 1, 4).values], [1, 1]);
  });

  it('has a mean, scale by scale', () => {
    const one = persistenceLandscape(points([0, 4]), scales, 2);
    const none = persistenceLandscape(points(), scales, 2);
    assert.deepEqual(meanLandscape([one, none]).values, one.values.map(value => value / 2)); // prettier-ignore
    assert.throws(() => meanLandscape([one, persistenceLandscape(points(), scales, 3)]));
  });
});

describe('errorFunction', () => {
  it('has the values of the tables', () => {
    // Abramowitz and Stegun, table 7.1; erfc(3) and erfc(5) from table 7.3.
    for (const [x, value] of [
      [0, 0],
      [0.5, 0.5204998778],
      [1, 0.8427007929],
      [2, 0.995322265],
    ] as const) {
      // prettier-ignore
      close(errorFunction(x), value, 1e-10);
      close(errorFunction(-x), -value, 1e-10);
    }
    close(1 - errorFunction(3), 2.209049699858544e-5, 1e-15);
    assert.equal(errorFunction(7), 1);
    assert.equal(errorFunction(-Infinity), -1);
  });

  it('is the integral of its derivative', () => {
    for (let x = -5; x < 5; x += 0.37) {
      const h = 1e-4;
      const slope = (errorFunction(x + h) - errorFunction(x - h)) / (2 * h);
      close(slope, (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x), 1e-7);
    }
  });
});

describe('persistenceImage', () => {
  const grid = {
    birthFrom: -10,
    birthTo: 10,
    persistenceFrom: -10,
    persistenceTo: 10,
    columns: 40,
    rows: 40,
    spread: 0.7,
    fullWeight: 4,
  };
  const total = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0);

  it('holds the weight of every point', () => {
    close(total(persistenceImage(points([1, 3]), grid).values), 0.5);
    close(total(persistenceImage(points([1, 3], [0, 4], [2, 6]), grid).values), 2.5);
  });

  it('is the integral of the Gaussian over each pixel', () => {
    const { values } = persistenceImage(points([1, 3]), grid);
    const [column, row] = [23, 25];
    // Midpoint rule on a fine grid inside the pixel [1.5, 2] × [2.5, 3].
    let sum = 0;
    const steps = 200;
    for (let i = 0; i < steps; i++) {
      for (let j = 0; j < steps; j++) {
        const x = -10 + (column + (i + 0.5) / steps) / 2 - 1;
        const y = -10 + (row + (j + 0.5) / steps) / 2 - 2;
        sum += Math.exp(-(x * x + y * y) / (2 * 0.49)) / (2 * Math.PI * 0.49);
      }
    }
    close(values[row * 40 + column]!, 0.5 * sum * (0.5 / steps) ** 2, 1e-8);
  });

  it('adds up over diagrams, and does not know the order of points', () => {
    fc.assert(
      fc.property(diagrams, diagrams, (a, b) => {
        const both = points(
          ...[b, a].flatMap(({ birth, death }) =>
            Array.from(birth, (value, i): [number, number] => [value, death[i]!]),
          ),
        );
        const [first, second, sum] = [a, b, both].map(diagram => persistenceImage(diagram, grid).values);
        sum!.forEach((value, i) => close(value, first![i]! + second![i]!));
      }),
      runs,
    );
  });

  it('does not see what is on the diagonal, nor endless bars', () => {
    assert.equal(total(persistenceImage(points([2, 2], [0, Infinity]), grid).values), 0);
  });

  it('has a grid that holds nearly all of several diagrams', () => {
    const list = [points([0, 4], [1, 2]), points([3, 5], [0, Infinity])];
    const common = imageGrid(list, 20)!;
    close(common.fullWeight!, 4);
    // Below the diagonal there is nothing to see: what of a Gaussian lies there is cut off.
    close(total(persistenceImage(list[0]!, common).values), 1.25, 0.01);
    assert.equal(imageGrid([points([0, Infinity])], 20), undefined);
  });
});

describe('persistentEntropy', () => {
  it('of equal bars is the logarithm of their number', () => {
    const { entropy, normalised, bars } = persistentEntropy(points([0, 1], [2, 3], [5, 6], [7, 8]));
    close(entropy, Math.log(4));
    close(normalised, 1);
    assert.equal(bars, 4);
  });

  it('of lengths 1 and 3 is that of a quarter', () => {
    close(persistentEntropy(points([0, 1], [0, 3])).entropy, Math.log(4) - 0.75 * Math.log(3));
  });

  it('is 0 for one bar, for none, and where there are endless ones alone', () => {
    for (const diagram of [points([0, 1]), points(), points([0, Infinity], [1, Infinity])])
      assert.equal(persistentEntropy(diagram).entropy, 0);
  });

  it('knows neither scale nor place nor order, and is at most the logarithm of the number of bars', () => {
    fc.assert(
      fc.property(diagrams, fc.double({ min: 0.1, max: 100, noNaN: true }), (diagram, factor) => {
        const { entropy, normalised, bars } = persistentEntropy(diagram);
        assert.ok(entropy >= 0 && entropy <= Math.log(Math.max(1, bars)) + 1e-12);
        assert.ok(normalised >= 0 && normalised <= 1);
        const other = { birth: diagram.birth.map(b => b * factor).reverse(), death: diagram.death.map(d => d * factor).reverse() }; // prettier-ignore
        close(persistentEntropy(other).entropy, entropy, 1e-9);
      }),
      runs,
    );
  });
});
