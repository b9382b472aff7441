import { timing, type Bound, type Measurement } from './measurement';
import type { Peer } from './peers';
import { runCommandLine, runProcess, type EndedProcess } from './processes';

const REPETITIONS = 5;
const LONG_ENOUGH = 60_000;

/** What is asked of our command line, and of a peer beside it, on the same input. */
export interface Comparison {
  readonly what: string;
  readonly arguments: readonly string[];
  readonly threads?: number;
  /** The number of our result that the peer's is compared with. */
  readonly answer: (json: unknown) => number;
  readonly peer?: Peer;
  readonly bounds?: readonly Bound[];
  /** 5 unless given. */
  readonly repetitions?: number;
  /** Whoever has taken so long, in milliseconds, is not run again: a whole run must end within a coffee break. A minute unless given. */
  readonly longEnough?: number;
}

/** Whole processes, ours and the peer's in turn. Throws where the answers differ: a fast wrong answer is none. */
export function inTurn({ threads = 1, bounds = [], ...comparison }: Comparison): Measurement {
  return inTurnOfThreads(comparison, [{ threads, bounds }])[0]!;
}

/** The same with several numbers of threads beside the same runs of the peer: a row each. */
export function inTurnOfThreads(
  comparison: Omit<Comparison, 'threads' | 'bounds'>,
  kinds: readonly { readonly threads: number; readonly bounds: readonly Bound[] }[],
): Measurement[] {
  const { what, arguments: asked, answer, peer, repetitions = REPETITIONS, longEnough = LONG_ENOUGH } = comparison;
  const ours = kinds.map(() => new Runs(longEnough));
  const theirs = new Runs(longEnough);
  const program = peer?.program();
  if (peer !== undefined && program === undefined)
    process.stderr.write(`  ${peer.name} is not installed: measured without it (${peer.install})\n`);
  let value = NaN;
  for (let repetition = 0; repetition < repetitions; repetition++) {
    kinds.forEach(({ threads }, k) => {
      if (!ours[k]!.wanted) return;
      value = answer(JSON.parse(ours[k]!.add(runCommandLine([...asked, '--threads', String(threads)]))));
    });
    if (peer === undefined || program === undefined || !theirs.wanted) continue;
    const expected = peer.answer(theirs.add(runProcess(program, peer.arguments)));
    if (!(Math.abs(value - expected) <= peer.tolerance * Math.abs(expected)))
      throw new Error(`${what}: ours is ${value}, that of ${peer.name} ${expected}.`);
  }
  return kinds.map(({ threads, bounds }, k) => ({
    what: `${what}, whole process, ${threads} thread${threads === 1 ? '' : 's'}`,
    ...ours[k]!.summary(),
    ...(peer === undefined || theirs.isEmpty ? {} : { peer: { name: peer.name, ...theirs.summary() } }),
    bounds,
  }));
}

/** The runs of one program. */
class Runs {
  private readonly milliseconds: number[] = [];
  private memoryBytes: number | undefined;

  constructor(private readonly longEnough: number) {}

  get isEmpty(): boolean {
    return this.milliseconds.length === 0;
  }

  get wanted(): boolean {
    return this.milliseconds.reduce((sum, value) => sum + value, 0) < this.longEnough;
  }

  /** Returns what it printed. */
  add({ milliseconds, memoryBytes, output }: EndedProcess): string {
    this.milliseconds.push(milliseconds);
    if (memoryBytes !== undefined) this.memoryBytes = Math.max(memoryBytes, this.memoryBytes ?? 0);
    return output;
  }

  summary() {
    return {
      timing: timing(this.milliseconds),
      ...(this.memoryBytes === undefined ? {} : { memoryBytes: this.memoryBytes }),
    };
  }
}
