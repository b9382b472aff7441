import { Fault, type Warning } from '../../base/fault';
import { isFloat } from '../elements';
import type { Layer, Model, Shape, TensorInfo, UnsupportedOperator, WeightInfo } from '../model';
import { notFiniteWarnings } from '../notFinite';
import type { TensorFlowProgram } from '../program';
import { readFloats, type StoredTensor } from '../storedTensor';
import { isBufferName } from '../weightsOnly/buffers';
import type { GraphNode, TensorFlowGraph } from './graph';
import { orderNodes } from './graphOrder';
import { innerParts } from './innerParts';
import { inferGraphShapes, isChannelsFirst } from './graphShapes';
import { isRunnable, PLUMBING } from './operators';

/** What a format found in a file of a TensorFlow graph. */
export interface GraphFile {
  readonly format: string;
  readonly producer: string;
  readonly details: Model['details'];
  readonly graph: TensorFlowGraph;
  /** As the user gave it. */
  readonly source: string;
}

const MOST_UNSUPPORTED = 50;

/** A graph of TensorFlow, as TensorFlow.js or a SavedModel holds it. It has no modules: its layers are its nodes. */
export class TensorFlowGraphModel implements Model {
  readonly format: string;
  readonly producer: string;
  readonly details: Model['details'];
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly parameters: number;
  readonly layers: readonly Layer[];
  readonly classNames = undefined;
  readonly unsupported: readonly UnsupportedOperator[];
  readonly program: TensorFlowProgram;

  /** Nodes that the outputs depend on, in the order of computation. */
  readonly ordered: readonly GraphNode[];
  readonly shapes: ReadonlyMap<string, Shape>;
  private readonly trained: readonly StoredTensor[];
  private found: readonly Warning[] | undefined;

  /** Throws `corrupt`. */
  constructor(readonly file: GraphFile) {
    const { graph } = file;
    this.format = file.format;
    this.producer = file.producer;
    this.details = file.details;
    const nodes = new Map(graph.nodes.map(node => [node.name, node]));
    if (nodes.size !== graph.nodes.length)
      throw new Fault('corrupt', 'The graph is broken: two of its nodes have the same name.');
    this.ordered = orderNodes(
      nodes,
      [...graph.outputs, ...graph.inputs].map(port => port.node),
    );
    const given = new Map(graph.inputs.map(input => [input.node, input.shape]));
    this.shapes = inferGraphShapes(this.ordered, graph.tensors, given);
    this.inputs = graph.inputs.map(({ name, node, shape, type }) => ({
      name,
      shape: shape ?? this.shapes.get(node),
      type,
    }));
    this.outputs = graph.outputs.map(({ name, node, output, shape, type }) => ({
      name,
      shape: (output === 0 ? this.shapes.get(node) : undefined) ?? shape,
      type,
    }));
    const { layers, trained } = describeLayers(this.ordered, graph, this.shapes);
    this.layers = layers;
    this.trained = trained;
    this.parameters = trained.reduce((sum, tensor) => sum + tensor.size, 0);
    this.unsupported = findUnsupported(this.ordered, layers, graph);
    this.program = { kind: 'tensorflow', model: this };
  }

  /** Found when first asked for: all trained weights are read for it. */
  get warnings(): readonly Warning[] {
    this.found ??= notFiniteWarnings(this.trained);
    return this.found;
  }

  storedWeight(name: string): StoredTensor {
    const tensor = [...this.file.graph.tensors.values()].find(one => one.name === name);
    if (tensor === undefined)
      throw new Fault('not-found', `The model stores no tensor named "${name}".`, { source: this.file.source });
    return tensor;
  }

  readWeight(name: string): { readonly shape: readonly number[]; readonly values: Float32Array } {
    const tensor = this.storedWeight(name);
    return { shape: tensor.shape, values: readFloats(tensor, this.file.source) };
  }
}

/** Single numbers, such as the 10⁻³ of a normalisation. */
function isScalar({ shape }: StoredTensor): boolean {
  return shape.length === 0;
}

function isTrained(tensor: StoredTensor): boolean {
  // Exporters number copies of variables.
  return isFloat(tensor.type) && !isScalar(tensor) && !isBufferName(tensor.name.replace(/_\d+$/, ''));
}

