import type { ComparedPair, CompareResult } from './compare';
import { overUnit, pointsOf } from './scaledDiagram';

const SIZE = 72;
const MOST_POINTS = 120;

/** Both diagrams of a pair, small, as SVG: the first filled, the second hollow, in units of the median distance. The longest bars of each. */
export function overlaidDiagram({ layers }: Pick<CompareResult, 'layers'>, { line, a, b }: ComparedPair): string {
  const sides = [a, b].map(model => layers.find(layer => layer.line === line && layer.model === model));
  const clouds = sides.flatMap((side, place) =>
    side === undefined
      ? []
      : [0, 1].flatMap(dimension => {
          const { birth, death } = pointsOf(overUnit(side.diagram, side.medianDistance), dimension);
          return Array.from(birth, (from, i) => ({ place, dimension, birth: from, death: death[i]! }))
            .filter(point => Number.isFinite(point.death))
            .sort((x, y) => y.death - y.birth - (x.death - x.birth))
            .slice(0, MOST_POINTS);
        }),
  );
  const most = clouds.reduce((largest, { death }) => Math.max(largest, death), 0);
  if (!(most > 0)) return '';
  const at = (value: number) => ((SIZE - 6) * value) / most + 3;
  const marks = clouds.map(({ place, dimension, birth, death }) => {
    const [x, y] = [at(birth), SIZE - at(death)].map(value => Number(value.toFixed(1)));
    return `<circle class="h${dimension}${place === 0 ? '' : ' hollow'}" cx="${x}" cy="${y}" r="${place === 0 ? 1.4 : 2}"/>`;
  });
  return `<svg width="${SIZE}" height="${SIZE}" viewBox="0 0 ${SIZE} ${SIZE}" role="img" aria-label="both persistence diagrams"><line class="diagonal" x1="3" y1="${SIZE - 3}" x2="${SIZE - 3}" y2="3"/>${marks.join('')}</svg>`;
}
