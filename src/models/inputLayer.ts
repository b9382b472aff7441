import type { Layer, Model } from './model';

/** What the op of the layer is called that stands for a network's input. */
export const INPUT_OP = 'Input';

const FLOATS: ReadonlySet<string> = new Set(['float16', 'float32', 'float64']);

/**
 * The network's input as if it were a layer, for those who compare layers with it or put it in the place of one; undefined where the network has several, where it takes no floats (tokens are
 * names, and no points), and for programs that know their inputs by other names.
 */
export function inputLayer({ inputs, layers, program }: Model): Layer | undefined {
  const [input] = inputs;
  if (input === undefined || inputs.length > 1 || input.shape === undefined || !FLOATS.has(input.type))
    return undefined;
  if (layers.some(layer => layer.name === input.name)) return undefined;
  const { name, shape } = input;
  const layer = { name, op: INPUT_OP, outputShape: shape, parameters: 0, weights: [], inputs: [] };
  if (program?.kind === 'onnx') {
    const isThere = program.model.inputs.some(one => one.name === name);
    return isThere ? { ...layer, output: name, channelAxis: shape.length > 2 ? 1 : shape.length - 1 } : undefined;
  }
  if (program?.kind !== 'keras') return undefined;
  const step = program.model.steps.find(one => one.name === name && one.layer.className === 'InputLayer');
  return step && { ...layer, output: step.output, channelAxis: shape.length - 1 };
}
