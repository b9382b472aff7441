import type { Cancellation } from '../base/cancellation';
import type { TakePair } from './cubicalForests';
import { CubicalGradient } from './cubicalGradient';
import type { CubicalGrid } from './cubicalGrid';
import { IntHeap } from './intHeap';
import { IntList } from './intList';
import { EDGES, NODES } from './octahedron';
import type { SpaceLinks } from './spaceLinks';

const SQUARES_BETWEEN_POLLS = 1 << 10;
const ADDITIONS_BETWEEN_POLLS = 1 << 10;

/**
 * H1 of a 3-dimensional grid: reduces the boundaries of the squares that kill a loop, over Z/2, to the edges that close one. Both are critical cells of a discrete gradient, less
 * those that the two forests have settled (the clearing of Chen and Kerber 2011 from both sides). Edges and squares are given in the order in which they come.
 */
export function loopPairs(
  grid: CubicalGrid,
  links: SpaceLinks,
  closingEdges: Int32Array,
  killingSquares: Int32Array,
  take: TakePair,
  takeBytes: (bytes: number) => void,
  cancellation: Cancellation,
): void {
  const gradient = new CubicalGradient(grid, links, closingEdges, cancellation);
  /** Columns one after the other, each behind its length, latest edge first. */
  const columns = new IntList(1 << 12);
  /** Of each closing edge, once it is the latest of a column: 1 + the place of the column. */
  const owners = new Int32Array(closingEdges.length);
  const heap = new IntHeap();
  let untilPoll = ADDITIONS_BETWEEN_POLLS;
  /** Adds earlier columns to the one at a place until nobody else's has its latest edge. */
  const reduce = (place: number) => {
    const pushColumn = (at: number) => {
      const items = columns.view();
      const end = at + 1 + items[at]!;
      for (let k = at + 1; k < end; k++) heap.push(items[k]!);
    };
    pushColumn(place);
    columns.truncate(place + 1);
    let latest = heap.popOdd();
    for (; owners[latest] !== 0; latest = heap.popOdd()) {
      if (--untilPoll === 0) {
        cancellation.throwIfCancelled();
        untilPoll = ADDITIONS_BETWEEN_POLLS;
      }
      // The other column has the same latest edge: it cancels the one that was taken off.
      heap.push(latest);
      pushColumn(owners[latest]! - 1);
    }
    for (; latest >= 0; latest = heap.popOdd()) columns.push(latest);
    columns.view()[place] = columns.length - place - 1;
  };
  killingSquares.forEach((square, k) => {
    if (k % SQUARES_BETWEEN_POLLS === 0) {
      cancellation.throwIfCancelled();
      takeBytes(columns.bytes + gradient.bytes);
    }
    const place = columns.length;
    gradient.boundary(square, columns);
    // Every square kills a loop, so that there is an edge.
    if (owners[columns.at(place + 1)] !== 0) reduce(place);
    const latest = columns.at(place + 1);
    owners[latest] = 1 + place;
    take(1, Math.floor(closingEdges[latest]! / NODES), Math.floor(square / EDGES));
  });
}
