import { defaultInspectParameters, type InspectParameters } from '../../analyses/inspect';
import type { ParameterChanges } from '../../protocol/panel';

/** Parameters with what was chosen in a panel; `auto` takes back a chosen reduction. */
export function withChanges(
  parameters: Partial<InspectParameters>,
  { points, maxDimension, reduction }: ParameterChanges,
): Partial<InspectParameters> {
  return {
    ...parameters,
    ...(points === undefined ? {} : { points }),
    ...(maxDimension === undefined ? {} : { maxDimension }),
    ...(reduction === undefined
      ? {}
      : { reduction: reduction === 'auto' ? undefined : (reduction as InspectParameters['reduction']) }),
  };
}

/** What of parameters is kept over a reload of the window. */
export function keptParameters({ points, maxDimension, reduction }: Partial<InspectParameters>) {
  return {
    ...(points === undefined ? {} : { points }),
    ...(maxDimension === undefined ? {} : { maxDimension }),
    ...(reduction === undefined ? {} : { reduction }),
  };
}

/** Parameters as options of the command line, without those that are its defaults. */
export function parameterWords(parameters: Partial<InspectParameters>): readonly string[] {
  const { layers, points, maxDimension, reduction, seed } = { ...defaultInspectParameters, ...parameters };
  const isOther = (name: 'points' | 'maxDimension' | 'seed', value: number) => value !== defaultInspectParameters[name];
  return [
    ...(layers === undefined ? [] : ['--layers', layers.join(',')]),
    ...(isOther('points', points) ? ['--points', String(points)] : []),
    ...(isOther('maxDimension', maxDimension) ? ['--max-dim', String(maxDimension)] : []),
    ...(reduction === undefined ? [] : ['--reduce', reduction]),
    ...(isOther('seed', seed) ? ['--seed', String(seed)] : []),
  ];
}
