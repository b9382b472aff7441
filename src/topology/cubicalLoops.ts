import type { Cancellation } from '../base/cancellation';
import type { CubicalComplex } from './cubicalComplex';

const COLUMNS_BETWEEN_POLLS = 256;

/** What the spanning forests have settled of a 3-dimensional complex. */
export interface SettledCells {
  /** In order. */
  readonly edges: Uint32Array;
  /** Edges that joined two components: they kill H0 and bear no loop. */
  readonly joining: Uint8Array;
  /** In order. */
  readonly squares: Uint32Array;
  /** Squares that bear H2: they kill no loop. */
  readonly opening: Uint8Array;
}

/**
 * H1 of a 3-dimensional grid: reduces the boundaries of the squares that kill a loop, latest edge first, over Z/2. Rows of edges that bear no
 * loop are left out: they can never be a pivot.
 */
export function reduceLoops(
  { size, strides, rank }: CubicalComplex,
  { edges, joining, squares, opening }: SettledCells,
  take: (dimension: number, birth: number, death: number) => void,
  cancellation: Cancellation,
): void {
  const placeOfEdge = new Int32Array(rank.length).fill(-1);
  edges.forEach((edge, place) => {
    if (!joining[place]) placeOfEdge[edge] = place;
  });
  /** Pivot edge → the square it was reduced to; columns that differ from their square's boundary are kept. */
  const squareOfPivot = new Int32Array(edges.length).fill(-1);
  const reduced = new Map<number, Int32Array>();
  const heap = new PlaceHeap();
  const addBoundary = (square: number) => {
    for (let axis = 0; axis < 3; axis++) {
      const stride = strides[axis]!;
      if (((Math.floor(square / stride) % size[axis]!) & 1) === 0) continue;
      heap.pushIfThere(placeOfEdge[square - stride]!);
      heap.pushIfThere(placeOfEdge[square + stride]!);
    }
  };
  for (let k = 0; k < squares.length; k++) {
    if (k % COLUMNS_BETWEEN_POLLS === 0) cancellation.throwIfCancelled();
    if (opening[k]) continue;
    const square = squares[k]!;
    heap.clear();
    addBoundary(square);
    let changed = false;
    let pivot = heap.popOdd();
    for (let steps = 1; pivot >= 0 && squareOfPivot[pivot]! >= 0; steps++) {
      if (steps % COLUMNS_BETWEEN_POLLS === 0) cancellation.throwIfCancelled();
      changed = true;
      // The other column has the same pivot: it cancels the one that was taken off.
      const other = squareOfPivot[pivot]!;
      const column = reduced.get(other);
      heap.pushIfThere(pivot);
      if (column === undefined) addBoundary(other);
      else for (const place of column) heap.pushIfThere(place);
      pivot = heap.popOdd();
    }
    // Every square left kills a loop, so that a pivot is left.
    squareOfPivot[pivot] = square;
    if (changed) reduced.set(square, heap.drain(pivot));
    take(1, rank[edges[pivot]!]!, rank[square]!);
  }
}

/** A binary heap of places, the largest on top, in which equal ones cancel in pairs. */
class PlaceHeap {
  private items = new Int32Array(64);
  private length = 0;

  clear(): void {
    this.length = 0;
  }

  pushIfThere(place: number): void {
    if (place < 0) return;
    if (this.length === this.items.length) {
      const larger = new Int32Array(2 * this.length);
      larger.set(this.items);
      this.items = larger;
    }
    const { items } = this;
    let at = this.length++;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (items[above]! >= place) break;
      items[at] = items[above]!;
      at = above;
    }
    items[at] = place;
  }

  /** Takes off the largest place that is there an odd number of times; −1 where none is. */
  popOdd(): number {
    while (this.length > 0) {
      const place = this.pop();
      let odd = true;
      while (this.length > 0 && this.items[0] === place) {
        this.pop();
        odd = !odd;
      }
      if (odd) return place;
    }
    return -1;
  }

  /** Everything that is left, and `first` before it. */
  drain(first: number): Int32Array {
    const places = [first];
    for (let place = this.popOdd(); place >= 0; place = this.popOdd()) places.push(place);
    return Int32Array.from(places);
  }

  private pop(): number {
    const { items } = this;
    const top = items[0]!;
    const moving = items[--this.length]!;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= this.length) break;
      if (below + 1 < this.length && items[below + 1]! > items[below]!) below++;
      if (items[below]! <= moving) break;
      items[at] = items[below]!;
      at = below;
    }
    items[at] = moving;
    return top;
  }
}
