import { Fault } from '../../base/fault';
import { formatCount } from '../../base/numbers';
import type { OnnxModel } from '../../models/onnx/onnxModel';

/** A trained tensor within all weights of a network, one after the other. */
export interface WeightTensor {
  /** Of the graph's initializer. */
  readonly name: string;
  readonly shape: readonly number[];
  /** Place of its first value. */
  readonly from: number;
  readonly size: number;
  /** The axis along which units or filters lie. */
  readonly unitAxis: number;
}

export interface NetworkWeights {
  readonly tensors: readonly WeightTensor[];
  readonly values: Float32Array<SharedArrayBuffer>;
}

/** 256 MB of weights, of which some copies are held. */
const MOST_WEIGHTS = 1 << 26;

/** The trained weights of a network as one vector. Throws `unsupported` where they are not floats of 32 bits, `too-large`, `empty`. */
export function networkWeights(model: OnnxModel): NetworkWeights {
  const tensors: WeightTensor[] = [];
  const names = new Set<string>();
  let size = 0;
  for (const layer of model.layers)
    for (const weight of layer.weights) {
      const tensor = model.tensorNamed(weight.name);
      if (!weight.trained || tensor === undefined || names.has(tensor.name)) continue;
      if (weight.type !== 'float32' || !model.file.graph.initializers.has(tensor.name))
        throw new Fault(
          'unsupported',
          `The weight ${weight.name} is not stored as 32-bit floats (${weight.type}): it is not moved.`,
          {
            source: model.source.name,
          },
        );
      names.add(tensor.name);
      const axis = unitAxis(model, tensor.name, tensor.dims);
      tensors.push({ name: tensor.name, shape: tensor.dims, from: size, size: tensor.size, unitAxis: axis });
      size += tensor.size;
    }
  if (size === 0) throw new Fault('empty', 'The network has no trained weights.', { source: model.source.name });
  if (size > MOST_WEIGHTS)
    throw new Fault(
      'too-large',
      `The network has ${formatCount(size)} weights; at most ${formatCount(MOST_WEIGHTS)} are moved.`,
      {
        source: model.source.name,
      },
    );
  const values = new Float32Array(new SharedArrayBuffer(4 * size));
  for (const { name, from } of tensors) values.set(model.readWeight(name).values, from);
  return { tensors, values };
}

function unitAxis({ file }: OnnxModel, name: string, dims: readonly number[]): number {
  const reader = file.graph.nodes.find(node => node.inputs.includes(name));
  const place = reader?.inputs.indexOf(name);
  if (reader?.op === 'MatMul' && place === 1) return dims.length - 1;
  if (reader?.op === 'Gemm' && place === 1 && reader.attributes.get('transB')?.integer !== 1) return 1;
  return 0;
}
