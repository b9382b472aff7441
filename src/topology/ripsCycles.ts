import type { Cancellation } from '../base/cancellation';
import { CohomologyColumn } from './cohomologyColumn';
import type { RankPairs } from './rankPairs';
import type { RipsFiltration, RipsViews } from './ripsFiltration';

/**
 * Cycles over Z/2 of the classes of H1, as ranks of edges. The cycle of a class that dies is the reduced boundary of the triangle
 * that kills it: its latest edge is the one that gives birth, and it bounds at the death and not before. Only the killing triangles'
 * columns are reduced ("involuted homology", Čufar and Virk 2021); those of apparent pairs are made where they are needed. The cycle
 * of an essential class is the edge that gives birth with the path of the spanning forest between its ends.
 */
export class RipsCycles {
  private readonly views: RipsViews;
  private readonly boundary = new CohomologyColumn(2);
  /** Reduced boundaries by their latest edge. */
  private readonly reduced = new Map<number, Uint32Array>();
  private readonly neighbours: { vertex: number; rank: number }[][];
  private steps = 0;

  /** `pairs` are those of dimension 1; `progress` is told the fraction of them that is done. */
  constructor(
    private readonly filtration: RipsFiltration,
    forest: Uint32Array,
    pairs: RankPairs,
    private readonly cancellation: Cancellation,
    progress: (fraction: number) => void,
  ) {
    this.views = filtration.views();
    this.neighbours = Array.from({ length: filtration.count }, () => []);
    for (const rank of forest) {
      const a = this.views.ends[4 * rank]!;
      const b = this.views.ends[4 * rank + 1]!;
      this.neighbours[a]!.push({ vertex: b, rank });
      this.neighbours[b]!.push({ vertex: a, rank });
    }
    const killers = pairs.killers.filter(killer => killer >= 0).sort((a, b) => a - b);
    killers.forEach((killer, i) => {
      if ((i & 63) === 0) progress(i / killers.length);
      this.reduce(killer);
    });
  }

  /** Ranks of the edges of the cycle that is born with this edge. */
  cycle(birth: number): Uint32Array {
    return this.reduced.get(birth) ?? this.throughForest(birth);
  }

  /** Reduces the boundary of a triangle: triangles come in the order of the filtration. */
  private reduce(triangle: number): void {
    const { count, edgeCount, kernel } = this.filtration;
    const rank = Math.floor(triangle / count);
    this.pushBoundary(rank, triangle - rank * count);
    for (;;) {
      if ((++this.steps & 4095) === 0) this.cancellation.throwIfCancelled();
      const latest = edgeCount - this.boundary.popPivot();
      this.boundary.push(edgeCount - latest, 1);
      const earlier = this.reduced.get(latest);
      if (earlier !== undefined) {
        for (const edge of earlier) this.boundary.push(edgeCount - edge, 1);
        continue;
      }
      const neighbour = kernel.firstNeighbour(latest);
      if (neighbour < count) {
        this.pushBoundary(latest, neighbour);
        continue;
      }
      this.reduced.set(latest, this.takeBoundary());
      return;
    }
  }

  private pushBoundary(rank: number, third: number): void {
    const { edgeCount, stride } = this.filtration;
    const { ends, rank: ranks } = this.views;
    // The column gives smallest keys first, and the latest edge is asked for.
    this.boundary.push(edgeCount - rank, 1);
    this.boundary.push(edgeCount - ranks[third * stride + ends[4 * rank]!]!, 1);
    this.boundary.push(edgeCount - ranks[third * stride + ends[4 * rank + 1]!]!, 1);
  }

  private takeBoundary(): Uint32Array {
    const edges: number[] = [];
    for (let key = this.boundary.popPivot(); key >= 0; key = this.boundary.popPivot()) {
      edges.push(this.filtration.edgeCount - key);
    }
    return Uint32Array.from(edges);
  }

  /** An edge with the path of the forest between its ends. */
  private throughForest(rank: number): Uint32Array {
    const { ends } = this.views;
    const from = ends[4 * rank]!;
    const to = ends[4 * rank + 1]!;
    const reachedBy = new Map<number, { vertex: number; rank: number }>([[from, { vertex: from, rank }]]);
    const queue = [from];
    for (let i = 0; i < queue.length && !reachedBy.has(to); i++) {
      for (const next of this.neighbours[queue[i]!]!) {
        if (reachedBy.has(next.vertex)) continue;
        reachedBy.set(next.vertex, { vertex: queue[i]!, rank: next.rank });
        queue.push(next.vertex);
      }
    }
    const edges = [rank];
    for (let vertex = to; vertex !== from;) {
      const step = reachedBy.get(vertex)!;
      edges.push(step.rank);
      vertex = step.vertex;
    }
    return Uint32Array.from(edges);
  }
}
