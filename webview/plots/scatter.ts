import { extent, median } from 'd3-array';
import type { InspectHead, LayerTopology } from '../../src/protocol/results';
import { formatRoundPercent } from '../format/numbers';
import { linear, type Linear } from './axes';
import { classOfPoint, type Lit } from './layerData';
import { round, TEXT_SIZE, type Mark, type Paint, type Scene, type Shape, type Size } from './scene';

/**
 * The activations in the plane of their first two principal components, both axes at the same scale, coloured by class
 * where there are labels. Classes have their name at the middle of their points: colour is never the only key.
 */

const MARGIN = { top: 8, right: 12, bottom: 22, left: 24 };

/** More classes than there are colours that can be told apart: grey until one is pointed at. */
export const MOST_COLOURS = 10;

/** A class has its name in the picture when it is this much tighter than the whole. */
const NAMED_SPREAD = 0.6;

const SHAPES: readonly Shape[] = ['circle', 'square', 'triangle', 'diamond'];

export interface ScatterPlot {
  readonly scene: Scene;
  readonly x: Linear;
  readonly y: Linear;
  readonly radius: number;
}

export function classPaint(head: InspectHead | undefined, index: number | undefined): Paint {
  const classes = head?.labels?.classes.length ?? 0;
  if (index === undefined || index < 0 || MOST_COLOURS < classes) return 'other';
  return `class${index}`;
}

/** With few points there is room for a shape a class; small dots are all alike. */
export function classShape(index: number | undefined, points: number): Shape {
  return index === undefined || 1500 < points ? 'circle' : SHAPES[index % SHAPES.length]!;
}

export function scatterPlot(layer: LayerTopology, head: InspectHead | undefined, size: Size): ScatterPlot {
  const { x: xs, y: ys, explained } = layer.projection;
  const [left, right] = [MARGIN.left, size.width - MARGIN.right];
  const [top, bottom] = [MARGIN.top, size.height - MARGIN.bottom];
  const [xLow = 0, xHigh = 0] = extent(xs);
  const [yLow = 0, yHigh = 0] = extent(ys);
  // Equal scales: distances in the picture compare in every direction.
  const perPixel = Math.max((xHigh - xLow) / (right - left - 12), (yHigh - yLow) / (bottom - top - 12)) || 1;
  const [xMiddle, yMiddle] = [(xLow + xHigh) / 2, (yLow + yHigh) / 2];
  const [halfWidth, halfHeight] = [((right - left) / 2) * perPixel, ((bottom - top) / 2) * perPixel];
  const x = linear([xMiddle - halfWidth, xMiddle + halfWidth], [left, right]);
  const y = linear([yMiddle - halfHeight, yMiddle + halfHeight], [bottom, top]);
  const count = xs.length;
  const radius = count <= 400 ? 2.8 : count <= 1500 ? 2.2 : count <= 5000 ? 1.6 : 1.2;

  const marks: Mark[] = [
    {
      kind: 'text',
      x: (left + right) / 2,
      y: size.height - 6,
      text: `PC 1 (${formatRoundPercent(explained[0])} of the variance)`,
      anchor: 'middle',
      fill: 'muted',
    },
    {
      kind: 'text',
      x: 14,
      y: (top + bottom) / 2,
      text: `PC 2 (${formatRoundPercent(explained[1])})`,
      anchor: 'middle',
      fill: 'muted',
      rotate: -90,
    },
  ];
  for (let i = 0; i < count; i++) {
    const index = classOfPoint(head, layer, i);
    marks.push({
      kind: 'symbol',
      shape: classShape(index, count),
      x: round(x(xs[i]!)),
      y: round(y(ys[i]!)),
      radius,
      fill: classPaint(head, index),
      feature: { kind: 'point', point: i },
    });
  }
  const classes = head?.labels?.classes ?? [];
  if (1 < classes.length && classes.length <= MOST_COLOURS) marks.push(...classNames(layer, head, x, y, size));
  const title = `Activations of ${layer.name}: ${count} points in the plane of two principal components`;
  return { scene: { ...size, title, marks }, x, y, radius };
}

