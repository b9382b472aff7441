import type { RobustnessResult, Share, StableRegionResult } from '../../analyses/robustness/robustnessTypes';
import { formatCount, formatPercent, formatQuantity, formatShareRange } from '../../base/numbers';
import type { AreaUnderCurve } from '../../topology/areaUnderCurve';
import { type Command, DATA_OPTIONS, dataReading, INPUT_OPTION, type TextStyle } from '../command';
import { labelledData, labelledOptions } from '../labelledData';
import { figure, percent, plain, textTable } from '../textTable';

export const robustness: Command = {
  name: 'robustness',
  summary: 'how far answers hold: attacks, proved radii, stable regions, and shifted inputs',
  description:
    'The same rows under FGSM and PGD (random noise of the same size beside them); the largest boxes in which the class is proved; regions of correctly handled inputs until they would merge with another class, and ' +
    'which of them break first; topological uncertainty of shifted rows beside simpler scores. Epsilon is in the units of the data, as the network takes it.',
  arguments: [{ name: 'MODEL', help: 'a saved model' }],
  options: [
    ...labelledOptions('rows to run, best such as training has not seen'),
    {
      name: 'epsilon',
      value: { kind: 'number', minimum: 0 },
      placeholder: 'E',
      help: 'the largest change of a value',
      default: 0.1,
    },
    {
      name: 'points',
      value: { kind: 'integer', minimum: 1, maximum: 5000 },
      placeholder: 'N',
      help: 'rows that are looked at, drawn without replacement; of large networks fewer are attacked',
      default: 500,
    },
    {
      name: 'steps',
      value: { kind: 'integer', minimum: 1, maximum: 10_000 },
      placeholder: 'N',
      help: 'of PGD',
      default: 20,
    },
    {
      name: 'restarts',
      value: { kind: 'integer', minimum: 1, maximum: 10_000 },
      placeholder: 'N',
      help: 'of PGD; all but the first begin at random places',
      default: 2,
    },
    INPUT_OPTION,
    ...DATA_OPTIONS,
  ],
  examples: [
    {
      line: 'neural-topology robustness model.onnx --data test.npz#X --labels test.npz#y --epsilon 0.05',
      what: 'attacks that move each value by 0.05 at most',
    },
    {
      line: 'neural-topology robustness model.onnx --data test.csv --labels test.csv#class --restarts 50 --format json',
      what: 'attacks that try harder, for a script',
    },
  ],
  async run({ arguments: [model = ''], options, seed, engine, signal, onProgress }) {
    const [epsilon, points, steps, restarts] = ['epsilon', 'points', 'steps', 'restarts'].map(name =>
      options.number(name)!,
    ) as [number, number, number, number];
    const input = {
      model,
      ...labelledData(options, 'Robustness is of labelled data'),
      parameters: { epsilon, points, steps, restarts },
      seed,
      ...dataReading(options),
    };
    const result = await engine().run('robustness', input, { signal, onProgress });
    return { json: () => robustnessJson(result), text: style => textOf(result, style) };
  },
};

export function robustnessJson(result: RobustnessResult) {
  return { ...result, stable: result.stable.map(region => ({ ...region, members: [...region.members] })) };
}

const GRADIENTS: Readonly<Record<RobustnessResult['gradients']['kind'], string>> = {
  network: 'gradients of the network itself',
  'finite-differences': 'gradients by finite differences',
  'random-directions': 'gradients along random directions',
};

