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
  const paired = new Set(pairs.map(pair => pair.source));
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
    for (const { role, value } of source.sizes)
      if (value === undefined && role !== 'reshape' && then[role] !== now[role])
        throw new Fault('unsupported', `What ${source.path} has of ${role} only running the source would tell.`, {
          hint: 'Write the number, a constant, or a default that it comes from.',
        });
    const reshapes = source.sizes.filter(({ role }) => role === 'reshape');
    const follows = reshapes.length === 1 && reshapes[0]!.value === now.inputs;
    return [
      {
        path: source.path,
        sizes: { ...then, ...(follows && then.inputs !== undefined ? { reshape: then.inputs } : {}) },
      },
      ...foldedAfter(sourceOf.get(index)!, network, paired, now.outputs, then.outputs),
    ];
  });
}

/** A normalisation that an exporter folded into the layer before it has no weights of its own to change, and goes with that layer. */
function foldedAfter(
  index: number,
  network: SourceNetwork,
  paired: ReadonlySet<number>,
  now: number | undefined,
  then: number | undefined,
): readonly WantedSizes[] {
  const next = network.layers[index + 1];
  if (next?.kind !== 'normalisation' || paired.has(index + 1) || now === then || then === undefined) return [];
  const isOfIt = next.sizes.some(({ role, value }) => role === 'features' && value === now);
  return isOfIt ? [{ path: next.path, sizes: { features: then } }] : [];
}
