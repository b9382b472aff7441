import type { DataChoice } from '../../protocol/panel';
import type { InspectParameters } from '../../analyses/inspect';
import { defaultInspectParameters } from '../../analyses/inspect';

/**
 * The command that computes what a panel shows, without one. Parameters that are the command's own defaults are left out;
 * empty for random input, which the command line does not know.
 */
export function inspectCommandLine(model: string, data: DataChoice | undefined, parameters: InspectParameters): string {
  if (data === undefined || data.kind === 'random') return '';
  const words = ['neural-topology', 'inspect', model, ...dataWords(data)];
  if (parameters.layers !== undefined) words.push('--layers', parameters.layers.join(','));
  if (parameters.points !== defaultInspectParameters.points) words.push('--points', String(parameters.points));
  if (parameters.maxDimension !== defaultInspectParameters.maxDimension)
    words.push('--max-dim', String(parameters.maxDimension));
  if (parameters.reduction !== undefined) words.push('--reduce', parameters.reduction);
  if (parameters.seed !== defaultInspectParameters.seed) words.push('--seed', String(parameters.seed));
  return words.map(quote).join(' ');
}

/** What names data, and how it is read. */
export function dataWords(data: Exclude<DataChoice, { readonly kind: 'random' }>): readonly string[] {
  const labels = data.labels === undefined ? [] : ['--labels', data.labels];
  if (data.kind === 'stored') return labels;
  const { pixels, inputs = {}, vocabulary } = data;
  return [
    ...['--data', data.data],
    ...(pixels === undefined ? [] : ['--pixels', pixels]),
    ...Object.entries(inputs).flatMap(([name, rows]) => ['--input', `${name}=${rows}`]),
    ...(vocabulary === undefined ? [] : ['--vocab', vocabulary]),
    ...labels,
  ];
}

/** A word as a POSIX shell takes it literally. */
export function quote(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
