import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Random } from '../../src/base/random';

const seed = 20261;

describe('Random', () => {
  it('gives the same numbers for the same seed, on every machine', () => {
    const random = new Random(0);
    assert.deepEqual([random.uint32(), random.uint32(), random.uint32()], FIRST_OF_SEED_0);
  });

  it('gives other numbers for another seed and for another stream of one seed', () => {
    const first = (r: Random) => r.uniform();
    const values = [new Random(0), new Random(1), new Random(2 ** 32), new Random(0, 'fc1'), new Random(0, 'fc2')].map(
      first,
    );
    assert.equal(new Set(values).size, values.length);
  });

  it('is uniform in [0, 1): mean and variance within four standard errors', () => {
    const random = new Random(seed);
    const n = 200_000;
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < n; i++) {
      const u = random.uniform();
      assert.ok(u >= 0 && u < 1);
      sum += u;
      squares += (u - 0.5) ** 2;
    }
    assert.ok(Math.abs(sum / n - 0.5) < 4 * Math.sqrt(1 / 12 / n));
    assert.ok(Math.abs(squares / n - 1 / 12) < 4 * Math.sqrt(1 / 180 / n));
  });

  it('draws standard normals: mean, variance and fourth moment', () => {
    const random = new Random(seed);
    const n = 200_000;
    const moments = [0, 0, 0];
    for (let i = 0; i < n; i++) {
      const z = random.normal();
      moments[0]! += z / n;
      moments[1]! += z ** 2 / n;
      moments[2]! += z ** 4 / n;
    }
    assert.ok(Math.abs(moments[0]!) < 4 / Math.sqrt(n));
    assert.ok(Math.abs(moments[1]! - 1) < 4 * Math.sqrt(2 / n));
    assert.ok(Math.abs(moments[2]! - 3) < 4 * Math.sqrt(96 / n));
  });

  it('samples without replacement, in increasing order, everything where more is asked for than there is', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 60 }), (s, n, count) => {
        const rows = new Random(s).sample(n, count);
        assert.equal(rows.length, Math.min(n, count));
        for (let i = 0; i < rows.length; i++) {
          assert.ok(rows[i]! < n);
          if (i > 0) assert.ok(rows[i - 1]! < rows[i]!);
        }
      }),
      { seed },
    );
  });

  it('draws every element of a sample equally often', () => {
    const counts = new Uint32Array(10);
    for (let s = 0; s < 5000; s++) for (const row of new Random(s).sample(10, 3)) counts[row]!++;
    // 5000 draws of probability 0.3: five standard deviations are 162.
    for (const count of counts) assert.ok(Math.abs(count - 1500) < 162, `${count} of 1500`);
  });
});

/** Written down once, so that a change of the generator is noticed: it would change every stored result. */
const FIRST_OF_SEED_0 = [1883946487, 1754464777, 1784682960];
