import type { LayerTopology } from '../../src/protocol/results';
import { formatCount, homologyName } from '../format/numbers';
import { bottomAxis, linear, type Linear } from './axes';
import { maxDimensionOf, pairsOf, scaleLimit, thresholdOf, type Lit, type Pairs } from './layerData';
import { dimensionPaint, round, type Mark, type Scene, type Size } from './scene';

/**
 * The barcode: a horizontal bar from birth to death for each feature, a section for each dimension.
 *
 * The part of a bar that is within noise is pale, what sticks out is in full colour: a bar without a bright end is not
 * significant. More bars than there are rows are drawn as before, the longest one by one, the others in runs of
 * neighbours: pale from the first birth to the last death, and each run says how many it holds.
 */

export type BarOrder = 'birth' | 'length';

export const MOST_ROWS = 200;

const MARGIN = { top: 6, right: 16, bottom: 34, left: 46 };
const SECTION_GAP = 12;
const LEAST_PITCH = 3;
const MOST_PITCH = 10;

/** One row of the barcode: a bar, or a run of them. */
export interface Row {
  readonly pairs: readonly number[];
}

export interface BarcodePlot {
  readonly scene: Scene;
  /** From a scale to its place. */
  readonly x: Linear;
  /** Bars that share a row with others. */
  readonly binned: number;
  /** Where a bar is drawn; undefined when its dimension is not. */
  locate(dimension: number, pair: number): { x: number; y: number; width: number; height: number } | undefined;
}

/**
 * How many rows each dimension gets: an equal share of what is there, and what one does not need goes to the others. The
 * first is content with a third: bars of H0 make a smooth outline, which loses nothing by being drawn in runs.
 */
export function shareRows(counts: readonly number[], most: number): number[] {
  const rows = counts.map(() => 0);
  let left = Math.max(most, counts.length);
  const others = counts.slice(1).reduce((sum, count) => sum + count, 0);
  const wanted = counts.map((count, i) =>
    i === 0 && 0 < others ? Math.min(count, Math.max(Math.ceil(left / 3), left - others)) : count,
  );
  const order = counts.map((_, i) => i).sort((i, j) => wanted[i]! - wanted[j]!);
  order.forEach((i, k) => {
    rows[i] = Math.min(wanted[i]!, Math.floor(left / (order.length - k)));
    left -= rows[i];
  });
  return rows;
}

/** The pairs of one dimension in at most `most` rows, in drawing order. */
export function arrangeRows(pairs: Pairs, most: number, order: BarOrder): Row[] {
  const inOrder = order === 'length' ? pairs.byLength : Uint32Array.from(pairs.birth.keys());
  if (pairs.count <= most) return Array.from(inOrder, pair => ({ pairs: [pair] }));
  const alone = Math.floor(most * 0.6);
  const bins = most - alone;
  const isAlone = new Uint8Array(pairs.count);
  for (let i = 0; i < alone; i++) isAlone[pairs.byLength[i]!] = 1;
  const rows: Row[] = [];
  const others = pairs.count - alone;
  let seen = 0;
  let run: number[] = [];
  for (const pair of inOrder) {
    if (isAlone[pair] === 1) {
      rows.push({ pairs: [pair] });
      continue;
    }
    // A run keeps the place of its first bar: it is put among the rows when it begins.
    const bin = Math.floor((seen * bins) / others);
    if (seen === 0 || bin !== Math.floor(((seen - 1) * bins) / others)) {
      run = [];
      rows.push({ pairs: run });
    }
    run.push(pair);
    seen++;
  }
  return rows;
}

