import type { LayerDistances } from '../../src/protocol/redundancy';
import { formatCount, formatNumber, homologyName } from '../format/numbers';
import { bottomAxis, leftAxis, linear } from '../plots/axes';
import { dimensionPaint, dimensionShape, round, type Mark, type Scene, type Size } from '../plots/scene';
import type { Pair } from './state';

const MARGIN = { top: 26, right: 14, bottom: 36, left: 52 };
const MOST_BARS = 400;

interface Bars {
  readonly birth: readonly number[];
  readonly death: readonly number[];
}

/** The finite bars of one dimension of a layer's diagram; essential ones stand for themselves. */
function barsOf({ diagrams }: LayerDistances, layer: number, dimension: number): Bars {
  const { dimension: dimensions, birth, death } = diagrams[layer]!;
  const places = Array.from(dimensions.keys()).filter(at => dimensions[at] === dimension);
  return { birth: places.map(at => birth[at]!), death: places.map(at => death[at]!) };
}

/**
 * Two diagrams over each other with the optimal matching between them: the first filled, the second hollow. Bars of H0 are all born at 0, so that their deaths stand on two lines
 * side by side. Of many bars those that move farthest and those that are longest are drawn.
 */
export function matchingPlot(
  distances: LayerDistances,
  { a, b }: Pair,
  dimension: 0 | 1,
  pairs: Int32Array | undefined,
  size: Size,
): Scene {
  const [first, second] = [barsOf(distances, a, dimension), barsOf(distances, b, dimension)];
  const finite = [...first.death, ...second.death].filter(Number.isFinite);
  const limit = 1.04 * Math.max(1e-9, ...finite);
  const side = Math.max(
    60,
    Math.min(size.width - MARGIN.left - MARGIN.right, size.height - MARGIN.top - MARGIN.bottom),
  );
  const left = round(MARGIN.left + (size.width - MARGIN.left - MARGIN.right - side) / 2);
  const bottom = MARGIN.top + side;
  const y = linear([0, limit], [bottom, MARGIN.top]);
  const marks: Mark[] = [...leftAxis(y, left, 'death ÷ median distance', left - 40)];
  const x = linear([0, limit], [left, left + side]);
  const columns = [left + side * 0.3, left + side * 0.7] as const;
  const place = (which: 0 | 1, bars: Bars, at: number) => ({
    x: round(dimension === 0 ? columns[which] : x(bars.birth[at]!)),
    y: round(y(Math.min(limit, bars.death[at]!))),
  });
  if (dimension === 0) {
    for (const [which, layer] of [a, b].entries()) {
      const at = columns[which]!;
      marks.push({ kind: 'line', x1: at, y1: bottom, x2: at, y2: MARGIN.top, stroke: 'grid' });
      marks.push({
        kind: 'text',
        x: at,
        y: bottom + 16,
        text: shortened(distances.layers[layer]!),
        anchor: 'middle',
        fill: 'muted',
      });
    }
  } else {
    marks.push(...bottomAxis(x, bottom, 'birth ÷ median distance'));
    marks.push({ kind: 'line', x1: left, y1: bottom, x2: left + side, y2: MARGIN.top, stroke: 'muted' });
  }
  const moves = movesOf(first, second, pairs);
  // Longest first, so that the widest moves lie below, and the thin ones stay to be seen.
  for (const [rank, { i, j, moved }] of moves.slice(0, MOST_BARS).entries()) {
    const widest = rank === 0 && moved > 0;
    const from = i >= 0 ? place(0, first, i) : onDiagonal(second, j);
    const to = j >= 0 ? place(1, second, j) : onDiagonal(first, i);
    if (from === undefined || to === undefined) continue;
    marks.push({
      kind: 'line',
      x1: from.x,
      y1: from.y,
      x2: to.x,
      y2: to.y,
      stroke: widest ? 'accent' : 'muted',
      strokeWidth: widest ? 1.6 : 0.6,
    });
  }
  const paint = dimensionPaint(dimension);
  const shape = dimensionShape(dimension);
  for (const [which, bars] of ([first, second] as const).entries()) {
    for (const at of longest(bars)) {
      if (!Number.isFinite(bars.death[at])) continue;
      const spot = place(which as 0 | 1, bars, at);
      marks.push(which === 0 ? { kind: 'symbol', shape, ...spot, radius: 2.8, fill: paint } : { kind: 'symbol', shape, ...spot, radius: 3.2, fill: 'background', stroke: paint, strokeWidth: 1.2 }); // prettier-ignore
    }
  }
  const names = [a, b].map(layer => distances.layers[layer]!);
  const title = `Diagrams of ${names.join(' (filled) and ')} (hollow), ${homologyName(dimension)}: ${formatCount(first.birth.length)} and ${formatCount(second.birth.length)} bars${moves[0] === undefined ? '' : `; the largest move is ${formatNumber(moves[0].moved)}`}`;
  return { ...size, title, marks };

  /** Where a bar that is left over goes; of H0 there is no room for it. */
  function onDiagonal(bars: Bars, at: number): { x: number; y: number } | undefined {
    if (dimension === 0) return undefined;
    const middle = (bars.birth[at]! + bars.death[at]!) / 2;
    return { x: round(x(middle)), y: round(y(middle)) };
  }
}

interface Move {
  readonly i: number;
  readonly j: number;
  readonly moved: number;
}

/** Finite bars with where they go, farthest first. */
function movesOf(a: Bars, b: Bars, pairs: Int32Array | undefined): readonly Move[] {
  const moves: Move[] = [];
  for (let k = 0; pairs !== undefined && k + 1 < pairs.length; k += 2) {
    const [i, j] = [pairs[k]!, pairs[k + 1]!];
    const toDiagonal = (bars: Bars, at: number) => (bars.death[at]! - bars.birth[at]!) / 2;
    const moved =
      i < 0 ? toDiagonal(b, j) : j < 0 ? toDiagonal(a, i) : Math.max(Math.abs(a.birth[i]! - b.birth[j]!), Math.abs(a.death[i]! - b.death[j]!)); // prettier-ignore
    if (Number.isFinite(moved)) moves.push({ i, j, moved });
  }
  return moves.sort((one, other) => other.moved - one.moved);
}

function longest({ birth, death }: Bars): readonly number[] {
  const places = birth.map((_, at) => at);
  return places.sort((p, q) => death[q]! - birth[q]! - (death[p]! - birth[p]!) || p - q).slice(0, MOST_BARS);
}

function shortened(name: string): string {
  return name.length <= 22 ? name : `…${name.slice(-21)}`;
}
