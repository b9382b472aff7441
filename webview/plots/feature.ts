/** What a person can point at. One feature at a time is lit and every view lights what belongs to it. */
export type Feature =
  /** A bar: an index into the pairs of its dimension. */
  | { readonly kind: 'pair'; readonly dimension: number; readonly pair: number }
  /** Bars drawn as one, as `pairs` of their dimension. */
  | { readonly kind: 'bin'; readonly dimension: number; readonly pairs: readonly number[] }
  /** A point of the cloud. */
  | { readonly kind: 'point'; readonly point: number }
  | { readonly kind: 'class'; readonly index: number }
  /** A scale of the filtration. */
  | { readonly kind: 'scale'; readonly scale: number };

export function sameFeature(a: Feature | undefined, b: Feature | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  switch (a.kind) {
    case 'pair':
      return b.kind === 'pair' && a.dimension === b.dimension && a.pair === b.pair;
    case 'bin':
      return b.kind === 'bin' && a.dimension === b.dimension && a.pairs[0] === b.pairs[0];
    case 'point':
      return b.kind === 'point' && a.point === b.point;
    case 'class':
      return b.kind === 'class' && a.index === b.index;
    case 'scale':
      return b.kind === 'scale' && a.scale === b.scale;
  }
}
