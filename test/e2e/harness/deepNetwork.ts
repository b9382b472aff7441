import { bytes, int, join, tensor, value, type Bytes } from '../../models/onnxBuilder';
import { Random } from '../../../src/base/random';

/**
 * A residual network of `blocks` blocks of five layers as an ONNX file, named as PyTorch's exporter names them: convolutions of one by one, so that hundreds of layers
 * take some hundred KB. The weights are drawn with the seed.
 */
export function deepNetwork(blocks: number, seed: number, channels = 8): Bytes {
  const random = new Random(seed, 'deepNetwork');
  const nodes: Bytes[] = [];
  const weights: Bytes[] = [];
  const node = (op: string, name: string, inputs: readonly string[], output: string): void => {
    nodes.push(
      bytes(
        1,
        join(
          inputs.map(input => bytes(1, input)),
          bytes(2, output),
          bytes(3, name),
          bytes(4, op),
        ),
      ),
    );
  };
  const convolution = (module: string, input: string): string => {
    const shape = [channels, channels, 1, 1];
    const draws = Float32Array.from({ length: channels ** 2 }, () => random.normal() / Math.sqrt(channels));
    weights.push(bytes(5, tensor(`${module}.weight`, shape, draws)));
    const output = `/${module.replaceAll('.', '/')}/Conv_output_0`;
    node('Conv', `/${module}/Conv`, [input, `${module}.weight`], output);
    return output;
  };
  let last = convolution('stem', 'x');
  for (let block = 0; block < blocks; block++) {
    const module = `stages.${Math.floor(block / 10)}.${block % 10}`;
    const relu = (name: string, input: string): string => {
      node('Relu', `/${module}/${name}/Relu`, [input], `/${module}/${name}/Relu_output_0`);
      return `/${module}/${name}/Relu_output_0`;
    };
    const inner = convolution(`${module}.conv2`, relu('relu1', convolution(`${module}.conv1`, last)));
    node('Add', `/${module}/Add`, [inner, last], `/${module}/Add_output_0`);
    last = relu('relu2', `/${module}/Add_output_0`);
  }
  nodes.push(
    bytes(
      1,
      join(bytes(1, last), bytes(2, 'pooled'), bytes(3, '/pool/GlobalAveragePool'), bytes(4, 'GlobalAveragePool')),
    ),
  );
  const graph = join(
    nodes,
    bytes(2, 'main_graph'),
    weights,
    bytes(11, value('x', [null, channels, 8, 8])),
    bytes(12, value('pooled', [null, channels, 1, 1])),
  );
  const opset = bytes(8, join(bytes(1, ''), int(2, 17)));
  return join(int(1, 8), bytes(2, 'pytorch'), bytes(3, '2.4.0'), bytes(7, graph), opset);
}
