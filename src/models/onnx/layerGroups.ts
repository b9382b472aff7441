import { isFloat, isQuantised } from '../elements';
import type { StoredType } from '../model';
import type { NodeFlow } from './dataFlow';
import type { OrderedGraph } from './graphOrder';
import type { Placement } from './moduleNames';
import { isPlumbing, isReshaping } from './operators';
import type { Dimension, OnnxNode } from './protocol';
import type { Facts } from './shapes';
import type { UsedWeight } from './trainedWeights';

/** Nodes that are one layer. */
export interface Group {
  readonly name: string;
  /** Indices into the ordered nodes, ascending. */
  readonly members: number[];
  /** Names of the weights that its nodes use. */
  readonly weights: Set<string>;
}

export function free(dim: Dimension): number | null {
  return typeof dim === 'number' ? dim : null;
}

export function trainedSize(weights: readonly UsedWeight[]): number {
  return weights.reduce((sum, weight) => sum + (weight.info.trained ? weight.tensor.size : 0), 0);
}

/**
 * Joins nodes to layers by their modules. A node outside of any is one by its own name, and one without a name by its operator and number.
 */
export function group(ordered: OrderedGraph, flows: readonly NodeFlow[], placements: readonly Placement[]): Group[] {
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

/** Gives a name that comes again, or is among `others`, a number. */
export function uniquelyNamed(groups: readonly Group[], others: Iterable<string> = []): Group[] {
  const taken = new Set([...others, ...groups.map(one => one.name)]);
  const used = new Set<string>(others);
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
export function consumers(ordered: OrderedGraph): ReadonlyMap<string, readonly number[]> {
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

/**
 * The last tensor of numbers that leaves the group. Whole numbers that are no quantised activations are positions or labels, and a single number that a branch is chosen by is one of all
 * rows together.
 */
export function outputOf(
  members: readonly number[],
  ordered: OrderedGraph,
  facts: Facts,
  readers: ReadonlyMap<string, readonly number[]>,
  graphOutputs: ReadonlySet<string>,
): { readonly node: number; readonly tensor: string } | undefined {
  const inside = new Set(members);
  const usable = (name: string) =>
    name !== '' &&
    isActivationType(facts.get(name)?.type) &&
    (graphOutputs.has(name) || !decides(name, ordered, facts, readers));
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

/** Whether a tensor is a single number that, compared and cast, goes to the conditions of branches and loops alone. */
function decides(
  name: string,
  ordered: OrderedGraph,
  facts: Facts,
  readers: ReadonlyMap<string, readonly number[]>,
): boolean {
  if (facts.get(name)?.dims?.length !== 0) return false;
  const seen = new Set([name]);
  let found = false;
  for (const tensor of seen) {
    for (const reader of readers.get(tensor) ?? []) {
      const node = ordered.nodes[reader]!;
      const slots = node.op === 'If' ? [0] : node.op === 'Loop' ? [0, 1] : [];
      if (slots.some(slot => node.inputs[slot] === tensor)) found = true;
      else if (node.outputs.every(output => output === '' || facts.get(output)?.dims?.length === 0))
        for (const output of node.outputs) seen.add(output);
      else return false;
    }
  }
  return found;
}

function isActivationType(type: StoredType | undefined): boolean {
  return type === undefined || isFloat(type) || isQuantised(type) || type === 'int32';
}

/** The node that carries most trained weights; without any, the last that computes something. */
export function carrier(members: readonly number[], nodes: readonly OnnxNode[], flows: readonly NodeFlow[]): number {
  let best = members.findLast(member => !isReshaping(nodes[member]!)) ?? members.at(-1)!;
  let most = 0;
  for (const member of members) {
    const size = trainedSize(flows[member]!.weights);
    if (size > most) [best, most] = [member, size];
  }
  return best;
}

/** Names of the stored tensors that a node itself uses, largest first. */
export function namesBySize({ weights }: NodeFlow): string[] {
  return [...weights].sort((a, b) => b.tensor.size - a.tensor.size).map(weight => weight.tensor.name);
}
