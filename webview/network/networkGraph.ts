/** A graph as it is drawn: nodes with sizes, edges with strengths. Where nodes are is told apart from it, because it changes while it is laid out. */
export interface NetworkGraph {
  readonly count: number;
  /** Of each node, in pixels at a scale of 1. */
  readonly radius: Float32Array;
  /** Edge e joins source[e] and target[e]. */
  readonly source: Uint32Array;
  readonly target: Uint32Array;
  /** Of each edge, 0 … 1: how thick it is, and how close it holds its nodes. */
  readonly strength: Float32Array;
}

/** What a node looks like: one colour, or shares of several, which are drawn as a pie. */
export type NodeFill = string | readonly { readonly share: number; readonly color: string }[];

/** x and y of each node, flat. */
export type Positions = Float32Array;

/** The area of a node tells its size: radii between `least` and `most` pixels, the most for the largest. */
export function radiiOf(sizes: ArrayLike<number>, least: number, most: number): Float32Array {
  let largest = 0;
  for (let i = 0; i < sizes.length; i++) largest = Math.max(largest, sizes[i]!);
  return Float32Array.from(sizes, size => least + (most - least) * Math.sqrt(largest > 0 ? size / largest : 0));
}

export interface Bounds {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** What holds all nodes; a point without any. */
export function boundsOf({ count, radius }: NetworkGraph, positions: Positions): Bounds {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let node = 0; node < count; node++) {
    const [x, y, r] = [positions[2 * node]!, positions[2 * node + 1]!, radius[node]!];
    left = Math.min(left, x - r);
    right = Math.max(right, x + r);
    top = Math.min(top, y - r);
    bottom = Math.max(bottom, y + r);
  }
  return left <= right ? { left, top, right, bottom } : { left: 0, top: 0, right: 0, bottom: 0 };
}
