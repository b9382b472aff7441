import { spawn } from 'node:child_process';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '..', '..');
const cli = path.join(root, 'dist', 'cli.js');

export interface Said {
  readonly code: number | string | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output as JSON; undefined where it is none. */
  readonly json: unknown;
}

/** One call of the built command line, from the project's folder. `interruptAfter` sends SIGINT after so many milliseconds. */
export function call(
  words: readonly string[],
  { interruptAfter, env }: { readonly interruptAfter?: number; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Said> {
  return new Promise(resolve => {
    const child = spawn(process.execPath, [cli, ...words], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_OPTIONS: '', ...env },
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const timer = interruptAfter === undefined ? undefined : setTimeout(() => child.kill('SIGINT'), interruptAfter);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code: code ?? signal, stdout, stderr, json: parsed(stdout) });
    });
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A value deep in JSON, by keys and indices. */
export function at(json: unknown, ...keys: readonly (string | number)[]): unknown {
  let value = json;
  for (const key of keys) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string | number, unknown>)[key];
  }
  return value;
}