function barMarks(
  layer: LayerTopology,
  pairs: Pairs,
  row: Row,
  x: Linear,
  y: number,
  height: number,
  limit: number,
): Mark[] {
  const paint = dimensionPaint(pairs.dimension);
  const marks: Mark[] = [];
  const first = row.pairs[0]!;
  if (1 < row.pairs.length) {
    let [birth, firstDeath, death] = [Infinity, Infinity, -Infinity];
    for (const pair of row.pairs) {
      birth = Math.min(birth, pairs.birth[pair]!);
      firstDeath = Math.min(firstDeath, pairs.death[pair]!);
      death = Math.max(death, Math.min(limit, pairs.death[pair]!));
    }
    const feature = { kind: 'bin', dimension: pairs.dimension, pairs: row.pairs } as const;
    const from = round(x(birth));
    const width = Math.max(1, round(x(death) - from));
    marks.push({ kind: 'rect', x: from, y, width, height, fill: paint, tone: 'pale', feature });
    return marks;
  }
  const [birth, death] = [pairs.birth[first]!, pairs.death[first]!];
  const threshold = thresholdOf(layer, pairs.dimension) ?? 0;
  const feature = { kind: 'pair', dimension: pairs.dimension, pair: first } as const;
  const from = round(x(birth));
  const to = round(x(Math.min(limit, death)));
  const noise = round(Math.min(to, x(birth + threshold)));
  if (from < noise || threshold > 0) {
    const width = Math.max(1, round(noise - from));
    marks.push({ kind: 'rect', x: from, y, width, height, fill: paint, tone: 'pale', feature });
  }
  if (noise < to) {
    marks.push({ kind: 'rect', x: noise, y, width: round(to - noise), height, fill: paint, feature });
  }
  if (death === Infinity) {
    const middle = round(y + height / 2);
    const half = Math.max(3.5, height / 2 + 1.5);
    const data = `M${to} ${middle - half}L${round(to + half * 1.6)} ${middle}L${to} ${middle + half}Z`;
    marks.push({ kind: 'path', data, fill: paint, feature });
  }
  return marks;
}

export function barcodePlot(
  layer: LayerTopology,
  size: Size,
  options: { readonly order: BarOrder; readonly dimensions: readonly boolean[] },
): BarcodePlot {
  const shown: Pairs[] = [];
  for (let k = 0; k <= maxDimensionOf(layer); k++) if (options.dimensions[k] !== false) shown.push(pairsOf(layer, k));
  const limit = scaleLimit(layer);
  const bottom = size.height - MARGIN.bottom;
  const x = linear([0, limit], [MARGIN.left, size.width - MARGIN.right]);
  const right = size.width - MARGIN.right;

  // A dimension without bars keeps one row, to say so.
  const space = bottom - MARGIN.top - SECTION_GAP * Math.max(0, shown.length - 1);
  const most = Math.min(MOST_ROWS, Math.floor(space / LEAST_PITCH));
  const shares = shareRows(
    shown.map(pairs => pairs.count),
    most,
  );
  const sections = shown.map((pairs, k) => arrangeRows(pairs, shares[k]!, options.order));
  const slots = sections.reduce((sum, rows) => sum + Math.max(4, rows.length), 0);
  const pitch = Math.max(LEAST_PITCH, Math.min(MOST_PITCH, Math.floor(space / Math.max(1, slots))));
  const height = Math.max(2, pitch <= 4 ? pitch - 1 : pitch - 2);

  const marks: Mark[] = [...bottomAxis(x, bottom, 'scale (distance between activations)', MARGIN.top)];
  const places = new Map<number, { y: number; row: Row }>();
  const key = (dimension: number, pair: number): number => pair * 4 + dimension;
  let top = MARGIN.top;
  let binned = 0;
  shown.forEach((pairs, k) => {
    const rows = sections[k]!;
    const sectionHeight = Math.max(4 * pitch, rows.length * pitch);
    const paint = dimensionPaint(pairs.dimension);
    const threshold = thresholdOf(layer, pairs.dimension);
    if (threshold !== undefined && threshold > 0 && 0 < rows.length) {
      // Bars of H0 are all born at 0: for them the band is a region. Those of higher dimensions carry it in their pale part.
      const to = round(Math.min(right, x(threshold)));
      if (pairs.dimension === 0) {
        const width = round(to - MARGIN.left);
        marks.push({
          kind: 'rect',
          x: MARGIN.left,
          y: top - 2,
          width,
          height: sectionHeight + 3,
          fill: paint,
          tone: 'mist',
        });
        marks.push({
          kind: 'line',
          x1: to,
          y1: top - 2,
          x2: to,
          y2: top + sectionHeight + 1,
          stroke: paint,
          dash: [3, 2],
        });
      }
    }
    rows.forEach((row, i) => {
      const y = round(top + i * pitch);
      for (const mark of barMarks(layer, pairs, row, x, y, height, limit)) marks.push(mark);
      for (const pair of row.pairs) places.set(key(pairs.dimension, pair), { y, row });
      if (1 < row.pairs.length) binned += row.pairs.length;
    });
    marks.push({
      kind: 'text',
      x: MARGIN.left - 8,
      y: top + 10,
      text: homologyName(pairs.dimension),
      anchor: 'end',
      fill: 'foreground',
      bold: true,
    });
    marks.push({
      kind: 'text',
      x: MARGIN.left - 8,
      y: top + 23,
      text: formatCount(pairs.count),
      anchor: 'end',
      fill: 'muted',
    });
    if (threshold === undefined && 0 < rows.length) {
      const text = 'significance not tested';
      marks.push({ kind: 'text', x: right, y: top + 10, text, anchor: 'end', fill: 'muted', halo: true });
    }
    if (rows.length === 0) {
      const text = pairs.dimension === 1 ? 'no loops' : 'no bars';
      marks.push({ kind: 'text', x: MARGIN.left + 6, y: top + 10, text, fill: 'muted' });
    }
    top += sectionHeight + SECTION_GAP;
  });

  const counts = shown.map(pairs => `${formatCount(pairs.count)} bars of H${pairs.dimension}`).join(', ');
  return {
    scene: { ...size, title: `Barcode of ${layer.name}: ${counts}`, marks },
    x,
    binned,
    locate(dimension, pair) {
      const place = places.get(key(dimension, pair));
      if (place === undefined) return undefined;
      const pairs = pairsOf(layer, dimension);
      const from = x(pairs.birth[pair]!);
      const to = x(Math.min(limit, pairs.death[pair]!));
      return { x: round(from), y: place.y, width: Math.max(1, round(to - from)), height };
    },
  };
}

