import { Cancellation } from '../base/cancellation';
import { emptyGraph, type DirectedGraph } from './directedGraph';
import { SimpleCycles } from './simpleCycles';
import { StrongComponents } from './strongComponents';
import { UnionFind } from './unionFind';

/** Shares of attention from which on a token counts as attending to another (Kushnareva et al. 2021, section 4). */
export const ATTENTION_THRESHOLDS = [0.025, 0.05, 0.1, 0.25, 0.5, 0.75] as const;

/** What is counted of the graph at each threshold, in the order of `AttentionGraphs.features`. */
export const ATTENTION_MEASURES = ['strongComponents', 'edges', 'degree', 'cycles', 'beta0', 'beta1'] as const;
export type AttentionMeasure = (typeof ATTENTION_MEASURES)[number];

/** Simple cycles are counted up to so many, as the authors do. */
export const MOST_CYCLES = 500;

/**
 * Features of attention graphs (Kushnareva, Cherniavskii, Mikhailov, Artemova, Barannikov, Bernstein, Piontkovskaya, Piontkovski, Burnaev 2021, "Artificial Text
 * Detection via Examining the Topology of Attention Maps"). At a threshold t, token i points to j where i attends to j with a share of at least t, to itself
 * included. As the authors' code counts:
 * - `strongComponents` of the directed graph, `edges`, and `degree`, their ends a token (2·edges / tokens, an edge to itself having two);
 * - `cycles`: simple directed cycles, one of a token with itself among them, up to `MOST_CYCLES`;
 * - `beta0`, `beta1` of the undirected graph, in which two tokens are joined where either points to the other: components, and
 *   edges − tokens + components, where an edge to itself is an edge.
 *
 * All but the components fall, or stay, as the threshold grows. The arrays are allocated once, for texts of up to `most` tokens.
 */
export class AttentionGraphs {
  private readonly graph: DirectedGraph;
  private readonly components: StrongComponents;
  private readonly cycles: SimpleCycles;
  /** Places of the thresholds, the highest first. */
  private readonly falling: readonly number[];

  constructor(
    most: number,
    private readonly thresholds: readonly number[] = ATTENTION_THRESHOLDS,
    cancellation = Cancellation.never,
  ) {
    this.graph = emptyGraph(most);
    this.components = new StrongComponents(most);
    this.cycles = new SimpleCycles(most, MOST_CYCLES, cancellation);
    this.falling = thresholds.map((_, t) => t).sort((a, b) => thresholds[b]! - thresholds[a]!);
  }

  /**
   * Features of one text of `tokens` tokens, whose attention is at `matrix[from + i·tokens + j]` from i to j: into `target` at `at`, a threshold after the
   * other, the measures of each in their order.
   */
  features(matrix: ArrayLike<number>, from: number, tokens: number, target: Float64Array, at: number): void {
    let cycles = 0;
    for (const t of this.falling) {
      const graph = this.above(matrix, from, tokens, this.thresholds[t]!);
      const edges = graph.start[tokens]!;
      const { joined, components } = this.undirected(graph);
      // Below a threshold with more cycles than are counted there are no fewer: counting up to there is most of the work.
      if (cycles < MOST_CYCLES) cycles = this.cycles.of(graph);
      const features = [
        this.components.of(graph),
        edges,
        (2 * edges) / tokens,
        cycles,
        components,
        joined - tokens + components,
      ];
      target.set(features, at + t * features.length);
    }
  }

  private above(matrix: ArrayLike<number>, from: number, tokens: number, threshold: number): DirectedGraph {
    const { start, targets } = this.graph;
    let edges = 0;
    for (let i = 0; i < tokens; i++) {
      start[i] = edges;
      for (let j = 0; j < tokens; j++) if (matrix[from + i * tokens + j]! >= threshold) targets[edges++] = j;
    }
    start[tokens] = edges;
    return { count: tokens, start, targets };
  }

  /** Edges and components of the undirected graph. */
  private undirected({ count, start, targets }: DirectedGraph): {
    readonly joined: number;
    readonly components: number;
  } {
    const sets = new UnionFind(count);
    let joined = 0;
    for (let i = 0; i < count; i++)
      for (let e = start[i]!; e < start[i + 1]!; e++) {
        const j = targets[e]!;
        // An edge that has its reverse is counted from its lesser end.
        if (j >= i || !points({ count, start, targets }, j, i)) joined++;
        sets.union(i, j);
      }
    return { joined, components: sets.count };
  }
}

/** Whether a vertex points to another; its targets ascend. */
function points({ start, targets }: DirectedGraph, from: number, to: number): boolean {
  let [low, high] = [start[from]!, start[from + 1]!];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (targets[middle]! < to) low = middle + 1;
    else high = middle;
  }
  return low < start[from + 1]! && targets[low] === to;
}
