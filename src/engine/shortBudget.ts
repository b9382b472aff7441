import { Cancellation } from '../base/cancellation';
import { Fault, type FaultData } from '../base/fault';
import { faultOfDeath } from './faultOfDeath';
import type { HelperSetting } from './helperThreads';

/** Processor time after which a run is none of the short ones, whatever it looked like; it is looked up so often. */
const BUDGET_MICROSECONDS = 400_000;
const LOOK_MILLISECONDS = 20;

/** What came of a short run. Plain data, so that it may cross from one bundle to another. */
export type ShortOutcome<Result> = { readonly result: Result } | { readonly fault: FaultData };

/** What a short run is given by who asks for it: `pause` is awaited where a stop may be heard of. */
export interface ShortSetting {
  readonly pause: () => Promise<void>;
  readonly cancelled: () => boolean;
  readonly helpers: HelperSetting;
}

/**
 * Does what may be a short run in the thread that asks: starting a worker takes as long as the computation. `undefined` where this
 * is none of the short ones, or turns out not to be: then a worker is to do it from the beginning.
 */
export async function withinBudget<Result>(
  { pause, cancelled }: ShortSetting,
  run: (budget: Cancellation) => Promise<Result | undefined>,
): Promise<ShortOutcome<Result> | undefined> {
  const budget = new Budget(cancelled);
  try {
    const result = await run(budget);
    if (result === undefined) return undefined;
    await pause();
    budget.throwIfStopped();
    return { result };
  } catch (error) {
    if (error instanceof BudgetSpent) return undefined;
    // What this bundle does not read, a worker may.
    if (error instanceof Fault && error.code === 'unsupported') return undefined;
    return { fault: (error instanceof Fault ? error : faultOfDeath(error)).toData() };
  }
}

class BudgetSpent extends Error {}

/** A stop sign that stops a run that takes too long, too. */
class Budget extends Cancellation {
  private readonly start = process.cpuUsage();
  private nextLook = performance.now() + LOOK_MILLISECONDS;

  constructor(private readonly stopped: () => boolean) {
    super();
  }

  override throwIfCancelled(): void {
    this.throwIfStopped();
    const now = performance.now();
    if (now < this.nextLook) return;
    this.nextLook = now + LOOK_MILLISECONDS;
    const { user, system } = process.cpuUsage(this.start);
    if (user + system > BUDGET_MICROSECONDS) throw new BudgetSpent();
  }

  throwIfStopped(): void {
    if (this.stopped()) this.cancel();
    super.throwIfCancelled();
  }
}
