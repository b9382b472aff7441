import type { InnerLayer, Layer, Model } from './model';

/** A layer as it is described. */
export type DescribedLayer = Layer & Partial<Pick<InnerLayer, 'within'>>;

/**
 * All layers of a model in an order of computation: those of a loop's or a branch's body stand before the layer that it is, which reads the last of them.
 */
export function shownLayers(model: Model): readonly DescribedLayer[] {
  const inner = model.innerLayers ?? [];
  if (inner.length === 0) return model.layers;
  const bodies = new Map<string, InnerLayer[]>();
  for (const layer of inner) bodies.set(layer.within.layer, [...(bodies.get(layer.within.layer) ?? []), layer]);
  const shown: DescribedLayer[] = [];
  const show = (layer: DescribedLayer): void => {
    const body = bodies.get(layer.name) ?? [];
    // Each body once, whatever a name says.
    bodies.delete(layer.name);
    body.forEach(show);
    const read = new Set(body.flatMap(one => one.inputs));
    const last = body.map(one => one.name).filter(name => !read.has(name));
    shown.push(last.length === 0 ? layer : { ...layer, inputs: [...new Set([...layer.inputs, ...last])] });
  };
  model.layers.forEach(show);
  return shown;
}
