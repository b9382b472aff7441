import { Cancellation } from '../base/cancellation';
import { Fault, isCancelled, type Warning } from '../base/fault';
import type { Model } from '../models/model';
import { shownLayers, type DescribedLayer } from '../models/shownLayers';
import { deepGraphPersistence, deepGraphSteps } from '../topology/deepGraphPersistence';
import { neuralPersistence, type LayerNeuralPersistence, type WeightMatrix } from '../topology/neuralPersistence';
import type { Provenance } from './analysis';
import { INPUTS_AS_ROWS, NOT_DENSE } from './denseLayers';

/** What the weights alone say of a network's complexity. */
export interface WeightsResult {
  readonly neuralPersistence: {
    readonly mean: number;
    readonly meanOfficial: number;
    readonly layers: readonly LayerNeuralPersistence[];
  };
  /** Of the chain of dense layers, by name; `null` where there is none, and a warning says why. */
  readonly deepGraphPersistence: {
    readonly value: number;
    readonly official: number;
    readonly layers: readonly string[];
  } | null;
  readonly warnings: readonly Warning[];
  readonly provenance: Provenance;
}

/** About a minute. */
const LARGEST_DEEP_GRAPH = 2e10;

/**
 * Neural persistence of every dense layer, with the variance of its weights beside it, and deep graph persistence of their chain.
 * Convolutions are left out and named in a warning, and so are layers with weights that are not finite.
 * Throws `empty` where there is no dense layer.
 */
export function weightsOf(model: Model, provenance: Provenance, cancellation = Cancellation.never): WeightsResult {
  const warnings: Warning[] = [...model.warnings];
  const dense: Dense[] = [];
  const leftOut: string[] = [];
  for (const layer of shownLayers(model)) {
    cancellation.throwIfCancelled();
    if (NOT_DENSE.test(layer.op)) continue;
    const trained = layer.weights.filter(weight => weight.trained);
    if (trained.some(weight => weight.shape.length > 2)) leftOut.push(layer.name);
    const matrices = trained.filter(weight => weight.shape.length === 2 && weight.shape.every(length => length > 0));
    for (const weight of matrices) {
      const { shape, values } = model.readWeight(weight.name);
      const name = matrices.length === 1 ? layer.name : weight.name;
      const broken = values.findIndex(value => !Number.isFinite(value));
      if (broken >= 0)
        warnings.push({
          code: 'not-finite',
          message: `${name} is left out: row ${Math.floor(broken / shape[1]!)} of ${weight.name} holds ${values[broken]}.`,
        });
      else dense.push({ layer, matrix: { name, rows: shape[0]!, columns: shape[1]!, values } });
    }
  }
  if (dense.length === 0)
    throw new Fault('empty', 'The model has no dense layer whose weights are numbers.', {
      hint: 'Neural persistence is defined for layers that join every input with every output.',
    });
  if (leftOut.length > 0)
    warnings.push({
      code: 'layers-left-out',
      message: `${leftOut.join(', ')}: left out, as neural persistence is defined for layers that join every input with every output.`,
    });
  const { layers, mean, meanOfficial } = neuralPersistence(
    dense.map(({ matrix }) => matrix),
    cancellation,
  );
  return {
    neuralPersistence: { mean, meanOfficial, layers },
    deepGraphPersistence: deepGraph(dense, warnings, cancellation),
    warnings,
    provenance,
  };
}

interface Dense {
  readonly layer: DescribedLayer;
  readonly matrix: WeightMatrix;
}

function deepGraph(
  dense: readonly Dense[],
  warnings: Warning[],
  cancellation: Cancellation,
): WeightsResult['deepGraphPersistence'] {
  const refuse = (why: string) => {
    warnings.push({ code: 'no-deep-graph-persistence', message: `Deep graph persistence is not computed: ${why}.` });
    return null;
  };
  if (dense.some(({ layer }) => layer.within !== undefined))
    return refuse('some of the dense layers are in the body of a loop or of a branch');
  const chain = chainOf(dense);
  if (chain === undefined) return refuse('the dense layers are no chain in which each reads the one before');
  if (deepGraphSteps(chain) > LARGEST_DEEP_GRAPH) return refuse('the layers are too large');
  try {
    return { ...deepGraphPersistence(chain, cancellation), layers: chain.map(layer => layer.name) };
  } catch (error) {
    if (error instanceof Fault && !isCancelled(error)) return refuse(error.message);
    throw error;
  }
}

/**
 * The dense layers with inputs as rows, where each takes as many as the one before gives. Where the operators' own layout does not
 * fit, the other one is tried: formats differ, and a shape tells them apart unless it is square.
 */
function chainOf(dense: readonly Dense[]): readonly WeightMatrix[] | undefined {
  const asDeclared = dense.map(({ layer, matrix }) => (INPUTS_AS_ROWS.test(layer.op) ? matrix : transposed(matrix)));
  const fits = (chain: readonly WeightMatrix[]) =>
    chain.every((matrix, i) => i === 0 || matrix.rows === chain[i - 1]!.columns);
  return [asDeclared, asDeclared.map(transposed)].find(fits);
}

function transposed({ name, rows, columns, values }: WeightMatrix): WeightMatrix {
  const turned = new Float32Array(rows * columns);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) turned[c * rows + r] = values[r * columns + c]!;
  return { name, rows: columns, columns: rows, values: turned };
}
