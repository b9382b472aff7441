import { Random } from '../../../src/base/random';
import { OnnxGraphBuilder, type AttributeValue } from '../../../src/models/onnx/graphBuilder';
import type { Bytes } from '../onnxBuilder';

/** Small networks with random weights, one for each way in which units depend on each other. */
export class Net {
  readonly graph = new OnnxGraphBuilder();
  private readonly random: Random;
  private count = 0;

  constructor(seed: number) {
    this.random = new Random(seed, 'zoo');
  }

  weights(name: string, dims: readonly number[], scale = 0.5, offset = 0): string {
    const size = dims.reduce((a, b) => a * b, 1);
    const values = Float32Array.from({ length: size }, () => offset + scale * this.random.normal());
    this.graph.raw(name, 'float32', dims, new Uint8Array(values.buffer));
    return name;
  }

  positive(name: string, size: number): string {
    const values = Float32Array.from({ length: size }, () => 0.5 + this.random.uniform());
    this.graph.raw(name, 'float32', [size], new Uint8Array(values.buffer));
    return name;
  }

  integers(values: readonly number[], dims: readonly number[] = [values.length]): string {
    const name = `integers_${this.count++}`;
    this.graph.integers(name, values, dims);
    return name;
  }

  scalar(value: number): string {
    const name = `scalar_${this.count++}`;
    this.graph.raw(name, 'float32', [], new Uint8Array(Float32Array.of(value).buffer));
    return name;
  }

  node(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
    outputs = 1,
  ): string[] {
    const at = this.count++;
    const names = Array.from({ length: outputs }, (_, i) => `${op.toLowerCase()}_${at}${outputs > 1 ? `_${i}` : ''}`);
    this.graph.node({ name: `${op}_${at}`, op, inputs, outputs: names, attributes });
    return names;
  }

  op(op: string, inputs: readonly string[], attributes: Readonly<Record<string, AttributeValue>> = {}): string {
    return this.node(op, inputs, attributes)[0]!;
  }

  dense(x: string, name: string, inputs: number, outputs: number): string {
    const bias = this.weights(`${name}.bias`, [outputs]);
    return this.op('Gemm', [x, this.weights(`${name}.weight`, [outputs, inputs]), bias], { transB: { integer: 1 } });
  }

  /** Without a bias of its own: a product and a sum. */
  linear(x: string, name: string, inputs: number, outputs: number): string {
    const product = this.op('MatMul', [x, this.weights(`${name}.weight`, [inputs, outputs])]);
    return this.op('Add', [product, this.weights(`${name}.bias`, [outputs])]);
  }

  conv(x: string, name: string, inputs: number, outputs: number, { size = 3, groups = 1, bias = true } = {}): string {
    const pad = (size - 1) / 2;
    return this.op(
      'Conv',
      [
        x,
        this.weights(`${name}.weight`, [outputs, inputs / groups, size, size]),
        ...(bias ? [this.weights(`${name}.bias`, [outputs])] : []),
      ],
      {
        kernel_shape: { integers: [size, size] },
        pads: { integers: [pad, pad, pad, pad] },
        group: { integer: groups },
      },
    );
  }

  batchNorm(x: string, name: string, channels: number): string {
    return this.op('BatchNormalization', [
      x,
      this.weights(`${name}.weight`, [channels], 0.5, 1),
      this.weights(`${name}.bias`, [channels]),
      this.weights(`${name}.running_mean`, [channels]),
      this.positive(`${name}.running_var`, channels),
    ]);
  }

  finish(input: readonly (number | string)[], output: string, more: readonly string[] = []): Bytes {
    this.graph.input('input', 'float32', input);
    for (const name of [output, ...more]) this.graph.output(name);
    return this.graph.model('zoo', 'tests');
  }
}

export interface ZooNetwork {
  readonly bytes: Bytes;
  readonly rowShape: readonly number[];
  /** Layers and number of units of each group. */
  readonly groups: readonly string[];
}

type Make = (net: Net) => {
  readonly output: string;
  readonly more?: readonly string[];
  readonly rowShape: readonly number[];
  readonly groups: readonly string[];
};

