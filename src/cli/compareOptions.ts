import type { CompareInput } from '../engine';
import { dataReading, type OptionValues } from './command';
import { INSPECT_OPTIONS, inspectInput } from './inspectOptions';

/** Options of a comparison: those of an inspection, in dimensions 0 and 1. */
export const COMPARE_OPTIONS = INSPECT_OPTIONS.filter(({ name }) => name !== 'max-dim').map(option =>
  option.name === 'layers'
    ? { ...option, help: 'these layers of the first model, and their counterparts (all layers)' }
    : option,
);

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
