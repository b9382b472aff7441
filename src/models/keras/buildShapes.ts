import { asText, entry, isList, isObject, type Json, type JsonObject } from '../json';
import type { Shape } from '../model';
import { attentionInputs } from './attentionInputs';
import type { KerasModel } from './kerasModel';

/**
 * The configuration of a network in which each layer is said to be built for the input that it gets: Keras 3 notes that beside a layer's settings and
 * makes its weights by it. `model` is the network with its new sizes. Parts that are right already stay the same objects.
 */
export function withBuildShapes(config: Json, model: KerasModel): Json {
  const shapes = new Map(model.steps.map(step => [step.output, step.shape]));
  const inputs = new Map<string, Built>();
  for (const { layer, call, inputs: read } of model.steps) {
    if (inputs.has(layer.name)) continue;
    const given = read.map(name => shapes.get(name));
    if (layer.className === 'MultiHeadAttention') {
      const { query, value, key } = attentionInputs(call, read.length);
      inputs.set(layer.name, { query_shape: given[query], value_shape: given[value], key_shape: given[key] });
    } else if (read.length === 1) inputs.set(layer.name, { input_shape: given[0] });
  }
  return network(config, '', inputs);
}

/** Shapes of what a layer reads, by the names under which they are noted. */
type Built = Readonly<Record<string, Shape | undefined>>;

function network(object: Json, prefix: string, inputs: ReadonlyMap<string, Built>): Json {
  const config = entry(object, 'config');
  const listed = entry(config, 'layers');
  if (!isObject(object) || !isObject(config) || !isList(listed)) return object;
  const layers = listed.map(layer => {
    const name = prefix + (asText(entry(entry(layer, 'config'), 'name')) ?? '');
    return built(network(layer, `${name}/`, inputs), inputs.get(name));
  });
  if (layers.every((layer, i) => layer === listed[i])) return object;
  return having(object, 'config', having(config, 'layers', layers));
}

function built(layer: Json, shapes: Built = {}): Json {
  const noted = entry(layer, 'build_config');
  if (!isObject(layer) || !isObject(noted)) return layer;
  // Layers that read several tensors note them one level further in.
  const inner = entry(noted, 'shapes_dict');
  const now = isObject(inner) ? resized(inner, shapes) : resized(noted, shapes);
  if (now === noted || now === inner) return layer;
  return having(layer, 'build_config', isObject(inner) ? having(noted, 'shapes_dict', now) : now);
}

function resized(noted: JsonObject, shapes: Built): JsonObject {
  let result = noted;
  for (const [name, shape] of Object.entries(shapes)) {
    const said = entry(noted, name);
    if (!isList(said) || shape?.length !== said.length) continue;
    const now = said.map((size, axis) => (typeof size === 'number' ? (shape[axis] ?? size) : size));
    if (now.some((size, axis) => size !== said[axis])) result = having(result, name, now);
  }
  return result;
}

function having(object: JsonObject, key: string, value: Json): JsonObject {
  return new Map([...object, [key, value]]);
}
