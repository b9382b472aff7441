import type { IntList } from './intList';

/**
 * What the neighbours of each vertex say of it. The link of a vertex is a circle of its neighbours in the plane and an octahedron in space; the part of it that has come before the
 * vertex, and the rest, are both in one piece unless the vertex is critical. All but the critical ones change nothing when they come
 * (Robins, Wood, Sheppard 2011), so that a pointer to a neighbour is all that is needed of them.
 */
export interface CubicalLinks {
  /** Of each vertex: a neighbour along an axis that came before it, or itself where there is none: a minimum. */
  readonly descent: Int32Array;
  /** Of each vertex: a vertex of a cube around it that comes after it, or itself where there is none: a maximum. What is outside comes last. */
  readonly ascent: Int32Array;
  /** Vertices where components, loops or cavities may meet, in the order of the grid. */
  readonly saddles: IntList;
  /** One neighbour that came before for each piece of them, that of `descent` first, as directions; returns their number. */
  readonly doors: (vertex: number, directions: Int32Array) => number;
  /** Critical walls between what comes after: for each the wall, and a vertex on either side, as directions; returns their number. */
  readonly walls: (vertex: number, walls: Int32Array) => number;
  /** Of each direction, the step. */
  readonly steps: Int32Array;
}
