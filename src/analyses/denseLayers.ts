import type { Layer, Model, WeightInfo } from '../models/model';

/** Matrices of these are scales, biases or tables: they do not join units with units. */
export const NOT_DENSE = /^(add|sub|mul|div|pow|prelu|gather|embedding|.*normalization|.*norm\w*)$/i;
/** Operators that keep a dense layer's weights with inputs as rows; all others have outputs as rows. */
export const INPUTS_AS_ROWS = /^(matmul|dense|fusedmatmul)$/i;
/** What passes values on as they are, but for their order. */
const PASSES_ON = /^(dropout|identity|flatten|reshape|squeeze|unsqueeze)$/i;

/** The last layer with weights, which tells the classes apart. */
export interface Classifier {
  readonly layer: Layer;
  /** Its matrix, where it has one. */
  readonly matrix: WeightInfo | undefined;
  /** The layers whose activations it reads, nearest first: one, and those before it that only pass them on. Empty where it reads the network's input. */
  readonly features: readonly string[];
}

/** `undefined` for a network without weights of two axes or more. */
export function classifierOf({ layers }: Model): Classifier | undefined {
  const layer = layers.findLast(
    ({ op, weights }) => !NOT_DENSE.test(op) && weights.some(({ trained, shape }) => trained && shape.length >= 2),
  );
  if (layer === undefined) return undefined;
  const byName = new Map(layers.map(one => [one.name, one]));
  const features: string[] = [];
  for (let at = byName.get(layer.inputs[0] ?? ''); at !== undefined; at = byName.get(at.inputs[0] ?? '')) {
    features.push(at.name);
    if (!PASSES_ON.test(at.op) || at.inputs.length !== 1) break;
  }
  const matrices = layer.weights.filter(({ trained, shape }) => trained && shape.length === 2);
  return { layer, matrix: matrices.length === 1 ? matrices[0] : undefined, features };
}