function classNames(layer: LayerTopology, head: InspectHead | undefined, x: Linear, y: Linear, size: Size): Mark[] {
  const { x: xs, y: ys } = layer.projection;
  const members = new Map<number, number[]>();
  for (let i = 0; i < xs.length; i++) {
    const index = classOfPoint(head, layer, i);
    if (index === undefined) continue;
    const list = members.get(index);
    if (list === undefined) members.set(index, [i]);
    else list.push(i);
  }
  // Middles need no more than some hundred points each; strides by a prime keep clear of any period in the rows.
  const some = (points: readonly number[]): readonly number[] =>
    points.length <= 300 ? points : Array.from({ length: 300 }, (_, i) => points[(i * 7919) % points.length]!);
  const middleOf = (points: readonly number[]): [number, number] => [
    median(points, i => xs[i]!) ?? 0,
    median(points, i => ys[i]!) ?? 0,
  ];
  const spreadOf = (points: readonly number[], [atX, atY]: readonly [number, number]): number =>
    median(points, i => Math.hypot(xs[i]! - atX, ys[i]! - atY)) ?? 0;
  const everyone = some(Array.from(xs.keys()));
  const most = NAMED_SPREAD * spreadOf(everyone, middleOf(everyone));
  const names: { text: string; x: number; y: number }[] = [];
  for (const [index, all] of members) {
    const points = some(all);
    const middle = middleOf(points);
    // The middle of a class that is spread over the others is no place of its own.
    if (most < spreadOf(points, middle)) continue;
    names.push({ text: head?.labels?.classes[index] ?? '', x: x(middle[0]), y: y(middle[1]) + 4 });
  }
  // Names that would lie on each other move apart, upwards and downwards.
  names.sort((a, b) => a.y - b.y);
  for (let pass = 0; pass < 8; pass++) {
    for (let i = 0; i < names.length; i++) {
      for (let j = i + 1; j < names.length; j++) {
        const [a, b] = [names[i]!, names[j]!];
        const wide = (a.text.length + b.text.length) * 3.6 + 4;
        const gap = TEXT_SIZE + 2 - Math.abs(b.y - a.y);
        if (gap <= 0 || wide < Math.abs(a.x - b.x)) continue;
        a.y -= gap / 2;
        b.y += gap / 2;
      }
    }
  }
  return names.map(({ text, x: atX, y: atY }) => ({
    kind: 'text',
    x: round(Math.min(size.width - 16, Math.max(30, atX))),
    y: round(Math.min(size.height - MARGIN.bottom - 4, Math.max(MARGIN.top + TEXT_SIZE, atY))),
    text: text.length <= 14 ? text : text.slice(0, 13) + '…',
    anchor: 'middle',
    fill: 'foreground',
    bold: true,
    size: 12,
    halo: true,
  }));
}

/** A cycle's edges and points, one point, or one class on its own. */
export function scatterOverlay(
  layer: LayerTopology,
  head: InspectHead | undefined,
  plot: ScatterPlot,
  lit: Lit,
): Mark[] {
  const { x: xs, y: ys } = layer.projection;
  const at = (i: number): { x: number; y: number } => ({ x: round(plot.x(xs[i] ?? 0)), y: round(plot.y(ys[i] ?? 0)) });
  const marks: Mark[] = [];
  if (lit.class !== undefined) {
    const index = lit.class;
    const classes = head?.labels?.classes.length ?? 0;
    for (let i = 0; i < xs.length; i++) {
      if (classOfPoint(head, layer, i) !== index) continue;
      marks.push({
        kind: 'symbol',
        shape: classShape(index, xs.length),
        ...at(i),
        radius: plot.radius + 1.4,
        fill: MOST_COLOURS < classes ? 'accent' : classPaint(head, index),
        stroke: 'foreground',
      });
    }
    return marks;
  }
  if (lit.edges !== undefined) {
    let data = '';
    for (let k = 0; k + 1 < lit.edges.length; k += 2) {
      const [a, b] = [at(lit.edges[k]!), at(lit.edges[k + 1]!)];
      data += `M${a.x} ${a.y}L${b.x} ${b.y}`;
    }
    marks.push({ kind: 'path', data, stroke: 'background', strokeWidth: 4 });
    marks.push({ kind: 'path', data, stroke: 'h1', strokeWidth: 2 });
  }
  for (const i of lit.points) {
    const index = classOfPoint(head, layer, i);
    marks.push({
      kind: 'symbol',
      shape: classShape(index, xs.length),
      ...at(i),
      radius: plot.radius + 2,
      fill: classPaint(head, index),
      stroke: 'foreground',
      strokeWidth: 1.5,
    });
  }
  return marks;
}
