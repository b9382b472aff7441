import { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import { noProgress, type Progress } from '../base/progress';
import { DistanceMatrix } from './distances';
import { MinHeap } from './minHeap';
import type { PairwiseDistances } from './pairwiseDistances';

/** The graph that joins every point with its nearest ones, in compressed rows: neighbours of i are at [start[i], start[i + 1]). */
export interface NeighbourGraph {
  readonly count: number;
  /** Length: points + 1. */
  readonly start: Uint32Array;
  /** Ascending within a row. */
  readonly neighbour: Uint32Array;
  readonly length: Float64Array;
}

/**
 * Joins two points where one is among the `neighbours` nearest of the other; ties go to the smaller index, and a point is no neighbour of itself. O(n²)
 * distances, O(n · neighbours) memory. Throws `usage` unless `neighbours` is a whole number of at least 1.
 */
export function neighbourGraph(
  distances: PairwiseDistances,
  neighbours: number,
  cancellation = Cancellation.never,
): NeighbourGraph {
  if (!(Number.isInteger(neighbours) && neighbours >= 1))
    throw new Fault('usage', `The number of neighbours must be a whole number of at least 1, not ${neighbours}.`);
  const { count } = distances;
  const width = Math.min(neighbours, Math.max(0, count - 1));
  const rows: Map<number, number>[] = Array.from({ length: count }, () => new Map<number, number>());
  const nearest = new Uint32Array(width);
  const lengths = new Float64Array(width);
  for (let i = 0; i < count; i++) {
    if (i % 16 === 0) cancellation.throwIfCancelled();
    let held = 0;
    for (let j = 0; j < count && width > 0; j++) {
      if (j === i) continue;
      const distance = distances.at(i, j);
      if (held === width && distance >= lengths[width - 1]!) continue;
      let at = held < width ? held++ : width - 1;
      for (; at > 0 && lengths[at - 1]! > distance; at--) {
        lengths[at] = lengths[at - 1]!;
        nearest[at] = nearest[at - 1]!;
      }
      lengths[at] = distance;
      nearest[at] = j;
    }
    for (let k = 0; k < held; k++) {
      if (lengths[k] === Infinity) continue;
      rows[i]!.set(nearest[k]!, lengths[k]!);
      rows[nearest[k]!]!.set(i, lengths[k]!);
    }
  }
  const start = new Uint32Array(count + 1);
  rows.forEach((row, i) => (start[i + 1] = start[i]! + row.size));
  const neighbour = new Uint32Array(start[count]!);
  const length = new Float64Array(start[count]!);
  rows.forEach((row, i) => {
    [...row]
      .sort(([a], [b]) => a - b)
      .forEach(([j, distance], k) => {
        neighbour[start[i]! + k] = j;
        length[start[i]! + k] = distance;
      });
  });
  return { count, start, neighbour, length };
}

/**
 * Geodesic distances along a graph: the number of edges of the shortest path (`hops`, as Naitzat, Zhitnikov, Lim, "Topology of deep neural networks",
 * JMLR 21, 2020, take them) or the smallest sum of lengths along a path (`lengths`, as Isomap does; Tenenbaum, de Silva, Langford 2000). ∞ between points that no
 * path joins. O(n · edges) for hops, O(n · edges · log n) for lengths; 4 n² bytes.
 */
export function geodesicDistances(
  graph: NeighbourGraph,
  along: 'hops' | 'lengths',
  cancellation = Cancellation.never,
  progress: Progress = noProgress,
): DistanceMatrix {
  const { count } = graph;
  const values = new Float32Array(count * count);
  const row = new Float64Array(count);
  const from = along === 'hops' ? breadthFirst(graph) : dijkstra(graph);
  for (let source = 0; source < count; source++) {
    cancellation.throwIfCancelled();
    progress(source / count, 'walking the graph');
    row.fill(Infinity);
    from(source, row);
    // The shortest way there and back are one way: sums in another order must not differ.
    for (let j = source; j < count; j++) {
      values[source * count + j] = row[j]!;
      values[j * count + source] = row[j]!;
    }
  }
  return new DistanceMatrix(count, values);
}

function breadthFirst({ count, start, neighbour }: NeighbourGraph) {
  const queue = new Uint32Array(count);
  return (source: number, distance: Float64Array) => {
    queue[0] = source;
    distance[source] = 0;
    let size = 1;
    for (let at = 0; at < size; at++) {
      const i = queue[at]!;
      for (let k = start[i]!; k < start[i + 1]!; k++) {
        const j = neighbour[k]!;
        if (distance[j]! < Infinity) continue;
        distance[j] = distance[i]! + 1;
        queue[size++] = j;
      }
    }
  };
}

function dijkstra({ start, neighbour, length }: NeighbourGraph) {
  const heap = new MinHeap();
  return (source: number, distance: Float64Array) => {
    distance[source] = 0;
    heap.push(0, source);
    while (heap.size > 0) {
      const key = heap.smallestKey;
      const i = heap.pop();
      if (key > distance[i]!) continue;
      for (let k = start[i]!; k < start[i + 1]!; k++) {
        const j = neighbour[k]!;
        const through = key + length[k]!;
        if (through >= distance[j]!) continue;
        distance[j] = through;
        heap.push(through, j);
      }
    }
  };
}
