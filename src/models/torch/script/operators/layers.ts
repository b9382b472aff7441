import type { Graph } from '../graph';
import { ScriptError } from '../syntax';
import { SymInt, type Dim, type Tensor } from '../values';
import type { Args } from './args';
import { asType, elementwise } from './arithmetic';
import { broadcast, dimsOf, isComputed, Mismatch, UnknownRank } from './dims';
import { swapAxes, squeeze, unsqueeze } from './shapes';
import type { OperatorContext, OperatorTable } from './table';

/** `x · Wᵀ + b`. A matrix goes through Gemm, as PyTorch's own exporter has it; more dimensions through MatMul. */
export function linear(
  { graph, notes }: OperatorContext,
  input: Tensor,
  weight: Tensor,
  bias: Tensor | undefined,
): Tensor {
  const [outputs, features] = dimsOf(weight) as [Dim, Dim];
  if (input.dims === undefined && typeof features === 'number') throw new UnknownRank(input, [null, features]);
  const dims = dimsOf(input);
  const last = dims.at(-1);
  if (typeof last === 'number' && typeof features === 'number' && last !== features)
    throw new Mismatch(`a dense layer of ${features} features on ${last}`);
  if (last === null && typeof features === 'number') notes.features ??= features;
  if (last instanceof SymInt && typeof features === 'number') notes.lengths.set(last.key, features);
  const shape = [...dims.slice(0, -1), outputs];
  const x = asType(graph, input, 'float32');
  if (dims.length === 2)
    return graph.emit('Gemm', [x, weight, bias], {
      attributes: { transB: { integer: 1 } },
      type: 'float32',
      dims: shape,
    });
  const product = graph.emit('MatMul', [x, swapAxes(graph, weight, 0, 1)], { type: 'float32', dims: shape });
  return bias === undefined ? product : elementwise(graph, 'Add', product, bias);
}

interface Window {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
}

function window(a: Args, count: number, kernel: readonly number[]): Window {
  const list = (name: string, usual: number) =>
    a.has(name) && typeof a.value(name) !== 'string' ? a.integers(name, count) : new Array<number>(count).fill(usual);
  return { kernel, stride: list('stride', 1), padding: list('padding', 0), dilation: list('dilation', 1) };
}

function convolution(
  { graph }: OperatorContext,
  a: Args,
  given: { transposed?: boolean; outputPadding?: readonly number[] } = {},
): Tensor {
  const weight = a.tensor('weight');
  const shape = dimsOf(weight) as readonly number[];
  const count = shape.length - 2;
  let input = a.tensor('input');
  const groups = a.integer('groups', 1);
  const transposed = given.transposed ?? false;
  const channels = transposed ? shape[0]! : shape[1]! * groups;
  if (input.dims === undefined) {
    if (isComputed(input)) input.dims = [null, channels, ...new Array<null>(count).fill(null)];
    else throw new UnknownRank(input, [null, channels, ...new Array<null>(count).fill(null)]);
  }
  // One image without a batch.
  const single = input.dims.length === count + 1;
  if (single) input = unsqueeze(graph, input, 0);
  const dims = dimsOf(input);
  if (dims.length !== count + 2 || (typeof dims[1] === 'number' && dims[1] !== channels))
    throw new Mismatch(`a convolution of ${channels} channels on a tensor of other ones`);
  const text = a.value('padding');
  const same = text === 'same';
  const w = window(a, count, shape.slice(2));
  const pads = w.kernel.map((kernel, axis): readonly [number, number] =>
    same
      ? [Math.floor((w.dilation[axis]! * (kernel - 1)) / 2), Math.ceil((w.dilation[axis]! * (kernel - 1)) / 2)]
      : [w.padding[axis]!, w.padding[axis]!],
  );
  const extra = given.outputPadding ?? new Array<number>(count).fill(0);
  const sides = dims.slice(2).map((dim, axis): Dim => {
    if (typeof dim !== 'number') return null;
    const reach = w.dilation[axis]! * (w.kernel[axis]! - 1);
    const [before, after] = pads[axis]!;
    const length = transposed
      ? (dim - 1) * w.stride[axis]! - before - after + reach + extra[axis]! + 1
      : Math.floor((dim + before + after - reach - 1) / w.stride[axis]!) + 1;
    if (length < 1) throw new Mismatch('a convolution of more than there is');
    return length;
  });
  const result = graph.emit(
    transposed ? 'ConvTranspose' : 'Conv',
    [asType(graph, input, 'float32'), weight, a.maybeTensor('bias')],
    {
      attributes: {
        kernel_shape: { integers: w.kernel },
        strides: { integers: w.stride },
        pads: { integers: [...pads.map(pair => pair[0]), ...pads.map(pair => pair[1])] },
        dilations: { integers: w.dilation },
        group: { integer: groups },
        ...(transposed && extra.some(length => length > 0) ? { output_padding: { integers: extra } } : {}),
      },
      type: 'float32',
      dims: [dims[0]!, transposed ? shape[1]! * groups : shape[0]!, ...sides],
    },
  );
  return single ? squeeze(graph, result, [0]) : result;
}

