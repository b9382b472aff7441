import type { KeyedSimplices } from './keyedSimplices';
import { sortedChain, type Chain } from './representative';

/** An edge that leads to a vertex. */
interface Step {
  readonly from: number;
  readonly to: number;
  readonly edge: number;
  /** 1 where the edge is gone along as it is oriented, from its first vertex to its second. */
  readonly along: boolean;
}

/** The endless cycle that an edge gives birth to: it, and the path of the spanning `forest` between its ends. As a function of the edge; edges by keys. */
export function loopsThroughForest(
  simplices: KeyedSimplices,
  forest: Uint32Array,
  prime: number,
): (edge: number) => Chain {
  const ends = new Int32Array(2);
  const steps = Array.from(simplices.points, () => new Array<Step>());
  for (const edge of forest) {
    simplices.readVertices(edge, 1, ends);
    const [a, b] = [ends[0]!, ends[1]!];
    steps[a]!.push({ from: a, to: b, edge, along: true });
    steps[b]!.push({ from: b, to: a, edge, along: false });
  }
  return creator => {
    simplices.readVertices(creator, 1, ends);
    // The edge leads from its first end to its second, and the path back.
    const [home, start] = [ends[0]!, ends[1]!];
    const reachedBy = new Map<number, Step | undefined>([[start, undefined]]);
    const queue = [start];
    for (let i = 0; i < queue.length && !reachedBy.has(home); i++) {
      for (const step of steps[queue[i]!]!) {
        if (reachedBy.has(step.to)) continue;
        reachedBy.set(step.to, step);
        queue.push(step.to);
      }
    }
    const keys = [creator];
    const coefficients = [1];
    for (let step = reachedBy.get(home); step !== undefined; step = reachedBy.get(step.from)) {
      keys.push(step.edge);
      coefficients.push(step.along ? 1 : prime - 1);
    }
    return sortedChain(Float64Array.from(keys), Int32Array.from(coefficients));
  };
}
