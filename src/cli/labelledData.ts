import { Fault } from '../base/fault';
import type { Option, OptionValues } from './command';

/** Rows and their classes, for commands that need both. */
export function labelledOptions(rows: string): readonly Option[] {
  return [
    { name: 'data', value: { kind: 'text' }, placeholder: 'DATA', help: rows },
    { name: 'labels', value: { kind: 'text' }, placeholder: 'DATA', help: 'a class for each row' },
    { name: 'classes', value: { kind: 'list' }, help: 'order of the classes, as the model’s outputs have it (sorted)' },
  ];
}

/** Both, as they were given. Throws `usage` with the reason, which names what is missing. */
export function labelledData(
  options: OptionValues,
  reason: string,
): { readonly data: string; readonly labels: string } {
  const [data, labels] = ['data', 'labels'].map(name => options.text(name));
  if (data !== undefined && labels !== undefined) return { data, labels };
  const missing = data === undefined ? '--data' : '--labels';
  throw new Fault('usage', `${reason}: ${missing} is missing.`, { source: missing });
}