const CONVOLUTION = '(input, weight, bias, stride, padding, dilation, groups)';
const TRANSPOSED = '(input, weight, bias, stride, padding, output_padding, groups, dilation)';

function transposedConvolution(c: OperatorContext, a: Args): Tensor {
  const count = dimsOf(a.tensor('weight')).length - 2;
  return convolution(c, a, {
    transposed: true,
    outputPadding: a.has('output_padding') ? a.integers('output_padding', count) : new Array<number>(count).fill(0),
  });
}

/** A vector of ones or zeros as long as a tensor's channels. */
function filled(graph: Graph, value: number, length: Dim): string {
  if (typeof length !== 'number')
    throw new ScriptError('unsupported', 'a normalisation of channels that are not known');
  return graph.floats(new Array<number>(length).fill(value));
}

function batchNorm({ graph }: OperatorContext, a: Args): Tensor {
  const input = a.tensor('input');
  const mean = a.maybeTensor('running_mean');
  const variance = a.maybeTensor('running_var');
  if (mean === undefined || variance === undefined) return instanceNormOverBatch();
  const channels = dimsOf(mean)[0]!;
  if (input.dims === undefined && !isComputed(input) && typeof channels === 'number')
    throw new UnknownRank(input, [null, channels]);
  const scale = a.maybeTensor('weight')?.name ?? filled(graph, 1, channels);
  const shift = a.maybeTensor('bias')?.name ?? filled(graph, 0, channels);
  return graph.emit('BatchNormalization', [asType(graph, input, 'float32'), scale, shift, mean, variance], {
    attributes: { epsilon: { float: a.number('eps', 1e-5) } },
    type: 'float32',
    dims: input.dims,
  });

  function instanceNormOverBatch(): never {
    throw new ScriptError('unsupported', 'torch.batch_norm without running statistics');
  }
}

function layerNorm({ graph, notes }: OperatorContext, a: Args): Tensor {
  const input = a.tensor('input');
  const shape = a.integers('normalized_shape');
  if (input.dims === undefined && !isComputed(input)) throw new UnknownRank(input, [null, ...shape]);
  const last = input.dims?.at(-1);
  if (last instanceof SymInt && shape.length === 1) notes.lengths.set(last.key, shape[0]!);
  const size = shape.reduce((x, y) => x * y, 1);
  const scale = a.maybeTensor('weight');
  const ones = (): string => {
    const name = graph.floats(new Array<number>(size).fill(1));
    return shape.length === 1
      ? name
      : graph.emit('Reshape', [name, graph.integers(shape)], { type: 'float32', dims: shape }).name;
  };
  return graph.emit('LayerNormalization', [asType(graph, input, 'float32'), scale ?? ones(), a.maybeTensor('bias')], {
    attributes: { axis: { integer: -shape.length }, epsilon: { float: a.number('eps', 1e-5) } },
    type: 'float32',
    dims: input.dims,
  });
}

/** Normalises each channel, or each group of channels, of each row. */
function instanceNorm(
  { graph }: OperatorContext,
  input: Tensor,
  scale: string,
  shift: string,
  epsilon: number,
): Tensor {
  return graph.emit('InstanceNormalization', [asType(graph, input, 'float32'), scale, shift], {
    attributes: { epsilon: { float: epsilon } },
    type: 'float32',
    dims: input.dims,
  });
}

function groupNorm(c: OperatorContext, a: Args): Tensor {
  const { graph } = c;
  const input = a.tensor('input');
  const dims = dimsOf(input);
  const groups = a.integer('num_groups');
  const epsilon = a.number('eps', 1e-5);
  // Each group is a channel of its own: (N, G, −1).
  const grouped = graph.emit('Reshape', [input, graph.integers([0, groups, -1])], { dims: [dims[0]!, groups, null] });
  const normal = instanceNorm(c, grouped, filled(graph, 1, groups), filled(graph, 0, groups), epsilon);
  const shape = graph.emit('Shape', [input], { type: 'int64', dims: [dims.length] });
  let result = graph.emit('Reshape', [normal, shape], { type: 'float32', dims });
  const perChannel = (tensor: Tensor) =>
    graph.emit('Reshape', [tensor, graph.integers([-1, ...new Array<number>(dims.length - 2).fill(1)])], {
      dims: [tensor.dims?.[0] ?? null, ...new Array<number>(dims.length - 2).fill(1)],
    });
  const [scale, shift] = [a.maybeTensor('weight'), a.maybeTensor('bias')];
  if (scale !== undefined) result = elementwise(graph, 'Mul', result, perChannel(scale));
  if (shift !== undefined) result = elementwise(graph, 'Add', result, perChannel(shift));
  return result;
}

function rmsNorm({ graph }: OperatorContext, a: Args): Tensor {
  const input = asType(graph, a.tensor('input'), 'float32');
  const axes = a.integers('normalized_shape').map((_, i, all) => i - all.length);
  const square = elementwise(graph, 'Mul', input, input);
  const mean = graph.emit('ReduceMean', [square, graph.integers(axes)], {
    dims: input.dims?.map((dim, at, all) => (at >= all.length - axes.length ? 1 : dim)),
  });
  const root = graph.emit(
    'Sqrt',
    [elementwise(graph, 'Add', mean, graph.scalar(a.number('eps', 1.1920929e-7), 'float32'))],
    { dims: mean.dims },
  );
  const normal = elementwise(graph, 'Div', input, root);
  const scale = a.maybeTensor('weight');
  return scale === undefined ? normal : elementwise(graph, 'Mul', normal, scale);
}

