import { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import { largestMagnitude, neuralPersistence, type WeightMatrix } from './neuralPersistence';

export interface DeepGraphPersistence {
  /** Neural persistence of the summarisation matrix, in the convention of the paper on neural persistence. */
  readonly value: number;
  /** With the unpaired (1, 0) counted, as the code of both papers does. */
  readonly official: number;
}

/** Steps that `deepGraphPersistence` takes: a comparison of two numbers each. */
export function deepGraphSteps(layers: readonly WeightMatrix[]): number {
  const inputs = layers[0]?.rows ?? 0;
  return layers.slice(1).reduce((sum, layer) => sum + inputs * layer.rows * layer.columns, 0);
}

/**
 * Deep graph persistence (Girrbach, Christensen, Winther, Akata, Koepke, "Addressing caveats of neural persistence with deep
 * graph persistence", TMLR 2023, as its code has it) of a chain of layers, inputs as rows and outputs as columns:
 * 1. each layer is standardised by its own mean and population deviation, w̄ = (w − μ) / σ, and |w̄| divided by the
 *    largest of all layers (a layer of equal weights becomes zero);
 * 2. S[i, j] = the largest, over all paths from input i to output j, of the smallest weight on the path: the value at which the
 *    filtration of the whole network joins them;
 * 3. the result is the neural persistence of S, its division by the largest entry among it.
 *
 * Throws `shape-mismatch` where a layer has not as many rows as the one before has columns; `empty`, `not-finite`, `cancelled`.
 */
export function deepGraphPersistence(
  layers: readonly WeightMatrix[],
  cancellation = Cancellation.never,
): DeepGraphPersistence {
  const first = layers[0];
  if (first === undefined) throw new Fault('empty', 'There are no weight matrices.');
  const standardised = layers.map(standardise);
  let largest = 0;
  for (const values of standardised) for (const value of values) largest = Math.max(largest, value);
  const inputs = first.rows;
  let summary = standardised[0]!;
  for (let l = 1; l < layers.length; l++) {
    const { name, rows, columns } = layers[l]!;
    const before = layers[l - 1]!;
    if (rows !== before.columns)
      throw new Fault(
        'shape-mismatch',
        `${name} takes ${rows} inputs, but ${before.name} before it has ${before.columns} outputs.`,
      );
    summary = largestOfSmallest(summary, standardised[l]!, inputs, rows, columns, cancellation);
  }
  if (largest > 0) summary = summary.map(value => value / largest);
  const columns = layers[layers.length - 1]!.columns;
  const { mean, meanOfficial } = neuralPersistence(
    [{ name: 'S', rows: inputs, columns, values: summary }],
    cancellation,
  );
  return { value: mean, official: meanOfficial };
}

/** |w − mean| / population deviation; zeros where all weights are equal. */
function standardise(layer: WeightMatrix): Float64Array {
  const magnitude = largestMagnitude(layer);
  const { values } = layer;
  let mean = 0;
  for (let i = 0; i < values.length; i++) mean += values[i]! / values.length;
  let variance = 0;
  for (let i = 0; i < values.length; i++) variance += (values[i]! - mean) ** 2 / values.length;
  const deviation = Math.sqrt(variance);
  // What a rounded mean leaves of equal weights is no deviation.
  if (!(deviation > 1e-12 * magnitude)) return new Float64Array(values.length);
  return Float64Array.from(values, value => Math.abs(value - mean) / deviation);
}

/** The product of two matrices with max for + and min for ×. */
function largestOfSmallest(
  left: Float64Array,
  right: Float64Array,
  rows: number,
  inner: number,
  columns: number,
  cancellation: Cancellation,
): Float64Array {
  const product = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    cancellation.throwIfCancelled();
    const target = i * columns;
    for (let k = 0; k < inner; k++) {
      const bound = left[i * inner + k]!;
      const source = k * columns;
      for (let j = 0; j < columns; j++) {
        const weight = right[source + j]!;
        const smallest = weight < bound ? weight : bound;
        if (smallest > product[target + j]!) product[target + j] = smallest;
      }
    }
  }
  return product;
}
