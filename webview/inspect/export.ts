import type { InspectHead, LayerTopology } from '../../src/protocol/results';
import { toCsv, type CsvCell } from '../format/csv';
import { classOfPoint, cycleOf, isSignificant, maxDimensionOf, pairsOf, rowOfPoint } from '../plots/layerData';
import type { State } from './store';

/** The numbers of a result as CSV and as the JSON that the command line prints. */

/** A file name of a stranger's layer name. */
export function fileName(...parts: readonly string[]): string {
  const name = parts.join('-').replace(/[^\p{L}\p{N}._-]+/gu, '_');
  return name.replace(/^[._-]+/, '').slice(0, 100) || 'layer';
}

export function layersCsv(state: State): string {
  const header = [
    'layer',
    'op',
    'shape',
    'reduction',
    'points',
    'width',
    'beta0_star',
    'beta0_star_share',
    'beta0_star_scale_from',
    'beta0_star_scale_to',
    'components_significant',
    'loops',
    'loops_significant',
    'band_width',
    'loop_null_threshold',
    'total_persistence_h0',
    'total_persistence_h1',
    'total_persistence_h2',
    'median_distance',
    'enclosing_radius',
    'milliseconds',
    'note',
  ];
  const rows = (state.head?.layers ?? []).map(({ name, op, shape }): CsvCell[] => {
    const layer = state.layers.get(name);
    if (layer === undefined) {
      const blank: CsvCell[] = header.slice(3, -1).map(() => undefined);
      return [name, op, shape?.join('x'), ...blank, state.failures.get(name)?.message ?? 'not computed'];
    }
    return [
      name,
      layer.op,
      layer.shape.join('x'),
      layer.reduction,
      layer.points,
      layer.width,
      layer.dense0.count,
      layer.dense0.share,
      layer.dense0.scaleFrom,
      layer.dense0.scaleTo,
      layer.significant.components,
      maxDimensionOf(layer) < 1 ? undefined : pairsOf(layer, 1).count,
      layer.significant.loops,
      layer.band.width,
      layer.loopNull?.threshold,
      layer.totalPersistence[0],
      layer.totalPersistence[1],
      layer.totalPersistence[2],
      layer.medianDistance,
      layer.enclosingRadius,
      layer.milliseconds,
      layer.caveats.map(caveat => caveat.message).join('; '),
    ];
  });
  return toCsv(header, rows);
}

export function diagramCsv(head: InspectHead | undefined, layer: LayerTopology): string {
  const rows: CsvCell[][] = [];
  for (let dimension = 0; dimension <= maxDimensionOf(layer); dimension++) {
    const pairs = pairsOf(layer, dimension);
    for (let pair = 0; pair < pairs.count; pair++) {
      const [birth, death] = [pairs.birth[pair]!, pairs.death[pair]!];
      const cycle = dimension === 1 ? cycleOf(layer, pair) : undefined;
      const corners = cycle && Array.from(cycle.vertices, i => (head && rowOfPoint(head, layer, i)) ?? i).join(' ');
      rows.push([dimension, pair, birth, death, death - birth, isSignificant(layer, dimension, pair) ? 1 : 0, corners]);
    }
  }
  return toCsv(['dimension', 'pair', 'birth', 'death', 'length', 'significant', 'cycle_rows'], rows);
}

export function bettiCsv(layer: LayerTopology): string {
  const { scales, counts } = layer.betti;
  const dimensions = Array.from({ length: maxDimensionOf(layer) + 1 }, (_, k) => k);
  const rows = Array.from(scales, (scale, i) => [scale, ...dimensions.map(k => counts[k * scales.length + i])]);
  return toCsv(['scale', ...dimensions.map(k => `beta${k}`)], rows);
}

export function scatterCsv(head: InspectHead | undefined, layer: LayerTopology): string {
  const rows = Array.from(layer.projection.x, (x, i): CsvCell[] => {
    const index = classOfPoint(head, layer, i);
    const name = index === undefined ? undefined : head?.labels?.classes[index];
    return [i, head && rowOfPoint(head, layer, i), x, layer.projection.y[i], name];
  });
  return toCsv(['point', 'row', 'pc1', 'pc2', 'class'], rows);
}

/** The names and layout of `neural-topology inspect --format json`. */
export function resultJson(state: State): string {
  const { head } = state;
  const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
  const byDimension = <T>(layer: LayerTopology, of: (dimension: number) => T): Record<string, T> =>
    Object.fromEntries(Array.from({ length: maxDimensionOf(layer) + 1 }, (_, k) => [String(k), of(k)]));
  const layers = (head?.layers ?? []).flatMap(({ name }) => {
    const layer = state.layers.get(name);
    if (layer === undefined) return [];
    const significant = { '0': layer.significant.components, '1': layer.significant.loops ?? null };
    return [
      {
        name,
        op: layer.op,
        shape: layer.shape,
        points: layer.points,
        reduction: layer.reduction,
        width: layer.width,
        diagram: byDimension(layer, k => {
          const pairs = pairsOf(layer, k);
          return Array.from(pairs.birth, (birth, i) => [birth, finite(pairs.death[i]!)]);
        }),
        betti: { dense0: layer.dense0.count, significant },
        dense0: { ...layer.dense0, scaleTo: finite(layer.dense0.scaleTo) },
        band: layer.band,
        loopNull: layer.loopNull ?? null,
        totalPersistence: byDimension(layer, k => finite(layer.totalPersistence[k] ?? NaN)),
        medianDistance: finite(layer.medianDistance),
        enclosingRadius: finite(layer.enclosingRadius),
        caveats: layer.caveats,
        milliseconds: layer.milliseconds,
      },
    ];
  });
  const { findings, warnings, provenance } = state;
  const result = {
    model: head?.model,
    data: head?.data,
    accuracy: head?.accuracy,
    sampledRows: head && Array.from(head.sampledRows),
    layers,
    failures: [...state.failures.values()],
    findings,
    warnings,
    provenance,
  };
  return JSON.stringify(result, null, 1) + '\n';
}
