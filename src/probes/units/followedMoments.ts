import { Cancellation } from '../../base/cancellation';
import { Fault } from '../../base/fault';
import type { Model } from '../../models/model';
import type { LinearUse } from '../../models/units/prunableNetwork';
import type { InputRows } from '../inputRows';
import { loadNetwork } from '../network';
import { networkInputs } from '../networkInputs';
import { readFeatures, viewOf } from './featureReader';
import { comparedFeatures, fittedFeatures, weightIndex, type Features } from './features';
import { Gram, type CrossMoments } from './gram';
import { SampleDraw, SAMPLES_BETWEEN_LOOKS, wantedSamples, type UnitMomentsOptions } from './unitMoments';

/** A linear map in the whole network, and in one that lost units before it. */
export interface FollowedUse {
  readonly whole: LinearUse;
  readonly features: Features;
  readonly pruned: LinearUse;
  readonly prunedFeatures: Features;
  /** Of each feature that is left, which it is in the whole network. */
  readonly kept: Int32Array;
  /** What each feature of the whole network is read with: features × (blocks · outputs). */
  readonly outgoing: Float64Array;
  readonly columns: number;
}

/**
 * What is left of the features, and what they are fitted to: what the map gave (without its bias), block by block, or, where that are more numbers, the features of the whole
 * network.
 */
export interface FollowedMoments {
  readonly use: FollowedUse;
  readonly targets: 'outputs' | 'features';
  readonly moments: CrossMoments;
}

/** Multiplications that the fit of one map may take while samples are gathered. */
const MOST_OPERATIONS = 1.5e8;

function samplesOf({ prunedFeatures, features, columns }: FollowedUse, targets: number): number {
  const { count } = prunedFeatures;
  const given = columns <= features.count ? features.count * columns : 0;
  return wantedSamples(count, (count * count) / 2 + count * targets + given, MOST_OPERATIONS);
}

/** Undefined where a map reads more features than covariances are kept of. `weights` are those of the whole network. */
export function followedUse(
  use: LinearUse,
  all: readonly LinearUse[],
  removed: Uint8Array,
  weights: Float64Array,
): FollowedUse | undefined {
  const features = fittedFeatures(use) ?? comparedFeatures(use);
  if (features === undefined) return undefined;
  const stays = (unit: number) => unit < 0 || removed[unit] === 0;
  const place = new Int32Array(use.units.length).fill(-1);
  let left = 0;
  use.units.forEach((unit, channel) => {
    if (stays(unit)) place[channel] = left++;
  });
  // Groups before it in the same tensor lost channels, too.
  const channelFrom = all
    .filter(other => other.weight === use.weight && other.input === use.input && other.channelFrom < use.channelFrom)
    .reduce((sum, other) => sum + other.units.filter(stays).length, 0);
  const kept = Int32Array.from({ length: features.count }, (_, f) => f).filter(f => stays(features.unitOf[f]!));
  const blocks = (of: Int32Array) =>
    Int32Array.from({ length: kept.length * features.blocks }, (_, i) => {
      const at = kept[Math.floor(i / features.blocks)]! * features.blocks + (i % features.blocks);
      return of[at]!;
    });
  const { outputs } = use.layout;
  const columns = features.blocks * outputs;
  const outgoing = new Float64Array(features.count * columns);
  for (let f = 0; f < features.count; f++)
    for (let b = 0; b < features.blocks; b++)
      for (let o = 0; o < outputs; o++)
        outgoing[f * columns + b * outputs + o] = weights[weightIndex(use, features, f, b, o)]!;
  return {
    outgoing,
    columns,
    whole: use,
    features,
    pruned: { ...use, channelFrom, units: use.units.filter(stays), layout: { ...use.layout, channels: left } },
    prunedFeatures: {
      kind: features.kind,
      count: kept.length,
      blocks: features.blocks,
      channelOf: blocks(features.channelOf).map(channel => place[channel]!),
      tapOf: blocks(features.tapOf),
      unitOf: kept.map(f => features.unitOf[f]!),
    },
    kept,
  };
}

/** Runs both networks over the same rows, and gathers how what a map reads in one goes with what it reads in the other. All uses read the same tensor. */
export async function followedMoments(
  whole: Model,
  pruned: Model,
  uses: readonly FollowedUse[],
  data: InputRows,
  options: UnitMomentsOptions,
): Promise<readonly FollowedMoments[]> {
  const { rows, cancellation = Cancellation.never } = options;
  if (rows.length === 0) throw new Fault('empty', 'There are no rows to fit to.');
  const tensor = uses[0]!.whole.input;
  const sides = await Promise.all(
    [whole, pruned].map(async model => {
      const network = await loadNetwork(model, options.runtime);
      const session = await network.open([tensor]);
      return { session, inputs: networkInputs(network, model, session.inputs, data, options.otherInputs ?? {}) };
    }),
  );
  try {
    const [one, other] = [sides[0]!, sides[1]!];
    const { batch } = one.inputs;
    const step = batch === 'none' ? 1 : typeof batch === 'number' ? batch : 128;
    const readers = uses.map(use => {
      const { features, prunedFeatures, columns } = use;
      const targets = columns <= features.count ? ('outputs' as const) : ('features' as const);
      const count = targets === 'outputs' ? columns : features.count;
      return {
        use,
        targets,
        gram: new Gram(prunedFeatures.count, count),
        sample: new Float64Array(prunedFeatures.count + count),
        before: new Float64Array(features.count),
        draw: new SampleDraw(use.whole, features, samplesOf(use, count), rows.length, options.seed),
      };
    });
    for (let from = 0; from < rows.length; from += step) {
      cancellation.throwIfCancelled();
      const part = rows.subarray(from, from + step);
      const count = typeof batch === 'number' ? batch : part.length;
      const before = (await one.session.run(one.inputs.feeds(part, count), [tensor]))[tensor]!;
      const after = (await other.session.run(other.inputs.feeds(part, count), [tensor]))[tensor]!;
      for (const { use, targets, gram, sample, before: whole, draw } of readers) {
        cancellation.throwIfCancelled();
        const [left, right] = [
          viewOf(after, use.pruned, count, part.length),
          viewOf(before, use.whole, count, part.length),
        ];
        if (left === undefined || right === undefined) continue;
        const [a, b] = [
          readFeatures(use.pruned, use.prunedFeatures, left),
          readFeatures(use.whole, use.features, right),
        ];
        let taken = 0;
        for (const at of draw.of(b.places, part.length)) {
          if (taken++ % SAMPLES_BETWEEN_LOOKS === 0) cancellation.throwIfCancelled();
          a.read(at, sample, 0);
          if (targets === 'features') b.read(at, sample, use.prunedFeatures.count);
          else {
            b.read(at, whole, 0);
            multiply(whole, use, sample);
          }
          gram.add(sample);
        }
      }
    }
    return readers.map(({ use, targets, gram }) => ({ use, targets, moments: gram.finish() }));
  } finally {
    for (const { session } of sides) await session.dispose();
  }
}

/** What the map gives for a sample, behind the features that are left. */
function multiply(
  features: Float64Array,
  { outgoing, columns, prunedFeatures }: FollowedUse,
  sample: Float64Array,
): void {
  const to = prunedFeatures.count;
  sample.fill(0, to);
  for (let f = 0; f < features.length; f++) {
    const value = features[f]!;
    if (value === 0) continue;
    const from = f * columns;
    for (let c = 0; c < columns; c++) sample[to + c] = sample[to + c]! + value * outgoing[from + c]!;
  }
}
