import type { Graph } from '../graph';
import { ScriptError } from '../syntax';
import { Real, ScriptList, type Dim, type Tensor } from '../values';
import type { Args } from './args';
import { asType } from './arithmetic';
import { isComputed, lengthOf, Mismatch, shapeVector, UnknownRank, UnknownSize, type Length } from './dims';
import { concatenate, slice, squeeze, unsqueeze } from './shapes';
import type { OperatorContext, OperatorTable } from './table';

/** Runs an operator that takes a batch of channels on a tensor with or without the batch. */
function batched(graph: Graph, input: Tensor, sides: number, run: (input: Tensor) => Tensor): Tensor {
  if (input.dims === undefined && !isComputed(input))
    throw new UnknownRank(input, new Array<null>(sides + 2).fill(null));
  if (input.dims?.length !== sides + 1) return run(input);
  return squeeze(graph, run(unsqueeze(graph, input, 0)), [0]);
}

function pool(op: 'MaxPool' | 'AveragePool', sides: number) {
  return ({ graph }: OperatorContext, a: Args): Tensor =>
    batched(graph, a.tensor('self'), sides, input => {
      const kernel = a.integers('kernel_size', sides);
      const list = (name: string, usual: readonly number[]) =>
        a.has(name) && !(a.value(name) instanceof ScriptList && a.list(name).length === 0)
          ? a.integers(name, sides)
          : usual;
      const stride = list('stride', kernel);
      const padding = list('padding', new Array<number>(sides).fill(0));
      const dilation = list('dilation', new Array<number>(sides).fill(1));
      const ceil = a.flag('ceil_mode');
      if (a.has('divisor_override')) throw new ScriptError('unsupported', 'torch.avg_pool with another divisor');
      const dims = input.dims ?? new Array<null>(sides + 2).fill(null);
      const lengths = dims.slice(2).map((dim, axis): Dim => {
        if (typeof dim !== 'number') return null;
        const room = dim + 2 * padding[axis]! - dilation[axis]! * (kernel[axis]! - 1) - 1;
        let length = (ceil ? Math.ceil(room / stride[axis]!) : Math.floor(room / stride[axis]!)) + 1;
        // The last window must begin within the input or its left padding.
        if (ceil && (length - 1) * stride[axis]! >= dim + padding[axis]!) length--;
        if (length < 1) throw new Mismatch('a pool of more than there is');
        return length;
      });
      return graph.emit(op, [asType(graph, input, 'float32')], {
        attributes: {
          kernel_shape: { integers: kernel },
          strides: { integers: stride },
          pads: { integers: [...padding, ...padding] },
          ...(ceil ? { ceil_mode: { integer: 1 } } : {}),
          ...(op === 'MaxPool'
            ? { dilations: { integers: dilation } }
            : { count_include_pad: { integer: Number(a.flag('count_include_pad', true)) } }),
        },
        type: 'float32',
        dims: [...dims.slice(0, 2), ...lengths],
      });
    });
}

function adaptive(kind: 'Average' | 'Max', sides: number) {
  return ({ graph }: OperatorContext, a: Args): Tensor =>
    batched(graph, a.tensor('self'), sides, input => {
      const dims = input.dims ?? new Array<null>(sides + 2).fill(null);
      const wanted =
        a.has('output_size') && a.value('output_size') instanceof ScriptList
          ? a.list('output_size').map((item, axis) => (item === null ? (dims[axis + 2] ?? null) : item))
          : new Array<number>(sides).fill(a.integer('output_size'));
      if (wanted.every(length => length === 1))
        return graph.emit(`Global${kind}Pool`, [asType(graph, input, 'float32')], {
          type: 'float32',
          dims: [...dims.slice(0, 2), ...new Array<number>(sides).fill(1)],
        });
      const sizes = dims.slice(2).map((dim, axis) => {
        const to = wanted[axis];
        // A length that is asked for as it is needs not be known.
        if (to === dim) return undefined;
        if (typeof dim !== 'number' || typeof to !== 'number')
          throw new UnknownSize('an adaptive pool of an input whose size is not known');
        return { from: dim, to };
      });
      let result = asType(graph, input, 'float32');
      sizes.forEach((size, axis) => {
        if (size !== undefined && size.from !== size.to)
          result = poolAxis(graph, kind, result, axis + 2, size.from, size.to);
      });
      return result;
    });
}

/** Windows of an adaptive pool along one axis: from ⌊i·n/m⌋ to ⌈(i+1)·n/m⌉; axis by axis it is the pool over all of them. */
function poolAxis(
  graph: Graph,
  kind: 'Average' | 'Max',
  input: Tensor,
  axis: number,
  from: number,
  to: number,
): Tensor {
  const one = (dims: readonly Dim[] | undefined, length: number) =>
    dims?.map((dim, at) => (at === axis ? length : dim));
  const windows = Array.from({ length: to }, (_, i) => {
    const window = slice(graph, input, axis, Math.floor((i * from) / to), Math.ceil(((i + 1) * from) / to), 1);
    return graph.emit(kind === 'Average' ? 'ReduceMean' : 'ReduceMax', [window, graph.integers([axis])], {
      attributes: { keepdims: { integer: 1 } },
      type: 'float32',
      dims: one(input.dims, 1),
    });
  });
  return concatenate(graph, windows, axis);
}

