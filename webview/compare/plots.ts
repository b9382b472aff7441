import type { MatchedDistance } from '../../src/protocol/compare';
import { formatNumber, homologyName } from '../format/numbers';
import { bottomAxis, leftAxis, linear } from '../plots/axes';
import { dimensionShape, round, type Mark, type Scene, type Size } from '../plots/scene';
import { limitOf, type ScaledPairs } from './scaled';

/**
 * The pictures of a pair: A is blue and filled, B is red and hollow, or solid and dashed, so that neither colour nor shape alone has to tell them apart. A match is a feature, by its
 * place in the matching.
 */

export const PAINT_A = 'class0';
export const PAINT_B = 'class2';
const MARGIN = { top: 24, right: 14, bottom: 34, left: 48 };
const MOST_LINES = 400;
const MOST_BARS = 60;
const DASH = [5, 3];
const BESIDE = 22;

export interface PairPicture {
  readonly scene: Scene;
  /** What a match adds on top when it is lit. */
  readonly overlay: (match: number) => readonly Mark[];
}

export interface PairPlotInput {
  readonly a: ScaledPairs;
  readonly b: ScaledPairs;
  readonly matched: MatchedDistance;
  readonly dimension: number;
  readonly title: string;
}

/** How far a match moves its point. */
export function moveOf({ a, b, matched }: PairPlotInput, match: number): number {
  const [i, j] = matched.matching[match]!;
  const half = ({ birth, death }: ScaledPairs, k: number): number => (death[k]! - birth[k]!) / 2;
  if (i === null) return j === null ? 0 : half(b, j);
  if (j === null) return half(a, i);
  const deaths = a.death[i] === Infinity ? 0 : Math.abs(a.death[i]! - b.death[j]!);
  return Math.max(Math.abs(a.birth[i]! - b.birth[j]!), deaths);
}

/** Both diagrams over each other, with the matching. */
export function overlaidDiagram(input: PairPlotInput, size: Size): PairPicture {
  const { a, b, matched, dimension } = input;
  const limit = limitOf([a, b]);
  const side = Math.max(
    40,
    Math.min(size.width - MARGIN.left - MARGIN.right, size.height - MARGIN.top - MARGIN.bottom),
  );
  const left = round(MARGIN.left + (size.width - MARGIN.left - MARGIN.right - side) / 2);
  const bottom = MARGIN.top + side;
  const x = linear([0, limit], [left, left + side]);
  const y = linear([0, limit], [bottom, MARGIN.top]);
  const infinity = MARGIN.top - 12;
  // All of H0 is born at 0: side by side both can be seen.
  const shift = dimension === 0 ? BESIDE : 0;
  const at = (pairs: ScaledPairs, k: number): [number, number] => {
    const death = pairs.death[k]!;
    const beside = pairs === a ? 0.35 * shift : shift;
    return [round(x(pairs.birth[k]!) + beside), death === Infinity ? infinity : round(y(death))];
  };
  /** Where a point goes that has no partner: the nearest of the diagonal. */
  const onDiagonal = ({ birth, death }: ScaledPairs, k: number): [number, number] => {
    const middle = (birth[k]! + death[k]!) / 2;
    return [round(x(middle)), round(y(middle))];
  };
  const ends = (match: number): [[number, number], [number, number]] => {
    const [i, j] = matched.matching[match]!;
    return [i === null ? onDiagonal(b, j!) : at(a, i), j === null ? onDiagonal(a, i!) : at(b, j)];
  };
  const marks: Mark[] = [
    ...bottomAxis(x, bottom, 'birth, of the median distance'),
    ...leftAxis(y, left, 'death, of the median distance', left - 36),
    { kind: 'line', x1: left, y1: bottom, x2: left + side, y2: MARGIN.top, stroke: 'muted' },
  ];
  const order = [...matched.matching.keys()].sort((p, q) => moveOf(input, q) - moveOf(input, p));
  for (const match of order.slice(0, MOST_LINES)) {
    const [[x1, y1], [x2, y2]] = ends(match);
    if (x1 !== x2 || y1 !== y2) marks.push({ kind: 'line', x1, y1, x2, y2, stroke: 'muted', strokeWidth: 0.6 });
  }
  if ([a, b].some(({ death }) => death.includes(Infinity))) {
    marks.push({ kind: 'line', x1: left, y1: infinity, x2: left + side, y2: infinity, stroke: 'muted', dash: [2, 3] });
    marks.push({ kind: 'text', x: left - 6, y: infinity + 4, text: '∞', anchor: 'end', fill: 'muted' });
  }
  const shape = dimensionShape(dimension);
  // Those that move least first, so that the others lie on top.
  for (const match of [...order].reverse()) {
    const [i, j] = matched.matching[match]!;
    const feature = { kind: 'pair', dimension, pair: match } as const;
    if (i !== null) {
      const [px, py] = at(a, i);
      marks.push({ kind: 'symbol', shape, x: px, y: py, radius: 2.5, fill: PAINT_A, feature });
    }
    if (j !== null) {
      const [px, py] = at(b, j);
      marks.push({ kind: 'symbol', shape, x: px, y: py, radius: 3.5, stroke: PAINT_B, strokeWidth: 1.3, feature });
    }
  }
  const scene: Scene = {
    ...size,
    title: `${input.title}: persistence diagrams of ${homologyName(dimension)} over each other, ${matched.matching.length} matches, largest move ${formatNumber(order[0] === undefined ? 0 : moveOf(input, order[0]))} of the median distance`,
    marks,
  };
  return {
    scene,
    overlay: match => {
      const [[x1, y1], [x2, y2]] = ends(match);
      const [i, j] = matched.matching[match]!;
      const lit: Mark[] = [{ kind: 'line', x1, y1, x2, y2, stroke: 'foreground', strokeWidth: 2 }];
      if (i !== null) lit.push({ kind: 'symbol', shape, x: x1, y: y1, radius: 4, fill: PAINT_A, stroke: 'foreground' });
      if (j !== null) lit.push({ kind: 'symbol', shape, x: x2, y: y2, radius: 5, stroke: PAINT_B, strokeWidth: 2.5 });
      return lit;
    },
  };
}

