import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ATTENTION_DEFAULTS } from '../../../src/analyses/attention/attention';
import { attentionHead, wordVectors, type AttentionHeadInput } from '../../../src/analyses/attention/headTask';
import { Cancellation } from '../../../src/base/cancellation';
import { noProgress } from '../../../src/base/progress';

/** Two heads, of which the second is looked at; a text of a special token and a word of two tokens, and one of two words. */
const second = [
  [
    [0.5, 0.3, 0.2],
    [0.1, 0.6, 0.3],
    [0.3, 0.2, 0.5],
  ],
  [
    [1, 0],
    [0.25, 0.75],
  ],
];
const values = Float32Array.from(second.flatMap(rows => [...rows.flat().map(() => 9), ...rows.flat()]));
const input: AttentionHeadInput = {
  values,
  tokens: Uint32Array.of(3, 2),
  start: Float64Array.of(0, 9),
  heads: 2,
  head: 1,
  words: {
    unitOf: Int32Array.of(0, 1, 1, 0, 1),
    units: 2,
    pointText: Uint32Array.of(0, 1, 1),
    pointUnit: Uint32Array.of(1, 0, 1),
    all: undefined,
    compared: undefined,
  },
  parameters: { ...ATTENTION_DEFAULTS, minimumPoints: 1 },
  permutations: 19,
};

describe('what a word attends to', () => {
  it('goes to a word with all its tokens, and comes from them on average', () => {
    const { count, width, values: found } = wordVectors(input, Cancellation.never);
    assert.deepEqual([count, width], [3, 2]);
    [0.2, 0.8, 1, 0, 0.25, 0.75].forEach((share, k) => assert.ok(Math.abs(found[k]! - share) < 1e-7, `${k}`));
  });
});

describe('a head', () => {
  const found = attentionHead(input, Cancellation.never, noProgress);

  it('has features at six thresholds, averaged over texts with their interval', () => {
    assert.deepEqual(found.features.map(one => one.threshold), [0.025, 0.05, 0.1, 0.25, 0.5, 0.75]); // prettier-ignore
    // At 0.25: five… edges 0→0, 0→1, 1→1, 1→2, 2→0, 2→2 of the first text, 0→0, 1→0, 1→1 of the second.
    const { edges, beta0, cyclesCapped } = found.features[3]!;
    assert.equal(edges.mean, 4.5);
    const reach = 1.96 * Math.sqrt(4.5 / 2);
    assert.ok(Math.abs(edges.low - (4.5 - reach)) < 1e-12 && Math.abs(edges.high - (4.5 + reach)) < 1e-12);
    assert.deepEqual(beta0, { mean: 1, low: 1, high: 1 });
    assert.equal(cyclesCapped, 0);
  });

  it('has a Mapper graph of all words, and no purity without roles', () => {
    assert.equal(found.coverage, 1);
    assert.deepEqual([...new Set(found.nodes.flatMap(node => [...node.members]))].sort(), [0, 1, 2]);
    assert.equal(found.purity, undefined);
    assert.equal(found.test, undefined);
  });

  it('stops when it is told to', () => {
    const cancellation = new Cancellation();
    cancellation.cancel();
    assert.throws(() => attentionHead(input, cancellation, noProgress), { code: 'cancelled' });
  });
});
