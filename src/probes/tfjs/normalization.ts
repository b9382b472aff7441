import type { Tensor } from '@tensorflow/tfjs-core';
import { asInteger, asList, isList } from '../../models/json';
import { input, weight, type Forward, type LayerContext } from './layerContext';

function axisOf({ settings }: LayerContext, rank: number): number {
  const axis = settings.integer('axis') ?? asInteger(asList(settings.get('axis'))[0]) ?? -1;
  return axis < 0 ? axis + rank : axis;
}

/** A vector along one axis of a tensor of some rank. */
function along({ tf }: LayerContext, vector: Tensor, axis: number, rank: number): Tensor {
  return tf.reshape(
    vector,
    Array.from({ length: rank }, (_, at) => (at === axis ? vector.size : 1)),
  );
}

/** With the running mean and variance: as after training (Ioffe and Szegedy 2015, algorithm 2). */
export const batchNormalization: Forward = context => {
  const { tf, weights, settings } = context;
  const x = input(context);
  const axis = axisOf(context, x.rank);
  const spread = tf.rsqrt(tf.add(weight(context, 'moving_variance'), settings.number('epsilon', 1e-3)));
  const gamma = weights.get('gamma');
  const scale = gamma === undefined ? spread : tf.mul(spread, gamma);
  const centred = tf.sub(x, along(context, weight(context, 'moving_mean'), axis, x.rank));
  const scaled = tf.mul(centred, along(context, scale, axis, x.rank));
  const beta = weights.get('beta');
  return beta === undefined ? scaled : tf.add(scaled, along(context, beta, axis, x.rank));
};

/** Over the features of each example alone (Ba, Kiros and Hinton 2016); or by their root mean square. */
export const layerNormalization: Forward = context => {
  const { tf, settings, weights } = context;
  const x = input(context);
  const said = settings.get('axis');
  const axes = (isList(said) ? said : [said ?? -1]).map(axis => ((asInteger(axis) ?? -1) + x.rank) % x.rank);
  const epsilon = settings.number('epsilon', 1e-3);
  const shape = x.shape.map((length, axis) => (axes.includes(axis) ? length : 1));
  const own = (role: string) => {
    const found = weights.get(role);
    return found === undefined ? undefined : tf.reshape(found, shape);
  };
  const mean = tf.mean(x, axes, true);
  const centred = settings.flag('rms_scaling', false) ? x : tf.sub(x, mean);
  const variance = tf.mean(tf.square(tf.sub(x, mean)), axes, true);
  const scaled = tf.mul(centred, tf.rsqrt(tf.add(variance, epsilon)));
  const gamma = own('gamma');
  const beta = settings.flag('rms_scaling', false) ? undefined : own('beta');
  const stretched = gamma === undefined ? scaled : tf.mul(scaled, gamma);
  return beta === undefined ? stretched : tf.add(stretched, beta);
};

/** Over groups of channels (Wu and He 2018); each channel by itself where there are as many groups, or −1. */
export const groupNormalization: Forward = context => {
  const { tf, settings, weights } = context;
  const x = input(context);
  const axis = axisOf(context, x.rank);
  const channels = x.shape[axis]!;
  const said = settings.number('groups', 32);
  const groups = said === -1 ? channels : said;
  const split = [...x.shape.slice(0, axis), groups, channels / groups, ...x.shape.slice(axis + 1)];
  const parts = tf.reshape(x, split);
  const over = split.map((_, at) => at).filter(at => at !== 0 && at !== axis);
  const centred = tf.sub(parts, tf.mean(parts, over, true));
  const variance = tf.mean(tf.square(centred), over, true);
  const scaled = tf.reshape(tf.mul(centred, tf.rsqrt(tf.add(variance, settings.number('epsilon', 1e-3)))), x.shape);
  const [gamma, beta] = [weights.get('gamma'), weights.get('beta')];
  const stretched = gamma === undefined ? scaled : tf.mul(scaled, along(context, gamma, axis, x.rank));
  return beta === undefined ? stretched : tf.add(stretched, along(context, beta, axis, x.rank));
};

export const rootMeanSquareNormalization: Forward = context => {
  const { tf, settings } = context;
  const x = input(context);
  const axis = axisOf(context, x.rank);
  const size = tf.mean(tf.square(x), axis, true);
  const scaled = tf.mul(x, tf.rsqrt(tf.add(size, settings.number('epsilon', 1e-6))));
  return tf.mul(scaled, along(context, weight(context, 'scale'), axis, x.rank));
};

export const unitNormalization: Forward = context => {
  const { tf } = context;
  const x = input(context);
  const axis = axisOf(context, x.rank);
  return tf.mul(x, tf.rsqrt(tf.maximum(tf.sum(tf.square(x), axis, true), 1e-12)));
};

/** With the mean and variance of the training data, which the layer was adapted to. */
export const normalization: Forward = context => {
  const { tf, settings } = context;
  const x = input(context);
  const [mean, variance] = [weight(context, 'mean'), weight(context, 'variance')];
  const spread = tf.maximum(tf.sqrt(variance), 1e-7);
  return settings.flag('invert', false) ? tf.add(mean, tf.mul(x, spread)) : tf.div(tf.sub(x, mean), spread);
};