function describeLayers(ordered: readonly GraphNode[], graph: TensorFlowGraph, shapes: ReadonlyMap<string, Shape>) {
  const fed = new Set(graph.inputs.map(input => input.node));
  /** Whether a node's values depend on the inputs. */
  const depends = new Set<string>();
  /** Layers that a node's values come from, where it is none itself. */
  const sources = new Map<string, ReadonlySet<string>>();
  const weightsOf = new Map<string, readonly StoredTensor[]>();
  const channels = new Map<string, number>();
  const taken = new Set<StoredTensor>();
  const trained: StoredTensor[] = [];
  const parts = innerParts(ordered);
  const layers: Layer[] = [];
  for (const node of ordered) {
    const stored = graph.tensors.get(node.name);
    // Values come into a loop from its last turn as well.
    if (parts.has(node.name) || fed.has(node.name) || node.inputs.some(input => depends.has(input.node)))
      depends.add(node.name);
    if (!depends.has(node.name)) {
      // What is computed from constants alone carries them to the layer that reads it.
      weightsOf.set(node.name, [
        ...(stored === undefined ? [] : [stored]),
        ...node.inputs.flatMap(input => weightsOf.get(input.node) ?? []),
      ]);
      continue;
    }
    const from = new Set(node.inputs.flatMap(input => [...(sources.get(input.node) ?? [])]));
    const axis = channelAxis(node, shapes.get(node.name), channels);
    if (axis !== undefined) channels.set(node.name, axis);
    const part = parts.get(node.name);
    if (part !== undefined) {
      // What is trained within a loop belongs to the layer that reads what comes out of it.
      const constants = node.inputs.filter(input => !depends.has(input.node));
      part.weights.push(
        ...(stored === undefined ? [] : [stored]),
        ...constants.flatMap(one => weightsOf.get(one.node) ?? []),
      );
      for (const source of from) part.sources.add(source);
      weightsOf.set(node.name, part.weights);
      sources.set(node.name, part.sources);
      continue;
    }
    if (fed.has(node.name) || (PLUMBING.has(node.op) && !unrolls(node, graph)) || !givesFloats(node)) {
      // What came out of a loop goes on to the layer that reads it.
      const carried = node.inputs.flatMap(input => (depends.has(input.node) ? (weightsOf.get(input.node) ?? []) : []));
      if (carried.length > 0) weightsOf.set(node.name, carried);
      sources.set(node.name, from);
      continue;
    }
    sources.set(node.name, new Set([node.name]));
    const own: WeightInfo[] = [];
    let parameters = 0;
    for (const [place, input] of node.inputs.entries()) {
      for (const tensor of weightsOf.get(input.node) ?? []) {
        if (taken.has(tensor)) continue;
        taken.add(tensor);
        // The mean and variance of a normalisation are its fourth and fifth operands.
        const statistic = /^FusedBatchNorm/.test(node.op) && place >= 3;
        const isOwn = isTrained(tensor) && !statistic;
        if (!isFloat(tensor.type) || (isScalar(tensor) && !isOwn)) continue;
        own.push({ name: tensor.name, shape: tensor.shape, type: tensor.type, trained: isOwn });
        if (isOwn) {
          trained.push(tensor);
          parameters += tensor.size;
        }
      }
    }
    layers.push({
      name: node.name,
      op: node.op,
      outputShape: shapes.get(node.name),
      parameters,
      weights: own,
      output: node.name,
      channelAxis: axis,
      inputs: [...from],
    });
  }
  return { layers, trained };
}

/** What brings the list of a loop's answers into the order of rows, or takes the last of them: a recurrent layer's output. */
function unrolls({ op, inputs }: GraphNode, graph: TensorFlowGraph): boolean {
  if (op !== 'Transpose' && op !== 'StridedSlice') return false;
  return stacks(graph).has(inputs[0]?.node ?? '');
}

const STACKS = new WeakMap<TensorFlowGraph, ReadonlySet<string>>();

function stacks(graph: TensorFlowGraph): ReadonlySet<string> {
  let known = STACKS.get(graph);
  if (known === undefined) {
    known = new Set(graph.nodes.filter(node => node.op === 'TensorListStack').map(node => node.name));
    STACKS.set(graph, known);
  }
  return known;
}

/** Comparisons, indices and text are not activations. */
function givesFloats(node: GraphNode): boolean {
  if (
    /^(Arg(Max|Min)|Greater|Less|Equal|NotEqual|Logical|Is(Nan|Inf|Finite)|Where|TopKV2|NonMaxSuppression|Any|All)/.test(
      node.op,
    )
  )
    return false;
  const type =
    node.attributes.get('DstT')?.type ?? node.attributes.get('T')?.type ?? node.attributes.get('dtype')?.type;
  return type === undefined || isFloat(type);
}

function channelAxis(
  node: GraphNode,
  shape: Shape | undefined,
  channels: ReadonlyMap<string, number>,
): number | undefined {
  if (shape === undefined || shape.length < 2) return undefined;
  if (node.attributes.has('data_format') && shape.length > 2) return isChannelsFirst(node) ? 1 : shape.length - 1;
  const before = channels.get(node.inputs[0]?.node ?? '');
  return before === 1 && shape.length > 2 && !PLUMBING.has(node.op) ? 1 : shape.length - 1;
}

function findUnsupported(
  ordered: readonly GraphNode[],
  layers: readonly Layer[],
  { tensors }: TensorFlowGraph,
): readonly UnsupportedOperator[] {
  const found: UnsupportedOperator[] = [];
  for (const { name, op } of ordered) {
    if (isRunnable(op) || tensors.has(name) || found.length === MOST_UNSUPPORTED) continue;
    const after = new Set([name]);
    for (const node of ordered) if (node.inputs.some(input => after.has(input.node))) after.add(node.name);
    found.push({
      operator: op,
      node: name,
      layersBefore: layers.filter(layer => !after.has(layer.name)).map(layer => layer.name),
    });
  }
  return found;
}
