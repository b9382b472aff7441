import type { LayerTopology } from '../../src/protocol/results';
import { formatCount, homologyName } from '../format/numbers';
import { bottomAxis, leftAxis, linear, type Linear } from './axes';
import { isSignificant, maxDimensionOf, pairsOf, scaleLimit, thresholdOf, type Lit } from './layerData';
import { symbolPath } from './symbol';
import {
  dimensionDash,
  dimensionPaint,
  dimensionShape,
  MANY_MARKS,
  round,
  type Mark,
  type Scene,
  type Size,
} from './scene';

/**
 * The persistence diagram: birth to the right, death upwards, so that the height above the diagonal is the length.
 * Bands above the diagonal hold what is within noise; essential classes stand on the line of infinity at the top.
 */

const MARGIN = { top: 24, right: 14, bottom: 34, left: 48 };
const RADIUS = 3;
const STRIP = 9;

export interface DiagramPlot {
  readonly scene: Scene;
  readonly x: Linear;
  readonly y: Linear;
  locate(dimension: number, pair: number): { x: number; y: number } | undefined;
}

/** A polygon between the diagonal and the line `width` above it, clipped to the square. */
function bandData(limit: number, width: number, x: (value: number) => number, y: (value: number) => number): string {
  const end = Math.max(0, limit - width);
  const corners =
    width < limit
      ? [
          [0, 0],
          [limit, limit],
          [end, limit],
          [0, width],
        ]
      : [
          [0, 0],
          [limit, limit],
          [0, limit],
        ];
  return 'M' + corners.map(([a, b]) => `${round(x(a!))} ${round(y(b!))}`).join('L') + 'Z';
}

