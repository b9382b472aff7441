import type { StoredType } from '../model';
import type { OrderedGraph } from './graphOrder';
import {
  functionKey,
  type Dimension,
  type OnnxAttribute,
  type OnnxFile,
  type OnnxGraph,
  type OnnxNode,
  type OnnxTensor,
} from './protocol';
import { CONTROL_RULES } from './shapeRulesControl';
import { LAYER_RULES } from './shapeRulesLayers';
import { ML_RULES } from './shapeRulesMachineLearning';
import { STRUCTURE_RULES } from './shapeRulesStructure';
import { ELEMENTWISE_RULES } from './shapeRulesElementwise';
import type { TensorValues } from './tensorValues';

/** What is known of a tensor without computing it. */
export interface TensorFacts {
  readonly type: StoredType | undefined;
  /** `undefined` where the rank is unknown; a name stands for the same free dimension wherever it occurs. */
  readonly dims: readonly Dimension[] | undefined;
  /** Values of a small vector or scalar of whole numbers, where they follow from shapes and constants. */
  readonly values?: readonly Dimension[] | undefined;
  /** The stored tensor that it is. */
  readonly tensor?: OnnxTensor | undefined;
}

/** What a rule sees of a node: facts of its inputs, its attributes, and where to put those of its outputs. */
export interface NodeShapes {
  readonly node: OnnxNode;
  readonly opset: number;
  input(index: number): TensorFacts | undefined;
  dims(index: number): readonly Dimension[] | undefined;
  /** Values of a small stored tensor of floats, such as the scales of a Resize. */
  floats(index: number): ArrayLike<number> | undefined;
  integer(name: string, otherwise: number): number;
  integers(name: string): readonly number[] | undefined;
  attribute(name: string): OnnxAttribute | undefined;
  /** Facts of the outputs of a subgraph, with what it reads from around it known, and its inputs as far as they are given. */
  subgraph(graph: OnnxGraph, inputs?: readonly (TensorFacts | undefined)[]): (TensorFacts | undefined)[];
  /** Facts of an attribute's tensor. */
  constant(name: string): TensorFacts | undefined;
  output(index: number, dims: readonly Dimension[] | undefined, type?: StoredType, values?: readonly Dimension[]): void;
}

export type ShapeRule = (shapes: NodeShapes) => void;

const RULES: ReadonlyMap<string, ShapeRule> = new Map([
  ...ELEMENTWISE_RULES,
  ...STRUCTURE_RULES,
  ...CONTROL_RULES,
  ...LAYER_RULES,
  ...ML_RULES,
]);

const CONTROL: ReadonlySet<string> = new Set(['If', 'Loop', 'Scan']);

/** Subgraphs and functions are followed so many nodes far in all. */
const MAX_INNER_NODES = 50_000;
const MAX_DEPTH = 16;
const MAX_RANK = 64;

/**
 * Infers types and shapes of all tensors of the graph from its inputs and initializers; declared value_info fills what no rule
 * knows. A shape that cannot be known stays unknown: nothing here throws.
 */
export function inferShapes(file: OnnxFile, ordered: OrderedGraph, values: TensorValues): Facts {
  return new Inference(file, values).run(ordered);
}

/** Facts of tensors by name; those of a subgraph hide those around it. */
export class Facts {
  private readonly own = new Map<string, TensorFacts>();
  private readonly subgraphs: Map<OnnxGraph, Facts>;

  constructor(private readonly outer: Facts | undefined) {
    this.subgraphs = outer?.subgraphs ?? new Map<OnnxGraph, Facts>();
  }

  /** What is known of the tensors of a subgraph, however deep it is. */
  ofSubgraph(graph: OnnxGraph): Facts | undefined {
    return this.subgraphs.get(graph);
  }

  /** The facts of a subgraph, in the place of those that were known of it before. */
  within(graph: OnnxGraph): Facts {
    const facts = new Facts(this);
    this.subgraphs.set(graph, facts);
    return facts;
  }

  get(name: string): TensorFacts | undefined {
    return this.own.get(name) ?? this.outer?.get(name);
  }

  set(name: string, facts: TensorFacts): void {
    this.own.set(name, facts);
  }
}

class Inference {
  private innerNodes = 0;

  constructor(
    private readonly file: OnnxFile,
    private readonly values: TensorValues,
  ) {}

  run(ordered: OrderedGraph): Facts {
    const facts = new Facts(undefined);
    const { graph } = ordered;
    graph.inputs.forEach((input, position) => {
      facts.set(input.name, {
        type: input.type,
        // A free dimension without a name is still the same wherever it goes.
        dims: input.dims?.map((dim, axis) => dim ?? `\u0000${position}.${axis}`),
      });
    });
    this.initializers(graph, facts);
    this.nodes(graph, ordered.nodes, facts, 0);
    return facts;
  }

  private initializers(graph: OnnxGraph, facts: Facts): void {
    for (const [name, tensor] of graph.initializers) facts.set(name, this.tensorFacts(tensor));
  }

