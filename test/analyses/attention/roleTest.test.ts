import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { flatNodes, purityOf, roleTest, textsOfOneLength } from '../../../src/analyses/attention/roleTest';
import { Cancellation } from '../../../src/base/cancellation';
import { Random } from '../../../src/base/random';

const ROLES = 3;
const POINTS = 12;

/** Nodes of some points each, with a role or none for each point. */
const cases = fc.record({
  nodes: fc.array(fc.uniqueArray(fc.integer({ min: 0, max: POINTS - 1 }), { minLength: 1 }), { minLength: 1, maxLength: 6 }),
  roles: fc.array(fc.integer({ min: -1, max: ROLES - 1 }), { minLength: POINTS, maxLength: POINTS }),
}); // prettier-ignore

const flat = (nodes: readonly (readonly number[])[]) =>
  flatNodes(nodes.map(members => ({ members: Uint32Array.from(members) })));

describe('purity of nodes', () => {
  it('is the share of members that are of the most frequent role of their node', () => {
    fc.assert(
      fc.property(cases, ({ nodes, roles }) => {
        const counted = nodes.map(members =>
          Array.from({ length: ROLES }, (_, role) => members.filter(point => roles[point] === role).length),
        );
        const largest = counted.reduce((sum, counts) => sum + Math.max(...counts), 0);
        const all = counted.flat().reduce((sum, count) => sum + count, 0);
        const found = purityOf(flat(nodes), Int32Array.from(roles), new Uint32Array(ROLES));
        assert.equal(found, largest / all);
      }),
    );
  });
});

/** Texts of three words; nodes are drawn by `nodeOf`. */
function sentences(texts: number, nodeOf: (role: number, word: number, random: Random) => number) {
  const random = new Random(1, 'sentences');
  const role = new Int32Array(3 * texts);
  for (let t = 0; t < texts; t++) role.set(random.permutation(3), 3 * t);
  const lists: number[][] = [];
  role.forEach((own, point) => (lists[nodeOf(own, point % 3, random)] ??= []).push(point));
  const start = Uint32Array.from({ length: texts + 1 }, (_, t) => 3 * t);
  return { nodes: flat(lists.filter(list => list !== undefined)), roles: { role, roles: 3, start } };
}

describe('the test of roles against position', () => {
  const test = ({ nodes, roles }: ReturnType<typeof sentences>, seed = 0) =>
    roleTest(nodes, roles, 199, seed, Cancellation.never)!;

  it('finds nodes that follow roles, whatever their place', () => {
    const found = test(sentences(60, role => role));
    assert.equal(found.purity, 1);
    assert.equal(found.pValue, 1 / 200);
    assert.ok(found.position.high < 0.6 && found.shuffled.high < 0.6);
  });

  it('finds nothing in nodes that follow the place alone, though they are purer than by chance', () => {
    // Every text has the same roles at the same places.
    const { nodes, roles } = sentences(60, (_, word) => word);
    const fixed = { ...roles, role: roles.role.map((_, point) => point % 3) };
    const found = test({ nodes, roles: fixed });
    assert.equal(found.purity, 1);
    assert.deepEqual(found.position, { mean: 1, low: 1, high: 1 });
    assert.equal(found.pValue, 1);
    assert.ok(found.shuffled.high < 0.6);
  });

  it('rejects no more often than it may where nodes are drawn at random', () => {
    const pValues = Array.from({ length: 100 }, (_, k) => {
      const drawn = new Random(k, 'nodes');
      return test(sentences(20, () => drawn.integer(4)), k).pValue; // prettier-ignore
    });
    // 5 of 100 are expected; above 12 with probability 0.001.
    assert.ok(pValues.filter(p => p <= 0.05).length <= 12);
    assert.ok(pValues.filter(p => p <= 0.5).length >= 30);
  });

  it('is the same for the same seed, and exchanges nothing between texts of different lengths', () => {
    const texts = sentences(10, role => role);
    assert.deepEqual(test(texts, 5), test(texts, 5));
    assert.deepEqual(textsOfOneLength(Uint32Array.of(0, 2, 5, 7, 8)).map(group => [...group]), [[0, 2]]); // prettier-ignore
    const alone = { ...texts.roles, start: Uint32Array.of(0, 1, 3, 6, 10, 15, 21, 30) };
    assert.equal(test({ nodes: texts.nodes, roles: alone }).pValue, 1);
  });

  it('says nothing where no member has a role, and stops when it is told to', () => {
    const { nodes, roles } = sentences(4, role => role);
    const none = { ...roles, role: roles.role.map(() => -1) };
    assert.equal(roleTest(nodes, none, 19, 0, Cancellation.never), undefined);
    const cancellation = new Cancellation();
    cancellation.cancel();
    assert.throws(() => roleTest(nodes, roles, 19, 0, cancellation), { code: 'cancelled' });
  });
});
