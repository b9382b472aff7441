import type { Cancellation } from '../../base/cancellation';
import { Random } from '../../base/random';
import type { NullPurity } from './attention';

/** Roles of points that lie text after text, and which texts may exchange theirs. */
export interface PointRoles {
  /** Of each point; −1 for none, or one that is not compared. */
  readonly role: Int32Array;
  readonly roles: number;
  /** Text t has the points [start[t], start[t + 1]). */
  readonly start: Uint32Array;
}

/** Members of the nodes of a graph, node after node. */
export interface FlatNodes {
  readonly start: Uint32Array;
  readonly members: Uint32Array;
}

export interface RoleTest {
  readonly purity: number;
  readonly position: NullPurity;
  readonly shuffled: NullPurity;
  readonly pValue: number;
}

/** Free exchanges, which are beside the test. */
const SHUFFLES = 199;

export function flatNodes(nodes: readonly { readonly members: Uint32Array }[]): FlatNodes {
  const start = new Uint32Array(nodes.length + 1);
  nodes.forEach(({ members }, n) => (start[n + 1] = start[n]! + members.length));
  const members = new Uint32Array(start[nodes.length]!);
  nodes.forEach((node, n) => members.set(node.members, start[n]));
  return { start, members };
}

/** Σ over nodes of the most frequent role ÷ Σ over nodes of members with a role; NaN where no member has one. */
export function purityOf({ start, members }: FlatNodes, role: Int32Array, counts: Uint32Array): number {
  let largest = 0;
  let all = 0;
  for (let n = 0; n + 1 < start.length; n++) {
    counts.fill(0);
    let most = 0;
    for (let m = start[n]!; m < start[n + 1]!; m++) {
      const own = role[members[m]!]!;
      if (own < 0) continue;
      all++;
      const count = counts[own]! + 1;
      counts[own] = count;
      if (count > most) most = count;
    }
    largest += most;
  }
  return largest / all;
}

/**
 * Whether nodes are purer in roles than position explains. Under the null, given how many words a text has, its roles have nothing to do with what its words attend to:
 * whole sequences of roles are then exchanged between texts of as many words, so that each role stays at its place and beside its neighbours. The p-value of
 * such a permutation test is exact (Phipson, Smyth 2010, with (1 + as pure) ÷ (1 + exchanges)). `undefined` where no member has a role.
 */
export function roleTest(
  nodes: FlatNodes,
  { role, roles, start }: PointRoles,
  permutations: number,
  seed: number,
  cancellation: Cancellation,
): RoleTest | undefined {
  const counts = new Uint32Array(roles);
  const purity = purityOf(nodes, role, counts);
  if (Number.isNaN(purity)) return undefined;
  const groups = textsOfOneLength(start);
  const random = new Random(seed, 'roles');
  const moved = role.slice();
  const pure = new Float64Array(permutations);
  for (let k = 0; k < permutations; k++) {
    cancellation.throwIfCancelled();
    for (const group of groups) {
      const order = random.permutation(group.length);
      group.forEach((text, i) => {
        const other = group[order[i]!]!;
        moved.set(role.subarray(start[other], start[other + 1]), start[text]);
      });
    }
    pure[k] = purityOf(nodes, moved, counts);
  }
  const shuffled = new Float64Array(SHUFFLES);
  const free = new Random(seed, 'shuffled roles');
  for (let k = 0; k < SHUFFLES; k++) {
    cancellation.throwIfCancelled();
    const order = free.permutation(role.length);
    for (let i = 0; i < role.length; i++) moved[i] = role[order[i]!]!;
    shuffled[k] = purityOf(nodes, moved, counts);
  }
  const asPure = pure.reduce((sum, one) => sum + Number(one >= purity), 0);
  return {
    purity,
    position: middle(pure),
    shuffled: middle(shuffled),
    pValue: (1 + asPure) / (1 + permutations),
  };
}

/** Groups of texts with as many points, of two and more. */
export function textsOfOneLength(start: Uint32Array): Uint32Array[] {
  const groups = new Map<number, number[]>();
  for (let t = 0; t + 1 < start.length; t++) {
    const length = start[t + 1]! - start[t]!;
    const known = groups.get(length);
    if (known === undefined) groups.set(length, [t]);
    else known.push(t);
  }
  return [...groups.values()].filter(group => group.length > 1).map(group => Uint32Array.from(group));
}

/** Those that are no number, because no member had a role, say nothing. */
function middle(values: Float64Array): NullPurity {
  const sorted = values.filter(value => !Number.isNaN(value)).sort();
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  return {
    mean: sorted.reduce((sum, value) => sum + value, 0) / Math.max(1, sorted.length),
    low: at(0.025),
    high: at(0.975),
  };
}
