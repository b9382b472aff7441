import type { OnnxModel } from '../../models/onnx/onnxModel';
import type { OnnxNode } from '../../models/onnx/protocol';
import type { WeightTensor } from './networkWeights';

export type ChainActivation = 'relu' | 'tanh' | 'sigmoid' | undefined;

/** A dense layer within the vector of all weights. */
export interface ChainLayer {
  readonly inputs: number;
  readonly outputs: number;
  /** The weight from input i to output o is at `weight + o * outputStride + i * inputStride`. */
  readonly weight: number;
  readonly outputStride: number;
  readonly inputStride: number;
  /** −1 where there is none. */
  readonly bias: number;
  readonly activation: ChainActivation;
}

const ACTIVATIONS: Readonly<Record<string, ChainActivation>> = { Relu: 'relu', Tanh: 'tanh', Sigmoid: 'sigmoid' };
const CARRYING = /^(Identity|Dropout|Flatten)$/;

/**
 * A network that is dense layers one after the other, from its input to `scores`; `undefined` for every other one. Of such a network the gradient is computed here, whatever the
 * runtime can do.
 */
export function denseChain(
  model: OnnxModel,
  scores: string,
  tensors: readonly WeightTensor[],
): ChainLayer[] | undefined {
  const byName = new Map(tensors.map(tensor => [tensor.name, tensor]));
  const layers: ChainLayer[] = [];
  const taken = new Set<string>();
  const readers = new Map<string, OnnxNode[]>();
  for (const node of model.ordered.nodes)
    for (const input of node.inputs) readers.set(input, [...(readers.get(input) ?? []), node]);
  let at = model.inputs.length === 1 ? model.inputs[0]!.name : '';
  while (at !== scores) {
    const [node, ...others] = readers.get(at) ?? [];
    if (node === undefined || others.length > 0 || node.domain !== '') return undefined;
    const last = layers.at(-1);
    const activation = ACTIVATIONS[node.op];
    if (activation !== undefined) {
      if (last === undefined || last.activation !== undefined) return undefined;
      layers[layers.length - 1] = { ...last, activation };
    } else if (node.op === 'Gemm' || node.op === 'MatMul') {
      const layer = denseLayer(node, at, byName);
      if (layer === undefined) return undefined;
      layers.push(layer);
      for (const name of node.inputs.slice(1)) taken.add(name);
    } else if (node.op === 'Add') {
      const name = node.inputs.find(input => input !== at) ?? '';
      const bias = byName.get(name);
      if (last === undefined || last.bias >= 0 || last.activation !== undefined || bias?.size !== last.outputs)
        return undefined;
      layers[layers.length - 1] = { ...last, bias: bias.from };
      taken.add(name);
    } else if (!CARRYING.test(node.op)) return undefined;
    at = node.outputs[0] ?? '';
  }
  const isChain = layers.every((layer, k) => k === 0 || layers[k - 1]!.outputs === layer.inputs);
  // Weights that are used twice, or not at all, belong to another kind of network.
  return isChain && layers.length > 0 && tensors.every(({ name }) => taken.has(name)) ? layers : undefined;
}

function denseLayer(node: OnnxNode, input: string, byName: ReadonlyMap<string, WeightTensor>): ChainLayer | undefined {
  const [from, weightName = '', biasName = ''] = node.inputs;
  const weight = byName.get(weightName);
  if (from !== input || weight?.shape.length !== 2) return undefined;
  const flag = (name: string) => node.attributes.get(name)?.integer === 1;
  const isScaled = ['alpha', 'beta'].some(name => (node.attributes.get(name)?.float ?? 1) !== 1);
  if (flag('transA') || isScaled) return undefined;
  const [rows, columns] = weight.shape as [number, number];
  const isTurned = node.op === 'Gemm' && flag('transB');
  const outputs = isTurned ? rows : columns;
  const bias = biasName === '' ? undefined : byName.get(biasName);
  if (biasName !== '' && bias?.size !== outputs) return undefined;
  return {
    inputs: isTurned ? columns : rows,
    outputs,
    weight: weight.from,
    outputStride: isTurned ? columns : 1,
    inputStride: isTurned ? 1 : columns,
    bias: bias?.from ?? -1,
    activation: undefined,
  };
}

/** Mean cross-entropy of a dense chain over rows, and its gradient, by the chain rule (Rumelhart, Hinton, Williams 1986). */
export class ChainGradient {
  private readonly activations: Float64Array[];
  private readonly deltas: Float64Array[];

