import type { MeasuredPruning } from '../results/measuredModel';
import type { CodeLayer, DefinedLayer } from './codeLayers';
import { measuredLayer } from './lensText';

/** Layers of a line that can have fewer units, all of them the same. */
export interface Shrinkable {
  readonly layers: readonly DefinedLayer[];
  /** That stay of each. */
  readonly units: number;
}

/**
 * What a line can be shrunk to. Layers of one size have one number in most sources that make several on a line, so they shrink together: to what the one
 * needs that needs most. Where one of them stays whole, so do all. Heads of attention stay: a source that splits them by hand has their number in what it computes,
 * where no size of a layer shows it.
 */
export function shrinkable({ layers }: Pick<CodeLayer, 'layers'>, pruning: MeasuredPruning | undefined): Shrinkable[] {
  const bySize = new Map<number | undefined, DefinedLayer[]>();
  for (const layer of layers) {
    const size = layer.units ?? layer.modelUnits;
    const same = bySize.get(size);
    if (same) same.push(layer);
    else bySize.set(size, [layer]);
  }
  return [...bySize.values()].flatMap(same => {
    const known = same.flatMap(layer => measuredLayer(layer, pruning) ?? []);
    const [first] = known;
    if (!first || known.length < same.length || known.some(one => one.removable === 0)) return [];
    if (known.some(one => one.units !== first.units || one.channelsPerUnit > 1)) return [];
    return [{ layers: same, units: Math.max(...known.map(one => one.units - one.removable)) }];
  });
}
