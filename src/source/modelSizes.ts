import { kindOf, WEIGHTED, type LayerKind } from './layerKinds';

/** What of a model's layer is compared with a source: plain data, of whichever format. */
export interface ModelLayer {
  readonly name: string;
  readonly op: string;
  /** Channels or features that it gives, where they are known. */
  readonly outputs: number | undefined;
  readonly weights: readonly { readonly name: string; readonly shape: readonly number[] }[];
}

/** Sizes of a layer in the terms of its source. */
export interface LayerSizes {
  readonly outputs?: number;
  readonly inputs?: number;
  readonly features?: number;
  readonly groups?: number;
}

/** The kind of a model's layer; one whose operator says nothing, but that has a matrix or a kernel, is taken by its weights' shapes. */
export function kindOfModelLayer({ op, weights }: ModelLayer): LayerKind {
  const kind = kindOf(op);
  if (WEIGHTED.has(kind) || weights.length === 0) return kind;
  const rank = Math.max(...weights.map(({ shape }) => shape.length));
  return rank === 2 ? 'dense' : rank > 2 ? 'convolution' : kind;
}

/**
 * The sizes that the shapes of a layer's weights say. `shapes` are others than its own where a layer of the same form is meant, such as one with
 * fewer units; `groups` are those of a convolution, which shapes do not say.
 */
export function sizesOfShapes(
  layer: ModelLayer,
  shapes: readonly (readonly number[])[] = layer.weights.map(({ shape }) => shape),
  groups = 1,
): LayerSizes {
  const kind = kindOfModelLayer(layer);
  const largest = layer.weights.reduce(
    (best, { shape }, index) => (shape.length > (layer.weights[best]?.shape.length ?? 0) ? index : best),
    0,
  );
  const own = layer.weights[largest]?.shape;
  const shape = shapes[largest];
  if (own === undefined || shape === undefined) return {};
  if (kind === 'normalisation') return shape.length === 1 ? { features: shape[0]! } : {};
  if (kind === 'embedding') return shape.length === 2 ? { inputs: shape[0]!, outputs: shape[1]! } : {};
  if (kind === 'dense' && shape.length === 2) {
    const [out, input] = isOutputsFirst(layer, own, 0, 1) ? [0, 1] : [1, 0];
    return { outputs: shape[out]!, inputs: shape[input]! };
  }
  if (kind !== 'convolution' && kind !== 'transposed') return {};
  if (shape.length < 3) return {};
  const rank = shape.length;
  // Kernels of Keras and TensorFlow.js have their channels last.
  const last = isChannelsLast(layer, own);
  const [a, b] = last ? [rank - 1, rank - 2] : [0, 1];
  const [out, input] = kind === 'transposed' ? [b, a] : [a, b];
  const sizes = { outputs: shape[out]!, inputs: shape[input]! };
  if (groups === 1 || last) return sizes;
  if (kind === 'transposed') return { outputs: sizes.outputs * groups, inputs: sizes.inputs, groups };
  // Whole groups go: what each of them reads stays as it is, and so does how many outputs it has.
  const perGroup = own[out]! / groups;
  const kept = sizes.outputs / perGroup;
  return { outputs: sizes.outputs, inputs: sizes.inputs * kept, groups: kept };
}

function isOutputsFirst({ op, outputs, weights }: ModelLayer, shape: readonly number[], a: number, b: number): boolean {
  if (shape[a] !== shape[b]) {
    const bias = weights.find(weight => weight.shape.length === 1)?.shape[0];
    const known = outputs ?? bias;
    if (known === shape[a]) return true;
    if (known === shape[b]) return false;
  }
  return /^gemm$|linear/i.test(op);
}

function isChannelsLast({ op, outputs }: ModelLayer, shape: readonly number[]): boolean {
  if (/^conv(?:olution)?[123]?D/.test(op) || /^(?:Separable|Depthwise)Conv/.test(op)) return true;
  return outputs !== undefined && shape.at(-1) === outputs && shape[0] !== outputs && shape[1] !== outputs;
}
