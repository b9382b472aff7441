import { Fault } from '../../base/fault';
import { asInteger, asList, asText, entry, isObject, type Json } from '../json';
import type { Shape } from '../model';
import type { StoredTensor } from '../storedTensor';
import {
  elementTypeOf,
  parseInput,
  type Attribute,
  type GraphNode,
  type GraphPort,
  type NodeInput,
  type TensorFlowGraph,
} from '../tensorflow/graph';
import { flattenGraph } from '../tensorflow/flatten';
import type { StoredFunction, StoredGraph, StoredNode } from '../tensorflow/storedGraph';

const MOST_NODES = 500_000;

/** The graph of a TensorFlow.js model.json: a GraphDef as protocol buffers write it in JSON. Throws `corrupt`, `too-large`. */
export function readGraphDef(
  topology: Json | undefined,
  signature: Json | undefined,
  tensors: readonly StoredTensor[],
): TensorFlowGraph {
  const listed = asList(entry(topology, 'node'));
  if (listed.length === 0) throw broken('it has no nodes');
  if (listed.length > MOST_NODES)
    throw new Fault('too-large', `The graph has ${listed.length} nodes; at most ${MOST_NODES} are read.`);
  const nodes = listed.map(readNode);
  const byName = new Map(nodes.map(node => [node.name, node]));
  const stored = new Map(tensors.map(tensor => [tensor.name, tensor]));
  const functions = readFunctions(entry(topology, 'library'), stored);
  for (const node of [...nodes, ...[...functions.values()].flatMap(one => one.nodes)])
    if (node.op === 'Const' && !stored.has(node.name) && node.attributes.get('dtype')?.type !== 'str')
      throw broken(`the constant ${JSON.stringify(node.name)} is not among the weights`);
  const inputs = ports(entry(signature, 'inputs'), byName) ?? placeholders(nodes);
  const outputs = ports(entry(signature, 'outputs'), byName) ?? ends(nodes);
  if (nodes.some(node => CALLING.test(node.op)))
    return flattened(
      listed.map(node => storedNode(node, stored)),
      functions,
      inputs,
      outputs,
    );
  return {
    nodes,
    tensors: new Map(nodes.flatMap(node => (stored.has(node.name) ? [[node.name, stored.get(node.name)!]] : []))),
    inputs,
    outputs,
  };
}

/** Operators that call functions of the graph's library. */
const CALLING = /^((Stateful)?PartitionedCall|(Stateless)?(While|If))$/;

/** Loops, branches and calls of functions are brought to a graph without functions, as those of a SavedModel are. */
function flattened(
  nodes: readonly StoredNode[],
  functions: StoredGraph['functions'],
  inputs: readonly GraphPort[],
  outputs: readonly GraphPort[],
): TensorFlowGraph {
  const port = ({ name, node, output, shape, type }: GraphPort) => ({ name, tensor: `${node}:${output}`, shape, type });
  const signature = { name: '', inputs: inputs.map(port), outputs: outputs.map(port) };
  return flattenGraph({ tags: [], version: '', nodes, functions, signatures: [signature] }, signature, new Map(), true);
}

/** The library of a GraphDef (function.proto). The converter gives constants of functions names that no other has, and writes them among the weights. */
function readFunctions(library: Json | undefined, stored: ReadonlyMap<string, StoredTensor>): StoredGraph['functions'] {
  const functions = new Map<string, StoredFunction>();
  let count = 0;
  for (const one of asList(entry(library, 'function'))) {
    const signature = entry(one, 'signature');
    const name = asText(entry(signature, 'name'));
    if (name === undefined) throw broken('a function has no name');
    if (functions.has(name)) throw broken(`two functions are named ${JSON.stringify(name)}`);
    const names = (key: string) => asList(entry(signature, key)).map(arg => asText(entry(arg, 'name')) ?? '');
    const listed = asList(entry(one, 'nodeDef'));
    count += listed.length;
    if (count > MOST_NODES)
      throw new Fault(
        'too-large',
        `The graph's functions have more than ${MOST_NODES} nodes; at most as many are read.`,
      );
    const returns = entry(one, 'ret');
    functions.set(name, {
      name,
      inputs: names('inputArg'),
      outputs: names('outputArg'),
      nodes: listed.map(node => storedNode(node, stored)),
      returns: new Map(isObject(returns) ? [...returns].map(([key, value]) => [key, asText(value) ?? '']) : []),
    });
  }
  return functions;
}

function storedNode(json: Json, stored: ReadonlyMap<string, StoredTensor>): StoredNode {
  const { name, op, attributes } = readNode(json);
  const inputs = asList(entry(json, 'input')).map(text => asText(text) ?? '');
  const value = op === 'Const' ? stored.get(name) : undefined;
  return { name, op, inputs, attributes, value, texts: undefined };
}

