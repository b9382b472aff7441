import { kindsOf, sizeOfLayer, type AlignableLayer, type LayerKind, type LayerSize } from './layerKind';

/** One line of the alignment: a place in either network, or in one alone. */
export interface AlignedPair {
  readonly a: number | undefined;
  readonly b: number | undefined;
}

/*
 * What speaks for two layers being the same one. A kind counts less than a name and a shape together, so that a layer that was renamed meets by kind and shape, and one that was
 * widened by name and kind, or by its place alone. Nothing meets that differs in kind and name.
 */
const SAME_NAME = 6;
const SAME_LAST_WORD = 2;
const SAME_OUTPUT = 4;
const SAME_OWN = 2;
const OTHER_KIND = -5;
const SAME_SIZE = 3;
const SAME_CHANNELS = 1;
const OTHER_SIZE = -2;
/** Of layers that are as good, those at the same share of the depth. Below all else. */
const SAME_DEPTH = 0.5;
const LEAST = 1;

interface Described {
  readonly layer: AlignableLayer;
  readonly kind: LayerKind;
  readonly size: LayerSize | undefined;
  /** Of the network: 0 the first layer, 1 the last. */
  readonly depth: number;
}

/**
 * Which layers of two networks are the same one: the alignment of both lists with the largest sum of scores (Needleman and Wunsch 1970, gaps cost nothing), by name, kind of
 * operator, shape and order. Formats differ in names, in the order of axes, in whether an activation or a bias is a layer of its own; a layer that the other file does not have stays alone.
 * Then layers of the same name and kind that an order kept apart, as that of parallel branches may, are brought together.
 *
 * Lines are in the order of both networks; those out of order stand where A has them. Symmetric but for ties. O(|a|·|b|).
 */
export function alignLayers(a: readonly AlignableLayer[], b: readonly AlignableLayer[]): readonly AlignedPair[] {
  const [left, right] = [described(a), described(b)];
  const [rows, columns] = [left.length, right.length];
  const width = columns + 1;
  const best = new Float64Array((rows + 1) * width);
  const scores = new Float64Array(rows * columns);
  for (let i = 1; i <= rows; i++) {
    for (let j = 1; j <= columns; j++) {
      const score = scoreOf(left[i - 1]!, right[j - 1]!);
      scores[(i - 1) * columns + j - 1] = score;
      const together = score >= LEAST ? best[(i - 1) * width + j - 1]! + score : -Infinity;
      best[i * width + j] = Math.max(together, best[(i - 1) * width + j]!, best[i * width + j - 1]!);
    }
  }
  const lines: AlignedPair[] = [];
  let [i, j] = [rows, columns];
  while (i > 0 || j > 0) {
    const score = i > 0 && j > 0 ? scores[(i - 1) * columns + j - 1]! : -Infinity;
    const here = best[i * width + j]!;
    if (score >= LEAST && here === best[(i - 1) * width + j - 1]! + score) lines.push({ a: --i, b: --j });
    else if (j > 0 && (i === 0 || here === best[i * width + j - 1]!)) lines.push({ a: undefined, b: --j });
    else lines.push({ a: --i, b: undefined });
  }
  return reunited(lines.reverse(), left, right);
}

function described(layers: readonly AlignableLayer[]): readonly Described[] {
  const kinds = kindsOf(layers);
  return layers.map((layer, i) => ({
    layer,
    kind: kinds[i]!,
    size: sizeOfLayer(layer),
    depth: layers.length > 1 ? i / (layers.length - 1) : 0,
  }));
}

function scoreOf(a: Described, b: Described): number {
  const sameName = a.layer.name === b.layer.name;
  const sameKind = a.kind.output === b.kind.output ? SAME_OUTPUT : a.kind.own === b.kind.own ? SAME_OWN : undefined;
  if (sameKind === undefined && !sameName) return -Infinity;
  const name = sameName ? SAME_NAME : lastWord(a.layer.name) === lastWord(b.layer.name) ? SAME_LAST_WORD : 0;
  return (sameKind ?? OTHER_KIND) + name + sizeScore(a.size, b.size) + SAME_DEPTH * (1 - Math.abs(a.depth - b.depth));
}

function sizeScore(a: LayerSize | undefined, b: LayerSize | undefined): number {
  if (a === undefined || b === undefined) return 0;
  const samePositions =
    a.positions.length === b.positions.length && a.positions.every((size, k) => size === b.positions[k]);
  if (a.channels === b.channels && samePositions) return SAME_SIZE;
  return a.channels !== null && a.channels === b.channels ? SAME_CHANNELS : OTHER_SIZE;
}

function lastWord(name: string): string {
  return name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('.')) + 1);
}

/** Layers that have the same name and kind and were left alone on both sides. */
function reunited(
  lines: readonly AlignedPair[],
  left: readonly Described[],
  right: readonly Described[],
): readonly AlignedPair[] {
  const alone = new Map<string, number>();
  for (const { a, b } of lines) if (a === undefined && b !== undefined) alone.set(right[b]!.layer.name, b);
  const taken = new Set<number>();
  const joined = lines.map(line => {
    if (line.a === undefined || line.b !== undefined) return line;
    const { layer, kind } = left[line.a]!;
    const b = alone.get(layer.name);
    if (b === undefined || right[b]!.kind.output !== kind.output) return line;
    taken.add(b);
    return { a: line.a, b };
  });
  return joined.filter(({ a, b }) => a !== undefined || !taken.has(b!));
}