export function diagramPlot(
  layer: LayerTopology,
  size: Size,
  options: { readonly dimensions: readonly boolean[] },
): DiagramPlot {
  const limit = scaleLimit(layer) * 1.02;
  const side = Math.max(
    40,
    Math.min(size.width - MARGIN.left - MARGIN.right, size.height - MARGIN.top - MARGIN.bottom),
  );
  const left = round(MARGIN.left + (size.width - MARGIN.left - MARGIN.right - side) / 2);
  const bottom = MARGIN.top + side;
  const x = linear([0, limit], [left, left + side]);
  const y = linear([0, limit], [bottom, MARGIN.top]);
  const infinity = MARGIN.top - 12;
  const shown: number[] = [];
  for (let k = 0; k <= maxDimensionOf(layer); k++) if (options.dimensions[k] !== false) shown.push(k);

  const marks: Mark[] = [];
  for (const dimension of shown) {
    const threshold = thresholdOf(layer, dimension);
    if (threshold === undefined || threshold === 0 || pairsOf(layer, dimension).count === 0) continue;
    const paint = dimensionPaint(dimension);
    if (dimension === 0) {
      // All of H0 is born at 0: its band is a strip along the axis of deaths.
      const end = round(y(Math.min(limit, threshold)));
      marks.push({
        kind: 'rect',
        x: left,
        y: end,
        width: STRIP,
        height: round(bottom - end),
        fill: paint,
        tone: 'wash',
      });
      if (threshold < limit) {
        marks.push({ kind: 'line', x1: left, y1: end, x2: left + STRIP + 6, y2: end, stroke: paint, dash: [3, 2] });
      }
      continue;
    }
    marks.push({ kind: 'path', data: bandData(limit, threshold, x, y), fill: paint, tone: 'mist' });
    if (threshold < limit) {
      marks.push({
        kind: 'line',
        x1: round(x(0)),
        y1: round(y(threshold)),
        x2: round(x(limit - threshold)),
        y2: round(y(limit)),
        stroke: paint,
        dash: dimensionDash(dimension) ?? [],
      });
    }
  }
  marks.push(...bottomAxis(x, bottom, 'birth'));
  marks.push(...leftAxis(y, left, 'death', left - 36));
  marks.push({ kind: 'line', x1: left, y1: bottom, x2: left + side, y2: MARGIN.top, stroke: 'muted' });
  const essential = shown.some(k => pairsOf(layer, k).death.includes(Infinity));
  if (essential) {
    marks.push({
      kind: 'line',
      x1: left,
      y1: infinity,
      x2: left + side,
      y2: infinity,
      stroke: 'muted',
      dash: [2, 3],
    });
    marks.push({ kind: 'text', x: left - 6, y: infinity + 4, text: '∞', anchor: 'end', fill: 'muted' });
  }

  // Symbols are drawn faint ones first; of many, those that would cover each other's pixel are drawn once.
  const total = shown.reduce((sum, k) => sum + pairsOf(layer, k).count, 0);
  const cell = MANY_MARKS < total ? 2 : 0;
  const place = (dimension: number, pair: number): { x: number; y: number } => {
    const pairs = pairsOf(layer, dimension);
    const death = pairs.death[pair]!;
    return { x: round(x(pairs.birth[pair]!)), y: death === Infinity ? infinity : round(y(death)) };
  };
  for (const dimension of shown) {
    const pairs = pairsOf(layer, dimension);
    const symbols: Mark[] = [];
    const taken = new Set<number>();
    for (const pair of pairs.byLength) {
      const at = place(dimension, pair);
      if (cell !== 0) {
        const spot = Math.round(at.x / cell) * 65_536 + Math.round(at.y / cell);
        if (taken.has(spot)) continue;
        taken.add(spot);
      }
      const significant = isSignificant(layer, dimension, pair);
      symbols.push({
        kind: 'symbol',
        shape: dimensionShape(dimension),
        ...at,
        radius: significant ? RADIUS + 0.5 : RADIUS - 0.5,
        fill: dimensionPaint(dimension),
        tone: significant ? 'full' : 'pale',
        feature: { kind: 'pair', dimension, pair },
      });
    }
    for (const mark of symbols.reverse()) marks.push(mark);
  }

  const counts = shown.map(k => `${formatCount(pairsOf(layer, k).count)} points of ${homologyName(k)}`).join(', ');
  return {
    scene: { ...size, title: `Persistence diagram of ${layer.name}: ${counts}`, marks },
    x,
    y,
    locate: (dimension, pair) =>
      shown.includes(dimension) && pair < pairsOf(layer, dimension).count ? place(dimension, pair) : undefined,
  };
}

export function diagramOverlay(plot: DiagramPlot, lit: Lit): Mark[] {
  const marks: Mark[] = [];
  if (lit.scales !== undefined && lit.pairs.length === 0) {
    // What is alive at a scale lies left of it and above it.
    const [scale, end] = [lit.scales[0], plot.y.domain()[1]!];
    const [left, corner, bottom, top] = [plot.x(0), plot.x(scale), plot.y(scale), plot.y(end)].map(round);
    const [fill, stroke, dash] = ['foreground', 'foreground', [1, 2]] as const;
    const data = `M${left} ${bottom}H${corner}V${top}`;
    marks.push({ kind: 'path', data: `${data}H${left}Z`, fill, tone: 'mist' }, { kind: 'path', data, stroke, dash });
  }
  // Of many, one path a dimension, with those that cover each other drawn once.
  const paths = new Map<number, string>();
  const taken = new Set<number>();
  for (const { dimension, pair } of lit.pairs) {
    const at = plot.locate(dimension, pair);
    if (at === undefined) continue;
    const spot = (Math.round(at.x / 2) * 65_536 + Math.round(at.y / 2)) * 4 + dimension;
    if (taken.has(spot)) continue;
    taken.add(spot);
    paths.set(dimension, (paths.get(dimension) ?? '') + symbolPath(dimensionShape(dimension), at.x, at.y, RADIUS + 2));
  }
  for (const [dimension, data] of paths) {
    marks.push({ kind: 'path', data, fill: dimensionPaint(dimension), stroke: 'foreground', strokeWidth: 1.5 });
  }
  return marks;
}