/** Bars over each other, longest first: in row k the k-th longest of A, filled, above that of B, hollow. */
export function overlaidBarcodes(input: PairPlotInput, size: Size): PairPicture {
  const { a, b, matched, dimension } = input;
  const limit = limitOf([a, b]);
  const [left, right] = [46, size.width - 16];
  const bottom = size.height - MARGIN.bottom;
  const x = linear([0, limit], [left, right]);
  const longest = ({ birth, death }: ScaledPairs): number[] =>
    [...birth.keys()].sort((p, q) => death[q]! - birth[q]! - (death[p]! - birth[p]!) || p - q);
  const sides = [longest(a), longest(b)] as const;
  const count = Math.max(sides[0].length, sides[1].length);
  const most = Math.max(1, Math.min(MOST_BARS, count, Math.floor((bottom - 8) / 9)));
  const pitch = Math.max(9, Math.min(18, Math.floor((bottom - 8) / most)));
  const height = Math.floor((pitch - 3) / 2);
  const marks: Mark[] = [...bottomAxis(x, bottom, 'scale, of the median distance', 6)];
  const matches = [new Map<number, number>(), new Map<number, number>()] as const;
  matched.matching.forEach(([i, j], match) => {
    if (i !== null) matches[0].set(i, match);
    if (j !== null) matches[1].set(j, match);
  });
  const places = new Map<number, { x: number; y: number; width: number; height: number }[]>();
  for (const side of [0, 1] as const) {
    const { birth, death } = side === 0 ? a : b;
    sides[side].slice(0, most).forEach((k, row) => {
      const match = matches[side].get(k)!;
      const from = round(x(birth[k]!));
      const box = {
        x: from,
        y: 6 + row * pitch + side * (height + 0.5),
        width: Math.max(1, round(x(Math.min(limit, death[k]!)) - from)),
        height: height - 0.5 * side,
      };
      places.set(match, [...(places.get(match) ?? []), box]);
      const feature = { kind: 'pair', dimension, pair: match } as const;
      if (side === 0) marks.push({ kind: 'rect', ...box, fill: PAINT_A, feature });
      else marks.push({ kind: 'rect', ...box, fill: PAINT_B, tone: 'wash', stroke: PAINT_B, feature });
    });
  }
  return {
    scene: {
      ...size,
      title: `${input.title}: the ${Math.min(most, count)} longest bars of ${homologyName(dimension)}, A above B`,
      marks,
    },
    overlay: match =>
      (places.get(match) ?? []).map((box): Mark => ({ kind: 'rect', ...box, stroke: 'foreground', strokeWidth: 2 })),
  };
}

/** Bars of B less those of A that are alive at each scale. */
export function bettiDifference({ a, b, dimension, title }: Omit<PairPlotInput, 'matched'>, size: Size): PairPicture {
  const limit = limitOf([a, b]);
  const events: [number, number][] = [];
  for (const [pairs, sign] of [
    [a, -1],
    [b, 1],
  ] as const) {
    for (let k = 0; k < pairs.birth.length; k++) {
      events.push([pairs.birth[k]!, sign]);
      if (pairs.death[k]! < Infinity) events.push([pairs.death[k]!, -sign]);
    }
  }
  events.sort(([p], [q]) => p - q);
  const steps: [number, number][] = [[0, 0]];
  let count = 0;
  for (const [scale, change] of events) {
    count += change;
    const last = steps[steps.length - 1]!;
    if (last[0] === scale) last[1] = count;
    else steps.push([scale, count]);
  }
  const [least, greatest] = steps.reduce(([low, high], [, value]) => [Math.min(low, value), Math.max(high, value)], [0, 0]); // prettier-ignore
  const [left, right] = [52, size.width - 16];
  const bottom = size.height - MARGIN.bottom;
  const x = linear([0, limit], [left, right]);
  const y = linear([Math.min(least, -1), Math.max(greatest, 1)], [bottom, 10]);
  const zero = round(y(0));
  const part = (keep: (value: number) => number): string => {
    let data = `M${left} ${zero}`;
    steps.forEach(([scale, value], k) => {
      const end = steps[k + 1]?.[0] ?? limit;
      data += `L${round(x(scale))} ${round(y(keep(value)))}H${round(x(Math.min(limit, end)))}`;
    });
    return `${data}V${zero}Z`;
  };
  const sign = dimension === 0 ? 'β₀' : 'β₁';
  return {
    scene: {
      ...size,
      title: `${title}: difference of the Betti curves of ${homologyName(dimension)}, B less A, from ${least} to ${greatest}`,
      marks: [
        ...bottomAxis(x, bottom, 'scale, of the median distance', 10),
        ...leftAxis(y, left, `${sign} of B − ${sign} of A`, 12, right, 'count'),
        {
          kind: 'path',
          data: part(value => Math.max(0, value)),
          fill: PAINT_B,
          tone: 'wash',
          stroke: PAINT_B,
          dash: DASH,
        },
        { kind: 'path', data: part(value => Math.min(0, value)), fill: PAINT_A, tone: 'pale', stroke: PAINT_A },
        { kind: 'line', x1: left, y1: zero, x2: right, y2: zero, stroke: 'foreground' },
      ],
    },
    overlay: () => [],
  };
}
