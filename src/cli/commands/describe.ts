import { NOT_KNOWN, formatCount, formatQuantity } from '../../base/numbers';
import type { DescribeResult } from '../../analyses/describe';
import type { Shape } from '../../models/model';
import type { Command, TextStyle } from '../command';
import { plain, textTable } from '../textTable';

export const describe: Command = {
  name: 'describe',
  summary: 'what a model file holds: layers, shapes, parameters',
  arguments: [{ name: 'MODEL', help: 'a model file' }],
  options: [],
  examples: [
    { line: 'neural-topology describe model.onnx', what: 'A table of the layers, in the order of computation.' },
    {
      line: "neural-topology describe model.onnx --format json | jq -r '.layers[].name'",
      what: 'The names that --layers takes elsewhere.',
    },
  ],
  async run({ arguments: [model], engine, signal, onProgress }) {
    const result = await engine().run('describe', { model: model! }, { signal, onProgress });
    return { json: () => describeJson(result), text: style => describeText(result, style) };
  },
};

function describeJson(result: DescribeResult): unknown {
  return {
    format: result.format,
    producer: result.producer,
    details: result.details,
    inputs: result.inputs.map(tensorJson),
    outputs: result.outputs.map(tensorJson),
    parameters: result.parameters,
    layers: result.layers.map(({ name, op, outputShape, parameters, weights, inputs, within }) => ({
      name,
      op,
      outputShape: outputShape ?? null,
      parameters,
      weights: weights.map(({ name: weight, shape, type }) => ({ name: weight, shape, type })),
      inputs,
      ...(within === undefined ? {} : { within }),
    })),
    ...(result.classNames === undefined ? {} : { classNames: result.classNames }),
    ...(result.unsupported.length === 0 ? {} : { unsupported: result.unsupported }),
    warnings: result.warnings,
    provenance: result.provenance,
  };
}

function tensorJson({ name, shape, type }: DescribeResult['inputs'][number]) {
  return { name, shape: shape ?? null, type };
}

function describeText(result: DescribeResult, style: TextStyle): string {
  const tensors = (list: DescribeResult['inputs']) =>
    list.map(({ name, shape, type }) => `${plain(name)} ${shapeText(shape)} ${type}`).join(', ');
  const details = result.details.map(({ name, value }) => `, ${plain(name)} ${plain(value)}`).join('');
  const lines = [
    style.bold(`${plain(result.format)}, by ${plain(result.producer)}${details}`),
    `inputs   ${tensors(result.inputs)}`,
    `outputs  ${tensors(result.outputs)}`,
    `${formatQuantity(result.parameters, 'parameter')} in ${formatQuantity(result.layers.length, 'layer')}`,
    '',
    textTable(
      [
        { title: 'layer', cell: layer => plain(layer.name) },
        { title: 'op', cell: layer => plain(layer.op) },
        { title: 'output', align: 'right', cell: layer => shapeText(layer.outputShape) },
        {
          title: 'parameters',
          align: 'right',
          cell: layer => (layer.parameters === 0 ? NOT_KNOWN : formatCount(layer.parameters)),
        },
        { title: 'weights', cell: layer => layer.weights.map(({ shape }) => shape.join('×') || 'scalar').join(', ') },
      ],
      result.layers,
      style.dim,
    ),
  ];
  for (const { operator, node } of result.unsupported)
    lines.push('', `The operator ${plain(operator)} (node ${plain(node)}) cannot be run.`);
  return lines.join('\n');
}

/** A free dimension, such as the batch, is a star. */
function shapeText(shape: Shape | undefined): string {
  return shape === undefined ? '?' : shape.map(size => (size === null ? '*' : String(size))).join('×');
}
