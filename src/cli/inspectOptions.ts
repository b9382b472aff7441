import type { InspectInput } from '../engine';
import type { Reduction } from '../analyses/layerTopology';
import { DATA_OPTIONS, dataReading, INPUT_OPTION, type Option, type OptionValues } from './command';

/** Options of the commands that inspect a model. */
export const INSPECT_OPTIONS: readonly Option[] = [
  { name: 'data', value: { kind: 'text' }, placeholder: 'DATA', help: 'rows to run' },
  { name: 'labels', value: { kind: 'text' }, placeholder: 'DATA', help: 'a class for each row: gives the accuracy' },
  { name: 'classes', value: { kind: 'list' }, help: 'order of the classes, as the model’s outputs have it (sorted)' },
  { name: 'layers', value: { kind: 'list' }, help: 'these layers alone, or outputs by their names (all layers)' },
  {
    name: 'points',
    value: { kind: 'integer', minimum: 1, maximum: 1_000_000 },
    placeholder: 'N',
    help: 'rows that are drawn, without replacement; all when there are fewer',
    default: 1000,
  },
  {
    name: 'max-dim',
    value: { kind: 'integer', minimum: 0, maximum: 1000 },
    placeholder: 'D',
    help: 'highest dimension: 0 clusters, 1 loops, 2 voids',
    default: 1,
  },
  {
    name: 'reduce',
    value: { kind: 'choice', choices: ['mean', 'flatten', 'positions'] },
    help: 'how activations with positions become points: their mean, all values, or a point a position (mean)',
  },
  {
    name: 'random-input',
    value: { kind: 'flag' },
    help: 'run on random numbers instead of data',
  },
  {
    name: 'cache',
    value: { kind: 'text' },
    placeholder: 'FOLDER',
    help: 'keep finished layers there, and take them from there',
  },
  INPUT_OPTION,
  ...DATA_OPTIONS,
];

/** The options of an inspection where a command says or bounds some of them otherwise; those that are `null` it does not have. */
export function inspectOptions(changes: Readonly<Record<string, Partial<Option> | null>>): readonly Option[] {
  return INSPECT_OPTIONS.flatMap(option => {
    const change = changes[option.name];
    return change === null ? [] : [{ ...option, ...change }];
  });
}

/** The checked options as the engine takes them. */
export function inspectInput(model: string, options: OptionValues, seed: number): InspectInput {
  const data = options.text('data');
  const labels = options.text('labels');
  return {
    model,
    ...(options.flag('random-input') ? { data: { random: true } as const } : data === undefined ? {} : { data }),
    ...(labels === undefined ? {} : { labels }),
    parameters: {
      layers: options.list('layers'),
      points: options.number('points')!,
      maxDimension: options.number('max-dim')!,
      reduction: options.text('reduce') as Reduction | undefined,
      seed,
    },
    ...dataReading(options),
  };
}
