import type { FailureRegion, FailuresResult } from '../../analyses/failures/failures';
import type { RegionTrait } from '../../analyses/failures/describeRegion';
import { formatCount, formatNumber, formatPercent, formatQuantity, formatShareRange } from '../../base/numbers';
import { type Command, DATA_OPTIONS, dataReading, INPUT_OPTION, type TextStyle } from '../command';
import { labelledData, labelledOptions } from '../labelledData';
import { plain } from '../textTable';

export const failures: Command = {
  name: 'failures',
  summary: 'where a network fails: regions of inputs that err more than by chance',
  description:
    'Mapper of a hidden layer with the error as lens. Slices through its graph are held against the same search with the errors shuffled over the rows; what is within that chance is not listed. ' +
    'Each region has its error with an interval, the classes it confuses, what is typical of it, its rows, and the nearest rows of the same class that are handled correctly.',
  arguments: [{ name: 'MODEL', help: 'a saved model' }],
  options: [
    ...labelledOptions('rows to run, best such as training has not seen'),
    {
      name: 'layer',
      value: { kind: 'text' },
      placeholder: 'NAME',
      help: 'the layer that is searched (the one halfway)',
    },
    {
      name: 'points',
      value: { kind: 'integer', minimum: 1, maximum: 5000 },
      placeholder: 'N',
      help: 'rows that are searched, drawn without replacement',
      default: 1000,
    },
    {
      name: 'shufflings',
      value: { kind: 'integer', minimum: 19, maximum: 100_000 },
      placeholder: 'N',
      help: 'of the errors, to know what chance gives',
      default: 199,
    },
    INPUT_OPTION,
    ...DATA_OPTIONS,
  ],
  examples: [
    {
      line: 'neural-topology failures model.onnx --data test.npz#X --labels test.npz#y',
      what: 'regions in the layer halfway',
    },
    {
      line: 'neural-topology failures model.onnx --data test.csv --labels test.csv#class --layer relu2 --format json',
      what: 'in another layer, for a script',
    },
  ],
  async run({ arguments: [model = ''], options, seed, engine, signal, onProgress }) {
    const layer = options.text('layer');
    const input = {
      model,
      ...labelledData(options, 'Failures are told by labels of data'),
      ...(layer === undefined ? {} : { layer }),
      parameters: { points: options.number('points')!, shufflings: options.number('shufflings')! },
      seed,
      ...dataReading(options),
    };
    const result = await engine().run('failures', input, { signal, onProgress });
    return { json: () => failuresJson(result), text: style => textOf(result, style) };
  },
};

export function failuresJson(result: FailuresResult) {
  return {
    ...result,
    regions: result.regions.map(region => ({
      ...region,
      members: [...region.members],
      wrong: [...region.wrong],
    })),
  };
}

const SHOWN_ROWS = 10;

function textOf(result: FailuresResult, style: TextStyle): string {
  const { baseError, baseErrorInterval, rows, layer, points, errors, regions, withinChance } = result;
  const head = `${formatPercent(baseError)} of ${formatQuantity(rows, 'row')} wrong (${formatShareRange(...baseErrorInterval)} %)`;
  const searched = `${plain(layer)}: ${formatQuantity(points, 'row')} searched, ${formatCount(errors)} of them wrong`;
  const rest = withinChance === 0 ? '' : `; ${formatQuantity(withinChance, 'slice')} that err more are within chance`;
  const found =
    regions.length === 0
      ? [`No region errs more than chance has it${rest}.`]
      : [`${formatQuantity(regions.length, 'region errs', 'regions err')} more than chance has it${rest}.`];
  return [
    style.bold(head),
    style.dim(searched),
    '',
    ...found,
    ...regions.flatMap((region, at) => ['', ...regionText(region, at, style)]),
  ].join('\n');
}

function regionText(region: FailureRegion, at: number, style: TextStyle): string[] {
  const { members, error, interval, pValue, classes, describes, describedAgainst, nearestCorrect } = region;
  const shown = [...members.subarray(0, SHOWN_ROWS)].join(', ');
  const more = members.length > SHOWN_ROWS ? `, … (${members.length} in all)` : '';
  const confused = classes
    .filter(({ label, predicted }) => label !== predicted)
    .slice(0, 4)
    .map(({ label, predicted, rows }) => `${plain(label)} taken for ${plain(predicted)} (${formatCount(rows)})`);
  const near = nearestCorrect
    .slice(0, 3)
    .map(({ member, row, distance }) => `${row} for ${member} (distance ${formatNumber(distance)})`);
  return [
    style.bold(`Region ${at + 1}`) +
      `: ${formatPercent(error)} of ${formatQuantity(members.length, 'row')} wrong (${formatShareRange(...interval)} %), p = ${formatNumber(pValue)}`,
    `  confuses  ${confused.join(', ')}`,
    ...(describes.length === 0
      ? []
      : [`  typical   ${describes.map(traitText).join(', ')} ${style.dim(`against ${plain(describedAgainst)}`)}`]),
    `  rows      ${shown}${more} ${style.dim('worst first')}`,
    ...(near.length === 0 ? [] : [`  correct   ${near.join(', ')} ${style.dim('nearest of the same class')}`]),
  ];
}

function traitText({ kind, name, region, others, difference }: RegionTrait): string {
  const words =
    kind === 'word'
      ? `“${plain(name)}” in ${formatPercent(region)} (${formatPercent(others)})`
      : `${plain(name)} ${formatNumber(region)} (${formatNumber(others)})`;
  return `${words} ${difference > 0 ? '+' : ''}${formatNumber(difference)} sd`;
}
