import type { Cancellation } from '../base/cancellation';
import { OUTSIDE, type CubicalGrid } from './cubicalGrid';
import type { CubicalLinks } from './cubicalLinks';
import { IntList } from './intList';

/** Takes a pair by the latest vertices of its cells; a death of −1 is none. */
export type TakePair = (dimension: number, birth: number, death: number) => void;

const SADDLES_BETWEEN_POLLS = 1 << 12;
const STEPS_BETWEEN_POLLS = 1 << 16;
/** Neighbours along axes that no two squares join, and walls, there are at most so many. */
const MOST_AROUND = 12;

/**
 * H0: where components meet at a saddle, the younger die. Ways down are shortened by what is found on them. Returns the edges that close a loop, as
 * `6·vertex + direction`, in the order in which they come.
 */
export function componentPairs(
  { strides, values }: CubicalGrid,
  { descent, doors, steps }: CubicalLinks,
  saddles: Int32Array,
  take: TakePair,
  cancellation: Cancellation,
): IntList {
  const closing = new IntList();
  const directions = new Int32Array(MOST_AROUND);
  const find = finder(descent, cancellation);
  for (let k = 0; k < saddles.length; k++) {
    if (k % SADDLES_BETWEEN_POLLS === 0) cancellation.throwIfCancelled();
    const saddle = saddles[k]!;
    const count = doors(saddle, directions);
    // The root of a component is its oldest vertex.
    let root = find(saddle);
    for (let door = 1; door < count; door++) {
      const direction = directions[door]!;
      const other = find(saddle + steps[direction]!);
      if (other === root) {
        closing.push(6 * saddle + direction);
        continue;
      }
      const [older, younger] = isBefore(values, other, root) ? [other, root] : [root, other];
      descent[younger] = older;
      root = older;
      take(0, younger, saddle);
    }
  }
  take(0, find(strides.reduce((sum, stride) => sum + stride, 0)), -1);
  return closing;
}

/**
 * Classes of dimension d − 1 of a grid of d = 2 or 3: going down through the levels, a wall that joins two regions of what is not there opens the cavity of the one
 * that is filled first. The outside is never filled (Alexander duality). Returns the walls that join none, and so close a loop in 3 dimensions, as `12·vertex + wall`, last to first.
 */
export function cavityPairs(
  { strides, values }: CubicalGrid,
  { ascent, walls, steps }: CubicalLinks,
  saddles: Int32Array,
  take: TakePair,
  cancellation: Cancellation,
): IntList {
  const top = strides.length - 1;
  const closing = new IntList();
  const found = new Int32Array(3 * MOST_AROUND);
  const find = finder(ascent, cancellation);
  for (let k = saddles.length - 1; k >= 0; k--) {
    if (k % SADDLES_BETWEEN_POLLS === 0) cancellation.throwIfCancelled();
    const saddle = saddles[k]!;
    const count = walls(saddle, found);
    for (let wall = 0; wall < count; wall++) {
      // The root of a region is its vertex that comes last.
      const one = find(saddle + steps[found[3 * wall + 1]!]!);
      const two = find(saddle + steps[found[3 * wall + 2]!]!);
      if (one === two) {
        closing.push(12 * saddle + found[3 * wall]!);
        continue;
      }
      const isFirst = two === OUTSIDE || (one !== OUTSIDE && isBefore(values, one, two));
      const [first, last] = isFirst ? [one, two] : [two, one];
      ascent[first] = last;
      take(top, saddle, first);
    }
  }
  return closing;
}

function isBefore(values: Float64Array, one: number, two: number): boolean {
  return values[one]! < values[two]! || (values[one] === values[two] && one < two);
}

/** Finds roots, with path halving; polls on the way, which may be as long as the grid is large. */
function finder(parent: Int32Array, cancellation: Cancellation): (vertex: number) => number {
  let steps = 0;
  return vertex => {
    let at = vertex;
    while (parent[at] !== at) {
      const above = parent[parent[at]!]!;
      parent[at] = above;
      at = above;
      if (++steps === STEPS_BETWEEN_POLLS) {
        steps = 0;
        cancellation.throwIfCancelled();
      }
    }
    return at;
  };
}
