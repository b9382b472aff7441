import { Fault } from '../../base/fault';
import { quoted } from '../../base/text';
import { asList, asText, entry, isObject, type Json, type JsonObject } from '../json';
import type { NewTensor } from '../changes';
import { parseInput } from '../tensorflow/graph';

/** Changes of a TensorFlow graph. */
export interface GraphChanges {
  readonly removedNodes?: ReadonlySet<string>;
  /** What a node gave (its first output, or `name:1`), and what is read in its place; the network's outputs are among the readers. */
  readonly rewired?: ReadonlyMap<string, string>;
}

/**
 * The graph of a model.json with some of its nodes and constants changed; parts that stay are the same objects. What a constant says of its shape is
 * that of its tensor. Throws `not-found` for nodes that are not there.
 */
export function changeGraph(
  topology: JsonObject,
  { removedNodes, rewired }: GraphChanges,
  tensors: ReadonlyMap<string, NewTensor>,
): JsonObject {
  const listed = asList(entry(topology, 'node'));
  const names = new Set(listed.map(node => asText(entry(node, 'name'))));
  for (const name of removedNodes ?? [])
    if (!names.has(name)) throw new Fault('not-found', `The graph has no node ${quoted(name, 80)}.`);
  const nodes = listed.flatMap(node => {
    const name = asText(entry(node, 'name')) ?? '';
    if (removedNodes?.has(name) === true) return [];
    return [withShape(withInputs(node, rewired), tensors.get(name)?.shape)];
  });
  const library = withFunctions(entry(topology, 'library'), tensors);
  const isSame = nodes.length === listed.length && nodes.every((node, i) => node === listed[i]);
  if (isSame && library === entry(topology, 'library')) return topology;
  return new Map([...topology, ['node', nodes], ...(library === undefined ? [] : [['library', library] as const])]);
}

/** A signature whose outputs are read from elsewhere. */
export function changeSignature(signature: Json | undefined, { rewired }: GraphChanges): Json | undefined {
  const outputs = entry(signature, 'outputs');
  if (!isObject(signature) || !isObject(outputs) || rewired === undefined) return signature;
  let changed = false;
  const now = [...outputs].map(([key, info]): [string, Json] => {
    const name = asText(entry(info, 'name'));
    const place = name === undefined ? undefined : redirected(name, rewired);
    if (place === undefined || place === name || !isObject(info)) return [key, info];
    changed = true;
    return [key, new Map([...info, ['name', place]])];
  });
  return changed ? new Map([...signature, ['outputs', new Map(now)]]) : signature;
}

/** Constants of functions stand in the functions. */
function withFunctions(library: Json | undefined, tensors: ReadonlyMap<string, NewTensor>): Json | undefined {
  const functions = asList(entry(library, 'function'));
  if (!isObject(library)) return library;
  const now = functions.map(one => {
    const listed = asList(entry(one, 'nodeDef'));
    const nodes = listed.map(node => withShape(node, tensors.get(asText(entry(node, 'name')) ?? '')?.shape));
    if (!isObject(one) || nodes.every((node, i) => node === listed[i])) return one;
    return new Map([...one, ['nodeDef', nodes]]);
  });
  return now.every((one, i) => one === functions[i]) ? library : new Map([...library, ['function', now]]);
}

function withInputs(node: Json, rewired: ReadonlyMap<string, string> | undefined): Json {
  const inputs = entry(node, 'input');
  if (rewired === undefined || inputs === undefined || !isObject(node)) return node;
  const now = asList(inputs).map(input => redirected(asText(input) ?? '', rewired));
  return now.every((input, i) => input === asList(inputs)[i]) ? node : new Map([...node, ['input', now]]);
}

function redirected(text: string, rewired: ReadonlyMap<string, string>): string {
  const place = parseInput(text);
  // What only waits for a node names it after a caret.
  if (place === undefined)
    return rewired.has(text.slice(1)) ? `^${rewired.get(text.slice(1))!.replace(/:\d+$/, '')}` : text;
  const { node, output } = place;
  return (
    rewired.get(output === 0 ? node : `${node}:${output}`) ??
    (output === 0 ? rewired.get(`${node}:0`) : undefined) ??
    text
  );
}

function withShape(node: Json, shape: readonly number[] | undefined): Json {
  const attributes = entry(node, 'attr');
  const value = entry(attributes, 'value');
  const tensor = entry(value, 'tensor');
  const said = entry(tensor, 'tensorShape');
  if (
    shape === undefined ||
    !isObject(node) ||
    !isObject(attributes) ||
    !isObject(value) ||
    !isObject(tensor) ||
    !isObject(said)
  )
    return node;
  const old = asList(entry(said, 'dim')).map(dim => entry(dim, 'size'));
  if (old.length === shape.length && old.every((size, axis) => Number(size) === shape[axis])) return node;
  // Numbers of 64 bits are text in this JSON; some writers make them numbers all the same.
  const written = (size: number): Json => (typeof old[0] === 'number' ? size : String(size));
  const dims = shape.map((size): Json => new Map([['size', written(size)]]));
  const put = (object: JsonObject, key: string, inner: Json): JsonObject => new Map([...object, [key, inner]]);
  return put(
    node,
    'attr',
    put(attributes, 'value', put(value, 'tensor', put(tensor, 'tensorShape', put(said, 'dim', dims)))),
  );
}
