import type { PruneGroup } from '../../src/protocol/prune';
import { svg } from './curvePlot';

const WIDTH = 150;
const HEIGHT = 26;
/** More bars than this are drawn as every so many. */
const MOST = 150;

/** The finite H0 bars of a group, ascending, each as high as the merge costs; those of removed units are filled. The scale is that of all groups, by its square root. */
export function barsPlot({ bars, removed, units }: PruneGroup, highest: number, label: string): SVGElement {
  const shown = Math.min(MOST, bars.length);
  const step = WIDTH / Math.max(1, shown);
  const parts = Array.from({ length: shown }, (_, i) => {
    const at = Math.min(bars.length - 1, Math.floor((i * bars.length) / shown));
    const height = Math.max(1, HEIGHT * Math.sqrt((bars[at] ?? 0) / Math.max(highest, 1e-12)));
    return svg('rect', {
      class: at < removed.length ? 'bar gone' : 'bar',
      x: (i * step).toFixed(2),
      y: (HEIGHT - height).toFixed(2),
      width: Math.max(0.6, step * 0.8).toFixed(2),
      height: height.toFixed(2),
    });
  });
  const edge = (removed.length / Math.max(1, units - 1)) * WIDTH;
  parts.push(svg('line', { class: 'edge', x1: edge, x2: edge, y1: 0, y2: HEIGHT }));
  return svg(
    'svg',
    {
      class: 'bars',
      width: WIDTH,
      height: HEIGHT,
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      role: 'img',
      'aria-label': label,
    },
    parts,
  );
}
