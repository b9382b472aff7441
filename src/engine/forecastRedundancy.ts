import { defaultInspectParameters, type Forecast } from '../analyses/inspect';
import { persistenceBytes } from '../analyses/limits';
import type { RedundancyParameters } from '../analyses/redundancy';
import { DIVERGENCE_POINTS } from '../analyses/redundancyOfLayers';
import type { Shape } from '../models/model';
import { forecastInspect } from './forecastInspect';

export interface RedundancySize {
  readonly layers: readonly { readonly shape: Shape | undefined }[];
  readonly rows: number;
  readonly parameters: RedundancyParameters;
  readonly threads: number;
  readonly modelParameters: number;
  /** That are run without a part. */
  readonly ablations: number;
}

/* Approximate, in milliseconds on one core, as those of an inspection. */
const POINT_OF_PAIR = 0.002; // a point of one diagram in a bottleneck distance
const ENTRY_OF_PAIR = 6e-7; // an entry of two Gram matrices
const DIVERGENCE = 4; // of two layers, both ways
const ROW = 0.01; // of one forward pass

/** Time and memory, from shapes alone. */
export function forecastRedundancy(size: RedundancySize): Forecast {
  const { layers, rows, parameters, threads, modelParameters, ablations } = size;
  const points = Math.min(parameters.points, rows);
  const halves = parameters.subsamples / 2;
  const pairs = (layers.length * (layers.length - 1)) / 2;
  const { reduction, seed } = parameters;
  const diagrams = forecastInspect({
    layers,
    rows,
    parameters: { ...defaultInspectParameters, points, reduction, seed },
    threads,
    modelParameters,
  });
  const pair = points * POINT_OF_PAIR * (1 + halves) + points * points * ENTRY_OF_PAIR + DIVERGENCE;
  const ablation = rows * (ROW + (modelParameters * 2) / 5e6);
  const running = Math.max(1, Math.min(threads, pairs));
  return {
    milliseconds:
      diagrams.milliseconds +
      (pairs * pair) / running +
      (ablations * ablation) / Math.max(1, Math.min(threads, ablations)),
    bytes:
      diagrams.bytes +
      layers.length * (2 * points * points + 4 * DIVERGENCE_POINTS ** 2) +
      threads * persistenceBytes(points, 1),
  };
}
