import type { Layer, Model, Shape } from '../models/model';
import type { Reduction } from './reduction';
import { planReduction } from './reduction';
import { product } from './fitInput';

/** A free dimension that is not the batch, such as the length of a sentence, is reckoned as this. */
const FREE_LENGTH = 32;

/** What capturing a layer keeps and passes through. */
export interface LayerForecast {
  readonly name: string;
  /** Of the points that are kept. */
  readonly bytes: number;
  /** Of the layer's whole output for one row. */
  readonly bytesPerRow: number;
  readonly width: number;
  readonly points: number;
}

/** Memory that a capture takes, layer by layer; layers of unknown shape are left out. */
export function forecastCapture(
  layers: readonly Layer[],
  rows: number,
  reduction: Reduction | undefined,
  maxPoints = 1000,
): readonly LayerForecast[] {
  return layers.flatMap(layer => {
    if (layer.outputShape === undefined) return [];
    const shape = rowShape(layer.outputShape);
    const plan = planReduction(
      shape,
      layer.channelAxis === undefined ? undefined : Math.max(0, layer.channelAxis - 1),
      reduction,
    );
    const points = plan.reduction === 'positions' ? Math.min(maxPoints, rows * plan.positions) : rows;
    return [
      { name: layer.name, bytes: points * plan.width * 4, bytesPerRow: product(shape) * 4, width: plan.width, points },
    ];
  });
}

/** Cost of one row's forward pass: bytes of the activations that are asked for, and multiplications with weights. */
export function forwardCost(
  model: Model,
  layers: readonly Layer[],
): { readonly bytes: number; readonly operations: number } {
  const bytes = layers.reduce((sum, layer) => sum + product(rowShape(layer.outputShape ?? [null])) * 4, 0);
  const operations = model.layers.reduce((sum, layer) => {
    const shape = rowShape(layer.outputShape ?? [null]);
    const axis = layer.channelAxis === undefined ? -1 : layer.channelAxis - 1;
    return sum + layer.parameters * product(shape.filter((_, at) => at !== axis));
  }, 0);
  return { bytes, operations };
}

function rowShape(shape: Shape): number[] {
  return shape.slice(1).map(dim => dim ?? FREE_LENGTH);
}
