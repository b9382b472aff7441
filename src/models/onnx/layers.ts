import { isFloat, isQuantised } from '../elements';
import type { Layer, StoredType, UnsupportedOperator } from '../model';
import { channelAxes } from './channelAxes';
import { followData, type NodeFlow } from './dataFlow';
import type { OrderedGraph } from './graphOrder';
import { placeNodes, type Placement } from './moduleNames';
import { isKnownOperator, isPlumbing, isReshaping, qualifiedName } from './operators';
import { functionKey, type Dimension, type OnnxFile, type OnnxNode } from './protocol';
import type { Facts } from './shapes';
import type { UsedWeight } from './trainedWeights';

/** Nodes that are one layer. */
interface Group {
  readonly name: string;
  /** Indices into the ordered nodes, ascending. */
  readonly members: number[];
  /** Names of the weights that its nodes use. */
  readonly weights: Set<string>;
}

/** A tensor that comes from more layers than this is said to come from the first of them. */
const MAX_SOURCES = 1000;

export interface Layers {
  readonly layers: readonly Layer[];
  /** Every weight that a layer uses, each once. */
  readonly weights: readonly UsedWeight[];
  readonly unsupported: readonly UnsupportedOperator[];
}

/**
 * Turns nodes into layers: all nodes of a module that has no modules within are one; a node outside such modules is one by its
 * own name. What computes shapes, constants or masks, or passes values on unchanged, is none.
 */
export function layersOf(file: OnnxFile, ordered: OrderedGraph, facts: Facts): Layers {
  const { nodes, graph } = ordered;
  const isFloatInput = (name: string) => {
    const type = facts.get(name)?.type;
    return type === undefined || isFloat(type);
  };
  const flows = followData(ordered, isFloatInput);
  const bySize = flows.map(flow =>
    [...flow.weights].sort((a, b) => b.tensor.size - a.tensor.size).map(weight => weight.tensor.name),
  );
  const placements = placeNodes(nodes, bySize);
  const groups = uniquelyNamed(group(ordered, flows, placements));

  const readers = consumers(ordered);
  const graphOutputs = new Set(graph.outputs.map(output => output.name));
  const found = groups
    .map(({ name, members }) => ({ name, members, output: outputOf(members, ordered, facts, readers, graphOutputs) }))
    .filter(candidate => candidate.output !== undefined)
    .sort((a, b) => a.output!.node - b.output!.node);

  const layerOfNode = new Map<number, number>();
  found.forEach((layer, index) => layer.members.forEach(member => layerOfNode.set(member, index)));
  const sources = sourcesOf(ordered, flows, layerOfNode);
  const weights = new Map<string, UsedWeight>();
  const axes = channelAxes(ordered, facts);

  const layers = found.map(({ name, members, output }, index): Layer => {
    const own = new Map<string, UsedWeight>();
    for (const member of members) for (const weight of flows[member]!.weights) own.set(weight.info.name, weight);
    for (const [key, weight] of own) if (weights.get(key)?.info.trained !== true) weights.set(key, weight);
    const inputs = new Set(
      members.flatMap(member => ordered.reads[member]!.flatMap(tensor => [...(sources.get(tensor) ?? [])])),
    );
    inputs.delete(index);
    const dims = facts.get(output!.tensor)?.dims;
    return {
      name,
      op: nodes[carrier(members, nodes, flows)]!.op,
      outputShape: dims?.map(free),
      parameters: trainedSize([...own.values()]),
      weights: [...own.values()].map(weight => weight.info),
      output: output!.tensor,
      channelAxis: axes.get(output!.tensor),
      inputs: [...inputs].sort((a, b) => a - b).map(at => found[at]!.name),
    };
  });
  return { layers, weights: [...weights.values()], unsupported: unsupportedOf(file, ordered, layers) };
}

export function free(dim: Dimension): number | null {
  return typeof dim === 'number' ? dim : null;
}

export function trainedSize(weights: readonly UsedWeight[]): number {
  return weights.reduce((sum, weight) => sum + (weight.info.trained ? weight.tensor.size : 0), 0);
}

