import { Fault } from '../base/fault';
import { PIXEL_CHOICES } from '../data/images/pixelValues';
import type { Engine } from '../engine';

/** What a value must be. Ranges are inclusive. */
export type ValueKind =
  | { readonly kind: 'text' }
  | { readonly kind: 'list' }
  | { readonly kind: 'flag' }
  | { readonly kind: 'integer'; readonly minimum?: number; readonly maximum?: number }
  | { readonly kind: 'number'; readonly minimum?: number; readonly maximum?: number }
  | { readonly kind: 'prime' }
  | { readonly kind: 'choice'; readonly choices: readonly string[] };

export type OptionValue = string | number | boolean | readonly string[];

export interface Option {
  /** Without the dashes. */
  readonly name: string;
  readonly value: ValueKind;
  /** How help calls the value: FILE, N. */
  readonly placeholder?: string;
  readonly help: string;
  readonly default?: OptionValue;
  readonly required?: boolean;
  /** May be given several times; its values come as a list. */
  readonly repeated?: boolean;
}

export interface Argument {
  readonly name: string;
  readonly help: string;
  /** Whether more of its kind may follow: of the last argument. */
  readonly more?: boolean;
}

/** One command: the single description that parsing, validation and help go by. */
export interface Command {
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** A paragraph or two for its own help. */
  readonly description?: string;
  readonly arguments: readonly Argument[];
  readonly options: readonly Option[];
  readonly examples: readonly { readonly line: string; readonly what: string }[];
  run(invocation: Invocation): Promise<Outcome>;
}

/** The command line, checked: every value is of its option's kind and within its range. */
export interface Invocation {
  readonly arguments: readonly string[];
  readonly options: OptionValues;
  readonly seed: number;
  readonly threads: number;
  /** Started when first asked for. `cache` is a folder for finished work. */
  readonly engine: (more?: { readonly cache?: string }) => Engine;
  readonly signal: AbortSignal;
  readonly onProgress: (fraction: number, phrase: string) => void;
  /** Prints a line while the command goes on, for those that answer as they find: of `json` for programs, else of `text`. */
  readonly say: (line: Pick<Outcome, 'json' | 'text'>) => void;
}

/** The values of options by name, as their kinds say. Asking for another kind is a defect. */
export class OptionValues {
  constructor(private readonly values: ReadonlyMap<string, OptionValue>) {}

  has(name: string): boolean {
    return this.values.has(name);
  }

  text(name: string): string | undefined {
    return this.of(name, 'string');
  }

  number(name: string): number | undefined {
    return this.of(name, 'number');
  }

  flag(name: string): boolean {
    return this.values.get(name) === true;
  }

  list(name: string): readonly string[] | undefined {
    const value = this.values.get(name);
    if (value === undefined || Array.isArray(value)) return value as readonly string[] | undefined;
    throw new Error(`the option --${name} is no list`);
  }

  private of(name: string, type: 'string'): string | undefined;
  private of(name: string, type: 'number'): number | undefined;
  private of(name: string, type: 'string' | 'number'): OptionValue | undefined {
    const value = this.values.get(name);
    if (value !== undefined && typeof value !== type) throw new Error(`the option --${name} is no ${type}`);
    return value;
  }
}

/** What a command answers: the same as JSON for programs and as text for people. */
export interface Outcome {
  /** Made when it is printed. `warnings` and `provenance` are part of every result. */
  readonly json: () => unknown;
  readonly text: (style: TextStyle) => string;
  /** 0 unless an analysis says no, which is 1. */
  readonly exitCode?: 0 | 1;
}

/** How text may look: colours only on a terminal. */
export interface TextStyle {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly h0: (text: string) => string;
  readonly h1: (text: string) => string;
  /** Columns that there are. */
  readonly width: number;
}

/** Options of every command. */
export const COMMON_OPTIONS: readonly Option[] = [
  {
    name: 'format',
    value: { kind: 'choice', choices: ['text', 'json'] },
    help: 'text for people, json for programs',
    default: 'text',
  },
  {
    name: 'seed',
    value: { kind: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
    placeholder: 'N',
    help: 'of everything that is drawn at random',
    default: 0,
  },
  {
    name: 'threads',
    value: { kind: 'integer', minimum: 1, maximum: 1024 },
    placeholder: 'N',
    help: 'cores to compute on; results do not depend on it (all)',
  },
  { name: 'quiet', value: { kind: 'flag' }, help: 'nothing on standard error but errors' },
  { name: 'help', value: { kind: 'flag' }, help: 'this text' },
];

/** Options of the commands that read data. */
export const DATA_OPTIONS: readonly Option[] = [
  {
    name: 'drop-not-finite',
    value: { kind: 'flag' },
    help: 'leave out rows with NaN or infinity, and say so, instead of refusing the file',
  },
  { name: 'scale', value: { kind: 'number' }, placeholder: 'F', help: 'multiply all values by F' },
  {
    name: 'pixels',
    value: { kind: 'choice', choices: PIXEL_CHOICES },
    help: 'values of images: unit 0–1, signed −1–1, bytes 0–255, imagenet its mean and deviation (as the model says)',
  },
  {
    name: 'vocab',
    value: { kind: 'text' },
    placeholder: 'FILE',
    help: 'tokenizer.json or vocab.txt that makes tokens of texts (the one beside the model)',
  },
];

/** Of the commands that run a model. */
export const INPUT_OPTION: Option = {
  name: 'input',
  value: { kind: 'text' },
  placeholder: 'NAME=DATA',
  help: 'rows of another input of the model, by its name (arrays of the same .npz that are called so)',
  repeated: true,
};

/** An option of data as the engine takes it. */
export function dataReading(options: OptionValues) {
  const scale = options.number('scale');
  const classes = options.list('classes');
  const vocabulary = options.text('vocab');
  const pixels = PIXEL_CHOICES.find(choice => choice === options.text('pixels'));
  return {
    dropNotFinite: options.flag('drop-not-finite'),
    ...(scale === undefined ? {} : { scale }),
    ...(pixels === undefined ? {} : { pixels }),
    ...(options.has('input') ? { inputs: namedInputs(options.list('input') ?? []) } : {}),
    ...(classes === undefined ? {} : { classes }),
    ...(vocabulary === undefined ? {} : { vocabulary }),
  };
}

/** NAME=DATA, once for each. */
function namedInputs(given: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    given.map(text => {
      const cut = text.indexOf('=');
      if (cut <= 0 || cut === text.length - 1)
        throw new Fault('usage', `--input takes NAME=DATA, not ${text}.`, { source: '--input' });
      return [text.slice(0, cut), text.slice(cut + 1)];
    }),
  );
}
