import type { Steps } from '../base/steps';
import type { MemoryBudget } from './memoryBudget';
import { noPairs, type Cochain, type RankPairs } from './rankPairs';
import type { RipsFiltration } from './ripsFiltration';
import { SimplexKeys } from './simplexKeys';

/** Work of a step, in 64-bit words that the kernel looks at: a few milliseconds. */
const WORDS_PER_STEP = 1 << 21;
/** Edges, or simplices, that a step takes in. */
const CHUNK = 1 << 14;
/** Levels of `kernels/levels.as`, the last of which is made first. */
const LAST_LEVEL = 6;
/** Of a pair in the kernel's list, and of what we keep of it. */
const PAIR_BYTES = 32;
/** Of a stored cochain: its head, and an entry without a coefficient or with one. */
const HEAD_BYTES = 16;
const [KEY_BYTES, TERM_BYTES] = [8, 16];
/** Of the objects around a cochain that we keep, about. */
const COCHAIN_BYTES = 250;

const DONE = 0;
const NO_ROOM = 2;

export interface RipsCohomologySettings {
  readonly prime: number;
  /** The dimension that comes first, and the last one. */
  readonly firstDimension: number;
  readonly maxDimension: number;
  /** Simplices of the first dimension that kill, but for those of apparent pairs: they are no columns. */
  readonly killers: Iterable<number>;
  /** Whether pairs of the length 0 are told too, and cochains kept. */
  readonly keepAll: boolean;
  readonly keepCochains: boolean;
  /** Of the matrix, the edges and all that is stored. */
  readonly budget: MemoryBudget;
}

/**
 * Persistent cohomology of a Rips filtration over Z/p in any dimension, without storing the coboundary matrix: cofacets are enumerated anew whenever a
 * column is added (Bauer 2021, "Ripser: efficient computation of Vietoris–Rips persistence barcodes"). Clearing (Chen, Kerber 2011): a simplex that kills is no
 * column of the next dimension. Apparent pairs are recognised by a search and never stored. All of it happens in the kernel (`kernels/reduction.as`), which counts what
 * it stores: beyond the limit the run ends with `too-large`.
 */
export class RipsCohomology {
  private dimension: number;
  private isOpen = false;

  constructor(
    private readonly filtration: RipsFiltration,
    private readonly settings: RipsCohomologySettings,
  ) {
    this.dimension = settings.firstDimension;
    // Whether the keys are exact.
    new SimplexKeys(filtration.count, filtration.edgeCount, settings.maxDimension + 1);
  }

  /** Pairs of the next dimension. `progress` is told the fraction of edges that are done. */
  *nextDimension(progress: (fraction: number) => void): Steps<RankPairs> {
    const { kernel, edgeCount } = this.filtration;
    if (!this.isOpen) yield* this.open();
    if (kernel.openDimension(this.dimension) === 0) throw this.noRoom(0);
    for (let level = LAST_LEVEL; level >= 0; level--) {
      kernel.fillLevel(level);
      yield;
    }
    const pairs = noPairs();
    for (;;) {
      const state = kernel.reduceColumns(WORDS_PER_STEP);
      this.take(pairs);
      const done = 1 - kernel.columnRank() / Math.max(1, edgeCount);
      if (state === NO_ROOM || this.settings.budget.isSpent()) throw this.noRoom(done);
      if (state === DONE) break;
      progress(done);
      yield;
    }
    this.dimension++;
    return pairs;
  }

  private *open(): Steps<void> {
    const { kernel, edgeCount, freeAddress } = this.filtration;
    const { prime, maxDimension, killers, keepAll, budget } = this.settings;
    const all = keepAll ? 1 : 0;
    if (kernel.openReduction(freeAddress, budget.mostKernelBytes, prime, maxDimension + 1, all) === 0)
      throw this.noRoom(0);
    for (let begin = 0; begin < edgeCount; begin += CHUNK) {
      kernel.joinEdges(begin, Math.min(begin + CHUNK, edgeCount));
      yield;
    }
    let told = 0;
    for (const key of killers) {
      if (kernel.clearSimplex(key) === 0) throw this.noRoom(0);
      if (++told % CHUNK === 0) yield;
    }
    this.isOpen = true;
  }

  /** Fetches the pairs that the kernel has found. */
  private take(pairs: RankPairs): void {
    const { kernel, space } = this.filtration;
    const { budget, keepCochains } = this.settings;
    const size = kernel.takeToldPairs();
    if (size === 0) return;
    // Addresses above 2 GB are negative in a signed number of 32 bits.
    const view = new DataView(space.crew.buffer, kernel.toldPairs() >>> 0, size * PAIR_BYTES);
    for (let at = 0; at < size * PAIR_BYTES; at += PAIR_BYTES) {
      const creator = view.getFloat64(at + 8, true);
      pairs.births.push(view.getInt32(at, true));
      pairs.deaths.push(view.getInt32(at + 4, true));
      pairs.creators.push(creator);
      pairs.killers.push(view.getFloat64(at + 16, true));
      budget.keep(PAIR_BYTES);
      if (!keepCochains) continue;
      const cochain = this.cochainAt(view.getUint32(at + 24, true), creator);
      pairs.cochains.push(cochain);
      budget.keep(COCHAIN_BYTES + cochain.keys.byteLength + cochain.coefficients.byteLength);
    }
  }

  /** Without an address, the cochain is one simplex. */
  private cochainAt(address: number, creator: number): Required<Cochain> {
    if (address === 0) return { keys: Float64Array.of(creator), coefficients: Int32Array.of(1) };
    const { buffer } = this.filtration.space.crew;
    const size = new DataView(buffer, address).getUint32(0, true);
    const binary = this.settings.prime === 2;
    const entryBytes = binary ? KEY_BYTES : TERM_BYTES;
    const entries = new DataView(buffer, address + HEAD_BYTES, size * entryBytes);
    const keys = Float64Array.from({ length: size }, (_, i) => Number(entries.getBigUint64(i * entryBytes, true)));
    const coefficients = new Int32Array(size).fill(1);
    if (!binary) coefficients.forEach((_, i) => (coefficients[i] = entries.getInt32(i * entryBytes + KEY_BYTES, true)));
    return { keys, coefficients };
  }

  private noRoom(done: number) {
    return this.settings.budget.outgrown(this.filtration.count, this.dimension, done);
  }
}