function textOf(result: RobustnessResult, style: TextStyle): string {
  const { rows, attacked, epsilon, adversarialAccuracy, adversarialInterval, attacks, gradients, range } = result;
  const because = gradients.reason === undefined ? '' : ` (${plain(gradients.reason)})`;
  return [
    style.bold(`accuracy ${formatPercent(result.accuracy)} (${formatShareRange(...result.accuracyInterval)} %) of ${formatQuantity(rows, 'row')}`), // prettier-ignore
    style.bold(`${formatPercent(adversarialAccuracy)} (${formatShareRange(...adversarialInterval)} %) of ${formatQuantity(attacked, 'row')} hold whatever was tried within ${figure(epsilon)}`), // prettier-ignore
    style.dim(`values from ${figure(range[0])} to ${figure(range[1])}; ${GRADIENTS[gradients.kind]}${because}`),
    '',
    ...[
      ['as they are', attacks.none],
      ['noise', attacks.noise],
      ['FGSM', attacks.fgsm],
      ['PGD', attacks.pgd],
    ].map(([name, share]) => `${(name as string).padEnd(12)} ${shareText(share as Share)}`),
    '',
    ...provedText(result),
    '',
    ...uncertaintyText(result, style),
    '',
    ...regionsText(result, style),
  ].join('\n');
}

function shareText({ value, interval }: Share): string {
  return `${formatPercent(value)} (${formatShareRange(...interval)} %)`;
}

function provedText({ proved, unproved }: RobustnessResult): string[] {
  if (proved === null)
    return [`No radius is proved: ${plain(unproved ?? 'no row is handled correctly')}. It is only attacked.`];
  return [
    `Proved: no change of all values by less than ${figure(proved.median)} (median; smallest ${figure(proved.smallest)}) changes the class, of ${formatQuantity(proved.rows, 'row')}.`,
  ];
}

function uncertaintyText({ uncertainty }: RobustnessResult, style: TextStyle): string[] {
  const { shifts, rows, referenceRows } = uncertainty;
  const of = (auc: AreaUnderCurve | null) =>
    auc === null ? '–' : `${figure(auc.value)} (${figure(auc.low)}–${figure(auc.high)})`;
  const lines = [
    { name: 'topological', permuted: shifts.permuted.auc, inverted: shifts.inverted.auc },
    ...(['maxSoftmax', 'nearest', 'zeros'] as const).map(name => ({
      name: { maxSoftmax: 'max softmax', nearest: '10th neighbour', zeros: 'share of zeros' }[name],
      permuted: shifts.permuted.baselines[name],
      inverted: shifts.inverted.baselines[name],
    })),
  ];
  return [
    `Shifted rows told from ${formatQuantity(rows, 'row')} (AUC), ${formatCount(referenceRows)} others saying what is usual:`,
    textTable(
      [
        { title: 'uncertainty', cell: (line: (typeof lines)[number]) => line.name },
        { title: 'permuted', align: 'right', cell: line => of(line.permuted) },
        { title: 'inverted', align: 'right', cell: line => of(line.inverted) },
      ],
      lines,
      style.dim,
    ),
  ];
}

function regionsText({ stable, scattered, ladder, proved }: RobustnessResult, style: TextStyle): string[] {
  if (stable.length === 0) return ['No region of five correctly handled rows or more lies apart from other classes.'];
  const first = [...stable].sort(
    (a, b) => (a.breaksAt ?? Infinity) - (b.breaksAt ?? Infinity) || (b.broken[0] ?? 0) - (a.broken[0] ?? 0),
  );
  return [
    `${formatQuantity(stable.length, 'stable region')}, those that break first on top; ${formatCount(scattered)} rows are in smaller ones:`,
    textTable(
      [
        { title: 'class', cell: (region: StableRegionResult) => plain(region.class) },
        { title: 'rows', align: 'right', cell: region => formatCount(region.members.length) },
        { title: 'radius', align: 'right', cell: region => (region.radius === null ? '–' : figure(region.radius)) },
        { title: 'density', align: 'right', cell: region => figure(region.density) },
        ...(proved === null
          ? []
          : [
              {
                title: 'proved',
                align: 'right' as const,
                cell: (region: StableRegionResult) => (region.proved === null ? '–' : figure(region.proved.median)),
              },
            ]),
        ...ladder.toReversed().map((epsilon, at) => ({
          title: `broken at ${figure(epsilon)}`,
          align: 'right' as const,
          cell: (region: StableRegionResult) => percent(region.broken[ladder.length - 1 - at]),
        })),
      ],
      first,
      style.dim,
    ),
  ];
}
