import type { OrderedGraph } from './graphOrder';
import type { OnnxGraph, OnnxNode, OnnxTensor } from './protocol';
import { isListed, isTrained, type UsedWeight } from './trainedWeights';

/** What a tensor's values come from: the file alone, shapes of inputs, or values of inputs. */
export type Origin = 'constant' | 'shape' | 'data';

export interface NodeFlow {
  readonly origin: Origin;
  /** Whether values of a float input, or trained weights, have gone into it: masks and positions are not activations. */
  readonly activation: boolean;
  /** Stored tensors that the node uses, directly or through nodes that only prepare them; each once. */
  readonly weights: readonly UsedWeight[];
  /** Those that nodes of its subgraphs use, each once. */
  readonly innerWeights: readonly UsedWeight[];
}

/** Where the values of a graph come from, node by node and tensor by tensor. */
export interface DataFlow {
  readonly nodes: readonly NodeFlow[];
  tensor(name: string): TensorFlow | undefined;
}

export interface TensorFlow {
  readonly origin: Origin;
  readonly activation: boolean;
  /** Of tensors that are not data: the stored tensors that they are made of. */
  readonly stored: readonly Stored[];
}

interface Stored {
  readonly tensor: OnnxTensor;
  readonly dequantised: boolean;
}

/** A tensor made of more than so many stored ones is not a weight. */
const MAX_STORED = 16;

/**
 * Follows values through the graph. Weights often reach their node through others (Transpose, DequantizeLinear, a Slice of
 * a table of positions), and much of an exported graph computes shapes. A subgraph is followed with what is known `around` it.
 */
export function followData(
  ordered: OrderedGraph,
  isFloatInput: (name: string) => boolean,
  around?: DataFlow,
): DataFlow {
  const flows = new Map<string, TensorFlow>();
  const tensor = (name: string) => flows.get(name) ?? around?.tensor(name);
  const { graph, nodes, reads } = ordered;
  for (const input of graph.inputs) {
    flows.set(input.name, { origin: 'data', activation: isFloatInput(input.name), stored: [] });
  }
  for (const [name, tensor] of graph.initializers) flows.set(name, storedFlow(tensor));
  for (const name of graph.sparse.keys()) flows.set(name, { origin: 'constant', activation: false, stored: [] });

  const followed = nodes.map((node, index): NodeFlow => {
    const given = reads[index]!.map(name => tensor(name) ?? NOTHING);
    const found = node.op === 'Constant' ? constantFlow(node) : follow(node, given);
    const { weights, innerWeights } = found.origin === 'data' ? weightsOf(node, tensor) : NO_WEIGHTS;
    const activation = found.activation || [...weights, ...innerWeights].some(weight => weight.info.trained);
    const flow = { ...found, activation };
    // Scale and zero point of what is quantised as the network runs are settings, as stored ones are.
    const others = node.op === 'DynamicQuantizeLinear' ? { ...flow, activation: false } : flow;
    node.outputs.forEach((name, at) => {
      if (name !== '') flows.set(name, at === 0 ? flow : others);
    });
    return { origin: found.origin, activation, weights, innerWeights };
  });
  return { nodes: followed, tensor };
}

const NO_WEIGHTS: Pick<NodeFlow, 'weights' | 'innerWeights'> = { weights: [], innerWeights: [] };

const NOTHING: TensorFlow = { origin: 'constant', activation: false, stored: [] };

function storedFlow(tensor: OnnxTensor): TensorFlow {
  return { origin: 'constant', activation: false, stored: [{ tensor, dequantised: false }] };
}

function constantFlow(node: OnnxNode): TensorFlow {
  const tensor = node.attributes.get('value')?.tensor;
  return tensor === undefined ? NOTHING : storedFlow(namedAfter(tensor, node));
}

