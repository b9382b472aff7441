import { Random } from '../../src/base/random';
import { OnnxGraphBuilder } from '../../src/models/onnx/graphBuilder';

/** Rows of numbers with a class each. */
export interface Rows {
  readonly width: number;
  readonly values: Float32Array;
  readonly classes: Int32Array;
}

interface DenseLayer {
  readonly inputs: number;
  readonly outputs: number;
  /** outputs × inputs. */
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}

export interface DenseNetwork {
  readonly layers: readonly DenseLayer[];
}

export interface Training {
  readonly hidden: readonly number[];
  readonly classes: number;
  readonly epochs: number;
  readonly seed: number;
}

const BATCH = 32;
const STEP = 1e-3;

/** A network of dense layers with ReLU between them, trained by Adam on softmax cross-entropy (Kingma and Ba 2015, its usual constants). */
export function trainDenseNetwork(rows: Rows, { hidden, classes, epochs, seed }: Training): DenseNetwork {
  const random = new Random(seed, 'training');
  const sizes = [rows.width, ...hidden, classes];
  const layers = sizes.slice(1).map((outputs, at): DenseLayer => {
    const inputs = sizes[at]!;
    const scale = Math.sqrt(2 / inputs);
    const weights = Float32Array.from({ length: inputs * outputs }, () => scale * random.normal());
    return { inputs, outputs, weights, bias: new Float32Array(outputs) };
  });
  const parameters = layers.flatMap(layer => [layer.weights, layer.bias]);
  const gradients = parameters.map(values => new Float64Array(values.length));
  const means = parameters.map(values => new Float64Array(values.length));
  const squares = parameters.map(values => new Float64Array(values.length));
  const activations = sizes.map(size => new Float64Array(size));
  const slopes = sizes.map(size => new Float64Array(size));
  const count = rows.classes.length;
  let time = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = random.permutation(count);
    for (let from = 0; from < count; from += BATCH) {
      const batch = order.subarray(from, from + BATCH);
      for (const gradient of gradients) gradient.fill(0);
      for (const row of batch) {
        activations[0]!.set(rows.values.subarray(row * rows.width, (row + 1) * rows.width));
        forward(layers, activations);
        const last = slopes[layers.length]!;
        last.set(activations[layers.length]!);
        softmax(last);
        last[rows.classes[row]!] = last[rows.classes[row]!]! - 1;
        backward(layers, activations, slopes, gradients);
      }
      time++;
      const scale = (STEP * Math.sqrt(1 - 0.999 ** time)) / (1 - 0.9 ** time);
      parameters.forEach((values, p) => {
        const [gradient, mean, square] = [gradients[p]!, means[p]!, squares[p]!];
        for (let k = 0; k < values.length; k++) {
          const slope = gradient[k]! / batch.length;
          mean[k] = 0.9 * mean[k]! + 0.1 * slope;
          square[k] = 0.999 * square[k]! + 0.001 * slope * slope;
          values[k] = values[k]! - (scale * mean[k]!) / (Math.sqrt(square[k]!) + 1e-8);
        }
      });
    }
  }
  return { layers };
}

function forward(layers: readonly DenseLayer[], activations: readonly Float64Array[]): void {
  layers.forEach(({ inputs, outputs, weights, bias }, at) => {
    const [x, y] = [activations[at]!, activations[at + 1]!];
    for (let i = 0; i < outputs; i++) {
      let sum = bias[i]!;
      for (let k = 0; k < inputs; k++) sum += weights[i * inputs + k]! * x[k]!;
      y[i] = at + 1 < layers.length && sum < 0 ? 0 : sum;
    }
  });
}

function backward(
  layers: readonly DenseLayer[],
  activations: readonly Float64Array[],
  slopes: readonly Float64Array[],
  gradients: readonly Float64Array[],
): void {
  for (let at = layers.length - 1; at >= 0; at--) {
    const { inputs, outputs, weights } = layers[at]!;
    const [x, before, after] = [activations[at]!, slopes[at]!, slopes[at + 1]!];
    const [ofWeights, ofBias] = [gradients[2 * at]!, gradients[2 * at + 1]!];
    before.fill(0);
    for (let i = 0; i < outputs; i++) {
      const slope = after[i]!;
      if (slope === 0) continue;
      ofBias[i] = ofBias[i]! + slope;
      for (let k = 0; k < inputs; k++) {
        ofWeights[i * inputs + k] = ofWeights[i * inputs + k]! + slope * x[k]!;
        before[k] = before[k]! + slope * weights[i * inputs + k]!;
      }
    }
    if (at > 0) for (let k = 0; k < inputs; k++) if (x[k]! <= 0) before[k] = 0;
  }
}

function softmax(scores: Float64Array): void {
  const largest = scores.reduce((a, b) => Math.max(a, b));
  let sum = 0;
  for (let k = 0; k < scores.length; k++) sum += scores[k] = Math.exp(scores[k]! - largest);
  for (let k = 0; k < scores.length; k++) scores[k] = scores[k]! / sum;
}

/** The class that the network gives each row. */
export function answersOf({ layers }: DenseNetwork, rows: Rows): Int32Array {
  const activations = [rows.width, ...layers.map(layer => layer.outputs)].map(size => new Float64Array(size));
  return rows.classes.map((_, row) => {
    activations[0]!.set(rows.values.subarray(row * rows.width, (row + 1) * rows.width));
    forward(layers, activations);
    const scores = activations[layers.length]!;
    return scores.indexOf(scores.reduce((a, b) => Math.max(a, b)));
  });
}

/** The network as an ONNX file, its layers called fc1, relu1, fc2, and so on. */
export function onnxOf({ layers }: DenseNetwork): Uint8Array<ArrayBuffer> {
  const graph = new OnnxGraphBuilder();
  graph.input('x', 'float32', ['rows', layers[0]!.inputs]);
  let current = 'x';
  const bytes = (values: Float32Array) => new Uint8Array(values.slice().buffer);
  layers.forEach(({ inputs, outputs, weights, bias }, at) => {
    const name = `fc${at + 1}`;
    graph.raw(`${name}.weight`, 'float32', [outputs, inputs], bytes(weights));
    graph.raw(`${name}.bias`, 'float32', [outputs], bytes(bias));
    graph.node({
      name,
      op: 'Gemm',
      inputs: [current, `${name}.weight`, `${name}.bias`],
      outputs: [name],
      attributes: { transB: { integer: 1 } },
    });
    current = name;
    if (at + 1 === layers.length) return;
    current = `relu${at + 1}`;
    graph.node({ name: current, op: 'Relu', inputs: [name], outputs: [current] });
  });
  graph.output(current);
  return graph.model('trained', 'neural-topology experiment');
}
