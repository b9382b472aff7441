import type { Cancellation } from '../base/cancellation';
import type { CubicalGrid } from './cubicalGrid';
import type { CubicalLinks } from './cubicalLinks';
import { IntList } from './intList';
import {
  EDGES,
  EDGES_OF_OCTANT,
  EdgeForests,
  ENDS,
  NODES,
  NODES_OF_EDGE,
  OCTANT_EDGES,
  OCTANT_NODES,
  OCTANTS,
  SIDES,
} from './octahedron';

const VERTICES_BETWEEN_POLLS = 1 << 14;
const ALL_NODES = (1 << NODES) - 1;
const ALL_EDGES = (1 << EDGES) - 1;
const ALL_OCTANTS = (1 << OCTANTS) - 1;

/** Links of a grid of 3 dimensions, each kept as a number. Directions are nodes, then edges, then octants. */
export interface SpaceLinks extends CubicalLinks {
  /** Of each vertex: which nodes, edges and octants of its link came before it; see `nodesOf` and `edgesOf`. */
  readonly earlier: Int32Array;
  readonly forests: EdgeForests;
}

export function nodesOf(link: number): number {
  return link & ALL_NODES;
}

export function edgesOf(link: number): number {
  return (link >> NODES) & ALL_EDGES;
}

function octantsOf(link: number): number {
  return link >> (NODES + EDGES);
}

/** Takes 12 bytes a vertex, and 4 for each saddle. */
export function spaceLinks({ strides, values }: CubicalGrid, cancellation: Cancellation): SpaceLinks {
  const steps = stepsOf(strides);
  const forests = new EdgeForests();
  const earlier = new Int32Array(values.length);
  const descent = new Int32Array(values.length);
  const ascent = new Int32Array(values.length);
  const saddles = new IntList();
  const margin = strides.reduce((sum, stride) => sum + stride, 0);
  for (let vertex = margin; vertex < values.length - margin; vertex++) {
    if (vertex % VERTICES_BETWEEN_POLLS === 0) cancellation.throwIfCancelled();
    const value = values[vertex]!;
    if (Number.isNaN(value)) continue;
    // Of two equal values the one before in the grid came before.
    let nodes = 0;
    for (let node = 0; node < NODES; node += 2) {
      const step = steps[node]!;
      if (values[vertex + step]! < value) nodes |= 1 << node;
      if (values[vertex - step]! <= value) nodes |= 2 << node;
    }
    let edges = 0;
    for (let edge = 0; edge < EDGES; edge++) {
      const ends = NODES_OF_EDGE[edge]!;
      if ((nodes & ends) === ends && cameBefore(values, vertex, value, steps[NODES + edge]!)) edges |= 1 << edge;
    }
    let octants = 0;
    if (edges !== 0)
      for (let octant = 0; octant < OCTANTS; octant++) {
        const sides = EDGES_OF_OCTANT[octant]!;
        const step = steps[NODES + EDGES + octant]!;
        if ((edges & sides) === sides && cameBefore(values, vertex, value, step)) octants |= 1 << octant;
      }
    earlier[vertex] = nodes | (edges << NODES) | (octants << (NODES + EDGES));
    descent[vertex] = nodes === 0 ? vertex : vertex + steps[lowest(nodes)]!;
    ascent[vertex] = vertex + stepToLater(nodes, edges, octants, steps);
    const pieces = ones(forests.firsts[edges]!) + ones(nodes & ~forests.touched[edges]!);
    const spheres = octants === ALL_OCTANTS ? 1 : 0;
    const loops = pieces + spheres - (ones(nodes) - ones(edges) + ones(octants));
    if (pieces > 1 || loops > 0) saddles.push(vertex);
  }
  return {
    earlier,
    forests,
    descent,
    ascent,
    saddles,
    steps,
    doors: (vertex, directions) => doorsOf(earlier[vertex]!, forests, directions),
    walls: (vertex, walls) => wallsOf(earlier[vertex]!, forests, walls),
  };
}

