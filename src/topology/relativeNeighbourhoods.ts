import { formatCount } from '../base/numbers';
import type { Steps } from '../base/steps';
import type { RipsFiltration } from './ripsFiltration';

/** Edges that a call of the kernel takes to fill lists of nearest neighbours. */
const CHUNK = 1 << 13;
/** Edges that are passed by in a step, few of which are in the graph: some milliseconds. */
const DIVIDED_PER_STEP = 1 << 20;
/** Vertices in a part of a job: some tenths of a millisecond. */
const GRAIN = 32;

/** The edges of the relative neighbourhood graph by rank, ascending. */
export interface NeighbourhoodEdges {
  /** Edges that join two components when edges come in order: the spanning forest (Kruskal 1956). */
  readonly tree: Uint32Array;
  /** All others. */
  readonly rest: Uint32Array;
}

/**
 * The relative neighbourhood graph (Toussaint 1980): no vertex is joined to both ends of its edges before them. All other edges
 * are the latest edge of a triangle, hence in an apparent pair with the first of these. The spanning forest is part of this graph, and the rest
 * are the edges that H1 has to reduce.
 */
export function* relativeNeighbourhoods(filtration: RipsFiltration): Steps<NeighbourhoodEdges> {
  const { count, edgeCount, kernel, space, freeAddress } = filtration;
  const { crew } = space;
  kernel.clearNeighbours();
  // The first edges fill the lists of most vertices; longer lists of outliers are not worth a look at all edges.
  for (let begin = 0, full = 0; begin < edgeCount / 4 && full < count; begin += CHUNK) {
    full += kernel.listNeighbours(begin, Math.min(begin + CHUNK, edgeCount));
    yield;
  }
  yield* crew.run('findNeighbourhoods', count, GRAIN);
  const size = kernel.neighbourhoodCount();
  space.reserve(freeAddress + 8 * size, `The edges of ${formatCount(count)} points`);
  kernel.startDividing(freeAddress, freeAddress + 4 * size);
  let joining = 0;
  for (let begin = 0; begin < edgeCount; begin += DIVIDED_PER_STEP) {
    joining = kernel.divideNeighbourhoods(begin, Math.min(begin + DIVIDED_PER_STEP, edgeCount));
    yield;
  }
  return {
    tree: Uint32Array.from(new Uint32Array(crew.buffer, freeAddress, joining)),
    rest: Uint32Array.from(new Uint32Array(crew.buffer, freeAddress + 4 * size, size - joining)),
  };
}
