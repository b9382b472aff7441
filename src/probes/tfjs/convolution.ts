import type { Rank, Tensor, Tensor4D, Tensor5D } from '@tensorflow/tfjs-core';
import { finish, input, weight, type Forward, type LayerContext } from './layerContext';
import type { Library } from './loadLibrary';

/** Computes with the channels last, whatever the layer's own order, which the backend's kernels do not know. */
function channelsLast(context: LayerContext, compute: (x: Tensor) => Tensor): Tensor {
  const { tf, settings } = context;
  const x = input(context);
  if (!settings.channelsFirst || x.rank < 3) return compute(x);
  const axes = x.shape.map((_, axis) => axis);
  const result = compute(tf.transpose(x, [0, ...axes.slice(2), 1]));
  if (result.rank < 3) return result;
  const back = result.shape.map((_, axis) => axis);
  return tf.transpose(result, [0, result.rank - 1, ...back.slice(1, -1)]);
}

/** Sequences are images of one row, for kernels that know images alone. */
function asImage(tf: Library, x: Tensor): Tensor4D {
  return tf.expandDims(x, 1);
}

function two(values: readonly number[]): [number, number] {
  return [values[0]!, values[1]!];
}

function three(values: readonly number[]): [number, number, number] {
  return [values[0]!, values[1]!, values[2]!];
}

function samePad(padding: string): 'same' | 'valid' {
  return padding === 'same' ? 'same' : 'valid';
}

export const convolution1D: Forward = context =>
  channelsLast(context, x => {
    const { tf, settings } = context;
    const kernel = weight(context, 'kernel');
    const stride = settings.sizes('strides', 1, 1)[0]!;
    const dilation = settings.sizes('dilation_rate', 1, 1)[0]!;
    const before = settings.padding === 'causal' ? (kernel.shape[0] - 1) * dilation : 0;
    const padded =
      before > 0
        ? tf.pad(x, [
            [0, 0],
            [before, 0],
            [0, 0],
          ])
        : x;
    const result = grouped(context, asImage(tf, padded), tf.expandDims(kernel, 0), (part, filter) =>
      tf.conv2d(part, filter, [1, stride], samePad(settings.padding), 'NHWC', [1, dilation]),
    );
    return finish(context, tf.squeeze(result, [1]));
  });

export const convolution2D: Forward = context =>
  channelsLast(context, x => {
    const { tf, settings } = context;
    const strides = two(settings.sizes('strides', 2, 1));
    const dilation = two(settings.sizes('dilation_rate', 2, 1));
    const result = grouped(context, x as Tensor4D, weight(context, 'kernel'), (part, filter) =>
      tf.conv2d(part, filter, strides, samePad(settings.padding), 'NHWC', dilation),
    );
    return finish(context, result);
  });

/** Convolutions in groups read a part of the channels each. */
function grouped(
  { tf, settings }: LayerContext,
  x: Tensor4D,
  kernel: Tensor,
  convolve: (x: Tensor4D, kernel: Tensor4D) => Tensor4D,
): Tensor4D {
  const groups = settings.number('groups', 1);
  if (groups <= 1) return convolve(x, kernel as Tensor4D);
  const [batch, height, width, channels] = x.shape;
  const [rows, columns, from, filters] = kernel.shape as [number, number, number, number];
  const [read, made] = [channels / groups, filters / groups];
  const parts = Array.from({ length: groups }, (_, i) =>
    convolve(
      tf.slice(x, [0, 0, 0, i * read], [batch, height, width, read]),
      tf.slice(kernel as Tensor4D, [0, 0, 0, i * made], [rows, columns, from, made]),
    ),
  );
  return tf.concat(parts, 3);
}

export const convolution3D: Forward = context =>
  channelsLast(context, x => {
    const { tf, settings } = context;
    const strides = three(settings.sizes('strides', 3, 1));
    const dilation = three(settings.sizes('dilation_rate', 3, 1));
    const kernel = weight(context, 'kernel') as Tensor5D;
    return finish(context, tf.conv3d(x as Tensor5D, kernel, strides, samePad(settings.padding), 'NDHWC', dilation));
  });

export const transposedConvolution1D: Forward = context =>
  channelsLast(context, x => {
    const { tf, settings } = context;
    const kernel = tf.expandDims<Tensor4D>(weight(context, 'kernel'), 0);
    const stride = settings.sizes('strides', 1, 1)[0]!;
    const length = grown(x.shape[1]!, kernel.shape[1], stride, settings.padding);
    const shape: [number, number, number, number] = [x.shape[0], 1, length, kernel.shape[2]];
    const result = tf.conv2dTranspose(asImage(tf, x), kernel, shape, [1, stride], samePad(settings.padding));
    return finish(context, tf.squeeze(result, [1]));
  });

export const transposedConvolution2D: Forward = context =>
  channelsLast(context, x => {
    const { tf, settings } = context;
    const kernel = weight(context, 'kernel') as Tensor4D;
    const strides = two(settings.sizes('strides', 2, 1));
    const [height, width] = [0, 1].map(axis =>
      grown(x.shape[axis + 1]!, kernel.shape[axis]!, strides[axis]!, settings.padding),
    );
    const shape: [number, number, number, number] = [x.shape[0], height!, width!, kernel.shape[2]];
    return finish(context, tf.conv2dTranspose(x as Tensor4D, kernel, shape, strides, samePad(settings.padding)));
  });

function grown(length: number, window: number, stride: number, padding: string): number {
  return padding === 'same' ? length * stride : length * stride + Math.max(window - stride, 0);
}

function depthwise(
  context: LayerContext,
  x: Tensor4D,
  kernel: Tensor4D,
  strides: [number, number],
  dilation: [number, number],
): Tensor4D {
  return context.tf.depthwiseConv2d(x, kernel, strides, samePad(context.settings.padding), 'NHWC', dilation);
}

