import type { InspectInput } from '../../engine';
import type { DataChoice } from '../../protocol/panel';

/** A choice of data, as the engine takes it and as the command line names it. */

export function engineData(
  choice: DataChoice,
): Pick<InspectInput, 'data' | 'labels' | 'pixels' | 'inputs' | 'vocabulary'> {
  if (choice.kind === 'random') return { data: { random: true } };
  const labels = choice.labels === undefined ? {} : { labels: choice.labels };
  return choice.kind === 'file' ? { data: choice.data, ...labels, ...readingOf(choice) } : labels;
}

/** How a person chose that a file is read, as the engine takes it. */
export function readingOf({
  pixels,
  inputs,
  vocabulary,
}: Extract<DataChoice, { kind: 'file' }>): Pick<InspectInput, 'pixels' | 'inputs' | 'vocabulary'> {
  return {
    ...(pixels === undefined ? {} : { pixels }),
    ...(inputs === undefined ? {} : { inputs }),
    ...(vocabulary === undefined ? {} : { vocabulary }),
  };
}

/** What names data on the command line, and how it is read. */
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
