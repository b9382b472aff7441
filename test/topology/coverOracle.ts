import {
  diagonalDistance,
  groundDistance,
  type DiagramPoints,
  type GroundMetric,
} from '../../src/topology/diagramPoints';

/** Whether all points farther than a bound from the diagonal can be matched within it: a bipartite matching, by augmenting paths. */
export function covers(a: DiagramPoints, b: DiagramPoints, metric: GroundMetric, bound: number): boolean {
  const far = (points: DiagramPoints) =>
    Array.from(points.death, (death, i) => diagonalDistance(metric, points.birth[i]!, death) > bound);
  const near = (i: number, j: number) =>
    groundDistance(metric, a.birth[i]! - b.birth[j]!, a.death[i]! - b.death[j]!) <= bound;
  // Both sides by themselves: where each can be covered, both can (Mendelsohn and Dulmage).
  const covered = (must: boolean[], others: number, joined: (x: number, y: number) => boolean) => {
    const partner = new Array<number>(others).fill(-1);
    const place = (x: number, tried: Set<number>): boolean => {
      for (let y = 0; y < others; y++) {
        if (tried.has(y) || !joined(x, y)) continue;
        tried.add(y);
        if (partner[y] === -1 || place(partner[y]!, tried)) {
          partner[y] = x;
          return true;
        }
      }
      return false;
    };
    return must.every((needed, x) => !needed || place(x, new Set()));
  };
  return covered(far(a), b.birth.length, near) && covered(far(b), a.birth.length, (x, y) => near(y, x));
}
