import type { InspectHead, LayerTopology, RepresentativeCycle } from '../../src/protocol/results';
import type { Feature } from './feature';

/** What the views ask of a layer, worked out once and kept for as long as the layer is. */

export interface Pairs {
  readonly dimension: number;
  readonly count: number;
  readonly birth: Float64Array;
  readonly death: Float64Array;
  /** Longest first, essential ones in front; equals by birth. */
  readonly byLength: Uint32Array;
}

interface Derived {
  readonly pairs: Map<number, Pairs>;
  readonly cycles: Map<number, RepresentativeCycle>;
  through: Map<number, number[]> | undefined;
}

const derivedOf = new WeakMap<LayerTopology, Derived>();

function derived(layer: LayerTopology): Derived {
  let known = derivedOf.get(layer);
  if (known === undefined) {
    known = { pairs: new Map(), cycles: new Map(layer.cycles.map(cycle => [cycle.pair, cycle])), through: undefined };
    derivedOf.set(layer, known);
  }
  return known;
}

/** The highest dimension that was computed. */
export function maxDimensionOf(layer: LayerTopology): number {
  return Math.max(0, layer.totalPersistence.length - 1);
}

export function pairsOf(layer: LayerTopology, dimension: number): Pairs {
  const known = derived(layer).pairs.get(dimension);
  if (known !== undefined) return known;
  const all = layer.diagram;
  let from = 0;
  while (from < all.dimension.length && all.dimension[from]! < dimension) from++;
  let to = from;
  while (to < all.dimension.length && all.dimension[to]! === dimension) to++;
  const birth = all.birth.subarray(from, to);
  const death = all.death.subarray(from, to);
  const byLength = Uint32Array.from(birth.keys());
  byLength.sort((i, j) => {
    const [a, b] = [death[i]! - birth[i]!, death[j]! - birth[j]!];
    return a === b ? birth[i]! - birth[j]! || i - j : b - a;
  });
  const pairs = { dimension, count: to - from, birth, death, byLength };
  derived(layer).pairs.set(dimension, pairs);
  return pairs;
}

/** The length below which a bar of this dimension is not told from noise; undefined where there is no such test. */
export function thresholdOf(layer: LayerTopology, dimension: number): number | undefined {
  const threshold = dimension === 0 ? layer.band.width : dimension === 1 ? layer.loopNull?.threshold : undefined;
  return threshold !== undefined && Number.isFinite(threshold) && threshold >= 0 ? threshold : undefined;
}

export function isSignificant(layer: LayerTopology, dimension: number, pair: number): boolean {
  const threshold = thresholdOf(layer, dimension);
  if (threshold === undefined) return false;
  const pairs = pairsOf(layer, dimension);
  return pairs.death[pair]! - pairs.birth[pair]! > threshold;
}

export function cycleOf(layer: LayerTopology, pair: number): RepresentativeCycle | undefined {
  return derived(layer).cycles.get(pair);
}

/** The loops whose cycle goes through a point. */
export function loopsThrough(layer: LayerTopology, point: number): readonly number[] {
  const known = derived(layer);
  if (known.through === undefined) {
    known.through = new Map();
    for (const cycle of layer.cycles) {
      for (const vertex of cycle.vertices) {
        const list = known.through.get(vertex);
        if (list === undefined) known.through.set(vertex, [cycle.pair]);
        else list.push(cycle.pair);
      }
    }
  }
  return known.through.get(point) ?? [];
}

/** Where the axis of scales ends: past every finite value. */
export function scaleLimit(layer: LayerTopology): number {
  let limit = Number.isFinite(layer.enclosingRadius) ? layer.enclosingRadius : 0;
  for (const values of [layer.diagram.birth, layer.diagram.death]) {
    for (const value of values) if (value < Infinity && limit < value) limit = value;
  }
  return 0 < limit ? limit : 1;
}

/** Index into the sample of a point of the cloud. */
export function sampleOfPoint(layer: LayerTopology, point: number): number {
  return layer.sampleOfPoint === undefined ? point : (layer.sampleOfPoint[point] ?? -1);
}

/** Row of the data set of a point of the cloud; undefined where the head says nothing of it. */
export function rowOfPoint(head: InspectHead, layer: LayerTopology, point: number): number | undefined {
  return head.sampledRows[sampleOfPoint(layer, point)];
}

/** Class of a point; undefined without labels. */
export function classOfPoint(head: InspectHead | undefined, layer: LayerTopology, point: number): number | undefined {
  return head?.labels?.values[sampleOfPoint(layer, point)];
}

/** All that belongs to a feature of a layer, for each view to light its part. */
export interface Lit {
  /** Bars, as dimension and pair. */
  readonly pairs: readonly { readonly dimension: number; readonly pair: number }[];
  /** Points of the cloud, in the order of the cycle where there is one. */
  readonly points: readonly number[];
  /** Pairs of points, flat. */
  readonly edges: Uint32Array | undefined;
  /** From a bar's birth to its death, or one scale. */
  readonly scales: readonly [from: number, to: number] | undefined;
  readonly class: number | undefined;
}

const NOTHING_LIT: Lit = { pairs: [], points: [], edges: undefined, scales: undefined, class: undefined };

export function litBy(layer: LayerTopology, feature: Feature | undefined): Lit {
  switch (feature?.kind) {
    case undefined:
      return NOTHING_LIT;
    case 'pair': {
      const pairs = pairsOf(layer, feature.dimension);
      if (pairs.count <= feature.pair) return NOTHING_LIT;
      const cycle = feature.dimension === 1 ? cycleOf(layer, feature.pair) : undefined;
      return {
        ...NOTHING_LIT,
        pairs: [feature],
        points: cycle === undefined ? [] : [...cycle.vertices],
        edges: cycle?.edges,
        scales: [pairs.birth[feature.pair]!, pairs.death[feature.pair]!],
      };
    }
    case 'bin': {
      const pairs = pairsOf(layer, feature.dimension);
      let [from, to] = [Infinity, -Infinity];
      for (const pair of feature.pairs) {
        from = Math.min(from, pairs.birth[pair]!);
        to = Math.max(to, pairs.death[pair]!);
      }
      const { dimension } = feature;
      return { ...NOTHING_LIT, pairs: feature.pairs.map(pair => ({ dimension, pair })), scales: [from, to] };
    }
    case 'point':
      return {
        ...NOTHING_LIT,
        points: [feature.point],
        pairs: loopsThrough(layer, feature.point).map(pair => ({ dimension: 1, pair })),
      };
    case 'class':
      return { ...NOTHING_LIT, class: feature.index };
    case 'scale':
      return { ...NOTHING_LIT, scales: [feature.scale, feature.scale] };
  }
}
