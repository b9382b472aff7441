import type { OnnxFile, OnnxGraph, OnnxNode, OnnxTensor } from './protocol';

/** TensorProto.DataType. */
export const BFLOAT16 = 16;
export const FLOAT32 = 1;

/** Attributes whose number is a type. */
export const TYPE_ATTRIBUTES: ReadonlySet<string> = new Set(['to', 'dtype', 'output_dtype', 'stash_type']);

/**
 * Whether anything in the file is bfloat16. The runtime's processor kernels know next to no operator for it, so such a network is run in float32, whose numbers
 * begin with the same 16 bits: all that is lost is its rounding after each step.
 */
export function computesInBfloat16(file: OnnxFile): boolean {
  return [...graphsOf(file)].some(
    graph =>
      [...graph.inputs, ...graph.outputs, ...graph.values.values()].some(value => value.type === 'bfloat16') ||
      [...graph.initializers.values()].some(isNarrow) ||
      graph.nodes.some(
        node =>
          [...TYPE_ATTRIBUTES].some(name => node.attributes.get(name)?.integer === BFLOAT16) ||
          constants(node).length > 0,
      ),
  );
}

/** Every stored tensor of bfloat16, also in subgraphs and in constants. */
export function bfloat16Tensors(file: OnnxFile): OnnxTensor[] {
  return [...graphsOf(file)].flatMap(graph => [
    ...[...graph.initializers.values()].filter(isNarrow),
    ...graph.nodes.flatMap(constants),
  ]);
}

function isNarrow(tensor: OnnxTensor): boolean {
  return tensor.kind.code === BFLOAT16;
}

function constants(node: OnnxNode): OnnxTensor[] {
  return [...node.attributes.values()].flatMap(({ tensor }) =>
    tensor !== undefined && isNarrow(tensor) ? [tensor] : [],
  );
}

/** The graph, its subgraphs, and the bodies of local functions with theirs. */
function* graphsOf(
  file: OnnxFile,
): Generator<Pick<OnnxGraph, 'nodes' | 'inputs' | 'outputs' | 'values' | 'initializers'>> {
  const none = { inputs: [], outputs: [], values: new Map(), initializers: new Map() };
  const open: Pick<OnnxGraph, 'nodes' | 'inputs' | 'outputs' | 'values' | 'initializers'>[] = [
    file.graph,
    ...[...file.functions.values()].map(({ nodes }) => ({ ...none, nodes })),
  ];
  for (let graph = open.pop(); graph !== undefined; graph = open.pop()) {
    yield graph;
    for (const node of graph.nodes)
      for (const attribute of node.attributes.values()) for (const inner of attribute.graphs) open.push(inner);
  }
}
