import type { Warning } from '../base/fault';
import type { ClusteringMethod, MapperEdge, MapperGraph } from '../topology/mapper';
import type { Provenance } from './analysis';

export interface MapperParameters {
  /** A name, `column:k`, or the file that the lens was read from. */
  readonly lens: string;
  readonly intervals: number;
  readonly overlap: number;
  readonly clustering: ClusteringMethod;
  /** `undefined` is the knee rule. */
  readonly radius: number | undefined;
  readonly minimumPoints: number;
  readonly seed: number;
}

/** What colours the nodes: numbers, or a class for each point. */
export type MapperColour =
  | { readonly kind: 'numbers'; readonly values: ArrayLike<number> }
  | { readonly kind: 'labels'; readonly values: ArrayLike<number>; readonly classes: readonly string[] };

export interface ColouredNode {
  readonly id: number;
  readonly interval: number;
  /** Points, ascending. */
  readonly members: Uint32Array;
  /** Mean of the numbers, or members per class (classes without a member left out). */
  readonly colour: number | Readonly<Record<string, number>> | undefined;
}

export interface MapperResult {
  readonly points: number;
  readonly nodes: readonly ColouredNode[];
  readonly edges: readonly MapperEdge[];
  readonly coverage: number;
  readonly components: number;
  readonly loops: number;
  /** The clustering radius that was used. */
  readonly eps: number;
  /** Σ over nodes of the largest class's count ÷ Σ over nodes of members; undefined without labels or nodes. */
  readonly purity: number | undefined;
  readonly warnings: readonly Warning[];
  readonly provenance: Provenance;
}

/** A Mapper graph with colours, purity and what may mislead about it. */
export function mapperResult(
  graph: MapperGraph,
  points: number,
  colour: MapperColour | undefined,
  provenance: Provenance,
  warnings: readonly Warning[] = [],
): MapperResult {
  const { coverage, components, loops, radius } = graph;
  const nodes = graph.nodes.map(({ interval, members }, id) => ({
    id,
    interval,
    members,
    colour: colour && colourOf(members, colour),
  }));
  return {
    points,
    nodes,
    edges: graph.edges,
    coverage,
    components,
    loops,
    eps: radius,
    purity: colour?.kind === 'labels' ? purityOf(nodes) : undefined,
    warnings: [...warnings, ...misleading(graph)],
    provenance,
  };
}

/** Below this share in nodes the graph says little of the cloud. */
const LOW_COVERAGE = 0.5;

function misleading({ nodes, coverage }: MapperGraph): Warning[] {
  if (nodes.length === 0)
    return [
      { code: 'no-nodes', message: 'All points are noise at this radius and number of points: the graph is empty.' },
    ];
  if (coverage < LOW_COVERAGE)
    return [{ code: 'low-coverage', message: `Only ${Math.round(100 * coverage)} % of the points are in a node.` }];
  return [];
}

function colourOf(members: Uint32Array, colour: MapperColour): number | Record<string, number> {
  if (colour.kind === 'numbers') return members.reduce((sum, i) => sum + colour.values[i]! / members.length, 0);
  // Without a prototype: a class may have any name.
  const counts = Object.create(null) as Record<string, number>;
  for (const member of members) {
    const name = colour.classes[colour.values[member]!]!;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

function purityOf(nodes: readonly ColouredNode[]): number | undefined {
  let largest = 0;
  let members = 0;
  for (const node of nodes) {
    largest += Math.max(...Object.values(node.colour as Record<string, number>));
    members += node.members.length;
  }
  return members > 0 ? largest / members : undefined;
}
