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
import { Gram, type Moments } from './gram';

/** Multiplications that the covariances of one map may take; the fewer samples are drawn, but never less than four for each feature. */
const MOST_OPERATIONS = 1e9;
const MOST_SAMPLES = 40_000;

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
        reader.add(found[reader.use.input]!, count, part.length);
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

  add(tensor: FetchedTensor, batch: number, count: number): void {
    const { values, dims } = tensor;
    if (values === undefined) return;
    const axis = this.use.channelAxis < 0 ? dims.length + this.use.channelAxis : this.use.channelAxis;
    const view = {
      values,
      channels: dims[axis]!,
      before: product(dims.slice(0, axis)),
      after: product(dims.slice(axis + 1)),
      space: dims.filter((_, at) => at !== 0 && at !== axis),
      // Rows that fill up a batch of a fixed size are no samples.
      share: dims[0] === batch && axis > 0 ? count / batch : 1,
      count,
    };
    this.compared?.add(view);
    this.fitted?.add(view);
  }

  finish(): UseMoments {
    return { use: this.use, compared: this.compared?.finish(), fitted: this.fitted?.finish() };
  }
}

/** A tensor as before × channels × after. */
interface TensorView {
  readonly values: ArrayLike<number>;
  readonly channels: number;
  readonly before: number;
  readonly after: number;
  readonly space: readonly number[];
  readonly share: number;
  readonly count: number;
}

/** Draws samples of features from batches. */
class Sampler {
  private readonly gram: Gram;
  private readonly sample: Float64Array;
  private readonly random: Random;
  private readonly wanted: number;

  constructor(
    private readonly use: LinearUse,
    private readonly features: Features,
    private readonly rows: number,
    seed: number,
  ) {
    const { count } = features;
    this.gram = new Gram(count);
    this.sample = new Float64Array(count);
    this.random = new Random(seed, `units ${use.weight} ${use.channelFrom} ${features.kind}`);
    this.wanted = Math.max(4 * count, Math.min(MOST_SAMPLES, Math.floor(MOST_OPERATIONS / (count * count))));
  }

  add(view: TensorView): void {
    if (this.features.kind === 'taps') this.addTaps(view);
    else if (this.features.kind === 'shared') this.addShared(view);
    else this.addChannels(view);
  }

  finish() {
    return { ...this.gram.finish(), features: this.features };
  }

  /** Which of `all` samples of a batch are taken. */
  private drawn(all: number, view: TensorView): Uint32Array {
    const share = Math.ceil((this.wanted * view.count) / this.rows);
    return share >= all ? Uint32Array.from({ length: all }, (_, i) => i) : this.random.sample(all, share);
  }

  private addChannels(view: TensorView): void {
    const { values, channels, before, after } = view;
    const { count } = this.features;
    const from = this.use.channelFrom;
    for (const at of this.drawn(Math.floor(before * view.share) * after, view)) {
      const start = (Math.floor(at / after) * channels + from) * after + (at % after);
      for (let f = 0; f < count; f++) this.sample[f] = values[start + f * after]!;
      this.gram.add(this.sample);
    }
  }

  private addShared(view: TensorView): void {
    const { values, channels, before, share } = view;
    const { count, blocks, channelOf } = this.features;
    for (const at of this.drawn(Math.floor(before * share) * blocks, view)) {
      const start = Math.floor(at / blocks) * channels + this.use.channelFrom;
      const block = at % blocks;
      for (let f = 0; f < count; f++) this.sample[f] = values[start + channelOf[f * blocks + block]!]!;
      this.gram.add(this.sample);
    }
  }

  private addTaps({ values, channels, after, space, count, ...view }: TensorView): void {
    const { kernel, strides, dilations, padsBefore, padsAfter, transposed } = this.use.window!;
    const taps = product(kernel);
    const positions = product(space);
    const outputs = space.map((length, axis) => {
      const reach = dilations[axis]! * (kernel[axis]! - 1);
      return transposed
        ? (length - 1) * strides[axis]! + reach + 1 - padsBefore[axis]! - padsAfter[axis]!
        : Math.floor((length + padsBefore[axis]! + padsAfter[axis]! - reach - 1) / strides[axis]!) + 1;
    });
    const places = product(outputs);
    const from = this.use.channelFrom;
    const width = this.features.count / taps;
    const source = new Int32Array(taps);
    for (const at of this.drawn(count * places, { ...view, values, channels, after, space, count })) {
      const row = Math.floor(at / places);
      for (let tap = 0; tap < taps; tap++) {
        // From the last axis to the first: where the tap lies in the input, −1 outside of it.
        let [rest, left, place, stride] = [at % places, tap, 0, 1];
        for (let axis = space.length - 1; axis >= 0 && place >= 0; axis--) {
          const out = rest % outputs[axis]!;
          rest = Math.floor(rest / outputs[axis]!);
          const k = left % kernel[axis]!;
          left = Math.floor(left / kernel[axis]!);
          const moved = transposed
            ? (out + padsBefore[axis]! - k * dilations[axis]!) / strides[axis]!
            : out * strides[axis]! - padsBefore[axis]! + k * dilations[axis]!;
          if (!Number.isInteger(moved) || moved < 0 || moved >= space[axis]!) place = -1;
          else {
            place += moved * stride;
            stride *= space[axis]!;
          }
        }
        source[tap] = place;
      }
      for (let c = 0; c < width; c++) {
        for (let tap = 0; tap < taps; tap++) {
          const place = source[tap]!;
          this.sample[c * taps + tap] =
            place < 0
              ? 0
              : after === 1
                ? values[(row * positions + place) * channels + from + c]!
                : values[(row * channels + from + c) * positions + place]!;
        }
      }
      this.gram.add(this.sample);
    }
  }
}
