import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { timing, type Measurement } from './measurement';

const cli = path.resolve(import.meta.dirname, '..', 'dist', 'cli.js');

/** What is asked of our command line and of a Python program beside it, on the same input. */
export interface Comparison {
  readonly what: string;
  readonly arguments: readonly string[];
  /** The peer's program and its arguments; it prints the number that ours is compared with. */
  readonly python: readonly string[];
  readonly answer: (json: unknown) => number;
  readonly atMost: number;
}

/** Whole processes in turn; the peer is GUDHI, where a Python that has it is installed. Throws where the answers differ: a fast wrong answer is none. */
export function besideGudhi(
  { what, arguments: asked, python, answer, atMost }: Comparison,
  repetitions = 5,
): Measurement {
  const ours: number[] = [];
  const theirs: number[] = [];
  const memory = { ours: 0, theirs: 0 };
  for (let repetition = 0; repetition < repetitions; repetition++) {
    const mine = timed(process.execPath, [cli, ...asked, '--threads', '1', '--format', 'json', '--quiet']);
    if (mine === undefined) throw new Error(`The command line failed: ${asked.join(' ')}.`);
    ours.push(mine.milliseconds);
    memory.ours = Math.max(memory.ours, mine.memoryBytes);
    const peer = pythonWithGudhi() && timed(pythonWithGudhi()!, ['-c', ...python]);
    if (!peer) continue;
    theirs.push(peer.milliseconds);
    memory.theirs = Math.max(memory.theirs, peer.memoryBytes);
    const [value, expected] = [answer(JSON.parse(mine.output)), Number(peer.output)];
    if (!(Math.abs(value - expected) <= 1e-9 * Math.abs(expected)))
      throw new Error(`${what}: ours is ${value}, GUDHI's ${expected}.`);
  }
  if (theirs.length === 0)
    process.stderr.write('GUDHI is not installed: measured without it (apt-get install python3-gudhi)\n');
  return {
    what: `${what}, whole process, 1 thread`,
    ours: timing(ours),
    ...measuredMemory(memory.ours),
    ...(theirs.length === 0
      ? {}
      : { peer: { name: 'GUDHI', timing: timing(theirs), ...measuredMemory(memory.theirs) } }),
    bound: { of: 'ratio', atMost },
  };
}

let found: string | null | undefined;

/** The first Python that has GUDHI. */
function pythonWithGudhi(): string | undefined {
  found ??= ['python3', '/usr/bin/python3'].find(python => timed(python, ['-c', 'import gudhi']) !== undefined) ?? null;
  return found ?? undefined;
}

function measuredMemory(bytes: number): { memoryBytes?: number } {
  return bytes > 0 ? { memoryBytes: bytes } : {};
}

/** GNU time says how much memory a process held. */
const gnuTime = ['/usr/bin/time'].find(program => fs.existsSync(program) && os.type() === 'Linux');

/** Undefined where the program is not installed or fails; no bytes where they cannot be measured. */
function timed(
  program: string,
  args: readonly string[],
): { milliseconds: number; memoryBytes: number; output: string } | undefined {
  const [command, ...rest] = gnuTime === undefined ? [program, ...args] : [gnuTime, '-f', '%M', program, ...args];
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(command, rest, { encoding: 'utf8', maxBuffer: 2 ** 29 });
  if (status !== 0) return undefined;
  const kilobytes = gnuTime === undefined ? 0 : Number(stderr.trim().split('\n').at(-1));
  return { milliseconds: performance.now() - start, memoryBytes: 1024 * (kilobytes || 0), output: stdout };
}