/** What the lit feature adds to a barcode. */
export function barcodeOverlay(plot: BarcodePlot, lit: Lit): Mark[] {
  const marks: Mark[] = [];
  const bottom = plot.scene.height - MARGIN.bottom;
  if (lit.scales !== undefined && lit.pairs.length === 0) {
    const x = round(plot.x(lit.scales[0]));
    return [{ kind: 'line', x1: x, y1: MARGIN.top, x2: x, y2: bottom, stroke: 'foreground', dash: [1, 2] }];
  }
  // Bars of one row are lit as one, from the first birth to the last death.
  const rows = new Map<number, { dimension: number; from: number; to: number; height: number }>();
  for (const { dimension, pair } of lit.pairs) {
    const at = plot.locate(dimension, pair);
    if (at === undefined) continue;
    const known = rows.get(at.y);
    const from = Math.min(at.x, known?.from ?? Infinity);
    const to = Math.max(at.x + at.width, known?.to ?? -Infinity);
    rows.set(at.y, { dimension, from, to, height: at.height });
  }
  for (const [y, { dimension, from, to, height }] of rows) {
    const frame = { x: from - 1.5, y: y - 1.5, width: to - from + 3, height: height + 3 };
    marks.push({ kind: 'rect', x: from, y, width: to - from, height, fill: dimensionPaint(dimension) });
    marks.push({ kind: 'rect', ...frame, stroke: 'foreground', strokeWidth: 1.5 });
    if (lit.pairs.length !== 1) continue;
    for (const x of [from, to]) {
      const y1 = y + height + 1.5;
      marks.push({ kind: 'line', x1: x, y1, x2: x, y2: bottom, stroke: 'foreground', dash: [1, 2] });
    }
  }
  return marks;
}
