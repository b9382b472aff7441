import { Fault } from '../../base/fault';
import { quoted } from '../../base/text';
import { asInteger, asList, asText, entry, isList, isObject, type Json, type JsonObject } from '../json';

/** Changes of the configuration of a Keras network. Layers go by their names in the model, those of inner networks by `inner/dense`. */
export interface KerasChanges {
  /** Settings of layers, such as `units`, and their new values. */
  readonly settings?: ReadonlyMap<string, ReadonlyMap<string, Json>>;
  /** Layers that are taken out: what read one reads what it read. Their tensors go with them. */
  readonly removedLayers?: ReadonlySet<string>;
  /** Of layers that are taken out, what is read in their place where it is not what they read: a layer of the same network by the name that this gives it, and which of its calls. */
  readonly readInstead?: ReadonlyMap<string, { readonly layer: string; readonly call: number }>;
}

/** Keys under which a configuration refers to what layers give. */
const REFERENCES: ReadonlySet<string> = new Set(['inbound_nodes', 'input_layers', 'output_layers']);
const SHAPES = ['batch_input_shape', 'batch_shape'];

/**
 * The configuration of a network with some of its layers changed or taken out; parts that stay are the same objects. Throws `not-found` for layers that are not there, and
 * `unsupported` where a layer is taken out that reads from several others, or is an input or a network.
 */
export function changeNetwork(config: Json, changes: KerasChanges): Json {
  const seen = new Set<string>();
  const changed = network(config, '', changes, seen);
  for (const name of [...(changes.settings?.keys() ?? []), ...(changes.removedLayers ?? [])])
    if (!seen.has(name)) throw new Fault('not-found', `The network has no layer ${quoted(name, 80)}.`);
  return changed;
}

function network(object: Json, prefix: string, changes: KerasChanges, seen: Set<string>): Json {
  const config = entry(object, 'config');
  const listed = isList(config) ? config : asList(entry(config, 'layers'));
  const names = listed.map(layer => nameOf(layer));
  const removed = new Map<string, Removed>();
  listed.forEach((layer, i) => {
    const name = prefix + names[i]!;
    if (changes.removedLayers?.has(name) === true)
      removed.set(names[i]!, { layer, instead: changes.readInstead?.get(name) });
  });
  for (const [name, one] of removed) checkRemoved(name, one);
  const layers = listed.flatMap((layer, i) => {
    const name = prefix + names[i]!;
    seen.add(name);
    if (removed.has(names[i]!)) return [];
    const inner = isList(entry(entry(layer, 'config'), 'layers')) ? network(layer, `${name}/`, changes, seen) : layer;
    return [withSettings(rewired(inner, removed), changes.settings?.get(name))];
  });
  const first = keepShape(listed, layers);
  if (first.length === listed.length && first.every((layer, i) => layer === listed[i])) return object;
  if (!isObject(object)) return object;
  if (isList(config)) return having(object, 'config', first);
  return having(object, 'config', rewired(having(config as JsonObject, 'layers', first), removed));
}

function nameOf(layer: Json): string {
  return asText(entry(entry(layer, 'config'), 'name')) ?? asText(entry(layer, 'name')) ?? '';
}

/** A layer that is taken out, and what is read in its place where that is said. */
interface Removed {
  readonly layer: Json;
  readonly instead: { readonly layer: string; readonly call: number } | undefined;
}

function checkRemoved(name: string, { layer, instead }: Removed): void {
  const isInput = asText(entry(layer, 'class_name')) === 'InputLayer';
  if (isInput || entry(entry(layer, 'config'), 'layers') !== undefined)
    throw new Fault(
      'unsupported',
      `Layer ${quoted(name, 80)} is ${isInput ? 'an input' : 'a network'}, and is not taken out.`,
    );
  if (instead !== undefined) return;
  for (const call of asList(entry(layer, 'inbound_nodes')))
    if (sourcesOf(call).length !== 1)
      throw new Fault(
        'unsupported',
        `Layer ${quoted(name, 80)} reads from several others: what reads it could read neither alone.`,
      );
}

/** The references in a call of a layer: lists of a layer's name, which of its calls, which of its outputs. */
function sourcesOf(value: Json): readonly (readonly Json[])[] {
  if (isReference(value)) return [value];
  if (isList(value)) return value.flatMap(sourcesOf);
  if (isObject(value)) return [...value.values()].flatMap(sourcesOf);
  return [];
}

function isReference(value: Json | undefined): value is readonly Json[] {
  const [name, call, output] = asList(value);
  return asText(name) !== undefined && asInteger(call) !== undefined && asInteger(output) !== undefined;
}

/** Every reference to a layer that is taken out, as one to what it reads. */
function rewired(object: Json, removed: ReadonlyMap<string, Removed>): Json {
  if (removed.size === 0 || !isObject(object)) return object;
  let changed: JsonObject = object;
  for (const [key, value] of object) {
    if (!REFERENCES.has(key)) continue;
    const now = redirected(value, removed);
    if (now !== value) changed = having(changed, key, now);
  }
  return changed;
}

function redirected(value: Json, removed: ReadonlyMap<string, Removed>): Json {
  if (isReference(value)) {
    let [name, call, output] = value as readonly [string, number, number];
    for (let steps = 0; removed.has(name) && steps <= removed.size; steps++) {
      const { layer, instead } = removed.get(name)!;
      if (instead !== undefined) {
        [name, call, output] = [instead.layer, instead.call, 0];
        continue;
      }
      const source = sourcesOf(asList(entry(layer, 'inbound_nodes'))[call] ?? null)[0];
      if (source === undefined) break;
      [name, call, output] = source as readonly [string, number, number];
    }
    return name === value[0] ? value : [name, call, output, ...value.slice(3)];
  }
  if (isList(value)) {
    const items = value.map(item => redirected(item, removed));
    return items.every((item, i) => item === value[i]) ? value : items;
  }
  if (!isObject(value)) return value;
  const entries = [...value].map(([key, item]) => [key, redirected(item, removed)] as const);
  return entries.every(([key, item]) => item === value.get(key)) ? value : new Map(entries);
}

function withSettings(layer: Json, settings: ReadonlyMap<string, Json> | undefined): Json {
  const config = entry(layer, 'config');
  if (settings === undefined || !isObject(layer) || !isObject(config)) return layer;
  return having(layer, 'config', new Map([...config, ...settings]));
}

/** A stack's first layer may say what shape its input has: where it goes, the next one says it. */
function keepShape(before: readonly Json[], after: readonly Json[]): readonly Json[] {
  const [first, next] = [before[0], after[0]];
  if (first === undefined || next === undefined || nameOf(first) === nameOf(next)) return after;
  const said = SHAPES.flatMap(key => {
    const shape = entry(entry(first, 'config'), key);
    return shape === undefined || entry(entry(next, 'config'), key) !== undefined ? [] : [[key, shape] as const];
  });
  return said.length === 0 ? after : [withSettings(next, new Map(said)), ...after.slice(1)];
}

function having(object: JsonObject, key: string, value: Json): JsonObject {
  return new Map([...object, [key, value]]);
}
