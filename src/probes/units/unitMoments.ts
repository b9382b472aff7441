import { Cancellation } from '../../base/cancellation';
import { Fault } from '../../base/fault';
import { formatBytes, formatCount } from '../../base/numbers';
import { noProgress, type Progress } from '../../base/progress';
import { Random } from '../../base/random';
import type { Model } from '../../models/model';
import type { LinearUse } from '../../models/units/prunableNetwork';
import { product } from '../fitInput';
import type { InputRows } from '../inputRows';
import { loadNetwork, type FetchedTensor } from '../network';
import { networkInputs } from '../networkInputs';
import type { RuntimeOptions } from '../runtime';
import { comparedFeatures, fittedFeatures, type Features } from './features';
import { readFeatures, viewOf, type TensorView } from './featureReader';
import { Gram, type Moments } from './gram';

/** Multiplications that the covariances of one map may take; the fewer samples are drawn, but never less than four for each feature. */
const MOST_OPERATIONS = 1e9;
const MOST_SAMPLES = 40_000;
/** Of which the covariances of the widest map take some ten milliseconds. */
export const SAMPLES_BETWEEN_LOOKS = 64;

export interface UnitMomentsOptions {
  readonly runtime: RuntimeOptions;
  /** Ascending. */
  readonly rows: Uint32Array;
  readonly seed: number;
  /** What the covariances may take together, with what comparing units by them takes. */
  readonly memoryLimitBytes?: number | undefined;
  readonly otherInputs?: Readonly<Record<string, InputRows>> | undefined;
  readonly cancellation?: Cancellation | undefined;
  readonly progress?: Progress | undefined;
}

/** What a linear map reads, as statistics. */
export interface UseMoments {
  readonly use: LinearUse;
  readonly compared: (Moments & { readonly features: Features }) | undefined;
  /** Where the fit takes more than what units are compared by. */
  readonly fitted: (Moments & { readonly features: Features }) | undefined;
}

/**
 * Runs a network over rows and gathers means and covariances of what each linear map reads: all that comparing units and fitting weights anew needs of
 * the data, whichever units go. Positions of large maps are drawn with the seed. Throws what running a network throws.
 */
export async function unitMoments(
  model: Model,
  data: InputRows,
  uses: readonly LinearUse[],
  options: UnitMomentsOptions,
): Promise<readonly UseMoments[]> {
  if (uses.length === 0) return [];
  const { rows, cancellation = Cancellation.never, progress = noProgress } = options;
  if (rows.length === 0) throw new Fault('empty', 'There are no rows to fit to.');
  refuseTooLarge(uses, options.memoryLimitBytes);
  const network = await loadNetwork(model, options.runtime);
  const tensors = [...new Set(uses.map(use => use.input))];
  const session = await network.open(tensors);
  try {
    const inputs = networkInputs(network, model, session.inputs, data, options.otherInputs ?? {});
    const bytes = tensors.reduce((sum, tensor) => {
      const dims = network.dims(tensor)?.slice(1) ?? [];
      return sum + 4 * product(dims.map(dim => (typeof dim === 'number' ? dim : 32)));
    }, 0);
    const step =
      inputs.batch === 'none'
        ? 1
        : typeof inputs.batch === 'number'
          ? inputs.batch
          : Math.max(1, Math.min(256, Math.floor(64e6 / Math.max(1, bytes))));
    const readers = uses.map(use => new UseReader(use, rows.length, options.seed));
    for (let from = 0; from < rows.length; from += step) {
      cancellation.throwIfCancelled();
      const part = rows.subarray(from, from + step);
      const count = typeof inputs.batch === 'number' ? inputs.batch : part.length;
      const found = await session.run(inputs.feeds(part, count), tensors);
      for (const reader of readers) {
        cancellation.throwIfCancelled();
        reader.add(found[reader.use.input]!, count, part.length, cancellation);
      }
      const done = Math.min(rows.length, from + step);
      progress(done / rows.length, `reading units, ${formatCount(done)} of ${formatCount(rows.length)} rows`);
    }
    return readers.map(reader => reader.finish());
  } finally {
    await session.dispose();
  }
}

/** Covariances, and twice as much again for the products of weights while units are compared. */
function refuseTooLarge(uses: readonly LinearUse[], limitBytes = Infinity): void {
  const bytes = uses.reduce((sum, use) => {
    const [compared, fitted] = [comparedFeatures(use)?.count ?? 0, fittedFeatures(use)?.count ?? 0];
    return sum + 8 * (3 * compared * compared + fitted * fitted);
  }, 0);
  if (bytes <= limitBytes) return;
  throw new Fault(
    'too-large',
    `Comparing the units of this network would take about ${formatBytes(bytes)}, more than the ${formatBytes(limitBytes)} allowed.`,
    { hint: 'Prune a smaller network, or one on a machine with more memory.' },
  );
}

class UseReader {
  private readonly compared: Sampler | undefined;
  private readonly fitted: Sampler | undefined;

  constructor(
    readonly use: LinearUse,
    rows: number,
    seed: number,
  ) {
    const [compared, fitted] = [comparedFeatures(use), fittedFeatures(use)];
    this.compared = compared && new Sampler(use, compared, rows, seed);
    this.fitted = fitted && new Sampler(use, fitted, rows, seed);
  }

  add(tensor: FetchedTensor, batch: number, count: number, cancellation: Cancellation): void {
    const view = viewOf(tensor, this.use, batch, count);
    if (view === undefined) return;
    this.compared?.add(view, cancellation);
    this.fitted?.add(view, cancellation);
  }

  finish(): UseMoments {
    return { use: this.use, compared: this.compared?.finish(), fitted: this.fitted?.finish() };
  }
}

/** Draws samples of features from batches. */
class Sampler {
  private readonly gram: Gram;
  private readonly sample: Float64Array;
  private readonly draw: SampleDraw;

  constructor(
    private readonly use: LinearUse,
    private readonly features: Features,
    rows: number,
    seed: number,
  ) {
    this.gram = new Gram(features.count);
    this.sample = new Float64Array(features.count);
    const wanted = wantedSamples(features.count, features.count * features.count, MOST_OPERATIONS);
    this.draw = new SampleDraw(use, features, wanted, rows, seed);
  }

  add(view: TensorView, cancellation: Cancellation): void {
    const { places, read } = readFeatures(this.use, this.features, view);
    let taken = 0;
    for (const at of this.draw.of(places, view.count)) {
      if (taken++ % SAMPLES_BETWEEN_LOOKS === 0) cancellation.throwIfCancelled();
      read(at, this.sample, 0);
      this.gram.add(this.sample);
    }
  }

  finish() {
    return { ...this.gram.finish(), features: this.features };
  }
}

/** As many as may take so many operations together, but never less than four for each feature. */
export function wantedSamples(features: number, operationsPerSample: number, mostOperations: number): number {
  return Math.max(4 * features, Math.min(MOST_SAMPLES, Math.floor(mostOperations / operationsPerSample)));
}

/** Which samples are taken. */
export class SampleDraw {
  private readonly random: Random;

  constructor(
    use: LinearUse,
    features: Features,
    private readonly wanted: number,
    private readonly rows: number,
    seed: number,
  ) {
    this.random = new Random(seed, `units ${use.weight} ${use.channelFrom} ${features.kind}`);
  }

  /** Of `all` samples of a batch of `count` rows. */
  of(all: number, count: number): Uint32Array {
    const share = Math.ceil((this.wanted * count) / this.rows);
    return share >= all ? Uint32Array.from({ length: all }, (_, i) => i) : this.random.sample(all, share);
  }
}
