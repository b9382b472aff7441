/**
 * Layers so that those that are alike stand together: clusters of the least mean distance are joined until one is left (average linkage), and of two that are joined the one that
 * comes first in the network stands first. `distance` is of two layers by their places.
 */
export function clusteredOrder(count: number, distance: (a: number, b: number) => number): readonly number[] {
  let clusters = Array.from({ length: count }, (_, at) => [at]);
  const between = Array.from({ length: count }, (_, a) => Array.from({ length: count }, (__, b) => distance(a, b)));
  let rows = clusters.map((_, at) => at);
  while (clusters.length > 1) {
    let best: readonly [number, number] = [0, 1];
    for (let i = 0; i < clusters.length; i++)
      for (let j = i + 1; j < clusters.length; j++)
        if (between[rows[i]!]![rows[j]!]! < between[rows[best[0]]!]![rows[best[1]]!]!) best = [i, j];
    const [i, j] = best;
    const [one, other] = [clusters[i]!, clusters[j]!];
    const [row, gone] = [rows[i]!, rows[j]!];
    for (const k of rows) {
      const mean = (one.length * between[row]![k]! + other.length * between[gone]![k]!) / (one.length + other.length);
      between[row]![k] = mean;
      between[k]![row] = mean;
    }
    const joined = Math.min(...one) < Math.min(...other) ? [...one, ...other] : [...other, ...one];
    clusters = clusters.map((cluster, at) => (at === i ? joined : cluster)).filter((_, at) => at !== j);
    rows = rows.filter((_, at) => at !== j);
  }
  return clusters[0] ?? [];
}
