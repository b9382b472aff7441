import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** A whole process that has ended well. */
export interface EndedProcess {
  readonly milliseconds: number;
  /** The most memory that it held at any time; undefined where that cannot be measured. */
  readonly memoryBytes: number | undefined;
  readonly output: string;
}

/** GNU time says how much memory a process held. */
const gnuTime = ['/usr/bin/time'].find(program => fs.existsSync(program) && os.type() === 'Linux');

/** Runs a program to its end. Throws where it is not there or fails. */
export function runProcess(program: string, args: readonly string[]): EndedProcess {
  const { status, stderr, ...ended } = runAnyhow(program, args);
  if (status !== 0) throw new Error(`${[program, ...args].join(' ').slice(0, 200)} failed: ${stderr || ended.output}`);
  return ended;
}

function runAnyhow(program: string, args: readonly string[]): EndedProcess & { status: number | null; stderr: string } {
  const [command, ...rest] = gnuTime === undefined ? [program, ...args] : [gnuTime, '-f', '%M', program, ...args];
  const start = performance.now();
  const { status, error, stdout, stderr } = spawnSync(command, rest, { encoding: 'utf8', maxBuffer: 2 ** 29 });
  const milliseconds = performance.now() - start;
  if (error !== undefined) throw error;
  const kilobytes = Number(stderr.trim().split('\n').at(-1));
  return { milliseconds, memoryBytes: kilobytes > 0 ? 1024 * kilobytes : undefined, output: stdout, status, stderr };
}

/** Our own command line, built. */
export function runCommandLine(args: readonly string[]): EndedProcess {
  return runProcess(process.execPath, [CLI, ...args, '--format', 'json', '--quiet']);
}

/** Our own command line, which has to refuse something: with one of its faults. Throws where it does not. */
export function refusedBy(args: readonly string[]): EndedProcess {
  const { status, stderr, ...ended } = runAnyhow(process.execPath, [CLI, ...args, '--quiet']);
  if (!FAULTS.some(code => code === status)) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`);
  return ended;
}

/** Exit codes of what a file or its size is at fault for. */
const FAULTS = [3, 4];
const CLI = path.resolve(import.meta.dirname, '..', 'dist', 'cli.js');

/** Whether a program is there and ends well. */
export function runs(program: string, args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}
