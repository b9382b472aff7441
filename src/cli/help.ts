import type { Command, Option } from './command';
import { COMMON_OPTIONS } from './command';
import { placeholderOf } from './parse';

const WIDTH = 92;

/** The first page: what it is, the commands, and an example to start from. */
export function generalHelp(commands: readonly Command[], version: string): string {
  const longest = Math.max(...commands.map(command => command.name.length));
  return `neural-topology ${version}: see the shape of what a network learned.

  neural-topology COMMAND …            neural-topology COMMAND --help

Commands:
${commands.map(({ name, summary }) => `  ${name.padEnd(longest)}  ${summary}`).join('\n')}

Start with:
  neural-topology inspect model.onnx --data test.npz
  neural-topology report model.onnx --data test.npz --out report.html

A MODEL is an .onnx file. DATA is .npy, .npz (file.npz#array) or .csv (file.csv#column for labels).
Every command takes ${COMMON_OPTIONS.map(option => `--${option.name}`).join(', ')}.
Exit codes: 0 done, 1 an analysis says no, 2 the command line is wrong, 3 an input cannot be used,
4 out of resources, 130 interrupted.`;
}

/** A command's page: usage, examples first, then every option. */
export function commandHelp(command: Command): string {
  const required = command.options.filter(option => option.required === true);
  const usage = [
    `neural-topology ${command.name}`,
    ...command.arguments.map(({ name, more }) => (more === true ? `${name} …` : name)),
    ...required.map(option => `--${option.name} ${placeholderOf(option)}`),
    '[options]',
  ].join(' ');
  const parts = [
    usage,
    wrap(command.description ?? `${command.summary}.`, ''),
    `Examples:\n${command.examples.map(({ line, what }) => `  ${line}\n${wrap(what, '      ')}`).join('\n')}`,
  ];
  if (command.arguments.length > 0)
    parts.push(`Arguments:\n${table(command.arguments.map(({ name, help }) => [name, help]))}`);
  if (command.options.length > 0) parts.push(`Options:\n${optionTable(command.options)}`);
  parts.push(`Common options:\n${optionTable(COMMON_OPTIONS)}`);
  return parts.join('\n\n');
}

function optionTable(options: readonly Option[]): string {
  return table(
    options.map(option => {
      const value = placeholderOf(option);
      const standard = option.default === undefined ? '' : ` (${String(option.default)})`;
      const need = option.required === true ? ' (required)' : '';
      return [`--${option.name}${value === '' ? '' : ` ${value}`}`, `${option.help}${standard}${need}`];
    }),
  );
}

function table(rows: readonly (readonly [string, string])[]): string {
  const left = Math.min(30, Math.max(...rows.map(([name]) => name.length)));
  return rows
    .map(([name, text]) => {
      const indent = ' '.repeat(left + 4);
      const lines = wrap(text, indent);
      return name.length <= left ? `  ${name.padEnd(left)}  ${lines.trimStart()}` : `  ${name}\n${lines}`;
    })
    .join('\n');
}

function wrap(text: string, indent: string): string {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = indent;
    for (const word of paragraph.split(' ')) {
      if (line.length > indent.length && line.length + word.length + 1 > WIDTH) {
        lines.push(line);
        line = indent;
      }
      line += (line.length > indent.length ? ' ' : '') + word;
    }
    lines.push(line);
  }
  return lines.join('\n');
}
