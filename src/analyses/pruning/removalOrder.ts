import type { Cancellation } from '../../base/cancellation';
import { Random } from '../../base/random';
import type { Model } from '../../models/model';
import type { PrunableNetwork, UnitGroup } from '../../models/units/prunableNetwork';
import { weightIndex, type Features } from '../../probes/units/features';
import type { UseMoments } from '../../probes/units/unitMoments';
import { foldingOrder, type FoldingOrder, type ReadUnits } from '../../topology/mergeFiltration';

/** Units of the whole network in the order in which they go. Of each group the last unit is not among them. */
export interface RemovalOrder {
  readonly units: Int32Array;
  /** The unit that each is folded into; −1 where nothing is. */
  readonly into: Int32Array;
}

/** The merge filtration of each group. */
export interface GroupFiltration {
  readonly group: UnitGroup;
  readonly folding: FoldingOrder;
  /** Finite H0 bars, ascending: the level at which each of the folded units is merged, which is never below that of the merge before. */
  readonly bars: Float64Array;
}

export function groupFiltrations(
  network: PrunableNetwork,
  model: Model,
  moments: readonly UseMoments[],
  cancellation: Cancellation,
): readonly GroupFiltration[] {
  const inner = new Map(moments.map(one => [one, innerProducts(one, model, cancellation)]));
  return network.groups.map(group => {
    const reads = moments.flatMap(one => readUnits(group, one, inner.get(one)) ?? []);
    const folding = foldingOrder(group.units, reads, cancellation);
    let level = 0;
    return { group, folding, bars: folding.cost.map(cost => (level = Math.max(level, cost))) };
  });
}

/** The widest heads whose channels are fitted by each other: n² fits of slots³ products for n units. */
const MOST_TOGETHER = 256;

interface InnerProducts {
  readonly weights: Float64Array;
  readonly scale: number;
}

/** Inner products of the outgoing weights of features, and the variance of what comes of them. */
function innerProducts(
  { use, compared }: UseMoments,
  model: Model,
  cancellation: Cancellation,
): InnerProducts | undefined {
  if (compared === undefined) return undefined;
  const { features, covariance } = compared;
  const { count, blocks } = features;
  const stored = model.readWeight(use.weight).values;
  const { outputs } = use.layout;
  const row = blocks * outputs;
  const rows = new Float64Array(count * row);
  for (let f = 0; f < count; f++)
    for (let b = 0; b < blocks; b++)
      for (let o = 0; o < outputs; o++) rows[f * row + b * outputs + o] = stored[weightIndex(use, features, f, b, o)]!;
  const weights = new Float64Array(count * count);
  let scale = 0;
  for (let f = 0; f < count; f++) {
    cancellation.throwIfCancelled();
    for (let g = 0; g <= f; g++) {
      let sum = 0;
      for (let k = 0; k < row; k++) sum += rows[f * row + k]! * rows[g * row + k]!;
      weights[f * count + g] = sum;
      weights[g * count + f] = sum;
      scale += (f === g ? 1 : 2) * sum * covariance[f * count + g]!;
    }
  }
  return { weights, scale: Math.max(scale, 0) };
}

function readUnits(
  group: UnitGroup,
  { compared }: UseMoments,
  inner: InnerProducts | undefined,
): ReadUnits | undefined {
  if (compared === undefined || inner === undefined) return undefined;
  const { features, covariance } = compared;
  const own = featuresOf(group, features);
  return own && { ...own, width: features.count, covariance, ...inner };
}

/** Features of each unit of a group, slot by slot. */
export function featuresOf(
  { from, units, channelsPerUnit }: UnitGroup,
  { count, unitOf }: Features,
): Pick<ReadUnits, 'features' | 'slots' | 'together'> | undefined {
  const lists = Array.from({ length: units }, (): number[] => []);
  for (let f = 0; f < count; f++) lists[unitOf[f]! - from]?.push(f);
  const slots = Math.max(0, ...lists.map(list => list.length));
  if (slots === 0) return undefined;
  const features = new Int32Array(units * slots).fill(-1);
  lists.forEach((list, unit) => features.set(list, unit * slots));
  // Several channels of a layer that go as one, and no positions: a head.
  const together = slots > 1 && slots <= MOST_TOGETHER && channelsPerUnit % slots === 0;
  return { features, slots, together };
}

