import { Fault } from '../../base/fault';
import { formatBytes, formatCount, formatPercent, formatQuantity } from '../../base/numbers';
import { PRUNE_METHODS, type PruneMethod, type PruneResult } from '../../analyses/prune';
import type { PruneInput } from '../../engine';
import {
  type Command,
  DATA_OPTIONS,
  INPUT_OPTION,
  type Option,
  type OptionValues,
  dataReading,
  type TextStyle,
} from '../command';
import { figure, plain, textTable } from '../textTable';

const OPTIONS: readonly Option[] = [
  {
    name: 'data',
    value: { kind: 'text' },
    placeholder: 'DATA',
    help: 'rows that weights are fitted to, and that a ratio is picked by',
    required: true,
  },
  {
    name: 'labels',
    value: { kind: 'text' },
    placeholder: 'DATA',
    help: 'a class for each row; without, answers are compared with those of the whole network',
  },
  {
    name: 'holdout',
    value: { kind: 'text' },
    placeholder: 'DATA',
    help: 'rows that are only reported on (a quarter of the data, drawn with the seed)',
  },
  { name: 'holdout-labels', value: { kind: 'text' }, placeholder: 'DATA', help: 'a class for each of them' },
  { name: 'classes', value: { kind: 'list' }, help: 'order of the classes, as the model’s outputs have it (sorted)' },
  {
    name: 'ratio',
    value: { kind: 'number', minimum: 0, maximum: 0.99 },
    placeholder: 'R',
    help: 'share of all prunable units that goes (the largest within the tolerance)',
  },
  {
    name: 'tolerance',
    value: { kind: 'number', minimum: 0, maximum: 1 },
    placeholder: 'T',
    help: 'what a picked ratio may cost: 0.005 is half a point',
    default: 0.005,
  },
  {
    name: 'layers',
    value: { kind: 'list' },
    placeholder: 'NAME=R,…',
    help: 'ratios of single layers; the others share --ratio',
  },
  {
    name: 'method',
    value: { kind: 'choice', choices: PRUNE_METHODS },
    help: 'which units go first: those that others can stand for, those of small weights, or any',
    default: 'topology',
  },
  {
    name: 'refit',
    value: { kind: 'flag' },
    help: 'fit what reads the units anew, in closed form (so unless --no-refit)',
  },
  { name: 'no-refit', value: { kind: 'flag' }, help: 'leave what reads the units as it is, or as folding makes it' },
  { name: 'curve', value: { kind: 'flag' }, help: 'measure all three methods from 10 to 90 %' },
  { name: 'per-layer', value: { kind: 'flag' }, help: 'measure what can go of each layer alone' },
  {
    name: 'out',
    value: { kind: 'text' },
    placeholder: 'FILE',
    help: 'where to write the smaller model, in the format that it has',
  },
  { name: 'force', value: { kind: 'flag' }, help: 'overwrite FILE' },
  INPUT_OPTION,
  ...DATA_OPTIONS,
];

export const prune: Command = {
  name: 'prune',
  summary: 'a smaller model without the units that others can stand for, and what that costs',
  description:
    'Removes neurons, filters and heads with all that depends on them, and fits what reads them anew in closed form. Which go first is told by a merge filtration: ' +
    'units are folded into each other by what it costs what reads them. Magnitude and random removal stand beside it with --curve. Accuracy is measured ' +
    'on held-out rows, by running the model that is written.',
  arguments: [{ name: 'MODEL', help: 'a model file' }],
  options: OPTIONS,
  examples: [
    {
      line: 'neural-topology prune model.onnx --data train.npz#X --labels train.npz#y --ratio 0.4 --out smaller.onnx',
      what: 'Without 40 % of its units.',
    },
    {
      line: 'neural-topology prune model.onnx --data train.npz#X --labels train.npz#y --holdout test.npz#X --holdout-labels test.npz#y --curve',
      what: 'The largest share that goes for half a point, and the curve of three methods.',
    },
    {
      line: 'neural-topology prune model.onnx --data rows.npy --layers fc1=0.5,conv2=0 --ratio 0.2',
      what: 'Half of one layer, nothing of another, a fifth of the rest.',
    },
  ],
  async run({ arguments: [model], options, seed, engine, signal, onProgress }) {
    const result = await engine().run('prune', pruneInput(model!, options, seed), { signal, onProgress });
    return { json: () => result, text: style => pruneText(result, style) };
  },
};

