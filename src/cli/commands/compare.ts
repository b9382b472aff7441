import { compareMarkdown } from '../../analyses/compare/compareMarkdown';
import { isSignificant, smallestAdjusted } from '../../analyses/compare/adjustedPairs';
import type { ComparedLayer, ComparedPair, CompareResult } from '../../analyses/compare/compare';
import type { Ratio } from '../../analyses/compare/comparedPair';
import { lineName } from '../../analyses/compare/lineNames';
import { formatPercent, formatQuantity, formatRoundPercent, formatShareRange, NOT_KNOWN } from '../../base/numbers';
import { writeWhole } from '../../engine';
import type { Command, TextStyle } from '../command';
import { COMPARE_OPTIONS, compareInput } from '../compareOptions';
import { appendSummary, checkGateFiles, GATE_OPTIONS } from '../gateFiles';
import { byDimension, finite } from '../json';
import { figure, plain, textTable } from '../textTable';

export const compare: Command = {
  name: 'compare',
  summary: 'layers of two models side by side, on the same rows: what changed, and whether it is more than chance',
  description:
    'Runs the models, of one format or several, on the same sample of rows, aligns their layers by name, operator, shape and order, and compares each pair: distances of persistence diagrams ' +
    '(in units of the median distance) with permutation p-values, CKA, RTD, weights, accuracy, and the rows whose neighbours changed most. With more than two models every pair of them is compared.',
  arguments: [
    { name: 'A', help: 'a model, or an .npz of activations' },
    { name: 'B', help: 'another, or several', more: true },
  ],
  options: [...COMPARE_OPTIONS, ...GATE_OPTIONS],
  examples: [
    {
      line: 'neural-topology compare before.onnx after.keras --data test.npz#X --labels test.npz#y',
      what: 'All layers that both have, with the accuracy of each.',
    },
    {
      line: 'neural-topology compare epoch1.onnx epoch5.onnx epoch9.onnx --data test.npz --layers fc2',
      what: 'One layer, each epoch with each.',
    },
    {
      line: 'neural-topology compare main.onnx new.onnx --data test.npz --report compare.html --summary "$GITHUB_STEP_SUMMARY"',
      what: 'In a job: a page as artifact, and a summary.',
    },
  ],
  async run({ arguments: models, options, seed, engine, signal, onProgress }) {
    checkGateFiles(options);
    const cache = options.text('cache');
    const running = engine(cache === undefined ? {} : { cache });
    const result = await running.run('compare', compareInput(models, options, seed), { signal, onProgress });
    const report = options.text('report');
    if (report !== undefined) writeWhole(report, await running.run('compareReport', { result }, { signal }));
    appendSummary(options, compareMarkdown(result));
    return { json: () => compareJson(result), text: style => compareText(result, style) };
  },
};

function compareJson(result: CompareResult): unknown {
  const { head, pairs, accuracies, findings, failures, warnings, provenance } = result;
  const two = head.models.length === 2;
  const accuracy = head.models.map(model => model.accuracy);
  const nameOf = (line: number, model: number) => {
    const layer = head.lines[line]!.layers[model];
    return layer === null || layer === undefined ? null : head.models[model]!.layers[layer]!.name;
  };
  const known = accuracy.some(one => one !== undefined);
  return {
    models: head.models.map(({ name, format, producer, parameters }) => ({ name, format, producer, parameters })),
    data: head.data,
    points: head.sampledRows.length,
    ...(known
      ? {
          accuracy: accuracy.map(one => one?.value ?? null),
          accuracyInterval: accuracy.map(one => (one === undefined ? null : [one.low, one.high])),
          accuracyRows: accuracy.find(one => one !== undefined)?.samples,
          accuracyDifference: two ? accuracies[0] : accuracies,
        }
      : {}),
    layers: pairs.map(pair => pairJson(result, pair, nameOf)),
    unmatched: head.models.map((_, model) =>
      head.lines.flatMap(({ layers }, line) =>
        layers[model] !== null && layers.filter(layer => layer !== null).length === 1 ? [nameOf(line, model)] : [],
      ),
    ),
    lastHidden: head.lastHidden === undefined ? null : head.models.map((_, model) => nameOf(head.lastHidden!, model)),
    ...(two ? {} : { matrices: matricesJson(result) }),
    failures: failures.map(({ model, ...failure }) => ({ model: head.models[model]!.name, ...failure })),
    findings: findings.map(({ kind, weight, sentence, rule }) => ({ kind, weight, sentence, rule })),
    warnings,
    provenance,
  };
}

