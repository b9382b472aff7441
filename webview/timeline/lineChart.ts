import { leftAxis, linear } from '../plots/axes';
import { round, type Mark, type Scene } from '../plots/scene';
import type { Chart, Line } from './series';

/** What all charts of a timeline share: where each checkpoint stands, in pixels. */
export interface TimeAxis {
  readonly width: number;
  readonly left: number;
  readonly right: number;
  readonly x: readonly number[];
  /** Indices of checkpoints that could not be read. */
  readonly broken: readonly number[];
}

export const CHART_HEIGHT = 104;
const TOP = 6;
const BOTTOM = 8;
/** Points are marked where there are so few that they do not touch. */
const MOST_POINTS = 120;

/** One chart over the shared axis. `emphasised` is the layer that is pointed at. */
export function lineChart(chart: Chart, axis: TimeAxis, emphasised: string | undefined): Scene {
  const { width, left, right, x } = axis;
  const values = chart.lines
    .flatMap(line => [...line.values, ...(line.low ?? []), ...(line.high ?? [])])
    .filter(value => value !== undefined);
  const from = Math.min(chart.from ?? Infinity, ...extent(values).slice(0, 1));
  const most = Math.max(chart.to ?? -Infinity, extent(values)[1]);
  const to = most > from ? most : from + 1;
  const y = linear([from, to], [CHART_HEIGHT - BOTTOM, TOP]);
  const marks: Mark[] = [...leftAxis(y, left, '', 0, right)];
  for (const at of axis.broken) {
    const place = round(x[at]!);
    marks.push({
      kind: 'line',
      x1: place,
      y1: TOP,
      x2: place,
      y2: CHART_HEIGHT - BOTTOM,
      stroke: 'accent',
      dash: [2, 3],
    });
    marks.push({ kind: 'symbol', shape: 'diamond', x: place, y: CHART_HEIGHT - BOTTOM, radius: 4, fill: 'accent' });
  }
  const faint = emphasised !== undefined && chart.lines.some(line => line.layer === emphasised);
  for (const line of [...chart.lines].sort((a, b) => Number(a.layer === emphasised) - Number(b.layer === emphasised))) {
    const strong = !faint || line.layer === emphasised || line.layer === undefined;
    marks.push(...band(line, x, y));
    const stroke = strong ? line.paint : 'other';
    marks.push({
      kind: 'path',
      data: pathOf(line.values, x, y),
      stroke,
      strokeWidth: line.layer === emphasised && faint ? 2.5 : line.layer === undefined ? 2 : 1.4,
      ...(line.dash === undefined ? {} : { dash: line.dash }),
    });
    if (x.length <= MOST_POINTS)
      line.values.forEach((value, at) => {
        if (value !== undefined && (strong || !faint))
          marks.push({ kind: 'symbol', shape: 'circle', x: x[at]!, y: y(value), radius: 2.2, fill: stroke });
      });
  }
  return { width, height: CHART_HEIGHT, title: describeChart(chart), marks };
}

function band(line: Line, x: readonly number[], y: (value: number) => number): Mark[] {
  const { low, high } = line;
  if (low === undefined || high === undefined) return [];
  const there = low.flatMap((value, at) => (value === undefined || high[at] === undefined ? [] : [at]));
  if (there.length === 1) {
    const [at] = there;
    const place = x[at!]!;
    return [{ kind: 'line', x1: place, y1: y(low[at!]!), x2: place, y2: y(high[at!]!), stroke: line.paint }];
  }
  const up = there.map(at => `${round(x[at]!)},${round(y(high[at]!))}`);
  const down = [...there].reverse().map(at => `${round(x[at]!)},${round(y(low[at]!))}`);
  return there.length === 0
    ? []
    : [{ kind: 'path', data: `M${[...up, ...down].join('L')}Z`, fill: line.paint, tone: 'wash' }];
}

/** Over what is missing the line goes on: a checkpoint that could not be read is marked by itself. */
function pathOf(values: readonly (number | undefined)[], x: readonly number[], y: (value: number) => number): string {
  const points = values.flatMap((value, at) => (value === undefined ? [] : [`${round(x[at]!)},${round(y(value))}`]));
  return points.length === 0 ? '' : `M${points.join('L')}`;
}

function extent(values: readonly number[]): readonly [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

function describeChart({ title, unit, lines }: Chart): string {
  return `${title}, ${unit}: ${lines.map(line => line.name).join(', ')}`;
}
