import { availableParallelism } from 'node:os';
import path from 'node:path';
import { Fault, type FaultData } from '../base/fault';
import { Engine, VERSION } from '../engine';
import type { Outcome } from './command';
import { COMMANDS } from './commands';
import { commandHelp, generalHelp } from './help';
import { jsonText } from './json';
import { findCommand, type Parsed, parseCommand } from './parse';
import { ProgressBar } from './progressBar';
import { plain } from './textTable';
import { textStyle } from './textStyle';

const EXIT_INTERRUPTED = 130;

/** Reads the words after the program's name, runs what they say, prints, and ends the process. */
export async function runCommandLine(words: readonly string[]): Promise<void> {
  // Whoever reads us may stop reading at any time: that is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  process.stderr.on('error', () => {});
  const [first, ...rest] = words;
  try {
    if (first === undefined) {
      process.stderr.write(`${generalHelp(COMMANDS, VERSION)}\n`);
      return end(2);
    }
    if (first === '--version' || first === '-V') return print(`${VERSION}\n`, 0);
    if (first === '--help' || first === '-h' || first === 'help') {
      const about = first === 'help' && rest[0] !== undefined ? findCommand(rest[0], COMMANDS) : undefined;
      return print(`${about === undefined ? generalHelp(COMMANDS, VERSION) : commandHelp(about)}\n`, 0);
    }
    const parsed = parseCommand(findCommand(first, COMMANDS), rest);
    if (parsed.options.flag('help')) return print(`${commandHelp(parsed.command)}\n`, 0);
    await run(parsed);
  } catch (error) {
    fail(error, wantsJson(words));
  }
}

async function run({ command, arguments: given, options }: Parsed): Promise<void> {
  const quiet = options.flag('quiet');
  const json = options.text('format') === 'json';
  const threads = options.number('threads') ?? availableParallelism();
  const abort = new AbortController();
  let interrupts = 0;
  process.on('SIGINT', () => {
    // A second time: at once.
    if (++interrupts > 1) process.exit(EXIT_INTERRUPTED);
    abort.abort();
  });
  const bar = new ProgressBar(!quiet && process.stderr.isTTY ? process.stderr : undefined);
  let engine: Engine | undefined;
  try {
    const outcome = await command.run({
      arguments: given,
      options,
      seed: options.number('seed') ?? 0,
      threads,
      signal: abort.signal,
      onProgress: bar.update,
      say: line => {
        bar.clear();
        const text = json ? jsonText(line.json()) : line.text(textStyle(process.stdout, process.env));
        process.stdout.write(`${text}\n`);
      },
      engine: ({ cache } = {}) =>
        (engine ??= new Engine({
          threads,
          workerPath: path.join(__dirname, 'worker.js'),
          shortPath: path.join(__dirname, 'short.js'),
          helperPath: path.join(__dirname, 'helper.js'),
          runtimePath: path.join(__dirname, 'runtime', 'node_modules'),
          ...(cache === undefined ? {} : { cache: { directory: path.resolve(cache) } }),
          log: line => {
            if (process.env['NEURAL_TOPOLOGY_DEBUG'] !== undefined) process.stderr.write(`${line}\n`);
          },
        })),
    });
    bar.dispose();
    printOutcome(outcome, json, quiet);
  } finally {
    bar.dispose();
  }
}

function printOutcome(outcome: Outcome, json: boolean, quiet: boolean): void {
  const result = outcome.json();
  if (!json && !quiet) for (const warning of warningsOf(result)) process.stderr.write(`warning: ${plain(warning)}\n`);
  const text = json ? jsonText(result) : outcome.text(textStyle(process.stdout, process.env));
  print(`${text}\n`, outcome.exitCode ?? 0);
}

function warningsOf(result: unknown): readonly string[] {
  if (typeof result !== 'object' || result === null || !('warnings' in result) || !Array.isArray(result.warnings))
    return [];
  return (result.warnings as readonly { readonly message: string }[]).map(({ message }) => message);
}

function fail(error: unknown, json: boolean): void {
  const fault = faultOf(error);
  const code = exitCodeOf(fault);
  if (json) return print(`${jsonText({ error: fault })}\n`, code);
  const source = fault.source === undefined || fault.message.includes(fault.source) ? '' : `${fault.source}: `;
  const hint = fault.hint === undefined ? '' : `\n${fault.hint}`;
  process.stderr.write(`${plainLines(`${source}${fault.message}${hint}`)}\n`);
  end(code);
}

/** A defect of ours is said as such, without its stack: that goes to the log. */
function faultOf(error: unknown): FaultData {
  if (error instanceof Fault) return error.toData();
  const message = error instanceof Error ? error.message : String(error);
  if (process.env['NEURAL_TOPOLOGY_DEBUG'] !== undefined && error instanceof Error)
    process.stderr.write(`${error.stack}\n`);
  return {
    code: 'unsupported',
    message: `The command stopped because of a defect: ${message.split('\n')[0]!}`,
    hint: 'Set NEURAL_TOPOLOGY_DEBUG=1 for details, and please report it.',
  };
}

function exitCodeOf({ code }: FaultData): number {
  if (code === 'usage') return 2;
  if (code === 'too-large') return 4;
  return code === 'cancelled' ? EXIT_INTERRUPTED : 3;
}

/** Whether errors are to be printed as JSON, even where the rest of the command line cannot be read. */
function wantsJson(words: readonly string[]): boolean {
  return words.some((word, i) => word === '--format=json' || (word === '--format' && words[i + 1] === 'json'));
}

/** Exits once all of it is written: a pipe takes no more at a time than its reader reads. */
function print(text: string, code: number): void {
  process.stdout.write(text, () => end(code));
}

/** Workers may still be warm: nobody waits for them. */
function end(code: number): void {
  process.exit(code);
}

function plainLines(text: string): string {
  return text.split('\n').map(plain).join('\n');
}