const ZOO: Readonly<Record<string, Make>> = {
  'dense layers': net => {
    const one = net.op('Relu', [net.dense('input', 'fc1', 6, 12)]);
    const two = net.op('Tanh', [net.dense(one, 'fc2', 12, 8)]);
    return { output: net.dense(two, 'fc3', 8, 3), rowShape: [6], groups: ['fc1 12', 'fc2 8'] };
  },
  'a product and a sum': net => {
    const one = net.op('Relu', [net.linear('input', 'fc1', 6, 12)]);
    return { output: net.linear(one, 'fc2', 12, 3), rowShape: [6], groups: ['fc1 12'] };
  },
  'convolutions with normalisation, pooling and flattening': net => {
    const one = net.op('Relu', [net.batchNorm(net.conv('input', 'conv1', 2, 6, { bias: false }), 'bn1', 6)]);
    const pooled = net.op('MaxPool', [one], { kernel_shape: { integers: [2, 2] }, strides: { integers: [2, 2] } });
    const two = net.op('Relu', [net.conv(pooled, 'conv2', 6, 5)]);
    const flat = net.op('Flatten', [two]);
    const three = net.op('Relu', [net.dense(flat, 'fc1', 45, 7)]);
    return { output: net.dense(three, 'fc2', 7, 3), rowShape: [2, 6, 6], groups: ['conv1 6', 'conv2 5', 'fc1 7'] };
  },
  'residual additions': net => {
    const stem = net.op('Relu', [net.conv('input', 'stem', 2, 6)]);
    const inner = net.op('Relu', [net.conv(stem, 'block.conv1', 6, 4)]);
    const sum = net.op('Add', [stem, net.conv(inner, 'block.conv2', 4, 6)]);
    const mean = net.op('GlobalAveragePool', [net.op('Relu', [sum])]);
    const flat = net.op('Reshape', [mean, net.integers([0, -1])]);
    return {
      output: net.dense(flat, 'fc', 6, 3),
      rowShape: [2, 4, 4],
      groups: ['stem block.conv2 6', 'block.conv1 4'],
    };
  },
  'a concatenation': net => {
    const one = net.op('Relu', [net.conv('input', 'left', 2, 4)]);
    const two = net.op('Relu', [net.conv('input', 'right', 2, 3)]);
    const both = net.op('Concat', [one, 'input', two], { axis: { integer: 1 } });
    const mean = net.op('ReduceMean', [net.conv(both, 'mix', 9, 5), net.integers([2, 3])], {
      keepdims: { integer: 0 },
    });
    return { output: net.dense(mean, 'fc', 5, 3), rowShape: [2, 4, 4], groups: ['left 4', 'right 3', 'mix 5'] };
  },
  'depthwise and pointwise convolutions': net => {
    const one = net.op('Relu', [net.conv('input', 'first', 2, 6)]);
    const each = net.op('Relu', [net.batchNorm(net.conv(one, 'depthwise', 6, 6, { groups: 6 }), 'bn', 6)]);
    const wide = net.op('Clip', [net.conv(each, 'pointwise', 6, 8, { size: 1 }), net.scalar(0), net.scalar(6)]);
    const flat = net.op('Flatten', [net.op('GlobalMaxPool', [wide])]);
    return { output: net.dense(flat, 'fc', 8, 3), rowShape: [2, 4, 4], groups: ['first depthwise 6', 'pointwise 8'] };
  },
  'a depthwise convolution that multiplies channels': net => {
    const one = net.op('Relu', [net.conv('input', 'first', 2, 4)]);
    const each = net.op('Relu', [net.conv(one, 'depthwise', 4, 8, { groups: 4 })]);
    const flat = net.op('Flatten', [net.op('GlobalMaxPool', [each])]);
    return { output: net.dense(flat, 'fc', 8, 3), rowShape: [2, 4, 4], groups: ['first depthwise 4'] };
  },
  'convolutions in groups': net => {
    const one = net.op('Relu', [net.conv('input', 'first', 2, 6)]);
    const two = net.op('Relu', [net.conv(one, 'grouped', 6, 8, { groups: 2 })]);
    const flat = net.op('Flatten', [net.op('GlobalAveragePool', [two])]);
    return { output: net.dense(flat, 'fc', 8, 3), rowShape: [2, 4, 4], groups: ['first 3', 'grouped 4'] };
  },
  'squeeze and excitation': net => {
    const one = net.op('Relu', [net.conv('input', 'conv', 2, 6)]);
    const squeezed = net.op('Relu', [net.conv(net.op('GlobalAveragePool', [one]), 'squeeze', 6, 4, { size: 1 })]);
    const gate = net.op('Sigmoid', [net.conv(squeezed, 'excite', 4, 6, { size: 1 })]);
    const flat = net.op('Flatten', [net.op('Mul', [one, gate])]);
    return { output: net.dense(flat, 'fc', 96, 3), rowShape: [2, 4, 4], groups: ['conv excite 6', 'squeeze 4'] };
  },
  'a gated unit': net => {
    const gate = net.op('Sigmoid', [net.dense('input', 'gate', 6, 9)]);
    const both = net.op('Mul', [net.dense('input', 'up', 6, 9), gate]);
    return { output: net.dense(both, 'down', 9, 3), rowShape: [6], groups: ['gate up 9'] };
  },
  'channels moved to the end and flattened': net => {
    const one = net.op('Relu', [net.conv('input', 'conv', 2, 5)]);
    const last = net.op('Transpose', [one], { perm: { integers: [0, 2, 3, 1] } });
    const flat = net.op('Reshape', [last, net.integers([-1, 80])]);
    return { output: net.dense(flat, 'fc', 80, 3), rowShape: [2, 4, 4], groups: ['conv 5'] };
  },
  'a transposed convolution': net => {
    const one = net.op('Relu', [net.conv('input', 'down', 2, 5)]);
    const up = net.op('ConvTranspose', [one, net.weights('up.weight', [5, 4, 2, 2]), net.weights('up.bias', [4])], {
      kernel_shape: { integers: [2, 2] },
      strides: { integers: [2, 2] },
    });
    const flat = net.op('Flatten', [net.op('GlobalAveragePool', [net.op('Relu', [up])])]);
    return { output: net.dense(flat, 'fc', 4, 3), rowShape: [2, 4, 4], groups: ['down 5', 'up 4'] };
  },
  'attention with heads': net => {
    const x = net.linear('input', 'embed', 6, 8);
    const heads = (name: string) =>
      net.op('Transpose', [net.op('Reshape', [net.linear(x, name, 8, 12), net.integers([0, 0, 4, 3])])], {
        perm: { integers: [0, 2, 1, 3] },
      });
    const [q, k, v] = [heads('query'), heads('key'), heads('value')];
    const scores = net.op('MatMul', [q, net.op('Transpose', [k], { perm: { integers: [0, 1, 3, 2] } })]);
    const mixed = net.op('MatMul', [
      net.op('Softmax', [net.op('Mul', [scores, net.scalar(0.5)])], { axis: { integer: -1 } }),
      v,
    ]);
    const merged = net.op('Reshape', [
      net.op('Transpose', [mixed], { perm: { integers: [0, 2, 1, 3] } }),
      net.integers([0, 0, 12]),
    ]);
    const attended = net.op('Add', [x, net.linear(merged, 'out', 12, 8)]);
    const normed = net.op('LayerNormalization', [
      attended,
      net.weights('norm.weight', [8], 0.2, 1),
      net.weights('norm.bias', [8]),
    ]);
    const inner = net.op('Gelu', [net.linear(normed, 'mlp.up', 8, 10)]);
    const whole = net.op('Add', [normed, net.linear(inner, 'mlp.down', 10, 8)]);
    const mean = net.op('ReduceMean', [whole, net.integers([1])], { keepdims: { integer: 0 } });
    return { output: net.dense(mean, 'head', 8, 3), rowShape: [5, 6], groups: ['query key value 4', 'mlp.up 10'] };
  },
  'queries, keys and values of one layer': net => {
    const parts = net.node(
      'Split',
      [net.linear('input', 'qkv', 6, 24), net.integers([8, 8, 8])],
      { axis: { integer: -1 } },
      3,
    );
    const [q, k, v] = parts.map(part =>
      net.op('Transpose', [net.op('Reshape', [part, net.integers([0, 0, 2, 4])])], {
        perm: { integers: [0, 2, 1, 3] },
      }),
    );
    const scores = net.op(
      'Softmax',
      [net.op('MatMul', [q!, net.op('Transpose', [k!], { perm: { integers: [0, 1, 3, 2] } })])],
      { axis: { integer: -1 } },
    );
    const merged = net.op('Reshape', [
      net.op('Transpose', [net.op('MatMul', [scores, v!])], { perm: { integers: [0, 2, 1, 3] } }),
      net.integers([0, 0, 8]),
    ]);
    const mean = net.op('ReduceMean', [net.linear(merged, 'out', 8, 5), net.integers([1])], {
      keepdims: { integer: 0 },
    });
    return { output: net.dense(mean, 'head', 5, 3), rowShape: [5, 6], groups: ['qkv 2', 'out 5'] };
  },
  'queries, keys and values that are stacked': net => {
    const three = net.op('Reshape', [net.linear('input', 'qkv', 6, 36), net.integers([0, 0, 3, 4, 3])]);
    const stacked = net.op('Transpose', [three], { perm: { integers: [2, 0, 3, 1, 4] } });
    const [q, k, v] = [0, 1, 2].map(i => net.op('Gather', [stacked, net.integers([i], [])]));
    const scores = net.op('MatMul', [
      net.op('Mul', [q!, net.scalar(0.5)]),
      net.op('Transpose', [k!], { perm: { integers: [0, 1, 3, 2] } }),
    ]);
    const mixed = net.op('MatMul', [net.op('Softmax', [scores], { axis: { integer: -1 } }), v!]);
    const merged = net.op('Reshape', [
      net.op('Transpose', [mixed], { perm: { integers: [0, 2, 1, 3] } }),
      net.integers([0, 0, 12]),
    ]);
    const mean = net.op('ReduceMean', [net.linear(merged, 'out', 12, 5), net.integers([1])], {
      keepdims: { integer: 0 },
    });
    return { output: net.dense(mean, 'head', 5, 3), rowShape: [5, 6], groups: ['qkv 4', 'out 5'] };
  },
  'heads beside the batch': net => packedAttention(net, 'batch'),
  'heads beside a batch of fixed size': net => packedAttention(net, 1),
  'heads beside a batch, taken apart again': net => packedAttention(net, 'batch', true),
  'parts of a split that are cut out and taken out': net => {
    const three = net.op('Reshape', [net.dense('input', 'three', 6, 15), net.integers([0, 3, 5])]);
    const one = net.op('Squeeze', [
      net.op('Slice', [three, net.integers([1]), net.integers([2]), net.integers([1])]),
      net.integers([1]),
    ]);
    const rest = net.node('Split', [three], { axis: { integer: 1 }, num_outputs: { integer: 3 } }, 3);
    const all = net.op('Concat', [one, ...[0, 2].map(i => net.op('Squeeze', [rest[i]!, net.integers([1])]))], {
      axis: { integer: 1 },
    });
    return { output: net.dense(net.op('Relu', [all]), 'out', 15, 3), rowShape: [6], groups: ['three 5'] };
  },
  'several outputs': net => {
    const one = net.op('Relu', [net.dense('input', 'fc1', 6, 9)]);
    const two = net.op('Relu', [net.dense(one, 'fc2', 9, 7)]);
    return { output: net.dense(two, 'fc3', 7, 3), more: [two], rowShape: [6], groups: ['fc1 9'] };
  },
  'weights that two layers share': net => {
    const one = net.op('Relu', [net.dense('input', 'fc1', 6, 6)]);
    const again = net.op('Relu', [net.op('Gemm', [one, 'fc1.weight', 'fc1.bias'], { transB: { integer: 1 } })]);
    const wide = net.op('Relu', [net.dense(again, 'fc2', 6, 9)]);
    return { output: net.dense(wide, 'fc3', 9, 3), rowShape: [6], groups: ['fc2 9'] };
  },
  'slopes of each channel, and a constant for each': net => {
    const one = net.op('PRelu', [net.conv('input', 'conv', 2, 5), net.weights('slope', [5, 1, 1])]);
    const scaled = net.op('Mul', [one, net.weights('scale', [1, 5, 1, 1])]);
    const flat = net.op('Flatten', [
      net.op('AveragePool', [scaled], { kernel_shape: { integers: [2, 2] }, strides: { integers: [2, 2] } }),
    ]);
    return { output: net.dense(flat, 'fc', 20, 3), rowShape: [2, 4, 4], groups: ['conv 5'] };
  },
  'a stack that is enlarged and padded': net => {
    const one = net.op('Relu', [net.conv('input', 'conv1', 2, 5)]);
    const large = net.op('Resize', [one, '', '', net.integers([1, 5, 8, 8])], { mode: { text: 'nearest' } });
    const padded = net.op('Pad', [large, net.integers([0, 0, 1, 1, 0, 0, 1, 1])]);
    const two = net.op('Relu', [net.conv(padded, 'conv2', 5, 4)]);
    const flat = net.op('Flatten', [net.op('GlobalAveragePool', [two])]);
    return { output: net.dense(flat, 'fc', 4, 3), rowShape: [2, 4, 4], groups: ['conv1 5', 'conv2 4'] };
  },
  'units normalised together': net => {
    const one = net.op('Relu', [net.dense('input', 'fc1', 6, 8)]);
    const normed = net.op('LayerNormalization', [one, net.weights('norm.weight', [8]), net.weights('norm.bias', [8])]);
    const two = net.op('Relu', [net.dense(normed, 'fc2', 8, 7)]);
    return { output: net.dense(two, 'fc3', 7, 3), rowShape: [6], groups: ['fc2 7'] };
  },
};

