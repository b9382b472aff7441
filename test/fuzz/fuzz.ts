import { Fault } from '../../src/base/fault';
import { Random } from '../../src/base/random';
import { pick, type Bytes, type FuzzTarget } from './target';

/** What one input may take beyond what it takes to hold it: more is a file that makes the reader allocate what is not there. */
const MAX_BYTES_HELD = 64 * 2 ** 20;
const MAX_MILLISECONDS = 2000;

export interface FuzzReport {
  readonly runs: number;
  readonly seconds: number;
  /** How often each code was the answer; 'opens' where the file was read. */
  readonly codes: ReadonlyMap<string, number>;
  readonly slowestMilliseconds: number;
  /** The most memory that buffers took during one run, beyond those of before. */
  readonly mostBytes: number;
}

/** An input that a reader did not survive. */
export class FuzzFailure extends Error {
  override readonly name = 'FuzzFailure';

  constructor(
    target: string,
    seed: number,
    run: number,
    what: string,
    readonly content: Bytes,
    cause?: unknown,
  ) {
    super(`${target}, seed ${seed}, run ${run}: ${what}`, { cause });
  }
}

/**
 * Reads `runs` damaged files, the same ones for the same seed, from run `first` on. Throws `FuzzFailure` where a reader throws what is no fault, takes longer
 * than two seconds of processor time, or holds 64 MB more than before.
 */
export function fuzz(
  target: FuzzTarget,
  { seed, runs, first = 0, deadline = Infinity }: { seed: number; runs: number; first?: number; deadline?: number },
): FuzzReport {
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
  for (; run < first + runs; run++) {
    if (run % 64 === 0 && performance.now() > deadline) break;
    const content = mutated(target, sources, seed, run);
    const before = process.memoryUsage().arrayBuffers;
    const start = process.cpuUsage().user;
    const code = codeOf(target, content, seed, run);
    const milliseconds = (process.cpuUsage().user - start) / 1000;
    const bytes = process.memoryUsage().arrayBuffers - before;
    codes.set(code, (codes.get(code) ?? 0) + 1);
    slowest = Math.max(slowest, milliseconds);
    most = Math.max(most, bytes);
    if (milliseconds > MAX_MILLISECONDS)
      throw new FuzzFailure(target.name, seed, run, `took ${Math.round(milliseconds)} ms`, content);
    if (bytes > MAX_BYTES_HELD)
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
