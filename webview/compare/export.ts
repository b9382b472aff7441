import { toCsv, type CsvCell } from '../format/csv';
import { moveOf, type PairPlotInput } from './plots';
import type { CompareState } from './store';

/** A line for each pair of layers. */
export function linesCsv({ head, pairs }: CompareState): string {
  const rows = [...pairs.values()]
    .sort((x, y) => x.line - y.line || x.a - y.a || x.b - y.b)
    .map((pair): CsvCell[] => {
      const { line, a, b, bottleneck, wasserstein, test, cka, rtd, neighbourhoods, totalRatio, weights } = pair;
      return [
        head?.lines[line]?.name,
        head?.names[a],
        head?.names[b],
        ...bottleneck.map(({ distance }) => distance),
        ...wasserstein.map(({ distance }) => distance),
        test?.adjusted?.smallest,
        test?.adjusted === undefined ? undefined : test.adjusted.significant ? 1 : 0,
        cka ?? undefined,
        rtd?.mean,
        rtd?.points,
        neighbourhoods?.meanOverlap,
        ...[0, 1].map(dimension => totalRatio[dimension]?.value),
        weights[0]?.relative ?? undefined,
      ];
    });
  const header = ['layer', 'a', 'b', 'bottleneck_h0', 'bottleneck_h1', 'wasserstein_h0', 'wasserstein_h1', 'p_adjusted', 'significant', 'cka', 'rtd', 'rtd_points', 'neighbour_overlap', 'total_ratio_h0', 'total_ratio_h1', 'weight_difference']; // prettier-ignore
  return toCsv(header, rows);
}

/** The matching that is drawn; empty cells are the diagonal. */
export function matchingCsv(input: PairPlotInput): string {
  const { a, b, matched } = input;
  const rows = matched.matching.map(([i, j], match): CsvCell[] => [
    i === null ? undefined : a.birth[i],
    i === null ? undefined : a.death[i],
    j === null ? undefined : b.birth[j],
    j === null ? undefined : b.death[j],
    moveOf(input, match),
  ]);
  return toCsv(['birth_a', 'death_a', 'birth_b', 'death_b', 'move'], rows);
}

/** Everything, with typed arrays as lists and infinity as null. */
export function compareJson({
  result,
  head,
  layers,
  pairs,
  accuracies,
  failures,
  findings,
  warnings,
}: CompareState): string {
  const whole = result ?? {
    head,
    layers: [...layers.values()],
    pairs: [...pairs.values()],
    accuracies,
    failures,
    findings,
    warnings,
  };
  return JSON.stringify(
    whole,
    (_, value: unknown) => (ArrayBuffer.isView(value) && !(value instanceof DataView) ? Array.from(value as Float64Array) : value), // prettier-ignore
    1,
  );
}
