import type { MapperFacts, MapperLoop, MapperShape, Slice } from '../../src/protocol/mapper';
import { formatNumber, formatPercent } from '../format/numbers';
import type { NodeFill } from '../network/networkGraph';
import { MOST_COLOURS } from '../plots/scatter';
import type { Ink } from '../render/ink';

/** What nodes can be coloured by. */
export interface Colouring {
  readonly id: string;
  readonly name: string;
  /** What its numbers are in. */
  readonly unit: string;
  readonly values:
    | { readonly kind: 'classes'; readonly of: Int32Array; readonly names: readonly string[] }
    | { readonly kind: 'numbers' | 'shares' | 'turns'; readonly of: ArrayLike<number> };
}

export interface ColouringSource {
  readonly facts: MapperFacts;
  readonly lensNames: readonly string[];
  readonly lenses: readonly Float64Array[];
  readonly loops: readonly MapperLoop[];
  readonly slices: readonly Slice[];
}

/** All colourings that these points have, the likeliest first. */
export function colouringsOf({ facts, lensNames, lenses, loops, slices }: ColouringSource): readonly Colouring[] {
  const { labels, predicted, correct, confidence, columns, rowOfPoint } = facts;
  const classes = (id: string, name: string, of: Int32Array, names: readonly string[]): Colouring => ({ id, name, unit: 'inputs a class', values: { kind: 'classes', of, names } }); // prettier-ignore
  const inRows = (rows: readonly number[]): Uint8Array => {
    const wanted = new Set(rows);
    return Uint8Array.from(rowOfPoint, row => (wanted.has(row) ? 1 : 0));
  };
  return [
    ...(labels === undefined ? [] : [classes('class', 'class', labels.values, labels.classes)]),
    ...(correct === undefined ? [] : [{ id: 'error', name: 'error rate', unit: '% of inputs', values: { kind: 'shares', of: Float64Array.from(correct, right => 1 - right) } } as const]), // prettier-ignore
    ...(predicted === undefined ? [] : [classes('predicted', 'predicted class', predicted.values, predicted.classes)]),
    ...(confidence === undefined ? [] : [{ id: 'confidence', name: 'confidence', unit: 'mean probability of the answer', values: { kind: 'shares', of: confidence } } as const]), // prettier-ignore
    ...lenses.map((of, at) => ({ id: `lens ${at}`, name: `lens ${lensNames[at] ?? ''}`, unit: 'mean value', values: { kind: 'numbers', of } }) as const), // prettier-ignore
    ...loops.flatMap(({ turns }, at) => (turns === undefined ? [] : [{ id: `loop ${at}`, name: `place on loop ${at + 1}`, unit: 'turns', values: { kind: 'turns', of: turns } } as const])), // prettier-ignore
    ...slices.map(({ name, rows }) => ({ id: `slice ${name}`, name: `slice ${name}`, unit: '% of inputs', values: { kind: 'shares', of: inRows(rows) } }) as const), // prettier-ignore
    ...columns.map(({ name, values }, at) => ({ id: `column ${at}`, name, unit: 'mean value', values: { kind: 'numbers', of: values } }) as const), // prettier-ignore
  ];
}

/** From low to high: dark to light, readable without colour (after viridis, Smith and van der Walt 2015). */
const SCALE = ['#440154', '#472d7b', '#3b528b', '#2c728e', '#21918c', '#28ae80', '#5ec962', '#addc30', '#fde725'];

function onScale(share: number): string {
  return SCALE[Math.max(0, Math.min(SCALE.length - 1, Math.round(share * (SCALE.length - 1))))]!;
}

function onWheel(turns: number): string {
  return `hsl(${Math.round(360 * turns)} 70% 52%)`;
}

export interface Painted {
  readonly fills: readonly NodeFill[];
  /** Of each node, for its tooltip. */
  readonly texts: readonly string[];
  readonly legend:
    | { readonly kind: 'classes'; readonly entries: readonly { readonly name: string; readonly color: string }[]; readonly more: number } // prettier-ignore
    | { readonly kind: 'scale'; readonly low: string; readonly high: string; readonly colors: readonly string[] };
}