/** A Constant's tensor has no name of its own: it goes by its node's output. */
function namedAfter(tensor: OnnxTensor, node: OnnxNode): OnnxTensor {
  return { ...tensor, name: node.outputs[0] ?? tensor.name };
}

function follow(node: OnnxNode, given: readonly TensorFlow[]): TensorFlow {
  if (node.op === 'Shape' || node.op === 'Size') return { origin: 'shape', activation: false, stored: [] };
  if (given.some(flow => flow.origin === 'data')) {
    return { origin: 'data', activation: given.some(flow => flow.activation), stored: [] };
  }
  const origin = given.some(flow => flow.origin === 'shape') ? 'shape' : 'constant';
  const quantising = node.op === 'DequantizeLinear' || node.op === 'QuantizeLinear';
  const from = quantising ? given.slice(0, 1) : given;
  const stored = from.flatMap(flow => [...flow.stored]).slice(0, MAX_STORED + 1);
  const dequantised = node.op === 'DequantizeLinear';
  return {
    origin,
    activation: false,
    stored:
      stored.length > MAX_STORED ? [] : stored.map(one => ({ ...one, dequantised: one.dequantised || dequantised })),
  };
}

/** Whether a stored tensor is the scale or the zero point of another, by the names that quantisers give them. */
function isScale(name: string, tensor: (name: string) => TensorFlow | undefined): boolean {
  const plain = /^(.+)_(scale|zero_point)$/.exec(name)?.[1];
  return plain !== undefined && tensor(`${plain}_quantized`) !== undefined;
}

function weightsOf(
  node: OnnxNode,
  tensor: (name: string) => TensorFlow | undefined,
): Pick<NodeFlow, 'weights' | 'innerWeights'> {
  const own = new Map<string, UsedWeight>();
  const within = new Map<number, UsedWeight>();
  const judged = (user: OnnxNode, index: number, { tensor: stored, dequantised }: Stored): UsedWeight | undefined => {
    const trained = !isScale(stored.name, tensor) && isTrained(stored, user, index, dequantised);
    if (!trained && !isListed(stored, user, index)) return undefined;
    return { tensor: stored, info: { name: stored.name, shape: stored.dims, type: stored.kind.type, trained } };
  };
  const add = <K>(to: Map<K, UsedWeight>, key: K, weight: UsedWeight | undefined) => {
    if (weight !== undefined && to.get(key)?.info.trained !== true) to.set(key, weight);
  };
  // Names of a subgraph hide those around it.
  type Lookup = (name: string) => readonly Stored[];
  const visitGraphs = (user: OnnxNode, lookup: Lookup) => {
    for (const attribute of user.attributes.values()) for (const graph of attribute.graphs) visitGraph(graph, lookup);
  };
  const visitGraph = (graph: OnnxGraph, outer: Lookup) => {
    const own = new Map<string, readonly Stored[]>();
    for (const input of graph.inputs) own.set(input.name, []);
    for (const [name, initial] of graph.initializers) own.set(name, [{ tensor: initial, dequantised: false }]);
    for (const inner of graph.nodes) {
      const constant = inner.op === 'Constant' ? inner.attributes.get('value')?.tensor : undefined;
      for (const output of inner.outputs) {
        own.set(output, constant === undefined ? [] : [{ tensor: namedAfter(constant, inner), dequantised: false }]);
      }
    }
    const lookup: Lookup = name => own.get(name) ?? outer(name);
    for (const inner of graph.nodes) {
      inner.inputs.forEach((name, index) => {
        for (const stored of lookup(name)) add(within, stored.tensor.range.start, judged(inner, index, stored));
      });
      visitGraphs(inner, lookup);
    }
  };
  const lookup: Lookup = name => tensor(name)?.stored ?? [];
  node.inputs.forEach((name, index) => {
    for (const stored of lookup(name)) add(own, stored.tensor.name, judged(node, index, stored));
  });
  visitGraphs(node, lookup);
  return { weights: [...own.values()], innerWeights: [...within.values()] };
}
