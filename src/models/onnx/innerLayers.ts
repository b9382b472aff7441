import type { InnerLayer } from '../model';
import { isFloat } from '../elements';
import { channelAxes } from './channelAxes';
import { followData, type DataFlow, type NodeFlow } from './dataFlow';
import { orderSubgraph, type OrderedGraph } from './graphOrder';
import {
  carrier,
  consumers,
  free,
  group,
  namesBySize,
  outputOf,
  trainedSize,
  uniquelyNamed,
  type Group,
} from './layerGroups';
import { placeNodes } from './moduleNames';
import type { OnnxGraph, OnnxNode } from './protocol';
import type { Facts } from './shapes';
import type { UsedWeight } from './trainedWeights';

/** What is known where a loop or a branch stands. */
interface Around {
  /** The layer that it is, or is a part of. */
  readonly name: string;
  readonly flow: DataFlow;
  readonly facts: Facts;
  /** The layers that a tensor comes from. */
  readonly sources: (tensor: string) => readonly string[];
}

/**
 * Reads the layers of subgraphs: the bodies of Loop and Scan, the branches of If, and those within them. They are named as all layers are: by their
 * modules, and a node outside of modules by its own name after that of the layer whose body it is in.
 */
export class InnerLayers {
  readonly layers: InnerLayer[] = [];
  readonly decisions: string[] = [];

  private readonly taken: Set<string>;

  /** `weights` gets every weight of an inner layer; none is called like one of the `names`. */
  constructor(
    private readonly root: Facts,
    private readonly weights: Map<string, UsedWeight>,
    names: readonly string[],
  ) {
    this.taken = new Set(names);
  }

  /** Reads the subgraphs of a node; gives the weights in them that belong to no inner layer, and so to the node's own layer. */
  read(node: OnnxNode, flow: NodeFlow, around: Around): readonly UsedWeight[] {
    const graphs = [...node.attributes].flatMap(([key, attribute]) => attribute.graphs.map(graph => ({ key, graph })));
    if (graphs.length === 0) return [];
    const claimed = new Set<number>();
    for (const { key, graph } of graphs) this.subgraph(node, key, graph, around, claimed);
    return flow.innerWeights.filter(weight => !claimed.has(weight.tensor.range.start));
  }

  private subgraph(node: OnnxNode, key: string, graph: OnnxGraph, around: Around, claimed: Set<number>): void {
    const ordered = orderSubgraph(graph);
    const facts = this.root.ofSubgraph(graph) ?? around.facts;
    const flow = followData(ordered, name => isFloat(facts.get(name)?.type ?? 'float32'), around.flow);
    const placements = placeNodes(ordered.nodes, flow.nodes.map(namesBySize));
    const modules = new Set(placements.map(place => place.module));
    const named = group(ordered, flow.nodes, placements)
      // The body of a module that is a loop, such as an LSTM of its author's own, is the module.
      .filter(one => !(modules.has(one.name) && one.name === around.name))
      .map((one): Group => (modules.has(one.name) ? one : { ...one, name: innerName(around.name, one.name) }));
    this.decisions.push(...decisionsOf(ordered, flow));
    const readers = consumers(ordered);
    const outputs = new Set(graph.outputs.map(output => output.name));
    const found = uniquelyNamed(named, this.taken)
      .flatMap(({ name, members }) => {
        const output = outputOf(members, ordered, facts, readers, outputs);
        return output === undefined ? [] : [{ name, members, output }];
      })
      .sort((a, b) => a.output.node - b.output.node);
    const layerOfNode = new Map<number, string>();
    for (const { name, members } of found) {
      this.taken.add(name);
      for (const member of members) layerOfNode.set(member, name);
    }
    const sources = sourcesWithin(node, ordered, flow, layerOfNode, around);
    const axes = channelAxes(ordered, facts);
    for (const { name, members, output } of found) {
      const own = new Map<string, UsedWeight>();
      const add = (weight: UsedWeight) => {
        claimed.add(weight.tensor.range.start);
        const kept = this.register(weight, around.name, key);
        own.set(kept.info.name, kept);
      };
      const inputs = new Set<string>();
      for (const member of members) {
        const inner = ordered.nodes[member]!;
        const nodeFlow = flow.nodes[member]!;
        nodeFlow.weights.forEach(add);
        for (const weight of nodeFlow.innerWeights) claimed.add(weight.tensor.range.start);
        this.read(inner, nodeFlow, { name, flow, facts, sources }).forEach(add);
        for (const tensor of ordered.reads[member]!) sources(tensor).forEach(source => inputs.add(source));
      }
      inputs.delete(name);
      this.layers.push({
        name,
        op: ordered.nodes[carrier(members, ordered.nodes, flow.nodes)]!.op,
        outputShape: facts.get(output.tensor)?.dims?.map(free),
        parameters: trainedSize([...own.values()]),
        weights: [...own.values()].map(weight => weight.info),
        output: output.tensor,
        channelAxis: axes.get(output.tensor),
        inputs: [...inputs],
        within: { layer: around.name, op: node.op },
      });
    }
  }

  /** Two branches may each have a weight of one name: the second goes by that of its branch, too. */
  private register(weight: UsedWeight, layer: string, branch: string): UsedWeight {
    const { name } = weight.info;
    const known = this.weights.get(name);
    const isOther = known !== undefined && known.tensor.range.start !== weight.tensor.range.start;
    const kept = isOther
      ? { ...weight, info: { ...weight.info, name: innerName(innerName(layer, branch), name) } }
      : weight;
    if (this.weights.get(kept.info.name)?.info.trained !== true) this.weights.set(kept.info.name, kept);
    return kept;
  }
}

/** Branches whose condition, and loops whose number of turns, comes from values: one decision for all rows of a batch. */
export function decisionsOf(ordered: OrderedGraph, flow: DataFlow): string[] {
  return ordered.nodes
    .filter(node => (node.op === 'If' || node.op === 'Loop') && flow.tensor(node.inputs[0] ?? '')?.origin === 'data')
    .map(node => (node.name === '' ? node.op : node.name));
}

function innerName(outer: string, name: string): string {
  return `${outer}/${name.replace(/^\/+/, '')}`;
}

/** For each tensor of a body, the layers that it comes from, within the body and around it. */
function sourcesWithin(
  node: OnnxNode,
  ordered: OrderedGraph,
  flow: DataFlow,
  layerOfNode: ReadonlyMap<number, string>,
  around: Around,
): (tensor: string) => readonly string[] {
  const known = new Map<string, readonly string[]>();
  const sources = (tensor: string) => known.get(tensor) ?? around.sources(tensor);
  // What is carried comes from the turn before as well: that edge would lead backwards, and is none.
  ordered.graph.inputs.forEach((input, index) => known.set(input.name, around.sources(node.inputs[index] ?? '')));
  ordered.nodes.forEach((inner, index) => {
    const layer = layerOfNode.get(index);
    const from =
      layer !== undefined
        ? [layer]
        : flow.nodes[index]!.origin !== 'data'
          ? []
          : [...new Set(ordered.reads[index]!.flatMap(sources))];
    for (const output of inner.outputs) known.set(output, from);
  });
  return sources;
}