/** Enlarges (or shrinks) the sides by a factor, or to a size. */
function upsample(mode: 'nearest' | 'linear' | 'cubic', sides: number) {
  return ({ graph }: OperatorContext, a: Args): Tensor => {
    const input = asType(graph, a.tensor('self'), 'float32');
    const dims = input.dims ?? new Array<null>(sides + 2).fill(null);
    const corners = a.flag('align_corners');
    const factors = factorsOf(a, sides);
    const sizes = a.has('output_size') ? a.lengths('output_size') : undefined;
    const lengths = dims.slice(2).map((dim, axis): Dim => {
      if (sizes !== undefined) return sizes[axis] ?? null;
      return typeof dim === 'number' && factors !== undefined ? Math.floor(dim * factors[axis]!) : null;
    });
    const attributes = {
      mode: { text: mode },
      coordinate_transformation_mode: {
        text: mode === 'nearest' ? 'asymmetric' : corners ? 'align_corners' : 'half_pixel',
      },
      ...(mode === 'nearest' ? { nearest_mode: { text: 'floor' } } : {}),
      ...(mode === 'cubic' ? { cubic_coeff_a: { float: -0.75 } } : {}),
    };
    const options = { attributes, type: 'float32' as const, dims: [...dims.slice(0, 2), ...lengths] };
    if (sizes !== undefined) {
      const all: Length[] = [lengthOf(graph, input, 0), lengthOf(graph, input, 1), ...sizes];
      return graph.emit('Resize', [input, '', '', shapeVector(graph, all)], options);
    }
    if (factors === undefined) throw new ScriptError('unsupported', 'torch.upsample without a size');
    return graph.emit('Resize', [input, '', graph.floats([1, 1, ...factors])], options);
  };
}

function factorsOf(a: Args, sides: number): readonly number[] | undefined {
  const listed = a.value('scale_factors');
  if (listed instanceof ScriptList)
    return listed.items.map(item => (item instanceof Real ? item.value : typeof item === 'number' ? item : 1));
  const single = ['scales', 'scales_h', 'scales_d', 'scales_w'].filter(name => a.has(name)).map(name => a.number(name));
  if (single.length === 0) return undefined;
  return single.length === sides ? single : new Array<number>(sides).fill(single[0]!);
}

const POOL = '(self, kernel_size, stride, padding, dilation, ceil_mode)';
const AVERAGE = '(self, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)';

export const POOLING: OperatorTable = {
  [`max_pool1d${POOL}`]: pool('MaxPool', 1),
  [`max_pool2d${POOL}`]: pool('MaxPool', 2),
  [`max_pool3d${POOL}`]: pool('MaxPool', 3),
  [`avg_pool1d${AVERAGE}`]: pool('AveragePool', 1),
  [`avg_pool2d${AVERAGE}`]: pool('AveragePool', 2),
  [`avg_pool3d${AVERAGE}`]: pool('AveragePool', 3),
  'adaptive_avg_pool1d(self, output_size)': adaptive('Average', 1),
  'adaptive_avg_pool2d|_adaptive_avg_pool2d(self, output_size)': adaptive('Average', 2),
  'adaptive_avg_pool3d(self, output_size)': adaptive('Average', 3),
  'adaptive_max_pool1d(self, output_size)': (c, a) => withIndices(adaptive('Max', 1)(c, a)),
  'adaptive_max_pool2d(self, output_size)': (c, a) => withIndices(adaptive('Max', 2)(c, a)),
  'adaptive_max_pool3d(self, output_size)': (c, a) => withIndices(adaptive('Max', 3)(c, a)),
  'upsample_nearest1d(self, output_size, scales)': (c, a) => upsample('nearest', 1)(c, withFactors(a)),
  'upsample_nearest2d(self, output_size, scales_h, scales_w)': (c, a) => upsample('nearest', 2)(c, withFactors(a)),
  'upsample_linear1d(self, output_size, align_corners, scales)': (c, a) => upsample('linear', 1)(c, withFactors(a)),
  'upsample_bilinear2d(self, output_size, align_corners, scales_h, scales_w)': (c, a) =>
    upsample('linear', 2)(c, withFactors(a)),
  'upsample_bicubic2d(self, output_size, align_corners, scales_h, scales_w)': (c, a) =>
    upsample('cubic', 2)(c, withFactors(a)),
};

/** The overloads with a list of factors have it where a size and the first factor would stand. */
function withFactors(a: Args): Args {
  for (const name of ['scales_h', 'scales', 'align_corners']) {
    const value = a.value(name);
    if (value instanceof ScriptList) {
      a.set('scale_factors', value);
      a.set(name, null);
    }
  }
  return a;
}

/** The position of each maximum is asked for and never used. */
function withIndices(tensor: Tensor): ScriptList {
  return new ScriptList([tensor, tensor], true);
}
