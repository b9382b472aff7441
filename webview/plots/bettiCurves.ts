import type { LayerTopology } from '../../src/protocol/results';
import { bettiName, formatCount } from '../format/numbers';
import { bottomAxis, leftAxis, linear, logarithmic, type Linear, type Logarithmic } from './axes';
import { maxDimensionOf, scaleLimit, type Lit } from './layerData';
import { dimensionDash, dimensionPaint, round, type Mark, type Scene, type Size } from './scene';

/**
 * How many bars are alive at each scale: one strip a dimension over a shared axis of scales, each with its own heights,
 * because hundreds of components would flatten a handful of loops; many components are counted on a logarithmic axis, where
 * the few of them that are clusters can be read. The scales at which β0* is reached are shaded.
 */

const MARGIN = { top: 8, right: 14, bottom: 34, left: 48 };
const STRIP_GAP = 14;
const LOGARITHMIC_ABOVE = 30;

interface Strip {
  readonly dimension: number;
  readonly top: number;
  readonly bottom: number;
  readonly y: Linear | Logarithmic;
}

export interface BettiPlot {
  readonly scene: Scene;
  readonly x: Linear;
  readonly strips: readonly Strip[];
}

/** The last k with scales[k] ≤ scale; −1 before the first. */
export function stepAt(scales: Float64Array, scale: number): number {
  let [low, high] = [0, scales.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (scales[middle]! <= scale) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

export function bettiAt(layer: LayerTopology, dimension: number, scale: number): number {
  const { scales, counts } = layer.betti;
  const k = stepAt(scales, scale);
  return k < 0 ? 0 : (counts[dimension * scales.length + k] ?? 0);
}

/** No count at all lies on the floor of a logarithmic axis too. */
function heightOf(y: Linear | Logarithmic, count: number): number {
  return round(y(Math.max(y.domain()[0]!, count)));
}

function curveData(layer: LayerTopology, dimension: number, x: Linear, y: Linear | Logarithmic, limit: number): string {
  const { scales, counts } = layer.betti;
  const from = dimension * scales.length;
  let data = `M${round(x(0))} ${heightOf(y, 0)}`;
  let last = heightOf(y, 0);
  for (let k = 0; k < scales.length && scales[k]! <= limit; k++) {
    const at = round(x(scales[k]!));
    const height = heightOf(y, counts[from + k]!);
    if (height === last) continue;
    data += `H${at}V${height}`;
    last = height;
  }
  return data + `H${round(x(limit))}`;
}

export function bettiPlot(
  layer: LayerTopology,
  size: Size,
  options: { readonly dimensions: readonly boolean[] },
): BettiPlot {
  const limit = scaleLimit(layer);
  const x = linear([0, limit], [MARGIN.left, size.width - MARGIN.right]);
  const shown: number[] = [];
  for (let k = 0; k <= maxDimensionOf(layer); k++) if (options.dimensions[k] !== false) shown.push(k);
  const bottom = size.height - MARGIN.bottom;
  const height = (bottom - MARGIN.top - STRIP_GAP * Math.max(0, shown.length - 1)) / Math.max(1, shown.length);
  const right = size.width - MARGIN.right;
  const { scales, counts } = layer.betti;

  const marks: Mark[] = [];
  const strips = shown.map((dimension, i): Strip => {
    const top = round(MARGIN.top + i * (height + STRIP_GAP));
    const stripBottom = round(top + height);
    let most = 0;
    for (let k = 0; k < scales.length; k++) most = Math.max(most, counts[dimension * scales.length + k] ?? 0);
    const range = [stripBottom, top] as const;
    const isLogarithmic = dimension === 0 && LOGARITHMIC_ABOVE < most;
    const y = isLogarithmic ? logarithmic(most * 1.3, range) : linear([0, Math.max(1, most)], range).nice(4);
    return { dimension, top, bottom: stripBottom, y };
  });
  for (const strip of strips) {
    const paint = dimensionPaint(strip.dimension);
    const { scaleFrom, scaleTo, count } = layer.dense0;
    if (strip.dimension === 0 && Number.isFinite(scaleFrom) && scaleFrom <= scaleTo) {
      const from = round(x(scaleFrom));
      const to = round(x(Math.min(scaleTo, limit)));
      marks.push({
        kind: 'rect',
        x: from,
        y: strip.top,
        width: Math.max(1, round(to - from)),
        height: round(strip.bottom - strip.top),
        fill: paint,
        tone: 'wash',
      });
      const flipped = right - 70 < to;
      marks.push({
        kind: 'text',
        x: flipped ? from - 4 : to + 4,
        y: strip.top + 11,
        text: `β₀* = ${formatCount(count)}`,
        anchor: flipped ? 'end' : 'start',
        fill: 'foreground',
        halo: true,
      });
    }
    marks.push(
      ...leftAxis(
        strip.y,
        MARGIN.left,
        bettiName(strip.dimension) + ('base' in strip.y ? ' (log)' : ''),
        MARGIN.left - 38,
        right,
        'count',
      ),
    );
    const data = curveData(layer, strip.dimension, x, strip.y, limit);
    marks.push({ kind: 'path', data: data + `V${strip.bottom}Z`, fill: paint, tone: 'mist' });
    const dash = dimensionDash(strip.dimension);
    marks.push({ kind: 'path', data, stroke: paint, strokeWidth: 1.5, ...(dash === undefined ? {} : { dash }) });
    if (strip.bottom !== bottom) {
      marks.push({
        kind: 'line',
        x1: MARGIN.left,
        y1: strip.bottom,
        x2: right,
        y2: strip.bottom,
        stroke: 'muted',
      });
    }
  }
  marks.push(...bottomAxis(x, bottom, 'scale (distance between activations)'));
  return { scene: { ...size, title: `Betti curves of ${layer.name}`, marks }, x, strips };
}

/** The scale under the pointer; undefined beside the curves. */
export function scaleUnder(plot: BettiPlot, x: number, y: number): number | undefined {
  const [from, to] = plot.x.range() as [number, number];
  const top = plot.strips[0]?.top ?? 0;
  if (x < from || to < x || y < top || plot.scene.height - MARGIN.bottom < y) return undefined;
  return plot.x.invert(x);
}

export function bettiOverlay(layer: LayerTopology, plot: BettiPlot, lit: Lit): Mark[] {
  if (lit.scales === undefined) return [];
  const limit = plot.x.domain()[1]!;
  const [from, to] = [round(plot.x(lit.scales[0])), round(plot.x(Math.min(limit, lit.scales[1])))];
  const dimension = lit.pairs[0]?.dimension;
  const marks: Mark[] = [];
  for (const strip of plot.strips) {
    if (dimension !== undefined && strip.dimension !== dimension) continue;
    const [y1, y2] = [strip.top, strip.bottom];
    if (from < to) {
      const paint = dimensionPaint(strip.dimension);
      marks.push({ kind: 'rect', x: from, y: y1, width: round(to - from), height: y2 - y1, fill: paint, tone: 'wash' });
      marks.push({ kind: 'line', x1: to, y1, x2: to, y2, stroke: 'foreground', dash: [1, 2] });
    }
    marks.push({ kind: 'line', x1: from, y1, x2: from, y2, stroke: 'foreground', dash: [1, 2] });
    const count = bettiAt(layer, strip.dimension, lit.scales[0]);
    const y = heightOf(strip.y, count);
    marks.push({
      kind: 'symbol',
      shape: 'circle',
      x: from,
      y,
      radius: 3.5,
      fill: dimensionPaint(strip.dimension),
      stroke: 'foreground',
    });
    const flipped = plot.scene.width - 80 < from;
    marks.push({
      kind: 'text',
      x: flipped ? from - 7 : from + 7,
      y: Math.max(strip.top + 10, y - 5),
      text: `${bettiName(strip.dimension)} = ${formatCount(count)}`,
      anchor: flipped ? 'end' : 'start',
      fill: 'foreground',
      halo: true,
    });
  }
  return marks;
}
