import { scaleLinear, scaleLog, type ScaleLinear, type ScaleLogarithmic } from 'd3-scale';
import { round, TEXT_SIZE, type Mark } from './scene';

/** Axes: few ticks, thin lines, the quantity and its unit in words. */

export type Linear = ScaleLinear<number, number>;
export type Logarithmic = ScaleLogarithmic<number, number>;

export function linear(domain: readonly [number, number], range: readonly [number, number]): Linear {
  return scaleLinear(domain, range);
}

/** Counts from 1 to `most`. */
export function logarithmic(most: number, range: readonly [number, number]): Logarithmic {
  return scaleLog([1, most], range);
}

/** The labels of ticks that are `step` apart: as many decimals as the step needs. */
export function tickLabel(value: number, step: number): string {
  if (value === 0) return '0';
  if (Math.abs(value) >= 1e5 || step < 1e-4) {
    return value.toExponential(1).replace('e+', 'e').replace('.0e', 'e').replace('-', '−');
  }
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return value.toFixed(decimals).replace('-', '−');
}

function powersOfTen(scale: Logarithmic): number[] {
  const values: number[] = [];
  for (let value = 1; value <= scale.domain()[1]!; value *= 10) values.push(value);
  return values;
}

function ticksOf(scale: Linear, pixelsApart: number): { values: number[]; step: number } {
  const [from, to] = scale.range() as [number, number];
  const values = scale.ticks(Math.max(2, Math.min(8, Math.floor(Math.abs(to - from) / pixelsApart))));
  return { values, step: values.length < 2 ? 1 : values[1]! - values[0]! };
}

/** Below the plot at height `y`, with the label under it. */
export function bottomAxis(scale: Linear, y: number, label: string, gridTo?: number): Mark[] {
  const [from, to] = scale.range() as [number, number];
  const marks: Mark[] = [];
  const { values, step } = ticksOf(scale, 48);
  for (const value of values) {
    const x = round(scale(value));
    if (gridTo !== undefined) marks.push({ kind: 'line', x1: x, y1: gridTo, x2: x, y2: y, stroke: 'grid' });
    marks.push({ kind: 'line', x1: x, y1: y, x2: x, y2: y + 3, stroke: 'muted' });
    marks.push({ kind: 'text', x, y: y + 14, text: tickLabel(value, step), anchor: 'middle', fill: 'muted' });
  }
  marks.push({ kind: 'line', x1: from, y1: y, x2: to, y2: y, stroke: 'muted' });
  marks.push({ kind: 'text', x: (from + to) / 2, y: y + 28, text: label, anchor: 'middle', fill: 'muted' });
  return marks;
}

/** Left of the plot at `x`, with the label upright beside it. */
export function leftAxis(
  scale: Linear | Logarithmic,
  x: number,
  label: string,
  labelX: number,
  gridTo?: number,
  kind: 'measure' | 'count' = 'measure',
): Mark[] {
  const [from, to] = scale.range() as [number, number];
  const marks: Mark[] = [];
  const { values, step } = 'base' in scale ? { values: powersOfTen(scale), step: 1 } : ticksOf(scale, 36);
  for (const value of values) {
    if (kind === 'count' && !Number.isInteger(value)) continue;
    const y = round(scale(value));
    if (gridTo !== undefined) marks.push({ kind: 'line', x1: x, y1: y, x2: gridTo, y2: y, stroke: 'grid' });
    marks.push({ kind: 'line', x1: x - 3, y1: y, x2: x, y2: y, stroke: 'muted' });
    const text = tickLabel(value, kind === 'count' ? 1 : step);
    marks.push({ kind: 'text', x: x - 6, y: y + TEXT_SIZE / 2 - 1.5, text, anchor: 'end', fill: 'muted' });
  }
  marks.push({ kind: 'line', x1: x, y1: from, x2: x, y2: to, stroke: 'muted' });
  marks.push({
    kind: 'text',
    x: labelX,
    y: (from + to) / 2,
    text: label,
    anchor: 'middle',
    fill: 'muted',
    rotate: -90,
  });
  return marks;
}