function pruneInput(model: string, options: OptionValues, seed: number): PruneInput {
  if (options.flag('refit') && options.flag('no-refit'))
    throw new Fault('usage', '--refit and --no-refit exclude each other.', { source: '--no-refit' });
  const texts = Object.fromEntries(
    (['labels', 'holdout', 'out'] as const).flatMap(name => {
      const value = options.text(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const holdoutLabels = options.text('holdout-labels');
  if (holdoutLabels !== undefined && !options.has('holdout'))
    throw new Fault('usage', '--holdout-labels needs --holdout DATA.', { source: '--holdout-labels' });
  return {
    model,
    data: options.text('data')!,
    ...texts,
    ...(holdoutLabels === undefined ? {} : { holdoutLabels }),
    force: options.flag('force'),
    parameters: {
      method: options.text('method') as PruneMethod,
      ratio: options.number('ratio'),
      layerRatios: layerRatios(options.list('layers') ?? []),
      refit: !options.flag('no-refit'),
      curve: options.flag('curve'),
      perLayer: options.flag('per-layer'),
      tolerance: options.number('tolerance')!,
      seed,
    },
    ...dataReading(options),
  };
}

/** NAME=RATIO, once for each. */
function layerRatios(given: readonly string[]): Readonly<Record<string, number>> {
  return Object.fromEntries(
    given.map(text => {
      const cut = text.lastIndexOf('=');
      const ratio = Number(text.slice(cut + 1));
      if (cut <= 0 || cut === text.length - 1 || !(ratio >= 0 && ratio < 1))
        throw new Fault('usage', `--layers takes NAME=R with R from 0 to 0.99, not ${text}.`, { source: '--layers' });
      return [text.slice(0, cut), ratio];
    }),
  );
}

export function pruneText(result: PruneResult, style: TextStyle): string {
  const { findings, groups, curve, layers, milliseconds, caveats } = result;
  const lines = findings.map(
    ({ sentence, weight }) => `${weight === 'strong' ? style.bold('●') : '○'} ${plain(sentence)}`,
  );
  lines.push(
    '',
    textTable(
      [
        { title: 'layers', cell: group => plain(shortList(group.layers)) },
        { title: 'units', align: 'right', cell: group => formatCount(group.units) },
        { title: 'removed', align: 'right', cell: group => formatCount(group.removed.length) },
        { title: 'cheapest', align: 'right', cell: group => figure(group.bars[0] ?? 0) },
        { title: 'dearest', align: 'right', cell: group => figure(group.bars.at(-1) ?? 0) },
      ],
      groups,
      style.dim,
    ),
    '',
    `parameters ${formatCount(result.parametersBefore)} → ${formatCount(result.parametersAfter)} · file ${formatBytes(result.bytesBefore)} → ${formatBytes(result.bytesAfter)} · ` +
      `a pass of ${formatQuantity(milliseconds.batch, 'row')} ${figure(milliseconds.before.median)} → ${figure(milliseconds.after.median)} ms (median of ${milliseconds.runs})`,
  );
  if (curve !== undefined) lines.push('', curveTable(curve, style));
  if (layers !== undefined)
    lines.push(
      '',
      textTable(
        [
          { title: 'layer alone', cell: layer => plain(layer.layer) },
          { title: 'units', align: 'right', cell: layer => formatCount(layer.units) },
          { title: 'can go', align: 'right', cell: layer => formatCount(layer.removable) },
          { title: 'held out', align: 'right', cell: layer => `${(100 * layer.change.value).toFixed(2)} pt` },
          {
            title: '95 %',
            align: 'right',
            cell: layer => `${(100 * layer.change.low).toFixed(2)} … ${(100 * layer.change.high).toFixed(2)}`,
          },
        ],
        layers,
        style.dim,
      ),
    );
  for (const caveat of caveats) lines.push(style.dim(plain(caveat)));
  const out = result.written?.at(-1);
  if (out !== undefined) lines.push('', `written to ${plain(out)}`);
  return lines.join('\n');
}

function curveTable(curve: NonNullable<PruneResult['curve']>, style: TextStyle): string {
  const ratios = [...new Set(curve.map(point => point.ratio))];
  const at = (ratio: number, method: PruneMethod) => {
    const point = curve.find(one => one.ratio === ratio && one.method === method);
    return point === undefined ? '–' : formatPercent(point.accuracy);
  };
  return textTable(
    [
      { title: 'removed', align: 'right', cell: (ratio: number) => formatPercent(ratio) },
      ...PRUNE_METHODS.map(method => ({
        title: method,
        align: 'right' as const,
        cell: (ratio: number) => at(ratio, method),
      })),
    ],
    ratios,
    style.dim,
  );
}

function shortList(layers: readonly string[]): string {
  return layers.length <= 2 ? layers.join(', ') : `${layers[0]!}, … (${layers.length})`;
}
