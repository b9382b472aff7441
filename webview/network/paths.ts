import type { NetworkGraph, Positions } from './networkGraph';

/** Neighbours of every node: those of node n are list[starts[n]] … list[starts[n + 1] − 1]. */
export interface Adjacency {
  readonly starts: Uint32Array;
  readonly list: Uint32Array;
}

export function adjacencyOf({ count, source, target }: NetworkGraph): Adjacency {
  const starts = new Uint32Array(count + 1);
  for (const ends of [source, target]) for (const node of ends) starts[node + 1] = starts[node + 1]! + 1;
  for (let node = 0; node < count; node++) starts[node + 1] = starts[node + 1]! + starts[node]!;
  const next = starts.slice(0, count);
  const list = new Uint32Array(2 * source.length);
  const add = (from: number, to: number): void => {
    list[next[from]!] = to;
    next[from] = next[from]! + 1;
  };
  for (let e = 0; e < source.length; e++) {
    add(source[e]!, target[e]!);
    add(target[e]!, source[e]!);
  }
  return { starts, list };
}

/** The nodes of a path with the fewest edges, both ends among them; undefined where there is none. */
export function shortestPath({ starts, list }: Adjacency, from: number, to: number): readonly number[] | undefined {
  const before = new Int32Array(starts.length - 1).fill(-1);
  before[from] = from;
  const queue = [from];
  for (let at = 0; at < queue.length && before[to]! < 0; at++) {
    const node = queue[at]!;
    for (let k = starts[node]!; k < starts[node + 1]!; k++) {
      const next = list[k]!;
      if (before[next]! >= 0) continue;
      before[next] = node;
      queue.push(next);
    }
  }
  if (before[to]! < 0) return undefined;
  const path = [to];
  while (path.at(-1) !== from) path.push(before[path.at(-1)!]!);
  return path.reverse();
}

/** Nodes whose middles are inside a polygon, which is given by its corners (x and y, flat) and closes by itself. */
export function nodesInside(count: number, positions: Positions, corners: readonly number[]): readonly number[] {
  const inside: number[] = [];
  for (let node = 0; node < count; node++) {
    const [x, y] = [positions[2 * node]!, positions[2 * node + 1]!];
    let isIn = false;
    for (let i = 0, j = corners.length - 2; i < corners.length; j = i, i += 2) {
      const [ax, ay, bx, by] = [corners[i]!, corners[i + 1]!, corners[j]!, corners[j + 1]!];
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) isIn = !isIn;
    }
    if (isIn) inside.push(node);
  }
  return inside;
}
