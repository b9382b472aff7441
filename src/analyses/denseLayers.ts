import type { Layer, Model, WeightInfo } from '../models/model';
import type { OnnxNode } from '../models/onnx/protocol';

/** Matrices of these are scales, biases or tables: they do not join units with units. */
export const NOT_DENSE = /^(add|sub|mul|div|pow|prelu|gather|embedding|.*normalization|.*norm\w*)$/i;
/** Operators that keep a dense layer's weights with inputs as rows; all others have outputs as rows. */
export const INPUTS_AS_ROWS = /^(matmul|dense|fusedmatmul)$/i;
/** What passes values on as they are, but for their order. */
const PASSES_ON = /^(dropout|identity|flatten|reshape|squeeze|unsqueeze)$/i;

/** The last layer with weights, which tells the classes apart. */
export interface Classifier {
  readonly layer: Layer;
  /** Its matrix, where it has one. */
  readonly matrix: WeightInfo | undefined;
  /** The layers whose activations it reads, nearest first: one, and those before it that only pass them on. Empty where it reads the network's input. */
  readonly features: readonly string[];
}

/** `undefined` for a network without weights of two axes or more. */
export function classifierOf({ layers }: Model): Classifier | undefined {
  const layer = layers.findLast(
    ({ op, weights }) => !NOT_DENSE.test(op) && weights.some(({ trained, shape }) => trained && shape.length >= 2),
  );
  if (layer === undefined) return undefined;
  const byName = new Map(layers.map(one => [one.name, one]));
  const features: string[] = [];
  for (let at = byName.get(layer.inputs[0] ?? ''); at !== undefined; at = byName.get(at.inputs[0] ?? '')) {
    features.push(at.name);
    if (!PASSES_ON.test(at.op) || at.inputs.length !== 1) break;
  }
  const matrices = layer.weights.filter(({ trained, shape }) => trained && shape.length === 2);
  return { layer, matrix: matrices.length === 1 ? matrices[0] : undefined, features };
}

/** Whether a layer's matrix has inputs as rows, which the shape of a square one does not tell: as the graph reads it, and else as the operator's name says. */
export function hasInputsAsRows({ program }: Pick<Model, 'program'>, { name, op }: Layer, matrix: WeightInfo): boolean {
  const byName = INPUTS_AS_ROWS.test(op);
  if (program?.kind === 'onnx') return onnxInputsAsRows(program.model.file.graph.nodes, matrix.name) ?? byName;
  if (program?.kind === 'tensorflow') {
    const node = program.model.ordered.find(one => one.name === name);
    return node === undefined ? byName : node.attributes.get('transpose_b')?.flag !== true;
  }
  return byName;
}

/** `undefined` where neither a Gemm nor a MatMul reads the tensor, transposed by one node before it or not. */
function onnxInputsAsRows(nodes: readonly OnnxNode[], tensor: string, mayTurn = true): boolean | undefined {
  for (const node of nodes) {
    const [first, second] = node.inputs;
    if (mayTurn && node.op === 'Transpose' && first === tensor) {
      const turned = onnxInputsAsRows(nodes, node.outputs[0] ?? '', false);
      return turned === undefined ? undefined : !turned;
    }
    if (second !== tensor) continue;
    if (node.op === 'Gemm') return node.attributes.get('transB')?.integer !== 1;
    if (node.op === 'MatMul') return true;
  }
  return undefined;
}