function pairJson(
  { head, layers }: CompareResult,
  pair: ComparedPair,
  nameOf: (line: number, model: number) => string | null,
): unknown {
  const { line, a, b, test, neighbourhoods } = pair;
  const sides = [a, b].map(model => layers.find(layer => layer.line === line && layer.model === model)!);
  const each = <T>(of: (layer: ComparedLayer) => T) => sides.map(of);
  return {
    a: nameOf(line, a),
    b: nameOf(line, b),
    ...(head.models.length === 2 ? {} : { models: [head.models[a]!.name, head.models[b]!.name] }),
    op: each(({ op }) => op),
    shape: each(({ shape }) => shape),
    points: each(({ points }) => points),
    bottleneck: byDimension(pair.bottleneck.map(({ distance }) => finite(distance))),
    wasserstein: byDimension(pair.wasserstein.map(({ distance }) => finite(distance))),
    pValue: test === null ? null : byDimension(test.wasserstein),
    pValueBottleneck: test === null ? null : byDimension(test.bottleneck),
    ...(test?.adjusted === undefined
      ? {}
      : {
          pAdjusted: byDimension(test.adjusted.wasserstein),
          pAdjustedBottleneck: byDimension(test.adjusted.bottleneck),
        }),
    significant: isSignificant(test),
    test:
      test === null ? null : { parts: test.parts, pointsOfPart: test.pointsOfPart, permutations: test.permutations },
    totalPersistence: each(({ totalPersistence }) => byDimension(totalPersistence)),
    totalRatio: byDimension(pair.totalRatio.map(ratio => ratio?.value ?? null)),
    ...(pair.totalRatio.some(hasInterval)
      ? { totalRatioInterval: byDimension(pair.totalRatio.map(ratio => (ratio === null ? null : [ratio.low, ratio.high]))) } // prettier-ignore
      : {}),
    medianDistance: each(({ medianDistance }) => medianDistance),
    cka: pair.cka,
    rtd: pair.rtd?.mean ?? null,
    ...(pair.rtd === null ? {} : { rtdDirections: [pair.rtd.ab, pair.rtd.ba], rtdPoints: pair.rtd.points }),
    weights: pair.weights,
    ...(neighbourhoods === null
      ? {}
      : {
          neighbours: neighbourhoods.neighbours,
          neighbourOverlap: neighbourhoods.meanOverlap,
          neighbourOverlapByChance: neighbourhoods.chance,
          changedRows: neighbourhoods.changed.map(({ point, overlap }) => ({ row: head.sampledRows[point], overlap })),
        }),
    caveats: [...pair.caveats, ...each(({ caveats }) => caveats).flat()].filter(
      ({ message }, i, all) => all.findIndex(other => other.message === message) === i,
    ),
  };
}

function hasInterval(ratio: Ratio | null): boolean {
  return ratio !== null && ratio.low !== null;
}

/** For each line, models × models; `null` where a model does not have the layer. */
function matricesJson({ head, pairs }: CompareResult): unknown {
  const count = head.models.length;
  return head.lines.flatMap((_, line) => {
    const own = pairs.filter(pair => pair.line === line);
    if (own.length === 0) return [];
    const matrix = (same: number, of: (pair: ComparedPair) => number | null) =>
      Array.from({ length: count }, (__, i) =>
        Array.from({ length: count }, (___, j) => {
          if (i === j) return head.lines[line]!.layers[i] === null ? null : same;
          const pair = own.find(one => one.a === Math.min(i, j) && one.b === Math.max(i, j));
          return pair === undefined ? null : of(pair);
        }),
      );
    const ofDistance = (kind: 'bottleneck' | 'wasserstein') =>
      byDimension([0, 1].map(dimension => matrix(0, pair => finite(pair[kind][dimension]!.distance))));
    return [
      {
        layer: lineName(head, line),
        bottleneck: ofDistance('bottleneck'),
        wasserstein: ofDistance('wasserstein'),
        pAdjusted: matrix(1, ({ test }) => (test === null ? null : smallestAdjusted(test))),
        cka: matrix(1, ({ cka }) => cka),
        rtd: matrix(0, ({ rtd }) => rtd?.mean ?? null),
      },
    ];
  });
}

