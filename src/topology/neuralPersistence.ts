import { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import { bipartiteTree } from './bipartiteTree';

/** The weights between two layers of units, in C order. */
export interface WeightMatrix {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  readonly values: ArrayLike<number>;
}

export interface LayerNeuralPersistence {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  /** As in the paper: (Σ over the maximum spanning tree of (1 − w′)²)^½ / (V − 1)^½, in [0, 1]. */
  readonly value: number;
  /** As in the authors' code, whose diagram has one more pair, the unpaired (1, 0): (Σ + 1)^½ / (V − 1)^½. */
  readonly official: number;
  /** Population variance of the signed weights. */
  readonly variance: number;
  /** Population variance of w′. */
  readonly varianceScaled: number;
}

export interface NeuralPersistence {
  readonly layers: readonly LayerNeuralPersistence[];
  /** Means over the layers. */
  readonly mean: number;
  readonly meanOfficial: number;
}

/**
 * Neural persistence (Rieck, Togninalli, Bock, Moor, Horn, Gumbsch, Borgwardt, ICLR 2019): w′ = |w| / the largest |w| of
 * all layers; each layer is a complete bipartite graph on V = rows + columns units whose edges come by falling w′, units being
 * there from 1 on; its 0-dimensional persistence is read off the maximum spanning tree. Where all weights are zero w′ is 0.
 *
 * It is close to a function of the variance of the weights (Girrbach, Christensen, Winther, Akata, Koepke, TMLR 2023), which is why
 * that stands beside it. Throws `empty` without layers or units, and `not-finite`.
 */
export function neuralPersistence(
  layers: readonly WeightMatrix[],
  cancellation = Cancellation.never,
): NeuralPersistence {
  if (layers.length === 0) throw new Fault('empty', 'There are no weight matrices.');
  let largest = 0;
  for (const layer of layers) largest = Math.max(largest, largestMagnitude(layer));
  const scale = largest > 0 ? 1 / largest : 0;
  const each = layers.map(layer => {
    const { name, rows, columns, values } = layer;
    const sum = treeSum(rows, columns, values, largest, cancellation);
    const degrees = rows + columns - 1;
    return {
      name,
      rows,
      columns,
      value: Math.sqrt(sum / degrees),
      official: Math.sqrt((sum + 1) / degrees),
      variance: populationVariance(values, weight => weight),
      varianceScaled: populationVariance(values, weight => Math.abs(weight) * scale),
    };
  });
  const meanOf = (of: (layer: LayerNeuralPersistence) => number) =>
    each.reduce((sum, layer) => sum + of(layer), 0) / each.length;
  return { layers: each, mean: meanOf(layer => layer.value), meanOfficial: meanOf(layer => layer.official) };
}

export function largestMagnitude({ name, rows, columns, values }: WeightMatrix): number {
  if (!(rows > 0 && columns > 0)) throw new Fault('empty', `The weights of ${name} are ${rows} × ${columns}.`);
  let largest = 0;
  for (let i = 0; i < values.length; i++) {
    const magnitude = Math.abs(values[i]!);
    if (!(magnitude < Infinity))
      throw new Fault('not-finite', `Row ${Math.floor(i / columns)} of the weights of ${name} holds ${values[i]}.`);
    largest = Math.max(largest, magnitude);
  }
  return largest;
}

/** Σ (1 − |w| / largest)² over the maximum spanning tree of the complete bipartite graph. */
function treeSum(
  rows: number,
  columns: number,
  values: ArrayLike<number>,
  largest: number,
  cancellation: Cancellation,
): number {
  let sum = 0;
  bipartiteTree(rows, columns, values, cancellation, magnitude => {
    const length = 1 - (largest > 0 ? magnitude / largest : 0);
    sum += length * length;
  });
  return sum;
}

function populationVariance(values: ArrayLike<number>, of: (weight: number) => number): number {
  let mean = 0;
  for (let i = 0; i < values.length; i++) mean += of(values[i]!);
  mean /= values.length;
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (of(values[i]!) - mean) ** 2;
  return sum / values.length;
}