/** Over all groups by cost: the cheapest first, where a unit does not go before those of its group that go before it. */
export function topologyOrder(filtrations: readonly GroupFiltration[]): RemovalOrder {
  const all: { unit: number; into: number; level: number; group: number; step: number }[] = [];
  filtrations.forEach(({ group, folding, bars }, index) => {
    folding.order.forEach((unit, step) => {
      all.push({
        unit: group.from + unit,
        into: group.from + folding.into[step]!,
        level: bars[step]!,
        group: index,
        step,
      });
    });
  });
  all.sort((a, b) => a.level - b.level || a.group - b.group || a.step - b.step);
  return { units: Int32Array.from(all, one => one.unit), into: Int32Array.from(all, one => one.into) };
}

/** By the sum of absolute incoming weights, the same share of every group: such sums of different layers do not compare. */
export function magnitudeOrder(network: PrunableNetwork, model: Model): RemovalOrder {
  const sums = new Float64Array(network.units);
  for (const { tensor, axis, units } of network.givers) {
    const { shape, values } = model.readWeight(tensor);
    const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
    const length = shape[axis]!;
    const own = new Float64Array(length);
    let total = 0;
    for (let i = 0; i < values.length; i++) {
      const size = Math.abs(values[i]!);
      own[Math.floor(i / inner) % length]! += size;
      total += size;
    }
    // Layers that give the same units count alike.
    if (total > 0) units.forEach((unit, i) => unit >= 0 && (sums[unit]! += own[i % length]! / total));
  }
  return spreadEvenly(network.groups, ({ from, units }) =>
    Array.from({ length: units }, (_, i) => from + i).sort((a, b) => sums[a]! - sums[b]! || a - b),
  );
}

export function randomOrder(network: PrunableNetwork, seed: number): RemovalOrder {
  const random = new Random(seed, 'units that go');
  return spreadEvenly(network.groups, ({ from, units }) => Array.from(random.permutation(units), unit => from + unit));
}

/** The same share of every group at every length. */
function spreadEvenly(groups: readonly UnitGroup[], sorted: (group: UnitGroup) => readonly number[]): RemovalOrder {
  const all = groups.flatMap((group, index) =>
    sorted(group)
      .slice(0, -1)
      .map((unit, step) => ({ unit, share: (step + 0.5) / group.units, index })),
  );
  all.sort((a, b) => a.share - b.share || a.index - b.index);
  return { units: Int32Array.from(all, one => one.unit), into: new Int32Array(all.length).fill(-1) };
}

/** A part of an order: what goes. */
export interface Removal {
  /** 1 for units that go. */
  readonly removed: Uint8Array;
  /** As they went, with what they are folded into. */
  readonly folds: readonly (readonly [unit: number, into: number])[];
  readonly count: number;
}

/**
 * The first units of an order until `count` are gone. Groups with a number of their own lose as many, whatever the order says of other groups; the others share the rest.
 */
export function removalOf(
  network: PrunableNetwork,
  { units, into }: RemovalOrder,
  count: number,
  own: ReadonlyMap<number, number> = new Map(),
): Removal {
  const removed = new Uint8Array(network.units);
  const folds: [number, number][] = [];
  const groupOf = new Int32Array(network.units);
  network.groups.forEach((group, index) => groupOf.fill(index, group.from, group.from + group.units));
  const left = new Map(own);
  let rest = count;
  units.forEach((unit, i) => {
    const group = groupOf[unit]!;
    const fixed = left.get(group);
    if (fixed === undefined ? rest <= 0 : fixed <= 0) return;
    if (fixed === undefined) rest--;
    else left.set(group, fixed - 1);
    removed[unit] = 1;
    folds.push([unit, into[i]!]);
  });
  return { removed, folds, count: folds.length };
}
