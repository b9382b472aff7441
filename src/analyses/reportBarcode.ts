import { rangeOfDimension } from '../topology/diagram';
import type { LayerTopology } from './layerTopology';

const WIDTH = 160;
const BAR_HEIGHT = 2;
const MOST_BARS = 12;

/** A layer's longest bars, H0 above and H1 below, as a small inline SVG; longest first, endless bars to the edge. */
export function miniBarcode({ diagram, name }: Pick<LayerTopology, 'diagram' | 'name'>): string {
  let end = 0;
  for (let i = 0; i < diagram.birth.length; i++) {
    end = Math.max(end, diagram.birth[i]!);
    if (diagram.death[i]! < Infinity) end = Math.max(end, diagram.death[i]!);
  }
  const scale = (value: number) => (end === 0 ? 0 : Math.min(WIDTH, (WIDTH * value) / end));
  const rects: string[] = [];
  for (const dimension of [0, 1]) {
    const [from, to] = rangeOfDimension(diagram, dimension);
    const order = Array.from({ length: to - from }, (_, k) => from + k)
      .sort((a, b) => lengthOf(diagram, b) - lengthOf(diagram, a) || a - b)
      .slice(0, MOST_BARS);
    for (const i of order) {
      const x = scale(diagram.birth[i]!);
      const width = Math.max(1, (diagram.death[i]! < Infinity ? scale(diagram.death[i]!) : WIDTH) - x);
      rects.push(
        `<rect class="h${dimension}" x="${x.toFixed(1)}" y="${rects.length * BAR_HEIGHT}" width="${width.toFixed(1)}" height="${BAR_HEIGHT - 0.5}"/>`,
      );
    }
  }
  const height = Math.max(BAR_HEIGHT, rects.length * BAR_HEIGHT);
  const [h0From, h0To] = rangeOfDimension(diagram, 0);
  const [h1From, h1To] = rangeOfDimension(diagram, 1);
  const label = `Barcode of ${name}: ${h0To - h0From} bars in H0, ${h1To - h1From} in H1`;
  return `<svg role="img" aria-label="${label.replace(/[&<>"']/g, c => `&#${c.charCodeAt(0)};`)}" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}">${rects.join('')}</svg>`;
}

function lengthOf(diagram: LayerTopology['diagram'], i: number): number {
  return diagram.death[i]! - diagram.birth[i]!;
}
