import type { Cancellation } from '../base/cancellation';
import type { CubicalGrid } from './cubicalGrid';
import { IntList } from './intList';
import { EDGES, ENDS, NODES } from './octahedron';
import { edgesOf, type SpaceLinks } from './spaceLinks';

const VISITS_BETWEEN_POLLS = 1 << 12;
/** At most 5 squares on the way to the first node of a piece, each with 2 edges, and the edge of that node. */
const MOST_EDGES_BELOW = 11;

const UNKNOWN = 0;
const NOTHING = -1;

/**
 * Where a chain of edges in a grid of 3 dimensions ends up when it goes down the discrete gradient (Robins, Wood, Sheppard 2011): at edges that close a loop. An edge that goes with its vertex, or
 * joins two components, is dropped. One that goes with a square goes around it, and the squares behind it, to the first node of its piece of the link; the edges on
 * that way come before it or have been dropped.
 *
 * What becomes of an edge is kept, as most chains come along where others have been: 24 bytes a vertex, where they come, and lists of two closing edges and more.
 */
export class CubicalGradient {
  /** Of each edge `6·vertex + node`, once it is known: NOTHING, 1 + the closing edge, or −2 − the place of their number in `lists`, which they follow. */
  private readonly images: Int32Array;
  private readonly lists = new IntList(1 << 12);
  private readonly below = new Int32Array(MOST_EDGES_BELOW);
  private readonly stack = new IntList();
  private sum = new Int32Array(64);
  private spare = new Int32Array(64);
  /** A list of one. */
  private readonly single = Int32Array.of(1, 0);
  private untilPoll = VISITS_BETWEEN_POLLS;

  /** `closing` are edges, ascending in the order in which they come; what is said of them are their places there. */
  constructor(
    private readonly grid: CubicalGrid,
    private readonly links: SpaceLinks,
    closing: Int32Array,
    private readonly cancellation: Cancellation,
  ) {
    this.images = new Int32Array(NODES * grid.values.length);
    closing.forEach((edge, k) => {
      this.images[edge] = 1 + k;
    });
  }

  get bytes(): number {
    return this.lists.bytes;
  }

  /** Appends how many closing edges the boundary of a square `12·vertex + edge` ends up at, and which, last first. */
  boundary(square: number, into: IntList): void {
    const vertex = Math.floor(square / EDGES);
    const [one, two] = ENDS[square - EDGES * vertex]!;
    const { steps } = this.links;
    const edges = [
      NODES * vertex + one,
      NODES * vertex + two,
      this.edgeBetween(vertex + steps[one]!, two),
      this.edgeBetween(vertex + steps[two]!, one),
    ];
    for (const edge of edges) if (this.images[edge] === UNKNOWN) this.resolve(edge);
    let size = 0;
    for (const edge of edges) size = this.add(this.images[edge]!, size);
    into.push(size);
    into.append(this.sum, size);
  }

  private resolve(edge: number): void {
    const { images, below, stack } = this;
    stack.push(edge);
    while (stack.length > 0) {
      if (--this.untilPoll === 0) {
        this.cancellation.throwIfCancelled();
        this.untilPoll = VISITS_BETWEEN_POLLS;
      }
      const top = stack.at(stack.length - 1);
      if (images[top] !== UNKNOWN) {
        stack.pop();
        continue;
      }
      const count = this.edgesBelow(top);
      let unknown = 0;
      for (let k = 0; k < count; k++) {
        if (images[below[k]!] !== UNKNOWN) continue;
        stack.push(below[k]!);
        unknown++;
      }
      if (unknown > 0) continue;
      stack.pop();
      images[top] = this.sumOf(count);
    }
  }

  /** Into `below`; returns their number, 0 for an edge that is dropped. */
  private edgesBelow(edge: number): number {
    const { earlier, forests, steps } = this.links;
    const { below } = this;
    const vertex = Math.floor(edge / NODES);
    const ways = NODES * edgesOf(earlier[vertex]!);
    let at = edge - NODES * vertex;
    let count = 0;
    for (let to = forests.next[ways + at]!; to !== at; to = forests.next[ways + at]!) {
      below[count++] = this.edgeBetween(vertex + steps[at]!, to);
      below[count++] = this.edgeBetween(vertex + steps[to]!, at);
      at = to;
    }
    if (count > 0) below[count++] = NODES * vertex + at;
    return count;
  }

  /** The edge between a vertex and its neighbour is one of the later of the two. */
  private edgeBetween(vertex: number, node: number): number {
    const { values } = this.grid;
    const step = this.links.steps[node]!;
    const other = vertex + step;
    const isEarlier = step < 0 ? values[other]! <= values[vertex]! : values[other]! < values[vertex]!;
    return isEarlier ? NODES * vertex + node : NODES * other + (node ^ 1);
  }

  /** What the first edges of `below` end up at together. */
  private sumOf(count: number): number {
    const { images, below, lists } = this;
    let only = NOTHING;
    let several = false;
    for (let k = 0; k < count; k++) {
      const image = images[below[k]!]!;
      if (image === NOTHING) continue;
      several ||= only !== NOTHING;
      only = image;
    }
    if (!several) return only;
    let size = 0;
    for (let k = 0; k < count; k++) size = this.add(images[below[k]!]!, size);
    if (size === 0) return NOTHING;
    if (size === 1) return 1 + this.sum[0]!;
    const start = lists.length;
    lists.push(size);
    lists.append(this.sum, size);
    return -2 - start;
  }

  /** Adds an image to the first `size` of `sum`, which are descending; what is there twice cancels. Returns how many there are then. */
  private add(image: number, size: number): number {
    if (image === NOTHING) return size;
    const { sum } = this;
    const items = image > 0 ? this.single : this.lists.view();
    const start = image > 0 ? 1 : -1 - image;
    if (image > 0) this.single[1] = image - 1;
    const end = start + items[start - 1]!;
    const larger = this.spare.length < size + end - start ? new Int32Array(2 * (size + end - start)) : this.spare;
    let [at, k, count] = [0, start, 0];
    while (at < size && k < end) {
      if (sum[at] === items[k]) {
        at++;
        k++;
      } else larger[count++] = sum[at]! > items[k]! ? sum[at++]! : items[k++]!;
    }
    while (at < size) larger[count++] = sum[at++]!;
    while (k < end) larger[count++] = items[k++]!;
    this.sum = larger;
    this.spare = sum;
    return count;
  }
}