/** What a colouring makes of the nodes of a graph. */
export function painted(shape: MapperShape, { values }: Colouring, ink: Ink): Painted {
  const count = shape.starts.length - 1;
  if (values.kind === 'classes') return paintedClasses(shape, values, ink);
  const means = Float64Array.from({ length: count }, (_, node) => values.kind === 'turns' ? circularMean(shape, node, values.of) : mean(shape, node, values.of)); // prettier-ignore
  if (values.kind === 'turns')
    return {
      fills: Array.from(means, turns => (Number.isNaN(turns) ? ink.color('other') : onWheel(turns))),
      texts: Array.from(means, turns => (Number.isNaN(turns) ? 'all around the loop' : `${turns.toFixed(2)} turns`)),
      legend: { kind: 'scale', low: '0', high: '1 turn', colors: Array.from({ length: 13 }, (_, at) => onWheel(at / 12)) }, // prettier-ignore
    };
  const isShare = values.kind === 'shares';
  let [low, high] = [Infinity, -Infinity];
  for (const value of means) [low, high] = [Math.min(low, value), Math.max(high, value)];
  if (isShare) low = Math.min(low, 0);
  const write = isShare ? formatPercent : formatNumber;
  return {
    fills: Array.from(means, value => onScale(high > low ? (value - low) / (high - low) : 0)),
    texts: Array.from(means, value => write(value)),
    legend: {
      kind: 'scale',
      low: count === 0 ? '–' : write(low),
      high: count === 0 ? '–' : write(high),
      colors: SCALE,
    },
  };
}

function paintedClasses(
  shape: MapperShape,
  { of, names }: { readonly of: Int32Array; readonly names: readonly string[] },
  ink: Ink,
): Painted {
  const color = (index: number): string => ink.color(index < 0 || index >= MOST_COLOURS ? 'other' : `class${index}`);
  const fills: NodeFill[] = [];
  const texts: string[] = [];
  const counts = new Uint32Array(names.length + 1);
  for (let node = 0; node + 1 < shape.starts.length; node++) {
    counts.fill(0);
    const [from, to] = [shape.starts[node]!, shape.starts[node + 1]!];
    for (let k = from; k < to; k++) {
      const index = of[shape.members[k]!]!;
      const slot = index < 0 ? names.length : index;
      counts[slot] = counts[slot]! + 1;
    }
    const present = [...counts.keys()].filter(index => counts[index]! > 0).sort((a, b) => counts[b]! - counts[a]! || a - b); // prettier-ignore
    fills.push(present.map(index => ({ share: counts[index]! / (to - from), color: color(index === names.length ? -1 : index) }))); // prettier-ignore
    texts.push(
      present
        .slice(0, 3)
        .map(index => `${names[index] ?? 'no answer'} ${formatPercent(counts[index]! / (to - from))}`)
        .join(', '),
    );
  }
  const entries = names.slice(0, MOST_COLOURS).map((name, index) => ({ name, color: color(index) }));
  return { fills, texts, legend: { kind: 'classes', entries, more: names.length - entries.length } };
}

function mean({ starts, members }: MapperShape, node: number, values: ArrayLike<number>): number {
  let sum = 0;
  for (let k = starts[node]!; k < starts[node + 1]!; k++) sum += values[members[k]!]!;
  return sum / (starts[node + 1]! - starts[node]!);
}

/** In turns; NaN for points that are all around. */
function circularMean({ starts, members }: MapperShape, node: number, turns: ArrayLike<number>): number {
  let [sine, cosine] = [0, 0];
  for (let k = starts[node]!; k < starts[node + 1]!; k++) {
    const angle = 2 * Math.PI * turns[members[k]!]!;
    sine += Math.sin(angle);
    cosine += Math.cos(angle);
  }
  if (Math.hypot(sine, cosine) < 0.2 * (starts[node + 1]! - starts[node]!)) return NaN;
  const angle = Math.atan2(sine, cosine) / (2 * Math.PI);
  return angle < 0 ? angle + 1 : angle;
}
