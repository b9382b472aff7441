import type { Ablation, Candidate, LayerDistances, RedundancyResult } from '../../analyses/redundancy';
import { Fault } from '../../base/fault';
import { formatCount, formatPercent, formatQuantity, formatShareRange } from '../../base/numbers';
import type { RedundancyInput, RemovedLayers } from '../../engine';
import type { Command, OptionValues, TextStyle } from '../command';
import { DATA_OPTIONS, dataReading, INPUT_OPTION } from '../command';
import { byDimension, finite } from '../json';
import { figure, plain, textTable } from '../textTable';

const MOST_CANDIDATES_AS_TEXT = 20;

export const redundancy: Command = {
  name: 'redundancy',
  summary: 'how alike the layers are, and which can go at what measured cost',
  description:
    'Compares the persistent homology of all layers on the same rows: bottleneck distances with intervals from halves of the sample, linear CKA and RTD. Small distances only say where to ' +
    'look: each of the nearest layers and blocks is then taken out of the network (bypassed, or a fitted linear map put in its place where shapes differ), what is left is run, and it is ' +
    'suggested only where that costs no more than the tolerance. With --remove and --out the smaller model is written, after all parts were measured together.',
  arguments: [{ name: 'MODEL', help: 'a model file' }],
  options: [
    { name: 'data', value: { kind: 'text' }, placeholder: 'DATA', help: 'rows to run' },
    {
      name: 'labels',
      value: { kind: 'text' },
      placeholder: 'DATA',
      help: 'a class for each row: costs are then accuracy, and else changed answers',
    },
    { name: 'classes', value: { kind: 'list' }, help: 'order of the classes, as the model’s outputs have it (sorted)' },
    {
      name: 'subsamples',
      value: { kind: 'integer', minimum: 0, maximum: 100 },
      placeholder: 'K',
      help: 'halves of the sample that the intervals come from',
      default: 5,
    },
    { name: 'layers', value: { kind: 'list' }, help: 'these layers alone (all layers)' },
    {
      name: 'points',
      value: { kind: 'integer', minimum: 2, maximum: 1_000_000 },
      placeholder: 'N',
      help: 'rows that distances are computed on, drawn without replacement; all when there are fewer',
      default: 1000,
    },
    {
      name: 'reduce',
      value: { kind: 'choice', choices: ['mean', 'flatten'] },
      help: 'how activations with positions become points: their mean, or all values (mean)',
    },
    {
      name: 'tolerance',
      value: { kind: 'number', minimum: 0, maximum: 100 },
      placeholder: 'P',
      help: 'percentage points of accuracy that a removal may cost to be suggested',
      default: 0.5,
    },
    {
      name: 'candidates',
      value: { kind: 'integer', minimum: 0, maximum: 10_000 },
      placeholder: 'N',
      help: 'that are taken out and measured, the nearest first',
      default: 40,
    },
    {
      name: 'remove',
      value: { kind: 'list' },
      help: 'layers or blocks to take out, by their names among the candidates; written to --out',
    },
    { name: 'out', value: { kind: 'text' }, placeholder: 'FILE', help: 'the smaller model, with --remove' },
    { name: 'force', value: { kind: 'flag' }, help: 'overwrite FILE where it is there' },
    {
      name: 'cache',
      value: { kind: 'text' },
      placeholder: 'FOLDER',
      help: 'take diagrams from there that inspect has kept',
    },
    INPUT_OPTION,
    ...DATA_OPTIONS,
  ],
  examples: [
    {
      line: 'neural-topology redundancy model.onnx --data test.npz#X --labels test.npz#y',
      what: 'Which layers can go, and what that costs.',
    },
    {
      line: 'neural-topology redundancy model.onnx --data test.npz#X --labels test.npz#y --remove blocks.3,blocks.5 --out smaller.onnx',
      what: 'Takes two blocks out, measures both together, and writes what is left.',
    },
  ],
  async run({ arguments: [model = ''], options, seed, engine, signal, onProgress }) {
    const [remove, out] = [options.list('remove'), options.text('out')];
    if ((remove === undefined) !== (out === undefined))
      throw new Fault(
        'usage',
        remove === undefined
          ? '--out names the model that --remove leaves, and needs that.'
          : '--remove writes a model, and needs --out.',
        {
          source: remove === undefined ? '--out' : '--remove',
        },
      );
    const input = redundancyInput(model, options, seed);
    const cache = options.text('cache');
    const running = engine(cache === undefined ? {} : { cache });
    const removed =
      remove === undefined
        ? undefined
        : await running.run(
            'removeLayers',
            { ...input, remove, out: out!, force: options.flag('force') },
            { signal, onProgress },
          );
    const result = await running.run('redundancy', input, { signal, onProgress });
    return { json: () => jsonOf(result, removed), text: style => textOf(result, removed, style) };
  },
};

