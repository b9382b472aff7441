import type { Cancellation } from '../base/cancellation';
import { OTHER_AXES, stepsOf, type TakePair } from './cubicalForests';
import type { RankedGrid } from './rankedGrid';

const COLUMNS_BETWEEN_POLLS = 0x3ff;

/**
 * H1 of a 3-dimensional grid: reduces the boundaries of the squares that kill a loop, latest edge first, over Z/2 (with the clearing of Chen and Kerber 2011
 * from both sides). Rows of edges that join two components are left out: they can never be a pivot; squares that open a cavity kill no loop. Boundaries are
 * made when they are needed; only columns that were added to are kept, and a column whose latest edge is nobody's yet never enters the heap.
 */
export function loopPairs(
  grid: RankedGrid,
  joining: Uint8Array,
  opening: Uint8Array,
  take: TakePair,
  cancellation: Cancellation,
): void {
  const { strides, rank, order } = grid;
  const steps = stepsOf(strides);
  /** Of each edge as a pivot: 1 + its square, or −1 − the place of its column in `kept`; 0 while it is free. */
  const ownerOfPivot = new Int32Array(6 * order.length);
  const kept = new ColumnPool();
  const heap = new PlaceHeap();
  const edges = new Int32Array(4);

  const edgeFrom = (vertex: number, step: number): number => {
    const here = rank[vertex]!;
    const there = rank[vertex + steps[step]!]!;
    return here > there ? 6 * here + step : 6 * there + (step ^ 1);
  };
  /** The edges of a square that may be pivots, into `edges`; returns their number. */
  const boundary = (square: number): number => {
    const r = Math.floor(square / 12);
    const local = square - 12 * r;
    const [one, two] = OTHER_AXES[local >> 2]!;
    const first = 2 * one + (local & 1);
    const second = 2 * two + ((local >> 1) & 1);
    const vertex = order[r]!;
    let size = 0;
    const add = (edge: number) => {
      if (joining[edge] === 0) edges[size++] = edge;
    };
    add(6 * r + first);
    add(6 * r + second);
    add(edgeFrom(vertex + steps[first]!, second));
    add(edgeFrom(vertex + steps[second]!, first));
    return size;
  };
  const pushBoundary = (square: number) => {
    const size = boundary(square);
    for (let k = 0; k < size; k++) heap.push(edges[k]!);
  };

  const reduce = (square: number, r: number) => {
    const size = boundary(square);
    let pivot = -1;
    for (let k = 0; k < size; k++) if (edges[k]! > pivot) pivot = edges[k]!;
    // Every square that is left kills a loop, so that there is a pivot.
    if (ownerOfPivot[pivot] === 0) ownerOfPivot[pivot] = 1 + square;
    else {
      heap.clear();
      for (let k = 0; k < size; k++) heap.push(edges[k]!);
      pivot = heap.popOdd();
      for (let additions = 1; ownerOfPivot[pivot] !== 0; additions++) {
        if ((additions & COLUMNS_BETWEEN_POLLS) === 0) cancellation.throwIfCancelled();
        const owner = ownerOfPivot[pivot]!;
        // The other column has the same pivot: it cancels the one that was taken off.
        heap.push(pivot);
        if (owner > 0) pushBoundary(owner - 1);
        else kept.pushInto(heap, -1 - owner);
        pivot = heap.popOdd();
      }
      ownerOfPivot[pivot] = -1 - kept.drain(heap, pivot);
    }
    const birth = Math.floor(pivot / 6);
    if (birth !== r) take(1, birth, r);
  };

  for (let r = 0; r < order.length; r++) {
    if ((r & COLUMNS_BETWEEN_POLLS) === 0) cancellation.throwIfCancelled();
    const vertex = order[r]!;
    for (let axis = 0; axis < 3; axis++) {
      const [one, two] = OTHER_AXES[axis]!;
      for (let corner = 0; corner < 4; corner++) {
        const first = corner & 1 ? -strides[one]! : strides[one]!;
        const second = corner & 2 ? -strides[two]! : strides[two]!;
        if (rank[vertex + first]! > r || rank[vertex + second]! > r || rank[vertex + first + second]! > r) continue;
        const square = 12 * r + 4 * axis + corner;
        if (opening[square] === 0) reduce(square, r);
      }
    }
  }
}

/** Columns one after the other, each behind its length. */
class ColumnPool {
  private items = new Int32Array(1 << 16);
  private end = 0;

  /** Takes `first` and all that is left in the heap; returns the column's place. */
  drain(heap: PlaceHeap, first: number): number {
    const start = this.end++;
    this.append(first);
    for (let place = heap.popOdd(); place >= 0; place = heap.popOdd()) this.append(place);
    this.items[start] = this.end - start - 1;
    return start;
  }

  pushInto(heap: PlaceHeap, start: number): void {
    const { items } = this;
    const end = start + 1 + items[start]!;
    for (let k = start + 1; k < end; k++) heap.push(items[k]!);
  }

  private append(item: number): void {
    // The length of the next column goes behind the last item.
    if (this.end + 2 > this.items.length) {
      const larger = new Int32Array(2 * this.items.length);
      larger.set(this.items);
      this.items = larger;
    }
    this.items[this.end++] = item;
  }
}

/** A binary heap of places, the largest on top, in which equal ones cancel in pairs. */
class PlaceHeap {
  private items = new Int32Array(64);
  private length = 0;

  clear(): void {
    this.length = 0;
  }

  push(place: number): void {
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
