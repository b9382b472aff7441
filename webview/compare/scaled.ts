import type { ComparedLayer } from '../../src/protocol/compare';

/** The pairs of one dimension in units of the median distance. */
export interface ScaledPairs {
  readonly birth: Float64Array;
  readonly death: Float64Array;
}

const known = new WeakMap<ComparedLayer, Map<number, ScaledPairs>>();

export function scaledPairs(layer: ComparedLayer, dimension: number): ScaledPairs {
  let own = known.get(layer);
  if (own === undefined) known.set(layer, (own = new Map<number, ScaledPairs>()));
  let pairs = own.get(dimension);
  if (pairs === undefined) {
    const { diagram, medianDistance } = layer;
    const unit = medianDistance > 0 ? medianDistance : 1;
    let from = 0;
    while (from < diagram.dimension.length && diagram.dimension[from]! < dimension) from++;
    let to = from;
    while (to < diagram.dimension.length && diagram.dimension[to]! === dimension) to++;
    const over = (values: Float64Array): Float64Array => values.slice(from, to).map(value => value / unit);
    pairs = { birth: over(diagram.birth), death: over(diagram.death) };
    own.set(dimension, pairs);
  }
  return pairs;
}

/** The largest finite value of both, and at least something to draw. */
export function limitOf(sides: readonly ScaledPairs[]): number {
  let limit = 0;
  for (const { birth, death } of sides) {
    for (const value of birth) limit = Math.max(limit, value);
    for (const value of death) if (value < Infinity) limit = Math.max(limit, value);
  }
  return limit > 0 ? limit * 1.04 : 1;
}