  constructor(
    private readonly layers: readonly ChainLayer[],
    private readonly mostRows: number,
  ) {
    const widths = [layers[0]!.inputs, ...layers.map(layer => layer.outputs)];
    this.activations = widths.map(width => new Float64Array(width * mostRows));
    this.deltas = widths.map(width => new Float64Array(width * mostRows));
  }

  /** Adds nothing: `gradient` is overwritten. `inputs` is rows × inputs; a target is the output of its class, or 0 or 1 of a single score. Returns the loss. */
  of(weights: Float32Array, inputs: Float32Array, targets: Int32Array, gradient: Float64Array): number {
    const rows = targets.length;
    if (rows > this.mostRows) throw new Error(`room for ${this.mostRows} rows, not ${rows}`);
    this.activations[0]!.set(inputs);
    this.layers.forEach((layer, k) => forward(layer, weights, this.activations[k]!, this.activations[k + 1]!, rows));
    const last = this.layers.length;
    const loss = lossDelta(this.activations[last]!, this.layers[last - 1]!.outputs, targets, this.deltas[last]!);
    gradient.fill(0);
    for (let k = last - 1; k >= 0; k--) {
      const layer = this.layers[k]!;
      // The last layer gives scores: cross-entropy has taken its part.
      if (k < last - 1) throughActivation(layer, this.activations[k + 1]!, this.deltas[k + 1]!, rows);
      backward(layer, weights, gradient, this.activations[k]!, this.deltas[k + 1]!, this.deltas[k]!, rows, k > 0);
    }
    return loss;
  }
}

function forward(layer: ChainLayer, weights: Float32Array, from: Float64Array, to: Float64Array, rows: number): void {
  const { inputs, outputs, weight, outputStride, inputStride, bias, activation } = layer;
  for (let row = 0; row < rows; row++)
    for (let o = 0; o < outputs; o++) {
      let sum = bias < 0 ? 0 : weights[bias + o]!;
      const start = weight + o * outputStride;
      for (let i = 0; i < inputs; i++) sum += weights[start + i * inputStride]! * from[row * inputs + i]!;
      to[row * outputs + o] =
        activation === 'relu'
          ? Math.max(0, sum)
          : activation === 'tanh'
            ? Math.tanh(sum)
            : activation === 'sigmoid'
              ? 1 / (1 + Math.exp(-sum))
              : sum;
    }
}

function throughActivation(
  { outputs, activation }: ChainLayer,
  values: Float64Array,
  delta: Float64Array,
  rows: number,
): void {
  if (activation === undefined) return;
  for (let k = 0; k < rows * outputs; k++) {
    const value = values[k]!;
    const slope =
      activation === 'relu' ? Number(value > 0) : activation === 'tanh' ? 1 - value * value : value * (1 - value);
    delta[k] = delta[k]! * slope;
  }
}

function backward(
  layer: ChainLayer,
  weights: Float32Array,
  gradient: Float64Array,
  from: Float64Array,
  delta: Float64Array,
  before: Float64Array,
  rows: number,
  isWanted: boolean,
): void {
  const { inputs, outputs, weight, outputStride, inputStride, bias } = layer;
  if (isWanted) before.fill(0, 0, rows * inputs);
  for (let row = 0; row < rows; row++)
    for (let o = 0; o < outputs; o++) {
      const own = delta[row * outputs + o]!;
      if (own === 0) continue;
      if (bias >= 0) gradient[bias + o] = gradient[bias + o]! + own;
      const start = weight + o * outputStride;
      for (let i = 0; i < inputs; i++) {
        const at = start + i * inputStride;
        const source = row * inputs + i;
        gradient[at] = gradient[at]! + own * from[source]!;
        if (isWanted) before[source] = before[source]! + own * weights[at]!;
      }
    }
}

/** Mean loss, and what each score changes of it. */
function lossDelta(scores: Float64Array, width: number, targets: Int32Array, delta: Float64Array): number {
  const rows = targets.length;
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    const target = targets[row]!;
    if (width === 1) {
      const score = scores[row]!;
      sum += Math.max(score, 0) + Math.log1p(Math.exp(-Math.abs(score))) - target * score;
      delta[row] = (1 / (1 + Math.exp(-score)) - target) / rows;
      continue;
    }
    const from = row * width;
    let highest = -Infinity;
    for (let k = 0; k < width; k++) highest = Math.max(highest, scores[from + k]!);
    let total = 0;
    for (let k = 0; k < width; k++) total += Math.exp(scores[from + k]! - highest);
    sum += highest + Math.log(total) - scores[from + target]!;
    for (let k = 0; k < width; k++)
      delta[from + k] = (Math.exp(scores[from + k]! - highest) / total - Number(k === target)) / rows;
  }
  return sum / rows;
}
