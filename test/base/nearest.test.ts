import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { editDistance, nearestNames } from '../../src/base/nearest';

describe('nearestNames', () => {
  it('puts the likeliest meaning first', () => {
    assert.deepEqual(nearestNames('--max-dmi', ['--metric', '--max-dim', '--threads']), ['--max-dim']);
    assert.deepEqual(nearestNames('fc9', ['conv1', 'fc1', 'fc2']), ['fc1', 'fc2']);
    assert.deepEqual(nearestNames('RELU1', ['relu2', 'relu1']), ['relu1', 'relu2']);
  });
  it('says nothing rather than something far off', () => {
    assert.deepEqual(nearestNames('frobnicate', ['rips', 'inspect']), []);
  });
});

describe('editDistance', () => {
  it('counts insertions, deletions, substitutions and swaps of neighbours', () => {
    for (const [a, b, distance] of [
      ['', 'abc', 3],
      ['abc', 'abc', 0],
      ['abc', 'acb', 1],
      ['abc', 'abd', 1],
      ['kitten', 'sitting', 3],
    ] as const)
      assert.equal(editDistance(a, b), distance, `${a} ${b}`);
  });
});
