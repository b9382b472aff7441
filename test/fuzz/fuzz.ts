import v8 from 'node:v8';
import { Fault } from '../../src/base/fault';
import { Random } from '../../src/base/random';
import { allocations, countAllocations } from './allocations';
import { pick, type Bytes, type FuzzTarget } from './target';

/** What reading may take in all: 64 MB and three times the file. */
const MAX_BYTES = 64 * 2 ** 20;
const TIMES_FILE = 3;
const MAX_MILLISECONDS = 2000;

export interface FuzzReport {
  readonly runs: number;
  readonly seconds: number;
  /** How often each code was the answer; 'opens' where the file was read. */
  readonly codes: ReadonlyMap<string, number>;
  readonly slowestMilliseconds: number;
  /** The most that one run asked for, or left on the heap where that is more. */
  readonly mostBytes: number;
}

export interface FuzzOptions {
  readonly seed: number;
  readonly runs: number;
  /** Number of the first run. */
  readonly first?: number;
  /** By the clock of `performance`: what is left then is not run. */
  readonly deadline?: number;
  /** Is given the number of each run as it begins. */
  readonly current?: Int32Array;
}

/** An input that a reader did not survive. */
export class FuzzFailure extends Error {
  override readonly name = 'FuzzFailure';

  constructor(
    target: string,
    seed: number,
    readonly run: number,
    what: string,
    readonly content: Bytes,
    cause?: unknown,
  ) {
    super(`${target}, seed ${seed}, run ${run}: ${what}`, { cause });
  }
}

/**
 * Reads `runs` damaged files, the same ones for the same seed, from run `first` on. Throws `FuzzFailure` where a reader throws what is no fault, takes longer
 * than two seconds of processor time, or asks for more than 64 MB and three times the file.
 */
export function fuzz(
  target: FuzzTarget,
  { seed, runs, first = 0, deadline = Infinity, current }: FuzzOptions,
): FuzzReport {
  countAllocations();
  const sources = target.corpus();
  for (const [index, source] of sources.entries()) {
    try {
      target.read(source);
    } catch (error) {
      throw new Error(`file ${index} of the corpus of ${target.name} does not open`, { cause: error });
    }
  }
  const codes = new Map<string, number>();
  const began = performance.now();
  let slowest = 0;
  let most = 0;
  let run = first;
  let held = heldBytes();
  for (; run < first + runs; run++) {
    if (run % 64 === 0 && performance.now() > deadline) break;
    if (current !== undefined) Atomics.store(current, 0, run);
    const content = mutated(target, sources, seed, run);
    allocations.asked = 0;
    const start = performance.now();
    const code = codeOf(target, content, seed, run);
    const elapsed = performance.now() - start;
    const before = held;
    held = heldBytes();
    const bytes = Math.max(allocations.asked, held - before);
    codes.set(code, (codes.get(code) ?? 0) + 1);
    most = Math.max(most, bytes);
    if (elapsed > slowest) {
      // Others may have had the processor meanwhile: what counts is the time that it takes by itself.
      slowest = Math.max(
        slowest,
        processorMilliseconds(() => codeOf(target, content, seed, run)),
      );
      if (slowest > MAX_MILLISECONDS)
        throw new FuzzFailure(target.name, seed, run, `took ${Math.round(slowest)} ms`, content);
    }
    if (bytes > MAX_BYTES + TIMES_FILE * content.length)
      throw new FuzzFailure(target.name, seed, run, `took ${Math.round(bytes / 1e6)} MB`, content);
  }
  return {
    runs: run - first,
    seconds: (performance.now() - began) / 1000,
    codes,
    slowestMilliseconds: slowest,
    mostBytes: most,
  };
}

function processorMilliseconds(run: () => void): number {
  const start = process.cpuUsage().user;
  run();
  return (process.cpuUsage().user - start) / 1000;
}

/** On the heap and in buffers. */
function heldBytes(): number {
  const { used_heap_size: heap, external_memory: external } = v8.getHeapStatistics();
  return heap + external;
}

function mutated(target: FuzzTarget, sources: readonly Bytes[], seed: number, run: number): Bytes {
  const random = new Random(seed, `${target.name} ${run}`);
  let content = pick(random, sources);
  for (let edits = 1 + random.integer(3); edits > 0; edits--)
    content = target.mutate(content, random, pick(random, sources));
  return content;
}

function codeOf(target: FuzzTarget, content: Bytes, seed: number, run: number): string {
  try {
    target.read(content);
    return 'opens';
  } catch (error) {
    if (!(error instanceof Fault)) throw new FuzzFailure(target.name, seed, run, 'threw no fault', content, error);
    if (!/^\S[^\n]{10,1000}$/.test(error.message) || /undefined|\[object/.test(error.message))
      throw new FuzzFailure(target.name, seed, run, `says ${JSON.stringify(error.message.slice(0, 200))}`, content);
    return error.code;
  }
}