function readNode(node: Json): GraphNode {
  const [name, op] = [asText(entry(node, 'name')), asText(entry(node, 'op'))];
  if (name === undefined || op === undefined) throw broken('a node has no name or operator');
  const inputs = asList(entry(node, 'input')).map(text => parseInput(asText(text) ?? ''));
  const attributes = new Map<string, Attribute>();
  const stored = entry(node, 'attr');
  if (isObject(stored)) for (const [key, value] of stored) attributes.set(key, readAttribute(value));
  return { name, op, inputs: inputs.filter((input): input is NodeInput => input !== undefined), attributes };
}

function readAttribute(value: Json): Attribute {
  const list = entry(value, 'list');
  const type = typeOf(entry(value, 'type'));
  const func = asText(entry(entry(value, 'func'), 'name'));
  return {
    ...(type === undefined ? {} : { type }),
    ...(entry(value, 'shape') === undefined ? {} : { shape: shapeOf(entry(value, 'shape')) }),
    ...(wholeNumber(entry(value, 'i')) === undefined ? {} : { integer: wholeNumber(entry(value, 'i')) }),
    ...(typeof entry(value, 'f') === 'number' ? { float: entry(value, 'f') as number } : {}),
    ...(typeof entry(value, 'b') === 'boolean' ? { flag: entry(value, 'b') as boolean } : {}),
    ...(asText(entry(value, 's')) === undefined ? {} : { text: fromBase64(asText(entry(value, 's'))!) }),
    ...(list === undefined ? {} : { integers: asList(entry(list, 'i')).map(item => wholeNumber(item) ?? 0) }),
    ...(entry(list, 'f') === undefined
      ? {}
      : { floats: asList(entry(list, 'f')).filter(item => typeof item === 'number') }),
    ...(entry(list, 'type') === undefined
      ? {}
      : { types: asList(entry(list, 'type')).flatMap(item => typeOf(item) ?? []) }),
    ...(entry(list, 's') === undefined
      ? {}
      : { texts: asList(entry(list, 's')).map(item => fromBase64(asText(item) ?? '')) }),
    ...(entry(list, 'shape') === undefined ? {} : { shapes: asList(entry(list, 'shape')).map(shapeOf) }),
    ...(func === undefined ? {} : { function: func }),
  };
}

function typeOf(value: Json | undefined) {
  return typeof value === 'number' || typeof value === 'string' ? elementTypeOf(value) : undefined;
}

/** Numbers of 64 bits are text in this JSON. */
function wholeNumber(value: Json | undefined): number | undefined {
  const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
  return asInteger(number);
}

function shapeOf(value: Json | undefined): Shape | null {
  if (!isObject(value) || entry(value, 'unknownRank') === true) return null;
  return asList(entry(value, 'dim')).map(dim => {
    const size = wholeNumber(entry(dim, 'size'));
    return size === undefined || size < 0 ? null : size;
  });
}

/** Bytes are written in base 64; text that is none is taken as it is. */
export function fromBase64(text: string): string {
  try {
    return atob(text);
  } catch {
    return text;
  }
}

function ports(signature: Json | undefined, nodes: ReadonlyMap<string, GraphNode>): readonly GraphPort[] | undefined {
  if (!isObject(signature) || signature.size === 0) return undefined;
  return [...signature].map(([name, info]): GraphPort => {
    const place = parseInput(asText(entry(info, 'name')) ?? name);
    if (place === undefined || !nodes.has(place.node))
      throw broken(`its signature names ${JSON.stringify(place?.node ?? name)}, which is not there`);
    const shape = shapeOf(entry(info, 'tensorShape')) ?? undefined;
    return { name, ...place, shape, type: typeOf(entry(info, 'dtype')) ?? 'float32' };
  });
}

/** Without a signature: what is fed, and what nothing reads. */
function placeholders(nodes: readonly GraphNode[]): readonly GraphPort[] {
  return nodes
    .filter(node => node.op.startsWith('Placeholder'))
    .map(node => ({
      name: node.name,
      node: node.name,
      output: 0,
      shape: node.attributes.get('shape')?.shape ?? undefined,
      type: node.attributes.get('dtype')?.type ?? 'float32',
    }));
}

function ends(nodes: readonly GraphNode[]): readonly GraphPort[] {
  const read = new Set(nodes.flatMap(node => node.inputs.map(input => input.node)));
  const found = nodes.filter(
    node => !read.has(node.name) && node.op !== 'Const' && node.op !== 'NoOp' && !node.op.startsWith('Placeholder'),
  );
  return found.map(node => ({
    name: node.name,
    node: node.name,
    output: 0,
    shape: undefined,
    type: node.attributes.get('T')?.type ?? 'float32',
  }));
}

function broken(what: string): Fault {
  return new Fault('corrupt', `The graph is broken: ${what}.`, { hint: 'Convert the model again.' });
}
