import type { LayerTopology } from '../../src/protocol/results';
import { linear } from './axes';
import { maxDimensionOf, pairsOf, thresholdOf } from './layerData';
import { dimensionPaint, round, type Mark, type Scene, type Size } from './scene';

/** A barcode the size of a word: the few longest bars of each dimension, in units of the median distance, for comparing layers. */

const GAP = 1;
const BAR = 2;

export function sparkBarcode(layer: LayerTopology, size: Size, mostMedians: number): Scene {
  const marks: Mark[] = [];
  const unit = layer.medianDistance > 0 ? layer.medianDistance : 1;
  const x = linear([0, mostMedians], [0, size.width - 5]).clamp(true);
  const dimensions = maxDimensionOf(layer) + 1;
  const rows = Math.max(1, Math.floor((size.height + GAP) / (BAR + GAP)));
  let top = 0;
  for (let dimension = 0; dimension < dimensions; dimension++) {
    const pairs = pairsOf(layer, dimension);
    const threshold = thresholdOf(layer, dimension) ?? 0;
    const most = dimension === 0 ? Math.ceil(rows / dimensions) : Math.floor(rows / dimensions);
    const longest = Array.from(pairs.byLength.subarray(0, most)).sort(
      (i, j) => pairs.birth[i]! - pairs.birth[j]! || pairs.death[j]! - pairs.death[i]!,
    );
    for (const pair of longest) {
      const birth = pairs.birth[pair]!;
      const death = pairs.death[pair]!;
      const from = round(x(birth / unit));
      const to = round(x(Math.min(death, layer.enclosingRadius) / unit));
      const paint = dimensionPaint(dimension);
      const noise = Math.min(to, round(x((birth + threshold) / unit)));
      if (from < noise) {
        const width = round(noise - from);
        marks.push({ kind: 'rect', x: from, y: top, width, height: BAR, fill: paint, tone: 'pale' });
      }
      if (noise < to)
        marks.push({ kind: 'rect', x: noise, y: top, width: round(to - noise), height: BAR, fill: paint });
      if (death === Infinity) {
        marks.push({ kind: 'path', data: `M${to} ${top - 1}L${to + 4} ${top + 1}L${to} ${top + 3}Z`, fill: paint });
      }
      top += BAR + GAP;
    }
  }
  return { ...size, title: `The longest bars of ${layer.name}`, marks };
}

/** The domain that all small barcodes share. */
export function sparkDomain(layers: Iterable<LayerTopology>): number {
  let most = 0;
  for (const layer of layers) {
    if (layer.medianDistance > 0 && Number.isFinite(layer.enclosingRadius)) {
      most = Math.max(most, layer.enclosingRadius / layer.medianDistance);
    }
  }
  return most > 0 ? most : 1;
}
