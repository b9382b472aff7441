import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Random } from '../../src/base/random';
import { circularCoordinates } from '../../src/topology/circularCoordinates';
import type { PointCloud } from '../../src/topology/pointCloud';

const TURN = 2 * Math.PI;

/** Of angles that lie all around and have no mean: ±1 where one is the other but for a turn or a reflection (Jammalamadaka, SenGupta 2001, section 8.3). */
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

function noisyCircle(count: number, noise: number): { cloud: PointCloud; angles: Float64Array } {
  const random = new Random(7, 'circle');
  const angles = Float64Array.from({ length: count }, (_, i) => (TURN * (i + random.uniform())) / count);
  const values = new Float64Array(3 * count);
  angles.forEach((angle, i) => {
    values[3 * i] = Math.cos(angle) + noise * random.normal();
    values[3 * i + 1] = 0.8 * Math.sin(angle) + noise * random.normal();
    values[3 * i + 2] = noise * random.normal();
  });
  return { cloud: { count, width: 3, values }, angles };
}

const inTurns = (values: Float64Array) => values.map(value => value * TURN);

describe('circular coordinates', () => {
  it('follow the angle of a noisy ellipse, whether all its points are landmarks or some', () => {
    const { cloud, angles } = noisyCircle(400, 0.05);
    for (const landmarks of [80, 400]) {
      const { loops } = circularCoordinates(cloud, { landmarks });
      const { values, birth, death, scale } = loops[0]!;
      assert.ok(birth < scale && scale < death);
      assert.ok(values!.every(value => value >= 0 && value < 1));
      const correlation = Math.abs(circularCorrelation(inTurns(values!), angles));
      assert.ok(correlation >= 0.9, `${landmarks} landmarks: ${correlation}`);
    }
  });

  it('give each of two loops a coordinate of its own, which goes round once on its own circle and not on the other', () => {
    const count = 60;
    const values = new Float64Array(2 * 2 * count);
    for (let i = 0; i < count; i++) {
      const [x, y] = [Math.cos((TURN * i) / count), Math.sin((TURN * i) / count)];
      values.set([x, y], 2 * i);
      values.set([5 + 0.8 * x, 0.8 * y], 2 * (count + i));
    }
    const { loops } = circularCoordinates({ count: 2 * count, width: 2, values }, { loops: 2 });
    const windings = loops.map(loop =>
      [0, count].map(from => {
        let turns = 0;
        for (let i = 0; i < count; i++) {
          const step = loop.values![from + ((i + 1) % count)]! - loop.values![from + i]!;
          turns += step - Math.round(step);
        }
        return Math.abs(Math.round(turns));
      }),
    );
    assert.deepEqual(windings, [[1, 0], [0, 1]]); // prettier-ignore
  });

  it('are the same each time, and none where there is no loop', () => {
    const { cloud } = noisyCircle(120, 0.02);
    assert.deepEqual(circularCoordinates(cloud, { landmarks: 50 }), circularCoordinates(cloud, { landmarks: 50 }));
    assert.deepEqual(circularCoordinates({ count: 3, width: 1, values: Float64Array.of(0, 1, 2) }).loops, []);
    assert.deepEqual(circularCoordinates({ count: 5, width: 1, values: Float64Array.of(0, 1, 2, 3, 4) }).loops, []);
  });
});
