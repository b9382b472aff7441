import { asList, asText, entry, isList, isObject, type Json, type JsonObject } from '../json';
import type { Shape } from '../model';
import type { KerasModel } from './kerasModel';

/**
 * The configuration of a network in which each layer is said to be built for the input that it gets: Keras 3 notes that beside a layer's settings and
 * makes its weights by it. `model` is the network with its new sizes. Parts that are right already stay the same objects.
 */
export function withBuildShapes(config: Json, model: KerasModel): Json {
  const shapes = new Map(model.steps.map(step => [step.output, step.shape]));
  const inputs = new Map<string, Shape | undefined>();
  for (const step of model.steps)
    if (step.inputs.length === 1 && !inputs.has(step.layer.name))
      inputs.set(step.layer.name, shapes.get(step.inputs[0]!));
  return network(config, '', inputs);
}

function network(object: Json, prefix: string, inputs: ReadonlyMap<string, Shape | undefined>): Json {
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

function built(layer: Json, shape: Shape | undefined): Json {
  const noted = entry(layer, 'build_config');
  const said = entry(noted, 'input_shape');
  if (!isObject(layer) || !isObject(noted) || !isList(said) || shape?.length !== said.length) return layer;
  const now = said.map((size, axis) => (typeof size === 'number' ? (shape[axis] ?? size) : size));
  if (now.every((size, axis) => size === asList(said)[axis])) return layer;
  return having(layer, 'build_config', having(noted, 'input_shape', now));
}

function having(object: JsonObject, key: string, value: Json): JsonObject {
  return new Map([...object, [key, value]]);
}
