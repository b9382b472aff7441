import { Fault } from '../../base/fault';
import { functionKey, type OnnxFile, type OnnxFunction, type OnnxGraph, type OnnxNode } from './protocol';

/** A graph whose references are known to be sound, in an order in which it can be computed. */
export interface OrderedGraph {
  readonly graph: OnnxGraph;
  readonly nodes: readonly OnnxNode[];
  /** Every tensor that each node reads: its inputs, and what its subgraphs take from around them. */
  readonly reads: readonly (readonly string[])[];
  /** Index into `nodes` of the node that computes a tensor. */
  readonly producer: ReadonlyMap<string, number>;
}

/**
 * Checks that every tensor is defined once and before (in some order) it is read, here, in subgraphs and in local functions, and
 * that no function calls itself. Throws `corrupt`.
 */
export function orderGraph(file: OnnxFile, sourceName: string): OrderedGraph {
  const fault = (what: string) =>
    new Fault('corrupt', `The ONNX graph is broken: ${what}.`, {
      hint: 'Export the model again; `onnx.checker` names the same place.',
      source: sourceName,
    });
  for (const local of file.functions.values()) checkFunction(local, fault);
  checkRecursion(file, fault);
  return order(file.graph, fault, true);
}

type MakeFault = (what: string) => Fault;

/** A subgraph of a graph that was checked: what it reads from around it is not among its producers. */
export function orderSubgraph(graph: OnnxGraph): OrderedGraph {
  return order(graph, what => new Fault('corrupt', `The ONNX graph is broken: ${what}.`), false);
}

export function nodeTitle(node: OnnxNode): string {
  return node.name === '' ? `a node of type ${node.op}` : `node "${node.name}" (${node.op})`;
}

function order(graph: OnnxGraph, fault: MakeFault, closed: boolean): OrderedGraph {
  const given = new Set<string>();
  for (const input of graph.inputs) {
    if (given.has(input.name)) throw fault(`two inputs are named "${input.name}"`);
    given.add(input.name);
  }
  for (const name of graph.initializers.keys()) given.add(name);
  for (const name of graph.sparse.keys()) given.add(name);

  const producer = new Map<string, number>();
  graph.nodes.forEach((node, index) => {
    for (const output of node.outputs) {
      if (output === '') continue;
      if (producer.has(output) || given.has(output)) {
        throw fault(`tensor "${output}", which ${nodeTitle(node)} computes, is defined twice`);
      }
      producer.set(output, index);
    }
  });

  const reads = graph.nodes.map(node => readsOf(node, fault));
  graph.nodes.forEach((node, index) => {
    for (const name of reads[index]!) {
      if (closed && !producer.has(name) && !given.has(name)) {
        throw fault(`${nodeTitle(node)} reads "${name}", which nothing computes`);
      }
    }
  });
  for (const output of graph.outputs) {
    if (closed && !producer.has(output.name) && !given.has(output.name)) {
      throw fault(`nothing computes the output "${output.name}"`);
    }
  }
  return sorted(graph, reads, producer, fault);
}

/** Keeps the file's order where it can be computed as it is; otherwise sorts (Kahn 1962). */
function sorted(
  graph: OnnxGraph,
  reads: readonly (readonly string[])[],
  producer: ReadonlyMap<string, number>,
  fault: MakeFault,
): OrderedGraph {
  const before = reads.map(names => [...new Set(names.map(name => producer.get(name)).filter(i => i !== undefined))]);
  if (before.every((indices, index) => indices.every(i => i < index))) {
    return { graph, nodes: graph.nodes, reads, producer };
  }
  const waitsFor = before.map(indices => indices.length);
  const after: number[][] = before.map(() => []);
  before.forEach((indices, index) => indices.forEach(i => after[i]!.push(index)));
  const sequence: number[] = [];
  waitsFor.forEach((count, index) => {
    if (count === 0) sequence.push(index);
  });
  for (let at = 0; at < sequence.length; at++) {
    for (const next of after[sequence[at]!]!) if (--waitsFor[next]! === 0) sequence.push(next);
  }
  if (sequence.length < graph.nodes.length) {
    const stuck = graph.nodes[waitsFor.findIndex(count => count > 0)]!;
    throw fault(`${nodeTitle(stuck)} depends on its own output, or on another node that does`);
  }
  const position = new Map(sequence.map((index, at) => [index, at]));
  return {
    graph,
    nodes: sequence.map(index => graph.nodes[index]!),
    reads: sequence.map(index => reads[index]!),
    producer: new Map([...producer].map(([name, index]) => [name, position.get(index)!])),
  };
}

function readsOf(node: OnnxNode, fault: MakeFault): string[] {
  const names = node.inputs.filter(name => name !== '');
  for (const attribute of node.attributes.values()) {
    // Not by a spread: there may be more names than a call takes arguments.
    for (const subgraph of attribute.graphs) for (const name of freeNames(subgraph, fault)) names.push(name);
  }
  return names;
}

/** Names that a subgraph takes from the graph around it. */
function freeNames(graph: OnnxGraph, fault: MakeFault): string[] {
  const { reads, producer } = order(graph, fault, false);
  const own = new Set([...graph.inputs.map(input => input.name), ...graph.initializers.keys(), ...graph.sparse.keys()]);
  const free = new Set<string>();
  const add = (name: string) => {
    if (name !== '' && !own.has(name) && !producer.has(name)) free.add(name);
  };
  for (const names of reads) names.forEach(add);
  for (const output of graph.outputs) add(output.name);
  return [...free];
}

function checkFunction(local: OnnxFunction, fault: MakeFault): void {
  const body: OnnxGraph = {
    name: local.name,
    nodes: local.nodes,
    initializers: new Map(),
    sparse: new Map(),
    inputs: local.inputs.map(name => ({ name, type: undefined, dims: undefined, range: { start: 0, end: 0 } })),
    outputs: local.outputs.map(name => ({ name, type: undefined, dims: undefined, range: { start: 0, end: 0 } })),
    values: new Map(),
  };
  order(body, what => fault(`in function "${local.name}", ${what}`), true);
}

function checkRecursion(file: OnnxFile, fault: MakeFault): void {
  const state = new Map<string, 'open' | 'done'>();
  const callees = (nodes: readonly OnnxNode[]): string[] =>
    nodes.flatMap(node => [
      functionKey({ domain: node.domain, name: node.op, overload: node.overload }),
      ...[...node.attributes.values()].flatMap(attribute => attribute.graphs.flatMap(graph => callees(graph.nodes))),
    ]);
  for (const root of file.functions.keys()) {
    // Its own stack: a chain of functions may be longer than the call stack.
    const stack: { key: string; next: string[] }[] = [];
    const enter = (key: string) => {
      const local = file.functions.get(key);
      if (local === undefined || state.get(key) === 'done') return;
      if (state.get(key) === 'open') throw fault(`function "${local.name}" calls itself`);
      state.set(key, 'open');
      stack.push({ key, next: callees(local.nodes) });
    };
    enter(root);
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const next = top.next.pop();
      if (next !== undefined) enter(next);
      else {
        state.set(top.key, 'done');
        stack.pop();
      }
    }
  }
}
