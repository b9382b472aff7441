import type { DataChoice } from '../../protocol/panel';
import type { InspectParameters } from '../../analyses/inspect';
import { callOf } from '../base/commandLine';
import { dataWords } from '../data/chosenData';
import { parameterWords } from '../running/parameterChanges';

/**
 * The command that computes what a panel shows, without one. Parameters that are the command's own defaults are left out;
 * empty for random input, which the command line does not know.
 */
export function inspectCommandLine(model: string, data: DataChoice | undefined, parameters: InspectParameters): string {
  if (data === undefined || data.kind === 'random') return '';
  return callOf('inspect', [model, ...dataWords(data), ...parameterWords(parameters)]);
}