export const depthwiseConvolution: Forward = context =>
  channelsLast(context, x => {
    const { tf, settings } = context;
    const kernel = weight(context, 'depthwise_kernel');
    if (x.rank === 4) {
      const [strides, dilation] = [two(settings.sizes('strides', 2, 1)), two(settings.sizes('dilation_rate', 2, 1))];
      return finish(context, depthwise(context, x as Tensor4D, kernel as Tensor4D, strides, dilation));
    }
    const stride = settings.sizes('strides', 1, 1)[0]!;
    const dilation = settings.sizes('dilation_rate', 1, 1)[0]!;
    // The kernel takes one stride for both axes; a row of one is none the worse for it.
    const result = depthwise(context, asImage(tf, x), tf.expandDims(kernel, 0), [stride, stride], [1, dilation]);
    return finish(context, tf.squeeze(result, [1]));
  });

export const separableConvolution: Forward = context =>
  channelsLast(context, x => {
    const { tf, settings } = context;
    const image = x.rank === 4;
    const own = (role: string) => (image ? weight(context, role) : tf.expandDims(weight(context, role), 0)) as Tensor4D;
    const count = image ? 2 : 1;
    const strides = settings.sizes('strides', count, 1);
    const dilation = settings.sizes('dilation_rate', count, 1);
    const across = depthwise(
      context,
      image ? (x as Tensor4D) : asImage(tf, x),
      own('depthwise_kernel'),
      image ? two(strides) : [strides[0]!, strides[0]!],
      image ? two(dilation) : [1, dilation[0]!],
    );
    context.note?.('across', image ? across : tf.squeeze(across, [1]));
    const result = tf.conv2d(across, own('pointwise_kernel'), 1, 'valid');
    return finish(context, image ? result : tf.squeeze(result, [1]));
  });

function window(
  context: LayerContext,
  count: number,
): { readonly size: readonly number[]; readonly strides: readonly number[] } {
  const { settings } = context;
  const size = settings.sizes('pool_size', count, 2);
  return { size, strides: settings.has('strides') ? settings.sizes('strides', count, 1) : size };
}

export const pooling =
  (kind: 'max' | 'average'): Forward =>
  context =>
    channelsLast(context, x => {
      const { tf, settings } = context;
      const pad = samePad(settings.padding);
      const flat = kind === 'max' ? tf.maxPool : tf.avgPool;
      if (x.rank === 3) {
        const { size, strides } = window(context, 1);
        return tf.squeeze(flat(asImage(tf, x), [1, size[0]!], [1, strides[0]!], pad), [1]);
      }
      if (x.rank === 4) {
        const { size, strides } = window(context, 2);
        return flat(x as Tensor4D, two(size), two(strides), pad);
      }
      const { size, strides } = window(context, 3);
      return kind === 'max'
        ? deepMaximum(tf, x, size, strides, pad)
        : tf.avgPool3d(x as Tensor5D, three(size), three(strides), pad);
    });

/** In two steps, over the plane and over the depth: the backend's own kernel (4.22) takes what is below zero for zero. */
function deepMaximum(
  tf: Library,
  x: Tensor,
  size: readonly number[],
  strides: readonly number[],
  pad: 'same' | 'valid',
): Tensor {
  const [batch, depth, height, width, channels] = x.shape as [number, number, number, number, number];
  const planes = tf.reshape<Rank.R4>(x, [batch * depth, height, width, channels]);
  const flat = tf.maxPool(planes, two(size.slice(1)), two(strides.slice(1)), pad);
  const [, rows, columns] = flat.shape;
  const columnsOfDepth = tf.reshape<Rank.R4>(flat, [batch, depth, rows * columns, channels]);
  const pooled = tf.maxPool(columnsOfDepth, [size[0]!, 1], [strides[0]!, 1], pad);
  return tf.reshape(pooled, [batch, pooled.shape[1], rows, columns, channels]);
}

export const globalPooling =
  (kind: 'max' | 'average'): Forward =>
  context => {
    const { tf, settings } = context;
    const x = input(context);
    const axes = x.shape.map((_, axis) => axis);
    const positions = settings.channelsFirst ? axes.slice(2) : axes.slice(1, -1);
    const keep = settings.flag('keepdims', false);
    const [mask] = context.masks;
    if (kind === 'average' && x.rank === 3 && mask !== undefined) {
      const counts = tf.expandDims(mask, settings.channelsFirst ? 1 : 2);
      const sum = tf.sum(tf.where(counts, x, tf.zerosLike(x)), positions, keep);
      return tf.div(sum, tf.sum(tf.cast(counts, 'float32'), positions, keep));
    }
    return kind === 'max' ? tf.max(x, positions, keep) : tf.mean(x, positions, keep);
  };

/** Repeats rows and columns, or draws lines between them. */
export const upSampling: Forward = context =>
  channelsLast(context, x => {
    const { tf, settings } = context;
    if (x.rank === 3) {
      const factor = settings.sizes(settings.has('length') ? 'length' : 'size', 1, 2)[0]!;
      const [batch, length, channels] = x.shape as [number, number, number];
      return tf.reshape(tf.tile(tf.expandDims(x, 2), [1, 1, factor, 1]), [batch, length * factor, channels]);
    }
    const [rows, columns] = two(settings.sizes('size', 2, 2));
    const size: [number, number] = [x.shape[1]! * rows, x.shape[2]! * columns];
    return settings.text('interpolation') === 'bilinear'
      ? tf.image.resizeBilinear(x as Tensor4D, size, false, true)
      : tf.image.resizeNearestNeighbor(x as Tensor4D, size);
  });
