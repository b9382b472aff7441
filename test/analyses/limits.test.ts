import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Fault } from '../../src/base/fault';
import { persistenceBytes, pointsWithin, refuseTooLarge } from '../../src/analyses/limits';

describe('refuseTooLarge', () => {
  it('lets through what fits', () => {
    refuseTooLarge(1000, 1, 1e9);
    refuseTooLarge(12, 6, 1e9);
  });
  it('says how many points would fit, and that many do', () => {
    assert.throws(
      () => refuseTooLarge(50_000, 1, 1e9),
      (error: unknown) => {
        assert.ok(error instanceof Error && 'hint' in error && 'code' in error);
        assert.equal(error.code, 'too-large');
        const fit = Number(/About ([\d,]+) points/.exec(String(error.hint))?.[1]?.replaceAll(',', ''));
        assert.ok(persistenceBytes(fit, 1) <= 1e9 && persistenceBytes(fit + 1, 1) > 1e9, `${fit} points`);
        return true;
      },
    );
  });
  it('does not count simplices, of which few are stored', () => {
    refuseTooLarge(1024, 3, 1e8);
    refuseTooLarge(360, 6, 1e8);
  });
  it('refuses what has more simplices than numbers, with what would fit', () => {
    for (const [points, dimension] of [
      [360, 8],
      [1797, 30],
      [20_000, 4],
    ] as const)
      assert.throws(
        () => refuseTooLarge(points, dimension, 1e12),
        (error: unknown) => {
          assert.ok(error instanceof Fault && error.code === 'too-large', String(error));
          const fit = Number(/About ([\d,]+) points would fit/.exec(error.hint ?? '')?.[1]?.replaceAll(',', ''));
          refuseTooLarge(fit, dimension, 1e12);
          return true;
        },
      );
  });
});

describe('pointsWithin', () => {
  it('is the largest number within the limit', () => {
    assert.equal(
      pointsWithin(100, 50, points => points * 2),
      25,
    );
    assert.equal(
      pointsWithin(10, 50, points => points * 2),
      10,
    );
    assert.equal(
      pointsWithin(10, 1, points => points * 2),
      0,
    );
  });
});
