import { formatShape } from '../../base/numbers';
import type { WeightsResult } from '../../analyses/weights';
import type { Command, TextStyle } from '../command';
import { figure, plain, textTable } from '../textTable';

export const weights: Command = {
  name: 'weights',
  summary: 'neural persistence of a model’s dense layers, beside the variance of their weights',
  description:
    'Neural persistence (Rieck et al. 2019) and deep graph persistence (Girrbach et al. 2023) of the weights alone: no data is needed. ' +
    'Neural persistence is close to a function of the variance of the weights: do not read one without the other.',
  arguments: [{ name: 'MODEL', help: 'a saved model' }],
  options: [],
  examples: [
    { line: 'neural-topology weights model.onnx', what: 'a table of the layers' },
    { line: 'neural-topology weights model.onnx --format json', what: 'the same for programs' },
  ],
  async run({ arguments: [model = ''], engine, signal, onProgress }) {
    const result = await engine().run('weights', { model }, { signal, onProgress });
    return { json: () => result, text: style => textOf(result, style) };
  },
};

function textOf({ neuralPersistence, deepGraphPersistence }: WeightsResult, style: TextStyle): string {
  const { mean, meanOfficial, layers } = neuralPersistence;
  const table = textTable(
    [
      { title: 'layer', cell: layer => plain(layer.name) },
      { title: 'weights', align: 'right', cell: layer => formatShape([layer.rows, layer.columns]) },
      { title: 'neural persistence', align: 'right', cell: layer => layer.value.toFixed(4) },
      { title: 'official', align: 'right', cell: layer => layer.official.toFixed(4) },
      { title: 'variance', align: 'right', cell: layer => figure(layer.variance) },
    ],
    layers,
    style.dim,
  );
  const deep =
    deepGraphPersistence === null
      ? 'Deep graph persistence: not defined for this model.'
      : `Deep graph persistence ${deepGraphPersistence.value.toFixed(4)} (official ${deepGraphPersistence.official.toFixed(4)}).`;
  return [
    table,
    '',
    `${style.bold(`Mean neural persistence ${mean.toFixed(4)}`)} (official ${meanOfficial.toFixed(4)}, which counts the unpaired point).`,
    deep,
    style.dim('Neural persistence follows the variance of the weights (Girrbach et al. 2023): compare both.'),
  ].join('\n');
}
