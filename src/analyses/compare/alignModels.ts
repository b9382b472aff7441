import type { AlignedLayers } from './compare';
import { alignLayers } from './alignLayers';
import type { AlignableLayer } from './layerKind';

/**
 * Lines of layers that are the same one in several networks: each network is aligned with the first (`alignLayers`). A layer that the first does not have has a line of its own, after the
 * line that comes before it in its network.
 */
export function alignModels(models: readonly (readonly AlignableLayer[])[]): readonly AlignedLayers[] {
  const [first = [], ...others] = models;
  const empty = (): (number | null)[] => models.map(() => null);
  const lines = first.map((_, i) => {
    const line = empty();
    line[0] = i;
    return line;
  });
  others.forEach((layers, k) => {
    const model = k + 1;
    let before: (number | null)[] | undefined;
    for (const { a, b } of alignLayers(first, layers)) {
      if (a !== undefined) {
        before = lines.find(line => line[0] === a)!;
        before[model] = b ?? null;
        continue;
      }
      const line = empty();
      line[model] = b ?? null;
      lines.splice(before === undefined ? 0 : lines.indexOf(before) + 1, 0, line);
      before = line;
    }
  });
  return lines.map(layers => ({ layers }));
}

/** A line of these, with the layers of two networks only. */
export function pairsOfLine({ layers }: AlignedLayers): readonly (readonly [a: number, b: number])[] {
  const present = layers.flatMap((layer, model) => (layer === null ? [] : [model]));
  return present.flatMap((a, i) => present.slice(i + 1).map(b => [a, b] as const));
}
