import { spawn } from 'node:child_process';
import { Fault, FAULT_CODES, type FaultCode } from '../../base/fault';

/** One run of the script that builds the person's own model (python/run_model.py). */
export interface PythonRun {
  /** The person's interpreter. */
  readonly interpreter: string;
  readonly script: string;
  readonly parameters: readonly string[];
  /** Where it runs. */
  readonly folder: string;
  /** Ends the process, and rejects with `cancelled`. */
  readonly signal?: AbortSignal;
  /** What the script, PyTorch and the person's own code say on their way. */
  readonly onLine?: (line: string) => void;
}

export interface PythonAnswer {
  readonly out: string;
  readonly torch: string;
  readonly python: string;
}

/** Of what is printed, no more than the end is kept: a model may print without end. */
const KEPT_CHARACTERS = 1 << 20;
const GRACE_MILLISECONDS = 2000;

/**
 * Runs the person's Python, without a shell. Rejects with the fault that the script names, with `not-found` where there is no such
 * interpreter, and with `unsupported` where it ends without an answer.
 */
export function runUserPython(run: PythonRun): Promise<PythonAnswer> {
  const { interpreter, script, parameters, folder, signal, onLine } = run;
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(cancelled());
    const child = spawn(interpreter, [script, ...parameters], {
      cwd: folder,
      // Nothing is left beside the person's sources, and text is read as it was meant on every platform.
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', PYTHONUNBUFFERED: '1', PYTHONIOENCODING: 'utf-8' },
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    let output = '';
    let errors = '';
    let kill: NodeJS.Timeout | undefined;
    const stop = () => {
      child.kill();
      kill = setTimeout(() => child.kill('SIGKILL'), GRACE_MILLISECONDS);
    };
    signal?.addEventListener('abort', stop, { once: true });
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output = (output + text).slice(-KEPT_CHARACTERS)));
    const say = lines(line => {
      errors = (errors + line + '\n').slice(-KEPT_CHARACTERS);
      onLine?.(line);
    });
    child.stderr.setEncoding('utf8').on('data', say);
    const end = () => {
      clearTimeout(kill);
      signal?.removeEventListener('abort', stop);
    };
    child.on('error', error => {
      end();
      reject(
        new Fault('not-found', `Python does not start: ${error.message}.`, {
          hint: 'Choose another interpreter, or set neuralTopology.python.',
          source: interpreter,
          cause: error,
        }),
      );
    });
    child.on('close', code => {
      end();
      if (signal?.aborted === true) return reject(cancelled());
      const answer = answerIn(output);
      if (answer === undefined) return reject(silence(code, errors));
      if ('code' in answer) return reject(faultOf(answer));
      resolve(answer);
    });
  });
}

function cancelled(): Fault {
  return new Fault('cancelled', 'The run was cancelled before it finished.');
}

/** Splits what arrives into whole lines. */
function lines(take: (line: string) => void): (text: string) => void {
  let rest = '';
  return text => {
    const parts = (rest + text).split(/\r?\n/);
    rest = (parts.pop() ?? '').slice(-KEPT_CHARACTERS);
    for (const line of parts) if (line.trim() !== '') take(line);
  };
}

interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

/** The last line that is an answer; `undefined` where the process ended without one. */
function answerIn(output: string): PythonAnswer | Refusal | undefined {
  const last = output.trimEnd().split(/\r?\n/).at(-1) ?? '';
  let value: unknown;
  try {
    value = JSON.parse(last);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const of = (name: string): unknown => (value as Record<string, unknown>)[name];
  const [code, message, hint, out, torch, python] = ['code', 'message', 'hint', 'out', 'torch', 'python'].map(of);
  if (typeof code === 'string' && typeof message === 'string')
    return { code, message, ...(typeof hint === 'string' ? { hint } : {}) };
  if (typeof out === 'string' && typeof torch === 'string' && typeof python === 'string') return { out, torch, python };
  return undefined;
}

function faultOf({ code, message, hint }: Refusal): Fault {
  const known: FaultCode = FAULT_CODES.find(name => name === code) ?? 'unsupported';
  return new Fault(known, message, hint === undefined ? {} : { hint });
}

/** A process that was killed, or whose interpreter is too old to read the script. */
function silence(code: number | null, errors: string): Fault {
  const last = errors.trimEnd().split('\n').at(-1)?.trim() ?? '';
  const how = code === null ? 'was ended from outside' : `ended with code ${code}`;
  return new Fault(
    'unsupported',
    `Python ${how} without an answer${last === '' ? '' : `: ${last.replace(/\.$/, '')}`}.`,
    {
      hint: 'The log holds all that it said. Python 3.8 or later is needed.',
    },
  );
}