function group(ordered: OrderedGraph, flows: readonly NodeFlow[], placements: readonly Placement[]): Group[] {
  const { nodes } = ordered;
  const paths = new Set(placements.flatMap(place => (place.module === undefined ? [] : [place.module])));
  const containers = new Set<string>();
  for (const path of paths) {
    for (let dot = path.lastIndexOf('.'); dot > 0; dot = path.lastIndexOf('.', dot - 1))
      containers.add(path.slice(0, dot));
  }
  const groups: Group[] = [];
  const open = new Map<string, Group>();
  const groupOfTensor = new Map<string, Group>();
  const ordinals = new Map<string, number>();

  nodes.forEach((node, index) => {
    const ordinal = ordinals.get(node.op) ?? 0;
    ordinals.set(node.op, ordinal + 1);
    const flow = flows[index]!;
    if (flow.origin !== 'data' || !flow.activation) return;
    const { module, exact } = placements[index]!;
    if (module === undefined || containers.has(module)) {
      if (isPlumbing(node) || isReshaping(node)) return;
      groups.push({
        name: node.name === '' ? `${node.op}_${ordinal}` : node.name,
        members: [index],
        weights: new Set(),
      });
      return;
    }
    let current = open.get(module);
    const joins = current !== undefined && (exact || !isNewCall(current, node, index));
    if (isPlumbing(node)) {
      // It carries the module's values on, without being the module.
      if (joins && node.inputs.some(name => groupOfTensor.get(name) === current)) mark(node, current!);
      return;
    }
    if (!joins) {
      current = { name: module, members: [], weights: new Set() };
      groups.push(current);
      open.set(module, current);
    }
    current!.members.push(index);
    for (const weight of flow.weights) current!.weights.add(weight.info.name);
    mark(node, current!);
  });
  return groups;

  function mark(node: OnnxNode, owner: Group): void {
    for (const name of node.outputs) groupOfTensor.set(name, owner);
  }

  /** Without scopes, a second call of a module is told by its first operator coming again, not fed by the first call. */
  function isNewCall(current: Group, node: OnnxNode, index: number): boolean {
    const fed = ordered.reads[index]!.some(name => groupOfTensor.get(name) === current);
    const first = current.members[0]!;
    const again = nodes[first]!.op === node.op;
    const reused = flows[index]!.weights.some(weight => current.weights.has(weight.info.name));
    return reused || (again && !fed);
  }
}

function uniquelyNamed(groups: readonly Group[]): Group[] {
  const taken = new Set(groups.map(one => one.name));
  const used = new Set<string>();
  const next = new Map<string, number>();
  return groups.map(one => {
    if (!used.has(one.name)) {
      used.add(one.name);
      return one;
    }
    let count = next.get(one.name) ?? 1;
    while (taken.has(`${one.name}_${count}`)) count++;
    next.set(one.name, count + 1);
    const name = `${one.name}_${count}`;
    taken.add(name);
    used.add(name);
    return { ...one, name };
  });
}

/** For each tensor, the nodes that read it. */
function consumers(ordered: OrderedGraph): ReadonlyMap<string, readonly number[]> {
  const readers = new Map<string, number[]>();
  ordered.reads.forEach((names, index) => {
    for (const name of new Set(names)) {
      const list = readers.get(name);
      if (list === undefined) readers.set(name, [index]);
      else list.push(index);
    }
  });
  return readers;
}

/** The last tensor of numbers that leaves the group; whole numbers that are no quantised activations are positions or labels. */
function outputOf(
  members: readonly number[],
  ordered: OrderedGraph,
  facts: Facts,
  readers: ReadonlyMap<string, readonly number[]>,
  graphOutputs: ReadonlySet<string>,
): { readonly node: number; readonly tensor: string } | undefined {
  const inside = new Set(members);
  const usable = (name: string) => name !== '' && isActivationType(facts.get(name)?.type);
  let fallback: { node: number; tensor: string } | undefined;
  for (let at = members.length - 1; at >= 0; at--) {
    const node = members[at]!;
    for (const tensor of ordered.nodes[node]!.outputs) {
      if (!usable(tensor)) continue;
      const leaves = graphOutputs.has(tensor) || (readers.get(tensor) ?? []).some(reader => !inside.has(reader));
      if (leaves) return { node, tensor };
      fallback ??= { node, tensor };
    }
  }
  return fallback;
}

