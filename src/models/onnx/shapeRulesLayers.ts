import type { Dimension } from './protocol';
import { add, axisIn, broadcast, divide, multiply, windowed } from './shapeArithmetic';
import type { NodeShapes, ShapeRule } from './shapes';

type Dims = readonly Dimension[];

const unknown = (rank: number): Dimension[] => new Array<Dimension>(rank).fill(null);

/** Convolution; `weights` is the input that holds the kernel [out, in / group, …]. */
function convolution(weights: number): ShapeRule {
  return shapes => {
    const dims = shapes.dims(0);
    const kernel = shapes.dims(weights);
    const rank = dims?.length ?? kernel?.length;
    if (rank === undefined || rank < 3) return;
    const sizes = shapes.integers('kernel_shape') ?? kernel?.slice(2);
    const type = shapes.node.op === 'ConvInteger' ? 'int32' : undefined;
    const positions = dims === undefined ? unknown(rank - 2) : slide(shapes, dims.slice(2), sizes);
    shapes.output(0, [dims?.[0] ?? null, kernel?.[0] ?? null, ...positions], type);
  };
}

const transposedConvolution: ShapeRule = shapes => {
  const dims = shapes.dims(0);
  const kernel = shapes.dims(1);
  if (dims === undefined || dims.length < 3) return;
  const channels = multiply(kernel?.[1] ?? null, shapes.integer('group', 1));
  const sizes = shapes.integers('kernel_shape') ?? kernel?.slice(2);
  const given = shapes.integers('output_shape');
  const pads = shapes.integers('pads');
  const automatic = shapes.attribute('auto_pad')?.string ?? 'NOTSET';
  const spatial = dims.length - 2;
  const positions = dims.slice(2).map((length, axis) => {
    if (given !== undefined) return given[given.length - spatial + axis] ?? null;
    const stride = shapes.integers('strides')?.[axis] ?? 1;
    if (automatic.startsWith('SAME')) return multiply(length, stride);
    const size = sizes?.[axis];
    if (typeof length !== 'number' || typeof size !== 'number') return null;
    const extent = (size - 1) * (shapes.integers('dilations')?.[axis] ?? 1) + 1;
    const padding = (pads?.[axis] ?? 0) + (pads?.[axis + spatial] ?? 0);
    return (length - 1) * stride + (shapes.integers('output_padding')?.[axis] ?? 0) + extent - padding;
  });
  shapes.output(0, [dims[0] ?? null, channels, ...positions]);
};

function slide(shapes: NodeShapes, lengths: Dims, sizes: Dims | undefined): Dimension[] {
  const pads = shapes.integers('pads');
  return lengths.map((length, axis) => {
    const kernel = sizes?.[axis];
    if (typeof kernel !== 'number') return null;
    return windowed(length, {
      kernel,
      stride: shapes.integers('strides')?.[axis] ?? 1,
      dilation: shapes.integers('dilations')?.[axis] ?? 1,
      before: pads?.[axis] ?? 0,
      after: pads?.[axis + lengths.length] ?? 0,
      automatic: shapes.attribute('auto_pad')?.string ?? 'NOTSET',
      ceil: shapes.integer('ceil_mode', 0) === 1,
    });
  });
}

const pool: ShapeRule = shapes => {
  const dims = shapes.dims(0);
  const sizes = shapes.integers('kernel_shape');
  if (dims === undefined || dims.length < 3) return;
  const last = shapes.integer('channels_last', 0) === 1;
  const positions = slide(shapes, last ? dims.slice(1, -1) : dims.slice(2), sizes);
  const result = last
    ? [dims[0] ?? null, ...positions, dims.at(-1) ?? null]
    : [dims[0] ?? null, dims[1] ?? null, ...positions];
  shapes.output(0, result);
  shapes.output(1, result, 'int64');
};

const globalPool: ShapeRule = shapes => {
  const dims = shapes.dims(0);
  const last = shapes.integer('channels_last', 0) === 1;
  if (dims === undefined) return;
  shapes.output(
    0,
    dims.map((dim, axis) => (axis === 0 || axis === (last ? dims.length - 1 : 1) ? dim : 1)),
  );
};

const gemm: ShapeRule = shapes => {
  const a = shapes.dims(0);
  const b = shapes.dims(shapes.node.op === 'QGemm' ? 3 : 1);
  const rows = a?.[shapes.integer('transA', 0) === 0 ? 0 : 1] ?? null;
  const columns = b?.[shapes.integer('transB', 0) === 0 ? 1 : 0] ?? null;
  shapes.output(0, [rows, columns]);
};

function matrixProduct(second: number): ShapeRule {
  return shapes => {
    const integer = shapes.node.op === 'MatMulInteger';
    const floating = shapes.node.op === 'MatMulIntegerToFloat' || shapes.node.op === 'DynamicQuantizeMatMul';
    const type = integer ? ('int32' as const) : floating ? ('float32' as const) : undefined;
    const swap = (dims: Dims | undefined, attribute: string) =>
      dims !== undefined && dims.length >= 2 && shapes.integer(attribute, 0) === 1
        ? [...dims.slice(0, -2), dims.at(-1) ?? null, dims.at(-2) ?? null]
        : dims;
    const a = swap(shapes.dims(0), 'transA');
    const b = swap(shapes.dims(second), 'transB');
    if (a === undefined || b === undefined || a.length === 0 || b.length === 0)
      return shapes.output(0, undefined, type);
    const rows = a.length === 1 ? [] : [a.at(-2) ?? null];
    const columns = b.length === 1 ? [] : [b.at(-1) ?? null];
    const outer = broadcast([a.slice(0, -2), b.slice(0, -2)]) ?? [];
    shapes.output(0, [...outer, ...rows, ...columns], type);
  };
}

