import { Cancellation } from '../../base/cancellation';
import type { ModelChanges, NewTensor } from '../../models/changes';
import { elementBits } from '../../models/elements';
import type { Model } from '../../models/model';
import type { LinearUse, PrunableNetwork } from '../../models/units/prunableNetwork';
import { weightIndex, type Features } from '../../probes/units/features';
import { followedUse, type FollowedMoments, type FollowedUse } from '../../probes/units/followedMoments';
import type { Moments } from '../../probes/units/gram';
import type { UseMoments } from '../../probes/units/unitMoments';
import { foldingMap } from '../../topology/mergeFiltration';
import { ridgeSolve } from '../../topology/ridgeSolve';
import type { Removal } from './removalOrder';
import { featuresOf } from './removalOrder';

/**
 * Share of the mean variance of what is read that is added to each: keeps new weights near the old ones where the data does not tell. The fewer samples there are for
 * each feature, the more.
 */
function ridgeOf(features: number, samples: number): number {
  return Math.max(1e-6, 1e-3 * Math.min(1, features / samples) ** 2);
}

/** `fit`: outgoing weights are fitted anew; `fold`: each unit is folded into its partner; `plain`: units are left out. */
export type WeightTreatment = 'fit' | 'fold' | 'plain';

/**
 * What of a model file changes when units go. What reads them is fitted so that it gives what it gave before, by least squares with the covariances of the whole network (closed
 * form, no rows are needed); constants come to its bias. Nothing changes where nothing goes.
 */
export function prunedChanges(
  model: Model,
  network: PrunableNetwork,
  moments: readonly UseMoments[],
  removal: Removal,
  treatment: WeightTreatment,
  cancellation = Cancellation.never,
): ModelChanges {
  if (removal.count === 0) return {};
  const values = new Map<string, Float64Array>();
  const valuesOf = (tensor: string) => {
    const found = values.get(tensor) ?? Float64Array.from(model.readWeight(tensor).values);
    values.set(tensor, found);
    return found;
  };
  if (treatment !== 'plain')
    for (const one of moments) {
      cancellation.throwIfCancelled();
      if (one.use.shared || !one.use.units.some(unit => unit >= 0 && removal.removed[unit] === 1)) continue;
      if (treatment === 'fit') refit(one, removal, valuesOf, cancellation);
      else fold(one, network, removal, valuesOf);
    }
  return changesWith(model, network, removal, values, cancellation);
}

/** Tensors without what goes, some of them with other values. */
function changesWith(
  model: Model,
  network: PrunableNetwork,
  removal: Removal,
  values: ReadonlyMap<string, Float64Array>,
  cancellation: Cancellation,
): ModelChanges {
  const tensors = new Map<string, NewTensor>();
  const axes = new Map<string, Map<number, Int32Array>>();
  for (const { tensor, axis, units } of network.slices) {
    const kept = Int32Array.from(units.keys()).filter(
      index => units[index]! < 0 || removal.removed[units[index]!] === 0,
    );
    if (kept.length === units.length) continue;
    axes.set(tensor, (axes.get(tensor) ?? new Map<number, Int32Array>()).set(axis, kept));
  }
  for (const tensor of new Set([...axes.keys(), ...values.keys()])) {
    cancellation.throwIfCancelled();
    tensors.set(tensor, cut(model, tensor, axes.get(tensor) ?? new Map(), values.get(tensor)));
  }
  const { tensors: sizes = [], ...structure } = network.structure(removal.removed);
  for (const [name, tensor] of sizes) tensors.set(name, tensor);
  return { tensors, ...structure };
}

/** Gathers what maps read that all read one tensor, in the whole network and in one that is changed so. */
export type Follow = (changes: ModelChanges, uses: readonly FollowedUse[]) => Promise<readonly FollowedMoments[]>;

/**
 * As `prunedChanges`, layer by layer: each map is fitted to give what it gave in the whole network, from what the layers before it give now that they lost units and were
 * fitted. Takes a pass over the rows for each tensor that is read.
 */
export async function followedChanges(
  model: Model,
  network: PrunableNetwork,
  removal: Removal,
  follow: Follow,
  cancellation = Cancellation.never,
): Promise<ModelChanges> {
  if (removal.count === 0) return {};
  const values = new Map<string, Float64Array>();
  const valuesOf = (tensor: string) => {
    const found = values.get(tensor) ?? Float64Array.from(model.readWeight(tensor).values);
    values.set(tensor, found);
    return found;
  };
  const stages = new Map<string, LinearUse[]>();
  for (const use of network.uses) if (!use.shared) stages.set(use.input, [...(stages.get(use.input) ?? []), use]);
  let started = false;
  for (const uses of stages.values()) {
    started ||= uses.some(use => use.units.some(unit => unit >= 0 && removal.removed[unit] === 1));
    if (!started) continue;
    cancellation.throwIfCancelled();
    const followed = uses.flatMap(use => followedUse(use, network.uses, removal.removed, valuesOf(use.weight)) ?? []);
    if (followed.length === 0) continue;
    const found = await follow(changesWith(model, network, removal, values, cancellation), followed);
    for (const one of found) refitFollowed(one, valuesOf, cancellation);
  }
  return changesWith(model, network, removal, values, cancellation);
}

