import { WEIGHTED, type LayerKind } from './layerKinds';
import { kindOfModelLayer, sizesOfShapes, type LayerSizes, type ModelLayer } from './modelSizes';
import type { SourceLayer, SourceNetwork } from './networks';

/** A layer of a source and the layer of a model that it defines. */
export interface LayerPair {
  /** Indices into the layers of both. */
  readonly source: number;
  readonly model: number;
  readonly by: 'name' | 'order';
  /** Whether all sizes that both know are the same. */
  readonly agrees: boolean;
}

export interface NetworkMatch {
  /** Share of the layers with weights, of whichever has more of them, that were found in the other with the same sizes: from 0 to 1. */
  readonly confidence: number;
  /** In the order of the source. */
  readonly pairs: readonly LayerPair[];
}

/** Below this a source is not taken for the model's. */
export const LEAST_CONFIDENCE = 0.6;

/** More pairs of layers than this are matched by their names alone. */
const MOST_CELLS = 4_000_000;

/**
 * Which layers of a model a source defines. Names come first: the path of attributes, as PyTorch's exporters, Keras and others write it, with whatever stands
 * before it. Layers without such names are aligned in their order, by operator and sizes, where nothing that both know may differ. A normalisation
 * that an exporter folded into the convolution before it may be missing.
 */
export function matchNetwork(network: SourceNetwork, layers: readonly ModelLayer[]): NetworkMatch {
  const source = weighted(network.layers.map(({ kind }) => kind));
  const kinds = layers.map(kindOfModelLayer);
  const model = weighted(kinds).filter(index => layers[index]!.weights.length > 0);
  const sizes = layers.map((layer, index) => (WEIGHTED.has(kinds[index]!) ? sizesOfShapes(layer) : {}));
  const pairs = byName(network.layers, source, layers, model, kinds, sizes);
  const taken = new Set(pairs.map(pair => pair.source));
  const used = new Set(pairs.map(pair => pair.model));
  pairs.push(
    ...byOrder(
      source.filter(index => !taken.has(index)),
      model.filter(index => !used.has(index)),
      (a, b) => likeness(network.layers[a]!, kinds[b]!, sizes[b]!),
    ),
  );
  pairs.sort((a, b) => a.source - b.source);
  const agreeing = pairs.filter(({ agrees }) => agrees).length;
  const matched = new Set(pairs.map(pair => pair.source));
  const missing = source.filter(index => network.layers[index]!.kind === 'normalisation' && !matched.has(index)).length;
  const count = Math.max(source.length - missing, model.length);
  // A name whose sizes differ is the same layer of another age.
  const named = pairs.filter(({ by, agrees }) => by === 'name' && !agrees).length;
  return { confidence: count === 0 ? 0 : (agreeing + named / 2) / count, pairs };
}

function weighted(kinds: readonly LayerKind[]): number[] {
  return kinds.flatMap((kind, index) => (WEIGHTED.has(kind) ? [index] : []));
}

function byName(
  source: readonly SourceLayer[],
  sourceIndices: readonly number[],
  layers: readonly ModelLayer[],
  modelIndices: readonly number[],
  kinds: readonly LayerKind[],
  sizes: readonly LayerSizes[],
): LayerPair[] {
  const byPath = new Map<string, number[]>();
  for (const index of modelIndices)
    for (const name of new Set(namesOf(layers[index]!))) {
      // Every ending of a name is a name: exporters put the network's own before it.
      const parts = partsOf(name);
      for (let from = 0; from < Math.min(parts.length, MOST_PARTS); from++) {
        const key = parts.slice(from).join('.');
        const found = byPath.get(key);
        if (found) found.push(index);
        else byPath.set(key, [index]);
      }
    }
  const used = new Set<number>();
  const pairs: LayerPair[] = [];
  for (const index of sourceIndices) {
    const layer = source[index]!;
    if (!layer.named) continue;
    const found = [...new Set(byPath.get(partsOf(layer.path).join('.')))].filter(
      one => !used.has(one) && kinds[one] === layer.kind,
    );
    // A name that several layers end in tells nothing.
    const exact = found.filter(one => partsOf(layers[one]!.name).join('.') === partsOf(layer.path).join('.'));
    const [only] = found.length === 1 ? found : exact.length === 1 ? exact : [];
    if (only === undefined) continue;
    used.add(only);
    pairs.push({ source: index, model: only, by: 'name', agrees: likeness(layer, kinds[only]!, sizes[only]!) > 0 });
  }
  return pairs;
}

const MOST_PARTS = 12;

/** What a layer may be called: itself, and what its weights are named after. */
function namesOf({ name, weights }: ModelLayer): readonly string[] {
  return [name, ...weights.map(weight => weight.name.replace(/[./:][^./:]*$/, ''))];
}

/** `/stem/stem.0/Conv`, `stem/0`, `stem.0`: the same parts. */
function partsOf(name: string): readonly string[] {
  const parts = name.split(/[./:]/).filter(part => part !== '');
  const last = parts.at(-1);
  if (parts.length > 1 && last !== undefined && OPERATORS.test(last)) parts.pop();
  // The exporter repeats a container's name in that of its child: /stem/stem.0.
  return parts.filter((part, index) => part !== parts[index - 1] || /^\d+$/.test(part));
}

const OPERATORS =
  /^(?:Conv\w*|Gemm|MatMul|Add|BiasAdd|BatchNormalization|ConvTranspose|Gather|LayerNormalization|kernel|LSTM|GRU)$/;

/** How much alike a layer of each is: 0 where they cannot be the same, more the more sizes both know. */
function likeness(layer: SourceLayer, kind: LayerKind, sizes: LayerSizes): number {
  if (layer.kind !== kind) return 0;
  let score = 1;
  const groups = layer.sizes.find(({ role }) => role === 'groups')?.value ?? 1;
  for (const { role, value } of layer.sizes) {
    if (role === 'groups' || role === 'reshape' || value === undefined) continue;
    const known = sizes[role];
    if (known === undefined) continue;
    const meant = role === 'inputs' && kind === 'convolution' ? value / groups : value;
    if (meant !== known && value !== known) return 0;
    score += 2;
  }
  return score;
}

/** The best alignment in order (Needleman and Wunsch, J. Mol. Biol. 48, 1970): gaps cost nothing, pairs that cannot be are none. */
function byOrder(
  source: readonly number[],
  model: readonly number[],
  alike: (source: number, model: number) => number,
): LayerPair[] {
  const [rows, columns] = [source.length, model.length];
  if (rows * columns === 0 || rows * columns > MOST_CELLS) return [];
  const width = columns + 1;
  const best = new Int32Array((rows + 1) * width);
  for (let row = rows - 1; row >= 0; row--)
    for (let column = columns - 1; column >= 0; column--) {
      const score = alike(source[row]!, model[column]!);
      const paired = score > 0 ? score + best[(row + 1) * width + column + 1]! : 0;
      best[row * width + column] = Math.max(paired, best[(row + 1) * width + column]!, best[row * width + column + 1]!);
    }
  const pairs: LayerPair[] = [];
  let [row, column] = [0, 0];
  while (row < rows && column < columns) {
    const here = best[row * width + column]!;
    const score = alike(source[row]!, model[column]!);
    if (score > 0 && here === score + best[(row + 1) * width + column + 1]!) {
      pairs.push({ source: source[row]!, model: model[column]!, by: 'order', agrees: true });
      row++;
      column++;
    } else if (here === best[(row + 1) * width + column]!) row++;
    else column++;
  }
  return pairs;
}
