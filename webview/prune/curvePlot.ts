import type { PruneMethod, PrunePoint, PruneWords } from '../../src/protocol/prune';
import { formatPercent } from '../format/numbers';

const SVG = 'http://www.w3.org/2000/svg';
const HEIGHT = 260;
export const MARGIN = { left: 52, right: 14, top: 12, bottom: 40 };
/** The plot ends where no ratio is asked for any more. */
export const LARGEST_RATIO = 0.95;

const METHODS: readonly PruneMethod[] = ['topology', 'magnitude', 'random'];

export function svg(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  children: readonly (Node | string)[] = [],
): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  made.append(...children);
  return made;
}

export function methodWord(method: PruneMethod, words: PruneWords): string {
  return words[method];
}

/** The measure of three methods against the share that is removed, with intervals, and a line where the network stands. */
export function curvePlot(
  points: readonly PrunePoint[],
  width: number,
  at: number,
  measured: { readonly value: number; readonly low: number; readonly high: number },
  words: PruneWords,
  label: string,
): SVGElement {
  const inner = { width: width - MARGIN.left - MARGIN.right, height: HEIGHT - MARGIN.top - MARGIN.bottom };
  const lowest = Math.min(measured.low, ...points.map(point => point.low));
  const highest = Math.max(measured.high, ...points.map(point => point.high));
  const floor = Math.max(0, Math.floor(lowest * 10) / 10);
  const ceiling = Math.min(1, Math.ceil(highest * 20) / 20);
  const x = (ratio: number) => MARGIN.left + (ratio / LARGEST_RATIO) * inner.width;
  const y = (value: number) =>
    MARGIN.top + (1 - (Math.max(floor, value) - floor) / Math.max(1e-9, ceiling - floor)) * inner.height;

  const parts: Node[] = [];
  const steps = ceiling - floor > 0.5 ? 0.2 : ceiling - floor > 0.2 ? 0.1 : 0.05;
  for (let value = Math.ceil(floor / steps - 1e-9) * steps; value <= ceiling + 1e-9; value += steps) {
    parts.push(svg('line', { class: 'grid', x1: MARGIN.left, x2: width - MARGIN.right, y1: y(value), y2: y(value) }));
    parts.push(
      svg('text', { class: 'tick', x: MARGIN.left - 6, y: y(value) + 4, 'text-anchor': 'end' }, [
        `${Math.round(100 * value)} %`,
      ]),
    );
  }
  for (let tenth = 0; tenth <= 9; tenth += 1)
    if (tenth % (inner.width < 360 ? 3 : 1) === 0)
      parts.push(
        svg('text', { class: 'tick', x: x(tenth / 10), y: HEIGHT - MARGIN.bottom + 16, 'text-anchor': 'middle' }, [
          `${tenth * 10}`,
        ]),
      );
  parts.push(
    svg('text', { class: 'axis', x: MARGIN.left + inner.width / 2, y: HEIGHT - 6, 'text-anchor': 'middle' }, [
      `${words.removedShare} (%)`,
    ]),
  );

  METHODS.forEach((method, index) => {
    const own = points.filter(point => point.method === method);
    const shift = (index - 1) * 3;
    const line = own.map(point => `${x(point.ratio).toFixed(1)},${y(point.accuracy).toFixed(1)}`).join(' ');
    const group = svg('g', { class: `method ${method}` });
    group.append(svg('polyline', { class: 'line', points: line }));
    for (const point of own) {
      const centre = x(point.ratio) + shift;
      group.append(svg('line', { class: 'interval', x1: centre, x2: centre, y1: y(point.low), y2: y(point.high) }));
      const marker = markerOf(method, x(point.ratio), y(point.accuracy));
      marker.append(
        svg('title', {}, [
          `${methodWord(method, words)}, ${formatPercent(point.ratio)}: ${formatPercent(point.accuracy)} (${formatPercent(point.low)} – ${formatPercent(point.high)})`,
        ]),
      );
      group.append(marker);
    }
    parts.push(group);
  });
  parts.push(svg('line', { class: 'chosen', x1: x(at), x2: x(at), y1: MARGIN.top, y2: HEIGHT - MARGIN.bottom }));
  const standing = svg('circle', { class: 'standing', cx: x(at), cy: y(measured.value), r: 6 });
  standing.append(svg('title', {}, [`${formatPercent(at)}: ${formatPercent(measured.value)}`]));
  parts.push(standing);
  return svg(
    'svg',
    { class: 'curve', width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, role: 'img', 'aria-label': label },
    parts,
  );
}

/** Methods are told apart by shape as well as by colour. */
export function markerOf(method: PruneMethod, x: number, y: number): SVGElement {
  if (method === 'topology') return svg('circle', { class: 'marker', cx: x, cy: y, r: 4 });
  if (method === 'magnitude') return svg('rect', { class: 'marker', x: x - 3.5, y: y - 3.5, width: 7, height: 7 });
  return svg('path', { class: 'marker', d: `M${x} ${y - 4.5}L${x + 4.5} ${y + 3.5}H${x - 4.5}Z` });
}

/** The value of the merging curve between its points. */
export function along(points: readonly PrunePoint[], ratio: number): number | undefined {
  const own = points.filter(point => point.method === 'topology');
  for (let i = 1; i < own.length; i++) {
    const [before, after] = [own[i - 1]!, own[i]!];
    if (ratio > after.ratio) continue;
    const share = (ratio - before.ratio) / (after.ratio - before.ratio);
    return before.accuracy + share * (after.accuracy - before.accuracy);
  }
  return own.at(-1)?.accuracy;
}