/** With what is read now X̂ and what was given Y = X W: the new weights are W_K + D with (C_X̂X̂ + λI) D = C_X̂Y − C_X̂X̂ W_K. */
function refitFollowed({ use, targets, moments }: FollowedMoments, valuesOf: Values, cancellation: Cancellation): void {
  const { whole, features, kept, outgoing, columns } = use;
  const { samples, mean, targetMean, covariance, cross } = moments;
  if (samples === 0) return;
  const count = kept.length;
  const wide = targetMean.length;
  const { outputs } = whole.layout;
  const centred = whole.bias !== undefined;
  const matrix = covariance.slice();
  const right = new Float64Array(count * columns);
  const constant = new Float64Array(outputs);
  if (!centred) for (let i = 0; i < count * count; i++) matrix[i]! += mean[Math.floor(i / count)]! * mean[i % count]!;
  for (let i = 0; i < count; i++) {
    cancellation.throwIfCancelled();
    for (let t = 0; t < wide; t++) {
      const factor = cross[i * wide + t]! + (centred ? 0 : mean[i]! * targetMean[t]!);
      if (targets === 'outputs') right[i * columns + t] = factor;
      else if (factor !== 0)
        for (let c = 0; c < columns; c++) right[i * columns + c]! += factor * outgoing[t * columns + c]!;
    }
    for (let j = 0; j < count; j++) {
      const factor = matrix[i * count + j]!;
      const from = kept[j]! * columns;
      if (factor !== 0) for (let c = 0; c < columns; c++) right[i * columns + c]! -= factor * outgoing[from + c]!;
    }
  }
  // Constants: what was given on average, less what is given now.
  for (let t = 0; t < wide; t++)
    if (targets === 'outputs') constant[t % outputs]! += targetMean[t]!;
    else for (let c = 0; c < columns; c++) constant[c % outputs]! += targetMean[t]! * outgoing[t * columns + c]!;
  ridgeSolve(matrix, right, count, columns, ridgeOf(count, samples), cancellation);
  const weights = valuesOf(whole.weight);
  kept.forEach((f, i) => {
    for (let b = 0; b < features.blocks; b++)
      for (let o = 0; o < outputs; o++) {
        const at = b * outputs + o;
        const change = right[i * columns + at]!;
        weights[weightIndex(whole, features, f, b, o)]! += change;
        constant[o]! -= mean[i]! * (outgoing[f * columns + at]! + change);
      }
  });
  addToBias(whole, constant, valuesOf);
}

type Values = (tensor: string) => Float64Array;

/**
 * With covariances C of what is read, kept K and removed R: the new weights of K are W_K + D with (C_KK + λI) D = C_KR W_R, which minimises ‖X W − X_K (W_K + D)‖² +
 * λ‖D‖² over the rows, so the error is never above that of leaving R out (D = 0).
 */
function refit(
  { use, compared, fitted }: UseMoments,
  { removed }: Removal,
  valuesOf: Values,
  cancellation: Cancellation,
): void {
  const moments = fitted ?? compared;
  if (moments === undefined || moments.samples === 0) return;
  const { features, mean } = moments;
  const { count, unitOf } = features;
  const goes = (f: number) => unitOf[f]! >= 0 && removed[unitOf[f]!] === 1;
  const all = Array.from({ length: count }, (_, f) => f);
  const gone = all.filter(goes);
  const kept = all.filter(f => !goes(f));
  const weights = valuesOf(use.weight);
  const { outputs } = use.layout;
  const columns = features.blocks * outputs;
  const second = secondMoments(moments, use.bias !== undefined);
  const matrix = new Float64Array(kept.length * kept.length);
  const right = new Float64Array(kept.length * columns);
  kept.forEach((f, i) => {
    for (let j = 0; j < kept.length; j++) matrix[i * kept.length + j] = second(f, kept[j]!);
  });
  const outgoing = new Float64Array(columns);
  for (const r of gone) {
    cancellation.throwIfCancelled();
    read(use, features, r, weights, outgoing);
    kept.forEach((f, i) => {
      const factor = second(f, r);
      if (factor !== 0) for (let c = 0; c < columns; c++) right[i * columns + c]! += factor * outgoing[c]!;
    });
  }
  ridgeSolve(matrix, right, kept.length, columns, ridgeOf(count, moments.samples), cancellation);
  // Constants: what the removed ones gave on average, less what the kept ones give more.
  const constant = new Float64Array(outputs);
  for (const r of gone) {
    read(use, features, r, weights, outgoing);
    for (let c = 0; c < columns; c++) constant[c % outputs]! += mean[r]! * outgoing[c]!;
  }
  kept.forEach((f, i) => {
    for (let b = 0; b < features.blocks; b++)
      for (let o = 0; o < outputs; o++) {
        const change = right[i * columns + b * outputs + o]!;
        weights[weightIndex(use, features, f, b, o)]! += change;
        constant[o]! -= mean[f]! * change;
      }
  });
  addToBias(use, constant, valuesOf);
}

