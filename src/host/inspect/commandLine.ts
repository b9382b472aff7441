import type { DataChoice } from '../../protocol/panel';
import type { InspectParameters } from '../../analyses/inspect';
import { defaultInspectParameters } from '../../analyses/inspect';
import { callOf } from '../base/commandLine';
import { dataWords } from '../data/chosenData';

/**
 * The command that computes what a panel shows, without one. Parameters that are the command's own defaults are left out;
 * empty for random input, which the command line does not know.
 */
export function inspectCommandLine(model: string, data: DataChoice | undefined, parameters: InspectParameters): string {
  if (data === undefined || data.kind === 'random') return '';
  const words = [model, ...dataWords(data)];
  if (parameters.layers !== undefined) words.push('--layers', parameters.layers.join(','));
  if (parameters.points !== defaultInspectParameters.points) words.push('--points', String(parameters.points));
  if (parameters.maxDimension !== defaultInspectParameters.maxDimension)
    words.push('--max-dim', String(parameters.maxDimension));
  if (parameters.reduction !== undefined) words.push('--reduce', parameters.reduction);
  if (parameters.seed !== defaultInspectParameters.seed) words.push('--seed', String(parameters.seed));
  return callOf('inspect', words);
}
