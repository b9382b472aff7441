import type { JsonObject } from '../json';

/** A tensor between layers: what a layer gave at one of its calls. */
export interface TensorReference {
  readonly layer: string;
  readonly call: number;
  /** Which of several outputs. */
  readonly output: number;
}

/** One use of a layer: most have one, shared layers several. */
export interface LayerCall {
  /** Its place among all calls: each comes after those that it reads from. */
  readonly order: number;
  readonly inputs: readonly TensorReference[];
  /** The name of the argument that each input was given as, where it has one. */
  readonly names: readonly (string | undefined)[];
  /** Arguments that are true, such as use_causal_mask. */
  readonly flags: ReadonlySet<string>;
  /** Numbers that stand among its inputs, such as the 2 of `x * 2`; by the place of the argument. */
  readonly constants: ReadonlyMap<number, number>;
  /** Whether a mask says which of its steps count. */
  readonly masked: boolean;
}

/** A layer of a network, as its configuration describes it; those of networks within networks stand by themselves. */
export interface KerasLayer {
  /** Unique in the network; of an inner network, `inner/dense`. */
  readonly name: string;
  /** The name that the configuration gives it. */
  readonly ownName: string;
  /** Keras's word, such as Conv2D. */
  readonly className: string;
  /** Where the class comes from, as Keras 3 says it; undefined before. */
  readonly module: string | undefined;
  readonly config: JsonObject;
  readonly calls: readonly LayerCall[];
  /** Where the weights file of Keras 3 keeps its variables: layers/functional/layers/dense. */
  readonly storage: string;
  /** Name of the layer of the outermost network that it is in: earlier files keep weights by that. */
  readonly topName: string;
}

/** A network without networks in it. */
export interface KerasNetwork {
  readonly name: string;
  /** In the order of the configuration; calls of a layer may come before the layers that they read are listed. */
  readonly layers: readonly KerasLayer[];
  readonly inputs: readonly TensorReference[];
  readonly outputs: readonly TensorReference[];
}
