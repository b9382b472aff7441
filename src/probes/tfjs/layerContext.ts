import type { Tensor } from '@tensorflow/tfjs-core';
import type { InnerPart } from '../../models/keras/kerasModel';
import type { LayerCall } from '../../models/keras/kerasNetwork';
import type { LayerSettings } from '../../models/keras/settings';
import type { Shape } from '../../models/model';
import { ACTIVATIONS } from './activations';
import type { Library } from './loadLibrary';

/** One call of a layer: what it computes from, and with. */
export interface LayerContext {
  readonly tf: Library;
  readonly settings: LayerSettings;
  /** Undefined for a layer within a wrapper. */
  readonly call: LayerCall | undefined;
  readonly inputs: readonly Tensor[];
  /** Which steps of each input count: booleans of [batch, steps]; `undefined` where all do. */
  readonly masks: readonly (Tensor | undefined)[];
  /** By their roles, such as kernel. */
  readonly weights: ReadonlyMap<string, Tensor>;
  /** Of the output, as it was inferred. */
  readonly shape: Shape | undefined;
  /** Whether Keras 3 wrote it. */
  readonly modern: boolean;
  /** Is shown what the layer computes on its way. */
  readonly note?: ((part: InnerPart, tensor: Tensor) => void) | undefined;
}

export type Forward = (context: LayerContext) => Tensor;

export function input({ inputs, settings }: LayerContext): Tensor {
  const [first] = inputs;
  if (first === undefined) throw new Error(`${settings.className} was given no input`);
  return first;
}

export function weight({ weights, settings }: LayerContext, role: string): Tensor {
  const found = weights.get(role);
  if (found === undefined) throw new Error(`${settings.className} has no ${role}`);
  return found;
}

/** A layer's own activation, or any by its name. */
export function activate(context: LayerContext, x: Tensor, key = 'activation', otherwise = 'linear'): Tensor {
  const { tf, settings, modern } = context;
  const name = (settings.has(key) ? settings.function(key) : undefined) ?? otherwise;
  const activation = ACTIVATIONS.get(name);
  if (activation === undefined) throw new Error(`the activation ${name} is not known`);
  return activation(tf, x, modern);
}

/** Adds the bias, where the layer has one, along the last axis, and applies its activation. */
export function finish(context: LayerContext, x: Tensor): Tensor {
  const bias = context.weights.get('bias');
  return activate(context, bias === undefined ? x : context.tf.add(x, bias));
}