function compareText(result: CompareResult, style: TextStyle): string {
  const { head, pairs } = result;
  const names = head.names;
  const lines = [
    style.bold(`${names.map(plain).join(' · ')} · ${plain(head.data.name)}, ${formatQuantity(head.data.rows, 'row')}`),
    style.dim(
      `${formatQuantity(head.sampledRows.length, 'point')}, seed ${head.parameters.seed}; ${plain(head.data.treatment)}`,
    ),
    ...head.models.flatMap(({ accuracy }, i) =>
      accuracy === undefined
        ? []
        : [
            `${plain(names[i]!)}: accuracy ${formatPercent(accuracy.value)} (${formatShareRange(accuracy.low, accuracy.high)} %)`,
          ],
    ),
    '',
    pairTable(result, style),
    '',
  ];
  for (const { sentence, weight } of result.findings)
    lines.push(`${weight === 'strong' ? style.bold('●') : '○'} ${plain(sentence)}`);
  if (pairs.some(({ test }) => test !== null))
    lines.push(
      '',
      style.dim(
        'Distances over the median distance; p by permutation, adjusted by Holm for all layers, dimensions and both distances.',
      ),
    );
  return lines.join('\n');
}

function pairTable({ head, pairs }: CompareResult, style: TextStyle): string {
  const names = head.names;
  const optional = (value: number | null | undefined) =>
    value === null || value === undefined ? NOT_KNOWN : figure(value);
  const rows = head.lines.flatMap((_, line): readonly (ComparedPair | string)[] => {
    const own = pairs.filter(pair => pair.line === line);
    return own.length > 0 ? own : [lineName(head, line)];
  });
  const cell = (of: (pair: ComparedPair) => string) => (row: ComparedPair | string) =>
    typeof row === 'string' ? NOT_KNOWN : of(row);
  return textTable(
    [
      { title: 'layer', cell: row => plain(typeof row === 'string' ? row : lineName(head, row.line)) },
      ...(names.length === 2
        ? []
        : [{ title: 'models', cell: cell(({ a, b }) => plain(`${names[a]} / ${names[b]}`)) }]),
      { title: 'bottleneck H0', align: 'right', cell: cell(({ bottleneck }) => figure(bottleneck[0]!.distance)) },
      { title: 'H1', align: 'right', cell: cell(({ bottleneck }) => figure(bottleneck[1]!.distance)) },
      { title: 'Wasserstein H0', align: 'right', cell: cell(({ wasserstein }) => figure(wasserstein[0]!.distance)) },
      { title: 'H1', align: 'right', cell: cell(({ wasserstein }) => figure(wasserstein[1]!.distance)) },
      { title: 'adjusted p', align: 'right', cell: cell(({ test }) => (test === null ? NOT_KNOWN : figure(smallestAdjusted(test)))) }, // prettier-ignore
      { title: 'CKA', align: 'right', cell: cell(({ cka }) => optional(cka)) },
      { title: 'RTD', align: 'right', cell: cell(({ rtd }) => optional(rtd?.mean)) },
      { title: 'rows keep', align: 'right', cell: cell(({ neighbourhoods }) => (neighbourhoods === null ? NOT_KNOWN : formatRoundPercent(neighbourhoods.meanOverlap))) }, // prettier-ignore
      { title: 'weights', align: 'right', cell: cell(({ weights }) => optional(weights[0]?.relative)) },
    ],
    rows,
    style.dim,
  );
}
