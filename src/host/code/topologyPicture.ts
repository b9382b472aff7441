import type { LayerTopology } from '../../protocol/results';
import { lineAt, pictureOf, ROOM, WIDTH, type PictureColours } from './barcodePicture';

const MOST_COMPONENTS = 16;
const MOST_LOOPS = 24;

interface Bar {
  readonly birth: number;
  readonly death: number;
}

/**
 * The barcode of a layer's activations as an SVG image: the longest components above, the longest loops below and dashed, by birth; a bar that never ends runs to
 * the edge.
 */
export function topologyPicture(
  { diagram }: Pick<LayerTopology, 'diagram'>,
  words: { readonly components: string; readonly loops: string },
  colours: PictureColours,
): string {
  const components = longest(barsOf(diagram, 0), MOST_COMPONENTS);
  const loops = longest(barsOf(diagram, 1), MOST_LOOPS);
  const ends = [...components, ...loops].map(({ death }) => death).filter(Number.isFinite);
  const end = Math.max(Number.MIN_VALUE, ...ends) * 1.05;
  const step = ROOM / Math.max(1, components.length + loops.length);
  const thick = Math.max(1, Math.min(5, step * 0.6)).toFixed(1);
  const x = (value: number) => 4 + (Math.min(value, end) / end) * (WIDTH - 8);
  const component = `stroke="${colours.bar}"`;
  const loop = `stroke="${colours.short}" stroke-dasharray="6 2"`;
  const lines = [...components, ...loops].map(({ birth, death }, row) =>
    lineAt(
      x(birth),
      x(death),
      4 + step * (row + 0.5),
      `stroke-width="${thick}" ${row < components.length ? component : loop}`,
    ),
  );
  const legend = [
    { text: words.components, look: component },
    { text: words.loops, look: loop },
  ];
  return pictureOf(lines, legend, colours);
}

function barsOf({ dimension, birth, death }: LayerTopology['diagram'], wanted: number): Bar[] {
  const bars: Bar[] = [];
  for (let index = 0; index < dimension.length; index++)
    if (dimension[index] === wanted) bars.push({ birth: birth[index]!, death: death[index]! });
  return bars;
}

function longest(bars: readonly Bar[], most: number): readonly Bar[] {
  const length = ({ birth, death }: Bar) => Math.min(Number.MAX_VALUE, death) - birth;
  return bars
    .toSorted((a, b) => length(b) - length(a))
    .slice(0, most)
    .sort((a, b) => a.birth - b.birth || length(b) - length(a));
}
