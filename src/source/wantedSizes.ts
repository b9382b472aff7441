import { Fault } from '../base/fault';
import type { LayerPair } from './match';
import { sizesOfShapes, type ModelLayer } from './modelSizes';
import type { SourceNetwork } from './networks';
import type { WantedSizes } from './resize';

/**
 * The sizes that a source has to have where the weights of its model get other shapes, by the names of the weights. Throws `unsupported` where a layer whose
 * weights change is not found in the source.
 */
export function wantedSizes(
  network: SourceNetwork,
  model: readonly ModelLayer[],
  pairs: readonly LayerPair[],
  shapes: Readonly<Record<string, readonly number[]>>,
): readonly WantedSizes[] {
  const sourceOf = new Map(pairs.map(pair => [pair.model, pair.source]));
  return model.flatMap((layer, index): WantedSizes[] => {
    if (!layer.weights.some(({ name }) => Object.hasOwn(shapes, name))) return [];
    const source = network.layers[sourceOf.get(index) ?? -1];
    if (source === undefined)
      throw new Fault('unsupported', `The layer ${layer.name} changes, too, and is not found in the source.`);
    const groups = source.sizes.find(({ role }) => role === 'groups')?.value ?? 1;
    const now = sizesOfShapes(layer, undefined, groups);
    const then = sizesOfShapes(
      layer,
      layer.weights.map(({ name, shape }) => (Object.hasOwn(shapes, name) ? shapes[name]! : shape)),
      groups,
    );
    const reshapes = source.sizes.filter(({ role }) => role === 'reshape');
    const follows = reshapes.length === 1 && reshapes[0]!.value === now.inputs;
    return [
      {
        path: source.path,
        sizes: { ...then, ...(follows && then.inputs !== undefined ? { reshape: then.inputs } : {}) },
      },
    ];
  });
}
