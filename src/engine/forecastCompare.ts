import type { Forecast, InspectParameters } from '../analyses/inspect';
import { HALF_SAMPLES, RTD_POINTS } from '../analyses/compare/pairTask';
import { persistenceBytes } from '../analyses/limits';
import type { Shape } from '../models/model';
import { forecastInspect } from './forecastInspect';

export interface CompareSize {
  /** Of each model, those that have a counterpart. */
  readonly layers: readonly (readonly { readonly shape: Shape | undefined }[])[];
  readonly pairs: number;
  readonly rows: number;
  readonly parameters: InspectParameters;
  readonly threads: number;
  readonly modelParameters: readonly number[];
}

/*
 * Approximate, in milliseconds, on one core of 2020's servers: the permutation test, and RTD and neighbourhoods of a pair of layers.
 */
const TEST = 400;
const MATCHING = 4e-4; // per pair of points, of H1 mostly
const DIVERGENCE = 2.5e-3; // per pair of points

/** Time and memory of a comparison, from shapes alone: the inspections of the models, and their pairs of layers. */
export function forecastCompare({ layers, pairs, rows, parameters, threads, modelParameters }: CompareSize): Forecast {
  const points = Math.min(parameters.points, rows);
  const inspections = layers.map((own, i) =>
    forecastInspect({ layers: own, rows, parameters, threads, modelParameters: modelParameters[i]! }),
  );
  const taken = Math.min(points, RTD_POINTS);
  const pair = TEST + points * points * MATCHING + taken * taken * DIVERGENCE;
  const half = HALF_SAMPLES * (points / 2) ** 2 * 5e-4;
  const running = Math.max(1, Math.min(threads, pairs));
  return {
    milliseconds:
      inspections.reduce((sum, { milliseconds }) => sum + milliseconds, 0) + (pairs * pair) / running + half,
    bytes:
      Math.max(...inspections.map(({ bytes }) => bytes)) * layers.length +
      running * (persistenceBytes(2 * taken, 1) + 2 * persistenceBytes(points, 0)),
  };
}