  private tensorFacts(tensor: OnnxTensor): TensorFacts {
    const values = tensor.dims.length <= 1 ? this.values.integers(tensor) : undefined;
    return { type: tensor.kind.type, dims: tensor.dims, tensor, ...(values === undefined ? {} : { values }) };
  }

  private nodes(graph: OnnxGraph, nodes: readonly OnnxNode[], facts: Facts, depth: number): void {
    const declared = new Map([...graph.values, ...graph.outputs.map(output => [output.name, output] as const)]);
    for (const node of nodes) {
      this.node(node, facts, depth);
      for (const name of node.outputs) {
        if (name === '') continue;
        const said = declared.get(name);
        const known = facts.get(name);
        if (said !== undefined) facts.set(name, merge(known, said));
        else if (known === undefined) facts.set(name, { type: undefined, dims: undefined });
      }
    }
  }

  private node(node: OnnxNode, facts: Facts, depth: number): void {
    const outputs: (TensorFacts | undefined)[] = [];
    const input = (index: number) => facts.get(node.inputs[index] ?? '');
    // Most operators give what they take; a loop's first input counts its turns.
    const firstType = CONTROL.has(node.op) ? undefined : input(0)?.type;
    const shapes: NodeShapes = {
      node,
      opset: this.file.opsets.get('') ?? 1,
      input,
      dims: index => input(index)?.dims,
      floats: index => {
        const tensor = input(index)?.tensor;
        return tensor === undefined || tensor.size > 64 ? undefined : this.values.floats(tensor);
      },
      integer: (name, otherwise) => node.attributes.get(name)?.integer ?? otherwise,
      integers: name => node.attributes.get(name)?.integers,
      attribute: name => node.attributes.get(name),
      constant: name => {
        const tensor = node.attributes.get(name)?.tensor;
        return tensor === undefined ? undefined : this.tensorFacts(tensor);
      },
      subgraph: (graph, inputs) => this.inner(graph, facts, depth, inputs),
      output: (index, dims, type, values) => {
        outputs[index] = {
          type: type ?? firstType,
          dims: plausible(dims),
          ...(values === undefined || values.length > 256 ? {} : { values }),
        };
      },
    };
    const local = this.file.functions.get(functionKey({ domain: node.domain, name: node.op, overload: node.overload }));
    if (local !== undefined) {
      const body: OnnxGraph = { ...EMPTY_GRAPH, nodes: local.nodes, outputs: [] };
      const within = new Facts(undefined);
      local.inputs.forEach((name, index) => {
        const given = input(index);
        if (given !== undefined) within.set(name, given);
      });
      if (this.enter(body.nodes.length, depth)) {
        this.nodes(body, body.nodes, within, depth + 1);
        local.outputs.forEach((name, index) => {
          outputs[index] = within.get(name);
        });
      }
    } else {
      RULES.get(node.domain === 'ai.onnx.ml' ? `ml.${node.op}` : node.op)?.(shapes);
    }
    const stored = node.op === 'Constant' ? node.attributes.get('value')?.tensor : undefined;
    if (stored !== undefined) outputs[0] = this.tensorFacts(stored);
    node.outputs.forEach((name, index) => {
      if (name === '') return;
      const found = outputs[index];
      facts.set(name, found ?? { type: index === 0 ? firstType : undefined, dims: undefined });
    });
  }

  private inner(
    graph: OnnxGraph,
    outer: Facts,
    depth: number,
    inputs: readonly (TensorFacts | undefined)[] = [],
  ): (TensorFacts | undefined)[] {
    if (!this.enter(graph.nodes.length, depth)) return [];
    const facts = outer.within(graph);
    graph.inputs.forEach((input, index) => {
      const given = inputs[index];
      facts.set(input.name, given === undefined ? { type: input.type, dims: input.dims } : merge(given, input));
    });
    this.initializers(graph, facts);
    this.nodes(graph, graph.nodes, facts, depth + 1);
    return graph.outputs.map(output => facts.get(output.name));
  }

  private enter(count: number, depth: number): boolean {
    this.innerNodes += count + 1;
    return depth < MAX_DEPTH && this.innerNodes < MAX_INNER_NODES;
  }
}

const EMPTY_GRAPH: OnnxGraph = {
  name: '',
  nodes: [],
  initializers: new Map(),
  sparse: new Map(),
  inputs: [],
  outputs: [],
  values: new Map(),
};

/** What arithmetic made of damaged attributes is unknown. */
function plausible(dims: readonly Dimension[] | undefined): readonly Dimension[] | undefined {
  if (dims === undefined || dims.length > MAX_RANK) return undefined;
  return dims.map(dim => (typeof dim === 'number' && !(Number.isSafeInteger(dim) && dim >= 0) ? null : dim));
}

/** What was inferred, filled in by what the file declares. */
function merge(
  known: TensorFacts | undefined,
  said: { readonly type: StoredType | undefined; readonly dims: readonly Dimension[] | undefined },
): TensorFacts {
  const type = known?.type ?? said.type;
  if (known?.dims === undefined) return { type, dims: said.dims };
  const declared = said.dims;
  if (declared?.length !== known.dims.length) return { ...known, type };
  return { ...known, type, dims: known.dims.map((dim, axis) => dim ?? declared[axis] ?? null) };
}