function secondMoments(
  { covariance, mean, features: { count } }: Moments & { readonly features: Features },
  centred: boolean,
) {
  return (f: number, g: number) => covariance[f * count + g]! + (centred ? 0 : mean[f]! * mean[g]!);
}

/** w_r += slope · w_u, one after the other, and the offset to the bias; of heads slopes from all channels of one to all of the other. */
function fold({ use, compared }: UseMoments, network: PrunableNetwork, { folds }: Removal, valuesOf: Values): void {
  if (compared === undefined) return;
  const { features, covariance, mean } = compared;
  const { outputs } = use.layout;
  const weights = valuesOf(use.weight);
  const constant = new Float64Array(outputs);
  const tables = network.groups.map(group => featuresOf(group, features));
  const outgoing = new Float64Array(features.blocks * outputs);
  for (const [unit, into] of folds) {
    const index = network.groups.findIndex(({ from, units }) => unit >= from && unit < from + units);
    const table = tables[index];
    if (table === undefined) continue;
    const { from } = network.groups[index]!;
    const { slots } = table;
    const map =
      into < 0 ? undefined : foldingMap({ ...table, width: features.count, covariance }, unit - from, into - from);
    for (let s = 0; s < slots; s++) {
      const f = table.features[(unit - from) * slots + s]!;
      if (f < 0) continue;
      read(use, features, f, weights, outgoing);
      let offset = mean[f]!;
      for (let q = 0; map !== undefined && q < slots; q++) {
        const g = table.features[(into - from) * slots + q]!;
        const slope = map[q * slots + s]!;
        if (g < 0 || slope === 0) continue;
        offset -= slope * mean[g]!;
        for (let b = 0; b < features.blocks; b++)
          for (let o = 0; o < outputs; o++)
            weights[weightIndex(use, features, g, b, o)]! += slope * outgoing[b * outputs + o]!;
      }
      for (let b = 0; b < features.blocks; b++)
        for (let o = 0; o < outputs; o++) constant[o]! += offset * outgoing[b * outputs + o]!;
    }
  }
  addToBias(use, constant, valuesOf);
}

/** Outgoing weights of a feature, block by block. */
function read(use: LinearUse, features: Features, f: number, weights: Float64Array, into: Float64Array): void {
  const { outputs } = use.layout;
  for (let b = 0; b < features.blocks; b++)
    for (let o = 0; o < outputs; o++) into[b * outputs + o] = weights[weightIndex(use, features, f, b, o)]!;
}

function addToBias({ bias }: LinearUse, constant: Float64Array, valuesOf: Values): void {
  if (bias === undefined) return;
  const values = valuesOf(bias.tensor);
  constant.forEach((value, o) => {
    values[bias.from + o]! += bias.sign * value;
  });
}

/** A tensor without the indices that go. */
function cut(
  model: Model,
  name: string,
  kept: ReadonlyMap<number, Int32Array>,
  values: Float64Array | undefined,
): NewTensor {
  const stored = model.storedWeight(name);
  const indices = stored.shape.map((length, axis) => kept.get(axis) ?? Int32Array.from({ length }, (_, i) => i));
  const shape = indices.map(list => list.length);
  const size = shape.reduce((a, b) => a * b, 1);
  const strides = stored.shape.map((_, axis) => stored.shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  const places = new Int32Array(size);
  const counter = shape.map(() => 0);
  for (let at = 0; at < size; at++) {
    let place = 0;
    for (let axis = 0; axis < shape.length; axis++) place += indices[axis]![counter[axis]!]! * strides[axis]!;
    places[at] = place;
    for (let axis = shape.length - 1; axis >= 0 && ++counter[axis]! === shape[axis]; axis--) counter[axis] = 0;
  }
  // Doubles are not read as floats where they stay as they are.
  if (values === undefined && stored.type === 'float64') {
    const width = elementBits(stored.type) / 8;
    const from = stored.bytes(0, stored.size);
    const bytes = new Uint8Array(size * width);
    places.forEach((place, at) => bytes.set(from.subarray(place * width, (place + 1) * width), at * width));
    return { shape, bytes };
  }
  const from = values ?? model.readWeight(name).values;
  return { shape, values: Float64Array.from(places, place => from[place]!) };
}
