import { ripsOfCloud, type RipsResult } from '../analyses/rips';
import { Cancellation } from '../base/cancellation';
import { Fault, type FaultData } from '../base/fault';
import { DisposableStore } from '../base/lifecycle';
import { noProgress } from '../base/progress';
import { finish } from '../base/steps';
import { ripsCrew } from '../topology/kernels/ripsKernel';
import { memoryLimit } from './memoryLimit';
import { openCloud } from './openCloud';
import { blaming } from './openFiles';
import type { RipsInput } from './operationTypes';
import { ripsProvenance } from './ripsProvenance';

/** Multiplications of coordinates, and points, that take some hundredths of a second; larger clouds are worth a thread of their own. */
const MOST_PRODUCTS = 1e9;
const MOST_POINTS = 2000;
/** Processor time after which a run is none of the short ones, whatever it looked like; it is looked up so often. */
const BUDGET_MICROSECONDS = 400_000;
const LOOK_MILLISECONDS = 20;

/** What came of it. Plain data, so that it may cross from one bundle to another. */
export type ShortOutcome = { readonly result: RipsResult } | { readonly fault: FaultData };

/**
 * Rips persistence of a small cloud in the thread that asks: starting a worker takes as long as the computation. `undefined` where this
 * is none of the short ones, or turns out not to be: then a worker is to do it from the beginning. `pause` is awaited where a stop may be heard of.
 */
export async function shortRips(
  input: RipsInput,
  pause: () => Promise<void>,
  cancelled: () => boolean,
): Promise<ShortOutcome | undefined> {
  const { parameters } = input;
  const began = performance.now();
  const store = new DisposableStore();
  const budget = new Budget(cancelled);
  try {
    const opened = openCloud(input.cloud, parameters.metric, input, store, { cancellation: budget });
    const { rows, values } = opened.data;
    if (rows > MOST_POINTS || rows * values.length > MOST_PRODUCTS) return undefined;
    await pause();
    const limit = input.memoryLimitBytes ?? memoryLimit();
    const context = { cancellation: budget, progress: noProgress, crew: ripsCrew() };
    const result = blaming(input.cloud, () =>
      finish(ripsOfCloud(opened.data, parameters, limit, ripsProvenance(opened, parameters), began, context), budget),
    );
    await pause();
    budget.throwIfStopped();
    return { result };
  } catch (error) {
    if (error instanceof BudgetSpent) return undefined;
    // What this bundle does not read, a worker may.
    if (error instanceof Fault && error.code === 'unsupported') return undefined;
    if (error instanceof Fault) return { fault: error.toData() };
    throw error;
  } finally {
    store.dispose();
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