function redundancyInput(model: string, options: OptionValues, seed: number): RedundancyInput {
  const [data, labels] = [options.text('data'), options.text('labels')];
  return {
    model,
    ...(data === undefined ? {} : { data }),
    ...(labels === undefined ? {} : { labels }),
    parameters: {
      layers: options.list('layers'),
      points: options.number('points')!,
      reduction: options.text('reduce') as 'mean' | 'flatten' | undefined,
      subsamples: options.number('subsamples')!,
      tolerance: options.number('tolerance')! / 100,
      measured: options.number('candidates')!,
      seed,
    },
    ...dataReading(options),
  };
}

function jsonOf(result: RedundancyResult, removed: RemovedLayers | undefined): unknown {
  const { head, distances, candidates, accuracy, failures, findings, warnings, provenance } = result;
  return {
    model: head.model,
    data: head.data,
    points: head.sampledRows.length,
    subsamplePoints: head.subsamplePoints,
    rtdPoints: head.divergencePoints,
    ...(accuracy === undefined
      ? {}
      : { accuracy: accuracy.value, accuracyInterval: [accuracy.low, accuracy.high], accuracyRows: accuracy.samples }),
    ...distancesJson(distances),
    candidates: candidates.map(candidateJson),
    ...(removed === undefined
      ? {}
      : {
          removed: {
            candidates: removed.removed,
            layers: removed.layers,
            files: removed.files,
            format: removed.format,
            ...ablationJson(removed.ablation),
          },
        }),
    failures,
    findings,
    warnings,
    provenance,
  };
}

function distancesJson(distances: LayerDistances) {
  const { layers, bottleneck, low, high, cka, rtd, medianDistance } = distances;
  const size = layers.length;
  const rows = <T>(cell: (at: number) => T) =>
    Array.from({ length: size }, (_, i) => Array.from({ length: size }, (__, j) => cell(i * size + j)));
  return {
    layers,
    medianDistance,
    bottleneck: byDimension(bottleneck.map(values => rows(at => values[at]!))),
    interval: byDimension(bottleneck.map((_, dimension) => rows(at => [low[dimension]![at]!, high[dimension]![at]!]))),
    cka: rows(at => finite(cka[at]!)),
    rtd: rows(at => rtd[at]!),
  };
}

function candidateJson({
  name,
  entry,
  layers,
  parameters,
  replacement,
  distance,
  removable,
  ablation,
  reason,
}: Candidate) {
  return {
    layer: name,
    reads: entry,
    layers,
    parameters,
    replacement,
    distance,
    removable,
    ...(ablation === undefined ? { accuracyBefore: null, accuracyAfter: null } : ablationJson(ablation)),
    reason,
  };
}

function ablationJson({ accuracy, agreement, rows, fittedRows, parametersBefore, parametersAfter }: Ablation) {
  return {
    accuracyBefore: accuracy?.before.value ?? null,
    accuracyAfter: accuracy?.after.value ?? null,
    ...(accuracy === undefined
      ? {}
      : { change: accuracy.change.value, changeInterval: [accuracy.change.low, accuracy.change.high] }),
    agreement: agreement.value,
    agreementInterval: [agreement.low, agreement.high],
    rows,
    ...(fittedRows === undefined ? {} : { fittedRows }),
    parametersBefore,
    parametersAfter,
  };
}

