/**
 * The link of a vertex in a cubical grid of 3 dimensions. Its nodes are the neighbours along the axes, `2·axis` forwards and `2·axis + 1` back; its edges are the squares around the vertex, 4
 * across each axis; its 8 triangles are the cubes, octants, whose bit k says whether they lie back along axis k.
 */
export const NODES = 6;
export const EDGES = 12;
export const OCTANTS = 8;

/** The two nodes of each edge; edge `4·axis + corner` has one on each of the two other axes. */
export const ENDS: readonly (readonly [number, number])[] = upTo(EDGES).map(edge => {
  const [one, two] = [0, 1, 2].filter(axis => axis !== edge >> 2) as [number, number];
  return [2 * one + (edge & 1), 2 * two + ((edge >> 1) & 1)];
});

/** The two octants of each edge: they lie back where its nodes do, on either side of its axis. */
export const SIDES: readonly (readonly [number, number])[] = ENDS.map(([first, second], edge) => {
  const octant = ((first & 1) << (first >> 1)) | ((second & 1) << (second >> 1));
  return [octant, octant | (1 << (edge >> 2))];
});

export const OCTANT_NODES: readonly (readonly number[])[] = upTo(OCTANTS).map(octant =>
  [0, 1, 2].map(axis => 2 * axis + ((octant >> axis) & 1)),
);
export const OCTANT_EDGES: readonly (readonly number[])[] = upTo(OCTANTS).map(octant =>
  upTo(EDGES).filter(edge => SIDES[edge]!.includes(octant)),
);

/** What is below each edge and octant, as bits. */
export const NODES_OF_EDGE = Uint8Array.from(ENDS, maskOf);
export const EDGES_OF_OCTANT = Uint16Array.from(OCTANT_EDGES, maskOf);

/** The edge between two nodes at `6·one + other`; −1 between a node and itself or the one across. */
export const EDGE_BETWEEN = new Int8Array(NODES * NODES).fill(-1);
ENDS.forEach(([first, second], edge) => {
  EDGE_BETWEEN[NODES * first + second] = EDGE_BETWEEN[NODES * second + first] = edge;
});

/** Of each set of edges, as bits: a forest of shortest ways in the graph that they are. */
export class EdgeForests {
  /** At `6·edges + node`: the next node on the way to the first node of its tree; itself for the first one. */
  readonly next = new Uint8Array(NODES << EDGES);
  /** The edges on those ways. */
  readonly tree = new Uint16Array(1 << EDGES);
  /** The first nodes of trees that are more than a node. */
  readonly firsts = new Uint8Array(1 << EDGES);
  /** The nodes of such trees. */
  readonly touched = new Uint8Array(1 << EDGES);

  constructor() {
    for (let edges = 0; edges < 1 << EDGES; edges++) this.grow(edges);
  }

  private grow(edges: number): void {
    const at = NODES * edges;
    let reached = 0;
    for (let first = 0; first < NODES; first++) {
      if ((reached >> first) & 1) continue;
      reached |= 1 << first;
      this.next[at + first] = first;
      const queue = [first];
      for (let head = 0; head < queue.length; head++) {
        const node = queue[head]!;
        for (let other = 0; other < NODES; other++) {
          const edge = EDGE_BETWEEN[NODES * node + other]!;
          if (edge < 0 || ((edges >> edge) & 1) === 0 || (reached >> other) & 1) continue;
          reached |= 1 << other;
          this.next[at + other] = node;
          this.tree[edges]! |= 1 << edge;
          queue.push(other);
        }
      }
      if (queue.length === 1) continue;
      this.firsts[edges]! |= 1 << first;
      this.touched[edges]! |= maskOf(queue);
    }
  }
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, k) => k);
}

function maskOf(places: readonly number[]): number {
  return places.reduce((mask, k) => mask | (1 << k), 0);
}
