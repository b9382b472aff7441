import type { KeyedSimplices } from './keyedSimplices';
import type { Chain } from './representative';

/** A component that grows: its points, and the smallest of them. */
interface Component {
  readonly points: number[];
  first: number;
}

/**
 * Cycles of H0 as points, one a pair: pair k dies with edge k of the spanning `forest` (keys, ascending), and is the boundary of that edge; the others are
 * endless, and are the first points of their components.
 */
export function componentCycles(simplices: KeyedSimplices, forest: Uint32Array, prime: number): Chain[] {
  const dying: Chain[] = [];
  const endless = joinComponents(simplices, forest, (_, ...ends) => {
    dying.push({ keys: Float64Array.from(ends).sort(), coefficients: Int32Array.of(prime - 1, 1) });
  });
  return [...dying, ...endless.map(({ first }) => indicator([first]))];
}

/**
 * Cocycles of H0 as points, one a pair: 1 on the smaller one of the two components that edge k joins (the one whose first point comes later, where
 * they are equal), or on an endless component. All components are born together, so that either could be the one that dies; with the smaller one, all cocycles
 * together have at most n · log n points.
 */
export function componentCocycles(simplices: KeyedSimplices, forest: Uint32Array): Chain[] {
  const dying: Chain[] = [];
  const endless = joinComponents(simplices, forest, smaller => dying.push(indicator(smaller.points)));
  return [...dying, ...endless.map(({ points }) => indicator(points))];
}

function indicator(points: readonly number[]): Chain {
  return { keys: Float64Array.from(points).sort(), coefficients: new Int32Array(points.length).fill(1) };
}

/** Joins components edge by edge; `take` sees the smaller one and the edge's ends before they are one. Returns what is left, by first points. */
function joinComponents(
  simplices: KeyedSimplices,
  forest: Uint32Array,
  take: (smaller: Component, from: number, to: number) => void,
): Component[] {
  const { points } = simplices;
  const ends = new Int32Array(2);
  const componentOf = new Map(Array.from(points, point => [point, { points: [point], first: point }]));
  for (const edge of forest) {
    simplices.readVertices(edge, 1, ends);
    const from = points[ends[0]!]!;
    const to = points[ends[1]!]!;
    const [a, b] = [componentOf.get(from)!, componentOf.get(to)!];
    const isSmaller = (a.points.length - b.points.length || b.first - a.first) < 0;
    const [smaller, larger] = isSmaller ? [a, b] : [b, a];
    take(smaller, from, to);
    larger.first = Math.min(larger.first, smaller.first);
    for (const point of smaller.points) {
      larger.points.push(point);
      componentOf.set(point, larger);
    }
  }
  return [...new Set(componentOf.values())].sort((a, b) => a.first - b.first);
}