export function matmul(graph: Graph, left: Tensor, right: Tensor): Tensor {
  const [a, b] = [left.dims, right.dims];
  let dims: readonly Dim[] | undefined;
  if (a !== undefined && b !== undefined) {
    const batch = broadcast(a.slice(0, -2), b.slice(0, -2)) ?? [];
    const inner = [a.at(-1), b.length > 1 ? b.at(-2) : b.at(-1)];
    if (typeof inner[0] === 'number' && typeof inner[1] === 'number' && inner[0] !== inner[1])
      throw new Mismatch(`a matrix product of ${inner[0]} with ${inner[1]}`);
    dims = [...batch, ...(a.length > 1 ? [a.at(-2)!] : []), ...(b.length > 1 ? [b.at(-1)!] : [])];
  }
  return graph.emit('MatMul', [left, right], { type: 'float32', dims });
}

export const LAYERS: OperatorTable = {
  'linear(input, weight, bias)': (c, a) => linear(c, a.tensor('input'), a.tensor('weight'), a.maybeTensor('bias')),
  [`conv1d|conv2d|conv3d${CONVOLUTION}`]: (c, a) => convolution(c, a),
  [`conv_transpose1d|conv_transpose2d|conv_transpose3d${TRANSPOSED}`]: (c, a) => transposedConvolution(c, a),
  '_convolution|convolution(input, weight, bias, stride, padding, dilation, transposed, output_padding, groups)': (
    c,
    a,
  ) => (a.flag('transposed') ? transposedConvolution(c, a) : convolution(c, a)),
  '_convolution_mode(input, weight, bias, stride, padding, dilation, groups)': (c, a) => convolution(c, a),
  'batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps)': batchNorm,
  'layer_norm(input, normalized_shape, weight, bias, eps)': layerNorm,
  'native_layer_norm(input, normalized_shape, weight, bias, eps)': layerNorm,
  'group_norm(input, num_groups, weight, bias, eps)': groupNorm,
  'rms_norm(input, normalized_shape, weight, eps)': rmsNorm,
  'instance_norm(input, weight, bias, running_mean, running_var, use_input_stats, momentum, eps)': (c, a) => {
    if (!a.flag('use_input_stats', true)) return batchNorm(c, a);
    const input = a.tensor('input');
    const channels = dimsOf(input)[1]!;
    return instanceNorm(
      c,
      input,
      a.maybeTensor('weight')?.name ?? filled(c.graph, 1, channels),
      a.maybeTensor('bias')?.name ?? filled(c.graph, 0, channels),
      a.number('eps', 1e-5),
    );
  },
  'embedding(weight, indices)': ({ graph }, a) => {
    const [weight, indices] = [a.tensor('weight'), a.tensor('indices')];
    if (indices.dims === undefined) throw new UnknownRank(indices, [null, null], true);
    if (indices.type === 'float32') throw new UnknownRank(indices, [null, null], true);
    return graph.emit('Gather', [weight, indices], { type: weight.type, dims: [...indices.dims, dimsOf(weight)[1]!] });
  },
  'matmul|mm|bmm(self, mat2)': (c, a) => matmul(c.graph, a.tensor('self'), a.tensor('mat2')),
  'mv|dot(self, other)': (c, a) => matmul(c.graph, a.tensor('self'), a.tensor('other')),
  'addmm|baddbmm|addbmm|addmv(self, mat1, mat2, beta, alpha)': (c, a) => {
    let product: Tensor = matmul(c.graph, a.tensor('mat1'), a.tensor('mat2'));
    const [beta, alpha] = [a.number('beta', 1), a.number('alpha', 1)];
    if (alpha !== 1) product = elementwise(c.graph, 'Mul', product, c.graph.scalar(alpha, 'float32'));
    if (beta === 0) return product;
    const self =
      beta === 1 ? a.tensor('self') : elementwise(c.graph, 'Mul', a.tensor('self'), c.graph.scalar(beta, 'float32'));
    return elementwise(c.graph, 'Add', product, self);
  },
  'einsum(equation, tensors)': (c, a) => {
    const equation = a.text('equation', '').replaceAll(' ', '');
    const tensors = a.tensors('tensors');
    const [left, right] = equation.split('->');
    const lengths = new Map<string, Dim>();
    left
      ?.split(',')
      .forEach((letters, at) =>
        [...letters].forEach((letter, axis) => lengths.set(letter, tensors[at]?.dims?.[axis] ?? null)),
      );
    const dims =
      right === undefined || right.includes('.') ? undefined : [...right].map(letter => lengths.get(letter) ?? null);
    return c.graph.emit('Einsum', tensors, { attributes: { equation: { text: equation } }, dims });
  },
};
