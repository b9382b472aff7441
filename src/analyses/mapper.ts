import type { Warning } from '../base/fault';
import type { ClusteringMethod, MapperEdge, MapperGraph } from '../topology/mapper';
import type { Provenance } from './analysis';
import { mapperPurity } from './mapperPurity';

export interface MapperParameters {
  /** Names, `column:k`, or the file that a lens was read from, with commas between several. */
  readonly lens: string;
  /** Of every lens, or of each. */
  readonly intervals: number | readonly number[];
  readonly overlap: number | readonly number[];
  readonly clustering: ClusteringMethod;
  /** `undefined` is the knee rule. */
  readonly radius: number | undefined;
  readonly minimumPoints: number;
  readonly seed: number;
  /** Of the nerve, 1 being the graph alone. */
  readonly nerveDimension?: number;
  /** Whether a basis of the graph's cycles is wanted. */
  readonly cycles?: boolean;
  /** Whether the graph's figures are wanted over a grid of covers. */
  readonly stability?: boolean;
}

/** The graph's figures for another cover. */
export interface MapperCell {
  readonly intervals: number | readonly number[];
  readonly overlap: number | readonly number[];
  readonly nodes: number;
  readonly components: number;
  readonly loops: number;
  readonly coverage: number;
}

/** What was asked for beside the graph. */
export interface MapperExtras {
  /** Simplices of the nerve by dimension, from 2 on. */
  readonly simplices?: Readonly<
    Record<string, readonly { readonly vertices: readonly number[]; readonly shared: number }[]>
  >;
  /** Betti numbers of the nerve by dimension. */
  readonly betti?: Readonly<Record<string, number>>;
  /** Cycles by their edges, indices into `edges`. */
  readonly cycles?: readonly (readonly number[])[];
  /** Whether no basis has fewer edges in all. */
  readonly cyclesShortest?: boolean;
  readonly stability?: readonly MapperCell[];
}

/** What colours the nodes: numbers, or a class for each point. */
export type MapperColour =
  | { readonly kind: 'numbers'; readonly values: ArrayLike<number> }
  | { readonly kind: 'labels'; readonly values: ArrayLike<number>; readonly classes: readonly string[] };

export interface ColouredNode {
  readonly id: number;
  readonly interval: number;
  /** One a lens, where there are several. */
  readonly intervals?: readonly number[];
  /** Points, ascending. */
  readonly members: Uint32Array;
  /** Mean of the numbers, or members per class (classes without a member left out). */
  readonly colour: number | Readonly<Record<string, number>> | undefined;
}

export interface MapperResult extends MapperExtras {
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
  extras: MapperExtras = {},
): MapperResult {
  const { coverage, components, loops, radius } = graph;
  const nodes = graph.nodes.map(({ interval, intervals, members }, id) => ({
    id,
    interval,
    ...(intervals.length > 1 ? { intervals } : {}),
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
    ...extras,
    purity:
      colour?.kind === 'labels'
        ? mapperPurity(
            nodes.map(node => node.members),
            colour.values,
            colour.classes.length,
          )
        : undefined,
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
