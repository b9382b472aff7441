import { formatCount, formatPercent, formatQuantity, formatShareRange } from '../../base/numbers';
import type { CollapseResult, LayerCollapse } from '../../analyses/collapse';
import { type Command, DATA_OPTIONS, dataReading, INPUT_OPTION, type TextStyle } from '../command';
import { labelledData, labelledOptions } from '../labelledData';
import { figure, percent, plain, textTable } from '../textTable';

export const collapse: Command = {
  name: 'collapse',
  summary: 'how far classes have collapsed to the corners of a simplex: NC1–NC4',
  description:
    'Neural collapse (Papyan, Han, Donoho 2020) at the features, which the last layer with weights reads, over all rows; the other layers on a sample. All four measures ' +
    'fall towards 0 late in training. It is about training data: on other rows NC1 says how far the classes lie apart there.',
  arguments: [{ name: 'MODEL', help: 'a saved model' }],
  options: [
    ...labelledOptions('rows to run, best those of training'),
    {
      name: 'layer',
      value: { kind: 'text' },
      placeholder: 'NAME',
      help: 'this layer alone (the input of the last layer with weights)',
    },
    {
      name: 'points',
      value: { kind: 'integer', minimum: 1, maximum: 1_000_000 },
      placeholder: 'N',
      help: 'rows on which the other layers are measured, drawn without replacement',
      default: 1000,
    },
    INPUT_OPTION,
    ...DATA_OPTIONS,
  ],
  examples: [
    {
      line: 'neural-topology collapse model.onnx --data train.npz#X --labels train.npz#y',
      what: 'at the features, and the other layers beside them',
    },
    {
      line: 'neural-topology collapse model.onnx --data train.csv --labels train.csv#class --layer relu3 --format json',
      what: 'one layer, for a script',
    },
  ],
  async run({ arguments: [model = ''], options, seed, engine, signal, onProgress }) {
    const layer = options.text('layer');
    const input = {
      model,
      ...labelledData(options, 'Neural collapse is of classes on data'),
      ...(layer === undefined ? {} : { layer }),
      points: options.number('points')!,
      seed,
      ...dataReading(options),
    };
    const result = await engine().run('collapse', input, { signal, onProgress });
    return { json: () => collapseJson(result), text: style => textOf(result, style) };
  },
};

/** With its matrix of cosines as rows. */
export function collapseJson({ accuracy, means, ...result }: CollapseResult) {
  const { length } = means.names;
  return {
    ...result,
    ...(accuracy === undefined
      ? {}
      : { accuracy: accuracy.value, accuracyInterval: [accuracy.low, accuracy.high], accuracyRows: accuracy.samples }),
    means: {
      names: means.names,
      rows: [...means.rows],
      lengths: [...means.lengths],
      cosines: Array.from({ length }, (_, c) => [...means.cosines.subarray(c * length, (c + 1) * length)]),
    },
  };
}

function textOf(result: CollapseResult, style: TextStyle): string {
  const { accuracy, layer, classes, rows } = result;
  const shown =
    accuracy && `accuracy ${formatPercent(accuracy.value)} (${formatShareRange(accuracy.low, accuracy.high)} %)`;
  const head = `${plain(layer)} · ${formatCount(classes)} classes, ${formatQuantity(rows, 'row')}${shown === undefined ? '' : ` · ${shown}`}`;
  const value = (number: number | null) => (number === null ? '–' : figure(number));
  const lines = [
    ['NC1', value(result.nc1), `spread within classes against between them; traces ${value(result.nc1Ratio)}`],
    [
      'NC2',
      value(result.nc2Norm),
      `class means of unequal length; their angles ${value(result.nc2Angle)} off the simplex`,
    ],
    ['NC3', value(result.nc3), 'classifier against class means'],
    ['NC4', value(result.nc4), 'share decided otherwise than by the nearest class mean'],
  ].map(([name, number, what]) => `${name}  ${number!.padEnd(8)}  ${style.dim(what!)}`);
  const table =
    result.layers.length < 2
      ? []
      : [
          '',
          textTable(
            [
              { title: 'layer', cell: (one: LayerCollapse) => plain(one.layer) },
              { title: 'rows', align: 'right', cell: one => formatCount(one.rows) },
              { title: 'NC1', align: 'right', cell: one => value(one.nc1) },
              { title: 'NC2 length', align: 'right', cell: one => value(one.nc2Norm) },
              { title: 'NC2 angle', align: 'right', cell: one => value(one.nc2Angle) },
              { title: 'NC4', align: 'right', cell: one => (one.nc4 === null ? '–' : percent(one.nc4)) },
            ],
            result.layers,
            style.dim,
          ),
        ];
  return [style.bold(head), '', ...lines, ...table].join('\n');
}