/** As PyTorch's MultiheadAttention is exported: one layer for queries, keys and values, and heads that stand along one axis with the rows of a batch. */
function packedAttention(net: Net, batch: number | 'batch', apart = false): ReturnType<Make> {
  const x = net.op('Transpose', ['input'], { perm: { integers: [1, 0, 2] } });
  const sizes = (...entries: readonly (number | 'batch' | 'rows')[]) => {
    const shape = net.op('Shape', ['input']);
    const rows = net.op('Gather', [shape, net.integers([0], [])], { axis: { integer: 0 } });
    const parts = entries.map(entry => {
      if (typeof entry === 'number') return net.integers([entry]);
      const value = entry === 'batch' ? rows : net.op('Mul', [rows, net.integers([4], [])]);
      return net.op('Unsqueeze', [value, net.integers([0])]);
    });
    return net.op('Concat', parts, { axis: { integer: 0 } });
  };
  const fixed = typeof batch === 'number';
  const packed = net.op('Reshape', [
    net.linear(x, 'in_proj', 6, 72),
    fixed ? net.integers([5, batch, 3, 24]) : sizes(5, 'batch', 3, 24),
  ]);
  const moved = net.op('Transpose', [net.op('Unsqueeze', [packed, net.integers([0])])], {
    perm: { integers: [3, 1, 2, 0, 4] },
  });
  const stacked = net.op('Squeeze', [moved, net.integers([3])]);
  const [q, k, v] = [0, 1, 2].map(i => {
    const part = net.op('Gather', [stacked, net.integers([i], [])], { axis: { integer: 0 } });
    const heads = net.op('Reshape', [part, fixed ? net.integers([5, 4 * batch, 6]) : sizes(5, 'rows', 6)]);
    const first = net.op('Transpose', [heads], { perm: { integers: [1, 0, 2] } });
    return apart ? net.op('Reshape', [first, sizes('batch', 4, 5, 6)]) : first;
  });
  const last = apart ? [0, 1, 3, 2] : [0, 2, 1];
  const scores = net.op('MatMul', [
    net.op('Mul', [q!, net.scalar(0.41)]),
    net.op('Transpose', [k!], { perm: { integers: last } }),
  ]);
  const mixed = net.op('MatMul', [net.op('Softmax', [scores], { axis: { integer: -1 } }), v!]);
  const together = net.op('Transpose', [mixed], { perm: { integers: apart ? [2, 0, 1, 3] : [1, 0, 2] } });
  const flat = net.op('Reshape', [together, fixed ? net.integers([5 * batch, 24]) : net.integers([-1, 24])]);
  const out = net.op('Reshape', [
    net.dense(flat, 'out_proj', 24, 5),
    fixed ? net.integers([5, batch, 5]) : sizes(5, 'batch', 5),
  ]);
  const mean = net.op('ReduceMean', [out, net.integers([0])], { keepdims: { integer: 0 } });
  return { output: net.dense(mean, 'head', 5, 3), rowShape: [5, 6], groups: ['in_proj 4', 'out_proj 5'] };
}

export const ZOO_NAMES = Object.keys(ZOO);

export function zooNetwork(name: string, seed: number): ZooNetwork {
  const net = new Net(seed);
  const { output, more, rowShape, groups } = ZOO[name]!(net);
  const batch = /enlarged|fixed size/.test(name) ? 1 : 'batch';
  return { bytes: net.finish([batch, ...rowShape], output, more), rowShape, groups };
}
