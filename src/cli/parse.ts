import { Fault } from '../base/fault';
import { nearestNames } from '../base/nearest';
import { COMMON_OPTIONS, type Command, type Option, OptionValues, type OptionValue } from './command';

export interface Parsed {
  readonly command: Command;
  readonly arguments: readonly string[];
  readonly options: OptionValues;
}

/** Options that a command takes, its own first. */
export function optionsOf(command: Command): readonly Option[] {
  return [...command.options, ...COMMON_OPTIONS];
}

/** Finds the command and reads what follows it. Throws `usage`, naming what is allowed. */
export function findCommand(name: string, commands: readonly Command[]): Command {
  const found = commands.find(command => command.name === name);
  if (found !== undefined) return found;
  const names = commands.map(command => command.name);
  const nearest = nearestNames(name, names);
  const what = name.startsWith('-') ? `There is no option ${name} before a command` : `There is no command ${name}`;
  throw new Fault('usage', `${what}${nearest.length > 0 ? `; did you mean ${nearest.join(' or ')}?` : '.'}`, {
    hint: `The commands are ${names.join(', ')}.`,
    source: name,
  });
}

/**
 * Reads arguments and options: `--name value`, `--name=value` (for values that begin with a dash), `--flag`; all after `--` are arguments.
 * Throws `usage` for anything that the command does not take.
 */
export function parseCommand(command: Command, words: readonly string[]): Parsed {
  const options = optionsOf(command);
  const values = new Map<string, OptionValue>();
  const given: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (word === '--') {
      given.push(...words.slice(i + 1));
      break;
    }
    if (word === '-h') {
      values.set('help', true);
      continue;
    }
    if (!word.startsWith('-') || word === '-') {
      given.push(word);
      continue;
    }
    const cut = word.indexOf('=');
    const flag = cut < 0 ? word : word.slice(0, cut);
    const option = findOption(flag, command, options);
    if (option.value.kind === 'flag') {
      if (cut >= 0) throw usage(`${flag} is a switch: it takes no value.`, flag);
      values.set(option.name, true);
      continue;
    }
    let text = cut < 0 ? undefined : word.slice(cut + 1);
    if (text === undefined) {
      const next = words[i + 1];
      if (next === undefined || isOption(next, options)) throw missingValue(option, flag);
      text = next;
      i++;
    }
    const value = readValue(option, text);
    if (option.repeated === true) {
      const before = values.get(option.name);
      values.set(option.name, [...(Array.isArray(before) ? (before as readonly string[]) : []), String(value)]);
    } else {
      if (values.has(option.name)) throw usage(`${flag} is given twice.`, flag);
      values.set(option.name, value);
    }
  }
  if (values.get('help') !== true) {
    checkArguments(command, given);
    for (const option of options)
      if (option.required === true && !values.has(option.name))
        throw usage(
          `${command.name} needs --${option.name} ${placeholderOf(option)}: ${option.help}.`,
          `--${option.name}`,
        );
  }
  for (const option of options)
    if (option.default !== undefined && !values.has(option.name)) values.set(option.name, option.default);
  return { command, arguments: given, options: new OptionValues(values) };
}

function checkArguments({ name, arguments: wanted, examples }: Command, given: readonly string[]): void {
  const example = examples[0] === undefined ? '' : `For example: ${examples[0].line}`;
  const missing = wanted[given.length];
  if (missing !== undefined)
    throw new Fault('usage', `${name} needs ${missing.name}: ${missing.help}.`, {
      hint: example === '' ? `See neural-topology ${name} --help.` : example,
    });
  const extra = wanted.at(-1)?.more === true ? undefined : given[wanted.length];
  if (extra !== undefined)
    throw new Fault(
      'usage',
      `${name} takes ${wanted.length === 1 ? 'one argument' : `${wanted.length} arguments`} (${wanted.map(argument => argument.name).join(' ')}), but ${JSON.stringify(extra)} is left over.`,
      { hint: 'Names with spaces need quotes.', source: extra },
    );
}

function findOption(flag: string, command: Command, options: readonly Option[]): Option {
  const found = options.find(option => `--${option.name}` === flag);
  if (found !== undefined) return found;
  const names = options.map(option => `--${option.name}`);
  const nearest = nearestNames(flag, names);
  const own = names.join(', ');
  throw new Fault(
    'usage',
    nearest.length > 0
      ? `There is no option ${flag}; did you mean ${nearest.join(' or ')}?`
      : `There is no option ${flag}; ${command.name} takes ${own}.`,
    { hint: `${command.name} takes ${own}.`, source: flag },
  );
}

function isOption(word: string, options: readonly Option[]): boolean {
  return options.some(option => word === `--${option.name}` || word.startsWith(`--${option.name}=`));
}

function readValue(option: Option, text: string): OptionValue {
  const flag = `--${option.name}`;
  const { value } = option;
  switch (value.kind) {
    case 'text':
      if (text === '') throw usage(`${flag} is empty.`, flag);
      return text;
    case 'list': {
      const entries = text.split(',').map(entry => entry.trim());
      if (entries.some(entry => entry === ''))
        throw usage(`${flag} takes names with commas between, not ${quoted(text)}.`, flag);
      return entries;
    }
    case 'flag':
      return true;
    case 'choice':
      if (!value.choices.includes(text))
        throw usage(`${flag} is one of ${value.choices.join(', ')}, not ${quoted(text)}.`, flag);
      return text;
    case 'prime': {
      const number = readNumber(text);
      if (number === undefined || !Number.isInteger(number) || !isPrime(number))
        throw usage(`${flag} takes a prime number up to 32749, not ${quoted(text)}.`, flag);
      return number;
    }
    case 'integer':
    case 'number': {
      const number = readNumber(text);
      const what = `${value.kind === 'integer' ? 'a whole number' : 'a number'}${rangeText(value)}`;
      if (number === undefined || (value.kind === 'integer' && !Number.isInteger(number)))
        throw usage(`${flag} takes ${what}, not ${quoted(text)}.`, flag);
      if (number < (value.minimum ?? -Infinity) || number > (value.maximum ?? Infinity))
        throw usage(`${flag} takes ${what}, not ${text}.`, flag);
      return number;
    }
  }
}

function readNumber(text: string): number | undefined {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) && Number.isFinite(Number(text)) ? Number(text) : undefined;
}

function rangeText({ minimum, maximum }: { readonly minimum?: number; readonly maximum?: number }): string {
  if (minimum === undefined) return maximum === undefined ? '' : ` up to ${maximum}`;
  return maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER
    ? ` from ${minimum}`
    : ` from ${minimum} to ${maximum}`;
}

function isPrime(number: number): boolean {
  // The kernels multiply residues in 32 bits.
  if (number < 2 || number > 32_749) return false;
  for (let factor = 2; factor * factor <= number; factor++) if (number % factor === 0) return false;
  return true;
}

/** How help calls an option's value. */
export function placeholderOf(option: Option): string {
  if (option.placeholder !== undefined) return option.placeholder;
  switch (option.value.kind) {
    case 'flag':
      return '';
    case 'choice':
      return option.value.choices.join('|');
    case 'integer':
    case 'number':
      return 'N';
    case 'prime':
      return 'P';
    case 'list':
      return 'A,B,…';
    case 'text':
      return 'TEXT';
  }
}

function missingValue(option: Option, flag: string): Fault {
  return usage(`${flag} needs a value: ${placeholderOf(option)}.`, flag);
}

function usage(message: string, source: string): Fault {
  return new Fault('usage', message, { source });
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