function stepsOf(strides: readonly number[]): Int32Array {
  const nodes = strides.flatMap(stride => [stride, -stride]);
  const sum = (places: readonly number[]) => places.reduce((total, node) => total + nodes[node]!, 0);
  return Int32Array.from([...nodes, ...ENDS.map(sum), ...OCTANT_NODES.map(sum)]);
}

function cameBefore(values: Float64Array, vertex: number, value: number, step: number): boolean {
  const other = values[vertex + step]!;
  return other < value || (other === value && step < 0);
}

/** The step to any vertex around that comes later; 0 where there is none. */
function stepToLater(nodes: number, edges: number, octants: number, steps: Int32Array): number {
  if (nodes !== ALL_NODES) return steps[lowest(~nodes)]!;
  if (edges !== ALL_EDGES) return steps[NODES + lowest(~edges)]!;
  return octants === ALL_OCTANTS ? 0 : steps[NODES + EDGES + lowest(~octants)]!;
}

/** The first node of each tree. */
function doorsOf(link: number, { firsts, touched }: EdgeForests, directions: Int32Array): number {
  const edges = edgesOf(link);
  let rest = firsts[edges]! | (nodesOf(link) & ~touched[edges]!);
  let count = 0;
  for (; rest !== 0; rest &= rest - 1) directions[count++] = lowest(rest);
  return count;
}

const regions = new Uint8Array(OCTANTS);
/** Whether something comes later in each region of octants, and in which of them. */
const laterIn = new Int8Array(OCTANTS);

/**
 * Edges that came before and are not on the ways of the forest make a tree of the octants that came before and the pieces of the rest, joined by the edges of the rest. Octants
 * that came before go with one such edge each, as a cube that comes with a square; an edge between two pieces of the rest is a wall.
 */
function wallsOf(link: number, forests: EdgeForests, walls: Int32Array): number {
  const edges = edgesOf(link);
  const octants = octantsOf(link);
  for (let octant = 0; octant < OCTANTS; octant++) {
    regions[octant] = octant;
    laterIn[octant] = (octants >> octant) & 1 ? -1 : octant;
  }
  let count = 0;
  // First those of the rest.
  for (let pass = 0; pass < 2; pass++) {
    let set = pass === 0 ? ~edges & ALL_EDGES : edges & ~forests.tree[edges]!;
    for (; set !== 0; set &= set - 1) {
      const edge = lowest(set);
      const [one, two] = SIDES[edge]!;
      const [a, b] = [regionOf(one), regionOf(two)];
      if (a === b) continue;
      const [laterA, laterB] = [laterIn[a]!, laterIn[b]!];
      if (pass === 0 || laterA < 0 || laterB < 0) {
        regions[b] = a;
        if (laterA < 0) laterIn[a] = laterB;
        continue;
      }
      walls[3 * count] = edge;
      walls[3 * count + 1] = laterDirection(link, laterA);
      walls[3 * count + 2] = laterDirection(link, laterB);
      count++;
    }
  }
  return count;
}

function regionOf(octant: number): number {
  let at = octant;
  while (regions[at] !== at) at = regions[at]!;
  return at;
}

/** A vertex of the cube that comes later. */
function laterDirection(link: number, octant: number): number {
  const nodes = nodesOf(link);
  for (const node of OCTANT_NODES[octant]!) if (((nodes >> node) & 1) === 0) return node;
  const edges = edgesOf(link);
  for (const edge of OCTANT_EDGES[octant]!) if (((edges >> edge) & 1) === 0) return NODES + edge;
  return NODES + EDGES + octant;
}

/** The place of the lowest bit that is set. */
function lowest(mask: number): number {
  return 31 - Math.clz32(mask & -mask);
}

/** The number of bits that are set, of the lowest 12. */
function ones(mask: number): number {
  return COUNTS[mask]!;
}

const COUNTS = new Uint8Array(1 << EDGES);
for (let mask = 1; mask < COUNTS.length; mask++) COUNTS[mask] = COUNTS[mask >> 1]! + (mask & 1);