function isActivationType(type: StoredType | undefined): boolean {
  return type === undefined || isFloat(type) || isQuantised(type) || type === 'int32';
}

/** The node that carries most trained weights; without any, the last that computes something. */
function carrier(members: readonly number[], nodes: readonly OnnxNode[], flows: readonly NodeFlow[]): number {
  let best = members.findLast(member => !isReshaping(nodes[member]!)) ?? members.at(-1)!;
  let most = 0;
  for (const member of members) {
    const size = trainedSize(flows[member]!.weights);
    if (size > most) [best, most] = [member, size];
  }
  return best;
}

const NO_SOURCES: ReadonlySet<number> = new Set();

/** For each tensor, the layers that it comes from, through nodes that are no layers. */
function sourcesOf(
  ordered: OrderedGraph,
  flows: readonly NodeFlow[],
  layerOfNode: ReadonlyMap<number, number>,
): ReadonlyMap<string, ReadonlySet<number>> {
  const sources = new Map<string, ReadonlySet<number>>();
  ordered.nodes.forEach((node, index) => {
    const layer = layerOfNode.get(index);
    let from: ReadonlySet<number>;
    if (layer !== undefined) from = new Set([layer]);
    // A layer whose shape alone is asked for is not read.
    else if (flows[index]!.origin !== 'data') from = NO_SOURCES;
    else {
      const sets = [
        ...new Set(
          ordered.reads[index]!.map(name => sources.get(name)).filter(set => set !== undefined && set.size > 0),
        ),
      ];
      // Most plumbing passes one tensor on: its set is shared, not copied.
      from = sets.length === 1 ? sets[0]! : new Set(sets.flatMap(set => [...set!]).slice(0, MAX_SOURCES));
    }
    for (const name of node.outputs) sources.set(name, from);
  });
  return sources;
}

function unsupportedOf(file: OnnxFile, ordered: OrderedGraph, layers: readonly Layer[]): UnsupportedOperator[] {
  const ofFunction = new Map<string, OnnxNode | undefined>();
  const unknown = ordered.nodes.flatMap((node, index) => {
    const inner = firstUnknown(node, file, ofFunction);
    return inner === undefined ? [] : [{ node, index, operator: qualifiedName(inner) }];
  });
  return unknown.slice(0, 100).map(({ node, index, operator }) => {
    const after = new Set(node.outputs);
    ordered.nodes.forEach((other, at) => {
      if (at > index && ordered.reads[at]!.some(name => after.has(name)))
        for (const name of other.outputs) after.add(name);
    });
    after.delete('');
    const layersBefore = layers.filter(layer => !after.has(layer.output)).map(layer => layer.name);
    return { operator, node: node.name === '' ? (node.outputs[0] ?? '') : node.name, layersBefore };
  });
}

/** The node itself, or a node of its subgraphs or of the functions it calls, that no runtime knows. */
function firstUnknown(
  node: OnnxNode,
  file: OnnxFile,
  ofFunction: Map<string, OnnxNode | undefined>,
): OnnxNode | undefined {
  if (!isKnownOperator(node, file)) return node;
  const among = (nodes: readonly OnnxNode[]): OnnxNode | undefined => {
    for (const inner of nodes) {
      const found = firstUnknown(inner, file, ofFunction);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  for (const attribute of node.attributes.values()) {
    for (const graph of attribute.graphs) {
      const found = among(graph.nodes);
      if (found !== undefined) return found;
    }
  }
  const key = functionKey({ domain: node.domain, name: node.op, overload: node.overload });
  const local = file.functions.get(key);
  if (local === undefined) return undefined;
  if (!ofFunction.has(key)) {
    // Set first: what has been checked for recursion already need not be followed twice.
    ofFunction.set(key, undefined);
    ofFunction.set(key, among(local.nodes));
  }
  return ofFunction.get(key);
}
