import { MemorySource } from '../../../src/base/bytes';
import { Fault } from '../../../src/base/fault';
import { openModel } from '../../../src/models/formats';
import type { Model } from '../../../src/models/model';
import { FakeSiblings } from '../openBytes';

type Bytes = Uint8Array<ArrayBuffer>;

/** A weight of a manifest, with its values as they lie in the shard. */
export interface Weight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype?: string;
  readonly quantization?: Readonly<Record<string, unknown>>;
  readonly data: Bytes;
}

export function floats(
  name: string,
  shape: readonly number[],
  from = (i: number) => Math.sin(i + shape.length),
): Weight {
  const size = shape.reduce((a, b) => a * b, 1);
  return { name, shape, data: new Uint8Array(Float32Array.from({ length: size }, (_, i) => from(i)).buffer) };
}

export function integers(name: string, shape: readonly number[], values: readonly number[]): Weight {
  return { name, shape, dtype: 'int32', data: new Uint8Array(Int32Array.from(values).buffer) };
}

/** A model.json and its shards. */
export interface TfjsFiles {
  readonly json: Readonly<Record<string, unknown>>;
  readonly shards: Readonly<Record<string, Bytes>>;
}

export function tfjsFiles(
  rest: Readonly<Record<string, unknown>>,
  weights: readonly Weight[],
  shardCount = 1,
): TfjsFiles {
  const all = new Uint8Array(weights.reduce((sum, weight) => sum + weight.data.length, 0));
  let at = 0;
  for (const { data } of weights) {
    all.set(data, at);
    at += data.length;
  }
  const step = Math.ceil(all.length / shardCount);
  const shards = Object.fromEntries(
    Array.from({ length: shardCount }, (_, i) => [
      `group1-shard${i + 1}of${shardCount}.bin`,
      all.slice(i * step, (i + 1) * step),
    ]),
  );
  const declared = weights.map(({ name, shape, dtype = 'float32', quantization }) => ({
    name,
    shape,
    dtype,
    ...(quantization === undefined ? {} : { quantization }),
  }));
  return { json: { ...rest, weightsManifest: [{ paths: Object.keys(shards), weights: declared }] }, shards };
}

export function openTfjs({ json, shards }: TfjsFiles, siblings = new FakeSiblings(shards)): Model {
  return openModel(new MemorySource('model.json', new TextEncoder().encode(JSON.stringify(json))), siblings);
}

export function faultOfTfjs(files: TfjsFiles): Fault | undefined {
  try {
    void openTfjs(files).warnings;
    return undefined;
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
}

/** Two dense layers from three numbers to two. */
export function layersFiles(shardCount = 1): TfjsFiles {
  const layers = [
    { class_name: 'Dense', config: { name: 'first', units: 4, activation: 'tanh', batch_input_shape: [null, 3] } },
    { class_name: 'Dense', config: { name: 'second', units: 2 } },
  ];
  const modelTopology = {
    class_name: 'Sequential',
    config: { name: 's', layers },
    keras_version: 'tfjs-layers 4.22.0',
  };
  return tfjsFiles(
    { format: 'layers-model', generatedBy: 'TensorFlow.js tfjs-layers v4.22.0', convertedBy: null, modelTopology },
    [
      floats('first/kernel', [3, 4]),
      floats('first/bias', [4]),
      floats('second/kernel', [4, 2]),
      floats('second/bias', [2]),
    ],
    shardCount,
  );
}

const node = (name: string, op: string, input: readonly string[], attr: Readonly<Record<string, unknown>> = {}) => ({
  name,
  op,
  input,
  attr,
});
const FLOAT = { type: 'DT_FLOAT' };
const INT = { type: 'DT_INT32' };
const constant = (name: string, type = FLOAT) => node(name, 'Const', [], { dtype: type });

/** A graph: a convolution of an image, a normalisation, a mean over positions, a product, a softmax. */
export function graphFiles(): TfjsFiles {
  const list = (...i: string[]) => ({ list: { i } });
  const nodes = [
    node('x', 'Placeholder', [], {
      dtype: FLOAT,
      shape: { shape: { dim: [{ size: '-1' }, { size: '4' }, { size: '4' }, { size: '2' }] } },
    }),
    constant('conv/kernel'),
    constant('bn/gamma'),
    constant('bn/beta'),
    constant('bn/mean'),
    constant('bn/variance'),
    constant('axes', INT),
    constant('dense/kernel'),
    node('conv', 'Conv2D', ['x', 'conv/kernel'], {
      T: FLOAT,
      strides: list('1', '2', '2', '1'),
      padding: { s: btoa('SAME') },
      data_format: { s: btoa('NHWC') },
      dilations: list('1', '1', '1', '1'),
    }),
    node('bn', 'FusedBatchNormV3', ['conv', 'bn/gamma', 'bn/beta', 'bn/mean', 'bn/variance'], {
      T: FLOAT,
      epsilon: { f: 0.001 },
      is_training: { b: false },
      data_format: { s: btoa('NHWC') },
    }),
    node('relu', 'Relu', ['bn'], { T: FLOAT }),
    node('mean', 'Mean', ['relu', 'axes'], { T: FLOAT, keep_dims: { b: false } }),
    node('dense', 'MatMul', ['mean', 'dense/kernel'], {
      T: FLOAT,
      transpose_a: { b: false },
      transpose_b: { b: false },
    }),
    node('scores', 'Softmax', ['dense'], { T: FLOAT }),
    node('Identity', 'Identity', ['scores', '^relu'], { T: FLOAT }),
  ];
  const port = (name: string, size: readonly string[]) => ({
    name,
    dtype: 'DT_FLOAT',
    tensorShape: { dim: size.map(one => ({ size: one })) },
  });
  return tfjsFiles(
    {
      format: 'graph-model',
      generatedBy: '2.15.0',
      convertedBy: 'TensorFlow.js Converter v4.22.0',
      signature: {
        inputs: { image: port('x:0', ['-1', '4', '4', '2']) },
        outputs: { out: port('Identity:0', ['-1', '3']) },
      },
      modelTopology: { node: nodes, library: {}, versions: {} },
    },
    [
      floats('conv/kernel', [3, 3, 2, 5]),
      floats('bn/gamma', [5]),
      floats('bn/beta', [5]),
      floats('bn/mean', [5]),
      floats('bn/variance', [5], i => 1 + i),
      integers('axes', [2], [1, 2]),
      floats('dense/kernel', [5, 3]),
    ],
    2,
  );
}