function textOf(result: RedundancyResult, removed: RemovedLayers | undefined, style: TextStyle): string {
  const { head, distances, candidates, accuracy, findings } = result;
  const { model, data } = head;
  const said =
    accuracy === undefined
      ? ''
      : ` · accuracy ${formatPercent(accuracy.value)} (${formatShareRange(accuracy.low, accuracy.high)} %)`;
  const lines = [
    style.bold(`${plain(model.name)} · ${plain(data.name)}, ${formatQuantity(data.rows, 'row')}${said}`),
    style.dim(
      `${formatQuantity(distances.layers.length, 'layer')}, distances on ${formatQuantity(head.sampledRows.length, 'row')} (halves of ${formatCount(head.subsamplePoints)}; RTD on ${formatCount(head.divergencePoints)}), seed ${head.parameters.seed}`,
    ),
    '',
    ...findings.map(({ sentence, weight }) => `${weight === 'strong' ? style.bold('●') : '○'} ${plain(sentence)}`),
  ];
  if (candidates.length > 0) lines.push('', candidateTable(result, style), ...unmeasuredText(candidates, style));
  if (candidates.length > MOST_CANDIDATES_AS_TEXT)
    lines.push(
      style.dim(
        `… ${formatCount(candidates.length - MOST_CANDIDATES_AS_TEXT)} farther ones: --format json has them all`,
      ),
    );
  if (removed !== undefined) lines.push('', removedText(removed));
  return lines.join('\n');
}

function candidateTable({ candidates, distances }: RedundancyResult, style: TextStyle): string {
  const at = new Map(distances.layers.map((name, i) => [name, i]));
  const size = distances.layers.length;
  const cell = (values: Float64Array, { entry, exit }: Candidate) => values[at.get(entry)! * size + at.get(exit)!];
  const interval = (dimension: number, one: Candidate) =>
    `${figure(cell(distances.bottleneck[dimension]!, one))} (${figure(cell(distances.low[dimension]!, one))}–${figure(cell(distances.high[dimension]!, one))})`;
  return textTable(
    [
      { title: 'layer or block', cell: one => plain(one.name) },
      { title: 'reads', cell: one => plain(one.entry) },
      { title: 'H0', align: 'right', cell: one => interval(0, one) },
      { title: 'H1', align: 'right', cell: one => interval(1, one) },
      { title: 'CKA', align: 'right', cell: one => figure(cell(distances.cka, one)) },
      { title: 'RTD', align: 'right', cell: one => figure(cell(distances.rtd, one)) },
      { title: 'without it', align: 'right', cell: one => withoutText(one.ablation) },
      {
        title: '',
        cell: one => (one.removable ? style.bold('can go') : one.ablation === undefined ? 'not measured' : 'needed'),
      },
    ],
    candidates.slice(0, MOST_CANDIDATES_AS_TEXT),
    style.dim,
  );
}

/** Why those that are shown and were not measured were not, each reason once. */
function unmeasuredText(candidates: readonly Candidate[], style: TextStyle): readonly string[] {
  const shown = candidates.slice(0, MOST_CANDIDATES_AS_TEXT).filter(one => one.ablation === undefined);
  const names = new Map<string, string[]>();
  for (const { name, reason } of shown) names.set(reason, [...(names.get(reason) ?? []), plain(name)]);
  return [...names].map(([reason, [first, ...others]]) =>
    style.dim(
      `not measured: ${first!}${others.length === 0 ? '' : ` and ${formatCount(others.length)} more`}: ${plain(reason)}`,
    ),
  );
}

function withoutText(ablation: Ablation | undefined): string {
  if (ablation === undefined) return '–';
  return ablation.accuracy === undefined
    ? `${formatPercent(ablation.agreement.value)} same`
    : formatPercent(ablation.accuracy.after.value);
}

function removedText({ removed, files, ablation, format }: RemovedLayers): string {
  const { accuracy, agreement, rows, parametersBefore, parametersAfter } = ablation;
  const cost =
    accuracy === undefined
      ? `${formatPercent(agreement.value)} of ${formatCount(rows)} answers stay`
      : `accuracy ${formatPercent(accuracy.before.value)} → ${formatPercent(accuracy.after.value)} on ${formatQuantity(rows, 'row')}`;
  return `Without ${removed.map(plain).join(' and ')}: ${cost}, ${formatCount(parametersBefore)} → ${formatCount(parametersAfter)} parameters. Written as ${format}: ${files.map(plain).join(', ')}`;
}
