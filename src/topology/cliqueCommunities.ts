import { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import { noProgress, type Progress } from '../base/progress';

export interface CliqueCommunityOptions {
  /** Sizes of cliques, 2 … `largest`; 5 unless given. */
  readonly largest?: number;
  /** No edge of a smaller weight is looked at; 0 unless given. */
  readonly leastWeight?: number;
  /** Cliques of each size that are looked at, the heaviest first; where there are more, weights below some are passed over, and it is said which. */
  readonly mostCliques?: number;
  readonly cancellation?: Cancellation;
  readonly progress?: Progress;
}

/** Cliques of k nodes that are joined by shared k − 1 nodes, from where the first appears to where it becomes part of another community. */
export interface CliqueCommunity {
  readonly k: number;
  /** The weight of the first clique: the least weight of its edges. */
  readonly birth: number;
  /** The weight at which it becomes part of an older one, or the least that was looked at. */
  readonly death: number;
  /** Whether it lasted to the least weight that was looked at. */
  readonly isEssential: boolean;
  /** Nodes, ascending, as it was just before its death. */
  readonly members: Uint32Array;
  /** The community that it is nested in, an index into the list: the one of k − 1 that holds it where it dies; −1 for k = 2. */
  readonly parent: number;
}

export interface CliqueCommunities {
  /** By k, then by persistence (birth − death), the longest first. */
  readonly communities: readonly CliqueCommunity[];
  /** Of each k from 2 on, the least weight that was looked at. */
  readonly leastWeights: Float64Array;
}

const MOST_CLIQUES = 200_000;

interface Growing {
  readonly birth: number;
  members: Set<number>;
  /** What it was before the weight at which it grew last. */
  before?: { readonly weight: number; readonly members: readonly number[] };
}

/**
 * The persistence of the clique communities of a weighted graph (Rieck, Fugacci, Lukasczyk, Leitte 2018, "Clique community persistence", IEEE TVCG 24): as the weight falls, cliques of k nodes appear, and two that share k − 1
 * nodes are in one community (Palla, Derényi, Farkas, Vicsek 2005). Communities are born with a clique and die where they meet an older one; those that die where they are born are left out.
 *
 * `weights` is a symmetric matrix of `count` × `count`, in C order; not a number is no edge. Cliques of k nodes are found from their lightest edge. O(cliques · k) beside finding them. Throws `shape-mismatch`, `usage`, `cancelled`.
 */
export function cliqueCommunities(
  weights: ArrayLike<number>,
  count: number,
  options: CliqueCommunityOptions = {},
): CliqueCommunities {
  const { largest = 5, leastWeight = 0, mostCliques = MOST_CLIQUES } = options;
  const { cancellation = Cancellation.never, progress = noProgress } = options;
  if (weights.length !== count * count)
    throw new Fault('shape-mismatch', `There are ${weights.length} weights, which are no square of ${count} nodes.`);
  if (!(Number.isInteger(largest) && largest >= 2))
    throw new Fault('usage', `Cliques must have at least 2 nodes, not ${largest}.`);
  const edges: { readonly a: number; readonly b: number; readonly weight: number }[] = [];
  for (let a = 0; a < count; a++)
    for (let b = a + 1; b < count; b++) {
      const weight = weights[a * count + b]!;
      if (weight >= leastWeight) edges.push({ a, b, weight });
    }
  edges.sort((one, other) => other.weight - one.weight || one.a - other.a || one.b - other.b);

  const leastWeights = new Float64Array(largest - 1).fill(leastWeight);
  const bySize: CliqueCommunity[][] = [];
  for (let k = 2; k <= largest; k++) {
    progress((k - 2) / (largest - 1), `communities of cliques of ${k}`);
    const { found, least } = communitiesOf(k, edges, count, mostCliques, leastWeight, cancellation);
    leastWeights[k - 2] = least;
    bySize.push(found);
    if (found.length === 0) break;
  }
  const offset = (size: number): number => bySize.slice(0, size).reduce((sum, list) => sum + list.length, 0);
  const communities = bySize.flatMap((list, size) =>
    list.map(community => {
      if (size === 0) return community;
      const outer = parentOf(community, bySize[size - 1]!);
      return { ...community, parent: outer < 0 ? -1 : offset(size - 1) + outer };
    }),
  );
  return { communities, leastWeights };
}

function communitiesOf(
  k: number,
  edges: readonly { readonly a: number; readonly b: number; readonly weight: number }[],
  count: number,
  mostCliques: number,
  leastWeight: number,
  cancellation: Cancellation,
): { readonly found: CliqueCommunity[]; readonly least: number } {
  const neighbours = Array.from({ length: count }, () => new Uint8Array(count));
  const parent: number[] = [];
  const growing: (Growing | undefined)[] = [];
  const ownerOfFace = new Map<string, number>();
  const found: CliqueCommunity[] = [];
  const find = (clique: number): number => {
    let root = clique;
    while (parent[root] !== root) root = parent[root] = parent[parent[root]!]!;
    return root;
  };
  const end = ({ birth, members, before }: Growing, death: number, isEssential: boolean): void => {
    if (birth === death && !isEssential) return;
    const last = !isEssential && before?.weight === death ? before.members : members;
    found.push({ k, birth, death, isEssential, members: Uint32Array.from(last).sort(), parent: -1 });
  };
  const join = (one: number, other: number, weight: number): void => {
    const [a, b] = [find(one), find(other)];
    if (a === b) return;
    const [first, second] = [growing[a]!, growing[b]!];
    // The one that was born first stays; of two of the same weight the one with the smaller number.
    const staysFirst = first.birth > second.birth || (first.birth === second.birth && a < b);
    const [older, younger] = staysFirst ? [first, second] : [second, first];
    end(younger, weight, false);
    for (const node of younger.members) {
      if (older.members.has(node)) continue;
      if (older.before?.weight !== weight) older.before = { weight, members: [...older.members] };
      older.members.add(node);
    }
    const [root, gone] = staysFirst ? [a, b] : [b, a];
    growing[gone] = undefined;
    parent[gone] = root;
  };
  const born = (clique: readonly number[], weight: number): void => {
    const number = parent.length;
    parent.push(number);
    growing.push({ birth: weight, members: new Set(clique) });
    const nodes = [...clique].sort((a, b) => a - b);
    for (let without = 0; without < k; without++) {
      const face = nodes.filter((_, at) => at !== without).join();
      const owner = ownerOfFace.get(face);
      if (owner === undefined) ownerOfFace.set(face, number);
      else join(owner, number, weight);
    }
  };
  let least = leastWeight;
  let at = 0;
  for (; at < edges.length; at++) {
    if ((at & 63) === 0) cancellation.throwIfCancelled();
    const { a, b, weight } = edges[at]!;
    // All cliques of one weight or none, so that the order among them decides nothing.
    if (parent.length > mostCliques && weight < edges[at - 1]!.weight) {
      least = edges[at - 1]!.weight;
      break;
    }
    const common: number[] = [];
    if (k > 2) for (let node = 0; node < count; node++) if (neighbours[a]![node]! + neighbours[b]![node]! === 2) common.push(node); // prettier-ignore
    forEachClique(common, k - 2, neighbours, rest => born([a, b, ...rest], weight));
    neighbours[a]![b] = neighbours[b]![a] = 1;
  }
  for (const left of growing) if (left !== undefined) end(left, least, true);
  found.sort((x, y) => y.birth - y.death - (x.birth - x.death) || y.members.length - x.members.length || x.members[0]! - y.members[0]!); // prettier-ignore
  return { found, least };
}

/** Each clique of `size` nodes among some. */
function forEachClique(
  nodes: readonly number[],
  size: number,
  neighbours: readonly Uint8Array[],
  visit: (clique: readonly number[]) => void,
  chosen: readonly number[] = [],
): void {
  if (size === 0) return visit(chosen);
  nodes.forEach((node, at) => {
    const rest = nodes.slice(at + 1).filter(other => neighbours[node]![other] === 1);
    if (rest.length >= size - 1) forEachClique(rest, size - 1, neighbours, visit, [...chosen, node]);
  });
}

/** The smallest community of the size before that holds all members and is there where they are. */
function parentOf(community: CliqueCommunity, outer: readonly CliqueCommunity[]): number {
  let best = -1;
  outer.forEach((one, at) => {
    const isThere = one.birth >= community.birth && (one.isEssential || one.death <= community.death);
    if (!isThere || (best >= 0 && one.members.length >= outer[best]!.members.length)) return;
    const inside = new Set(one.members);
    if (community.members.every(member => inside.has(member))) best = at;
  });
  return best;
}
