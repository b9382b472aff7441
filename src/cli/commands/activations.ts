import type { ActivationsResult } from '../../analyses/activations';
import { type Command, DATA_OPTIONS, INPUT_OPTION, dataReading, type TextStyle } from '../command';
import { plain, textTable } from '../textTable';

export const activations: Command = {
  name: 'activations',
  summary: 'what each layer answers to the rows of a data file, as an .npz',
  description: 'Runs the model on every row and writes one array a layer, in the model’s layout, named as the layer.',
  arguments: [{ name: 'MODEL', help: 'a model file' }],
  options: [
    { name: 'data', value: { kind: 'text' }, placeholder: 'DATA', help: 'rows to run', required: true },
    { name: 'out', value: { kind: 'text' }, placeholder: 'FILE.npz', help: 'where to write', required: true },
    { name: 'layers', value: { kind: 'list' }, help: 'these layers alone (all)' },
    { name: 'force', value: { kind: 'flag' }, help: 'overwrite FILE.npz' },
    INPUT_OPTION,
    ...DATA_OPTIONS,
  ],
  examples: [
    {
      line: 'neural-topology activations model.onnx --data test.npz#X --out activations.npz',
      what: 'All layers, one array each.',
    },
    {
      line: 'neural-topology activations model.onnx --data test.csv --layers fc1,relu1 --out hidden.npz --force',
      what: 'Two layers, over what was there.',
    },
  ],
  async run({ arguments: [model], options, engine, signal, onProgress }) {
    const layers = options.list('layers');
    const result = await engine().run(
      'activations',
      {
        model: model!,
        data: options.text('data')!,
        out: options.text('out')!,
        force: options.flag('force'),
        ...(layers === undefined ? {} : { layers }),
        ...dataReading(options),
      },
      { signal, onProgress },
    );
    return { json: () => result, text: style => activationsText(result, style) };
  },
};

function activationsText(result: ActivationsResult, style: TextStyle): string {
  return [
    textTable(
      [
        { title: 'layer', cell: layer => plain(layer.name) },
        { title: 'shape', cell: layer => layer.shape.join('×') },
      ],
      result.layers,
      style.dim,
    ),
    '',
    `written to ${result.out}`,
  ].join('\n');
}
