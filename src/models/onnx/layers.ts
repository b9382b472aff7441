import type { InnerLayer, Layer, UnsupportedOperator } from '../model';
import { isFloat } from '../elements';
import { channelAxes } from './channelAxes';
import { followData, type NodeFlow } from './dataFlow';
import type { OrderedGraph } from './graphOrder';
import { decisionsOf, InnerLayers } from './innerLayers';
import { carrier, consumers, free, group, namesBySize, outputOf, trainedSize, uniquelyNamed } from './layerGroups';
import { placeNodes } from './moduleNames';
import { isKnownOperator, qualifiedName } from './operators';
import { functionKey, type OnnxFile, type OnnxNode } from './protocol';
import type { Facts } from './shapes';
import type { UsedWeight } from './trainedWeights';

/** A tensor that comes from more layers than this is said to come from the first of them. */
const MAX_SOURCES = 1000;

export interface Layers {
  readonly layers: readonly Layer[];
  /** Of the bodies of loops and branches. */
  readonly innerLayers: readonly InnerLayer[];
  /** Every weight that a layer uses, each once. */
  readonly weights: readonly UsedWeight[];
  readonly unsupported: readonly UnsupportedOperator[];
  /** Names of branches and loops that values of the whole batch decide on. */
  readonly decisions: readonly string[];
}

/**
 * Turns nodes into layers: all nodes of a module that has no modules within are one; a node outside such modules is one by its
 * own name. What computes shapes, constants or masks, or passes values on unchanged, is none. A loop or a branch is one, and what its body holds are inner layers.
 */
export function layersOf(file: OnnxFile, ordered: OrderedGraph, facts: Facts): Layers {
  const { nodes, graph } = ordered;
  const isFloatInput = (name: string) => {
    const type = facts.get(name)?.type;
    return type === undefined || isFloat(type);
  };
  const flow = followData(ordered, isFloatInput);
  const flows = flow.nodes;
  const placements = placeNodes(nodes, flows.map(namesBySize));
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
  const inner = new InnerLayers(
    facts,
    weights,
    found.map(layer => layer.name),
  );

  const layers = found.map(({ name, members, output }, index): Layer => {
    const own = new Map<string, UsedWeight>();
    const add = (weight: UsedWeight) => {
      if (own.get(weight.info.name)?.info.trained !== true) own.set(weight.info.name, weight);
    };
    const sourceNames = (tensor: string) => [...(sources.get(tensor) ?? [])].map(at => found[at]!.name);
    for (const member of members) {
      flows[member]!.weights.forEach(add);
      const reading = { name, ordered, flow, facts, sources: sourceNames };
      inner.read(nodes[member]!, flows[member]!, reading).forEach(add);
    }
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
  return {
    layers,
    innerLayers: inner.layers,
    weights: [...weights.values()],
    unsupported: unsupportedOf(file, ordered, layers),
    decisions: [...decisionsOf(ordered, flow), ...inner.decisions],
  };
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