/** Einstein's summation; an ellipsis is left unknown. */
const einsum: ShapeRule = shapes => {
  const equation = shapes.attribute('equation')?.string?.replaceAll(/\s/g, '');
  if (equation === undefined || equation.includes('.') || equation.length > 200) return;
  const [left = '', right] = equation.split('->');
  const size = new Map<string, Dimension>();
  left.split(',').forEach((letters, index) => {
    [...letters].forEach((letter, axis) => {
      const dim = shapes.dims(index)?.[axis] ?? null;
      if (typeof size.get(letter) !== 'number') size.set(letter, dim ?? size.get(letter) ?? null);
    });
  });
  const once = [...size.keys()].filter(letter => left.split(letter).length === 2).sort();
  shapes.output(
    0,
    [...(right ?? once.join(''))].map(letter => size.get(letter) ?? null),
  );
};

/** LSTM, GRU, RNN: Y [T, directions, N, H] and the last states [directions, N, H]; with layout 1 the batch comes first. */
const recurrent: ShapeRule = shapes => {
  const dims = shapes.dims(0);
  const recurrence = shapes.dims(2);
  const hidden = shapes.attribute('hidden_size')?.integer ?? recurrence?.at(-1) ?? null;
  const directions = shapes.attribute('direction')?.string === 'bidirectional' ? 2 : 1;
  const batchFirst = shapes.integer('layout', 0) === 1;
  const [time, batch] = batchFirst ? [dims?.[1] ?? null, dims?.[0] ?? null] : [dims?.[0] ?? null, dims?.[1] ?? null];
  shapes.output(0, batchFirst ? [batch, time, directions, hidden] : [time, directions, batch, hidden]);
  const state = batchFirst ? [batch, directions, hidden] : [directions, batch, hidden];
  shapes.output(1, state);
  shapes.output(2, state);
};

/** Attention of ai.onnx (opset 23), com.microsoft's variants: the queries' shape, with the values' width. */
const attention: ShapeRule = shapes => {
  const query = shapes.dims(0);
  if (query === undefined) return;
  if (shapes.node.domain === 'com.microsoft' && shapes.node.op === 'Attention') {
    // One matrix makes queries, keys and values: a third of its columns each, unless said otherwise.
    const columns = shapes.dims(1)?.[1] ?? null;
    const sizes = shapes.integers('qkv_hidden_sizes');
    shapes.output(0, [...query.slice(0, -1), sizes?.[2] ?? divide(columns, 3)]);
    return;
  }
  const value = shapes.dims(2);
  const width = shapes.node.op === 'Attention' && query.length === 4 ? (value?.at(-1) ?? null) : (query.at(-1) ?? null);
  shapes.output(0, [...query.slice(0, -1), width]);
};

const embedding: ShapeRule = shapes => {
  const ids = shapes.dims(0);
  const width = shapes.dims(2)?.at(-1) ?? null;
  shapes.output(0, [ids?.[0] ?? null, ids?.[1] ?? null, width], shapes.input(2)?.type ?? 'float32');
};

const quantisedConcat: ShapeRule = shapes => {
  // (scale, zero point), then (tensor, scale, zero point) of each part.
  const parts = shapes.node.inputs.flatMap((_, index) =>
    index >= 2 && (index - 2) % 3 === 0 ? [shapes.dims(index)] : [],
  );
  const first = parts[0];
  if (first === undefined || parts.some(part => part === undefined)) return;
  const axis = axisIn(shapes.integer('axis', 1), first.length);
  const type = shapes.input(2)?.type;
  const dims = first.map((dim, at) => (at === axis ? parts.map(part => part?.[at] ?? null).reduce(add) : dim));
  shapes.output(0, dims, type);
};

const gridSample: ShapeRule = shapes => {
  const dims = shapes.dims(0);
  const grid = shapes.dims(1);
  if (dims !== undefined && grid !== undefined) shapes.output(0, [...dims.slice(0, 2), ...grid.slice(1, -1)]);
};

export const LAYER_RULES: readonly [string, ShapeRule][] = [
  ['Conv', convolution(1)],
  ['FusedConv', convolution(1)],
  ['ConvInteger', convolution(1)],
  ['DeformConv', convolution(1)],
  ['QLinearConv', convolution(3)],
  ['ConvTranspose', transposedConvolution],
  ['MaxPool', pool],
  ['AveragePool', pool],
  ['LpPool', pool],
  ['QLinearAveragePool', pool],
  ['GlobalAveragePool', globalPool],
  ['GlobalMaxPool', globalPool],
  ['GlobalLpPool', globalPool],
  ['QLinearGlobalAveragePool', globalPool],
  ['Gemm', gemm],
  ['FusedGemm', gemm],
  ['QGemm', gemm],
  ['MatMul', matrixProduct(1)],
  ['FusedMatMul', matrixProduct(1)],
  ['MatMulInteger', matrixProduct(1)],
  ['MatMulIntegerToFloat', matrixProduct(1)],
  ['DynamicQuantizeMatMul', matrixProduct(1)],
  ['QLinearMatMul', matrixProduct(3)],
  [
    'MatMulNBits',
    shapes => {
      const dims = shapes.dims(0);
      if (dims !== undefined) shapes.output(0, [...dims.slice(0, -1), shapes.attribute('N')?.integer ?? null]);
    },
  ],
  ['Einsum', einsum],
  ['LSTM', recurrent],
  ['GRU', recurrent],
  ['RNN', recurrent],
  ['Attention', attention],
  ['MultiHeadAttention', attention],
  ['EmbedLayerNormalization', embedding],
  ['QLinearConcat', quantisedConcat],
  ['GridSample', gridSample],
];
