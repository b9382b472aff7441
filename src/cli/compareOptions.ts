import type { CompareInput } from '../engine';
import { dataReading, type OptionValues } from './command';
import { inspectInput, inspectOptions } from './inspectOptions';

/** Options of a comparison: those of an inspection, in dimensions 0 and 1. */
export const COMPARE_OPTIONS = inspectOptions({
  'max-dim': null,
  layers: { help: 'these layers of the first model, and their counterparts (all layers)' },
});

/** The checked options as the engine takes them. */
export function compareInput(models: readonly string[], options: OptionValues, seed: number): CompareInput {
  const { data, labels, parameters } = inspectInput(models[0]!, options, seed);
  const { layers, points, reduction } = parameters ?? {};
  return {
    ...dataReading(options),
    models,
    ...(data === undefined ? {} : { data }),
    ...(labels === undefined ? {} : { labels }),
    parameters: { layers, seed, ...(points === undefined ? {} : { points }), reduction },
  };
}
