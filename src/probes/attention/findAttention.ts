import type { OnnxModel } from '../../models/onnx/onnxModel';
import type { OnnxNode } from '../../models/onnx/protocol';

/** A tensor of a network that holds attention: shares that add up to 1 over its last axis. */
export interface FoundAttention {
  /** What a runtime is asked for. */
  readonly tensor: string;
  /** The node that computes it, or the output that it is. */
  readonly name: string;
  /** The output of the network that holds it; `undefined` where it was found by its pattern alone. */
  readonly output: string | undefined;
}

/** A node that computes attention inside, and gives none of it out. */
export interface HiddenAttention {
  readonly node: string;
  readonly op: string;
}

export interface AttentionTensors {
  /** In the order of computation. */
  readonly found: readonly FoundAttention[];
  readonly hidden: readonly HiddenAttention[];
}

/** Operators that do the whole of attention, by domain and name. */
const FUSED =
  /^(com\.microsoft\.)?(Packed|Q|Sparse|Paged|DecoderMasked|GroupQuery|Long|Linear|Decoder)?(MultiHead|Self)?Attention$/;

/** What may stand between scores and Softmax: scale, mask, cap of the scores, change of type or shape. */
const BEFORE = new Set(['Add', 'Sub', 'Mul', 'Div', 'Where', 'Cast', 'Clip', 'Min', 'Max', 'Tanh', 'Identity', 'Reshape', 'Squeeze', 'Unsqueeze', 'Expand', 'Concat', 'QuantizeLinear', 'DequantizeLinear']); // prettier-ignore
/** What may stand between Softmax and the product with the values. */
const AFTER = new Set(['Dropout', 'Cast', 'Identity', 'Where', 'Mul', 'Reshape', 'Squeeze', 'Unsqueeze', 'Slice', 'QuantizeLinear', 'DequantizeLinear', 'DynamicQuantizeLinear']); // prettier-ignore
const PRODUCTS = new Set(['MatMul', 'FusedMatMul', 'MatMulInteger', 'QLinearMatMul', 'Einsum', 'Gemm']);
/** More steps are no longer one pattern. */
const MOST_STEPS = 12;

/**
 * Finds where a network computes attention: a product of two computed tensors (queries and keys), scaled and masked as the exporter likes, a Softmax over the
 * last axis, and a product with a third (the values), as Vaswani et al. 2017, section 3.2.1, define it. Nothing is asked of names, so attention is found whoever
 * exported the network; where it is an output as well, that is said. Where there is no such pattern, outputs that are called attention are taken for it.
 */
export function findAttention(model: OnnxModel): AttentionTensors {
  const graph = new AttentionGraph(model);
  const { nodes } = model.ordered;
  const found = nodes.flatMap((node): FoundAttention[] => {
    if (!graph.isAttention(node)) return [];
    const tensor = node.outputs[0]!;
    return [{ tensor, name: node.name === '' ? tensor : node.name, output: graph.outputOf(tensor) }];
  });
  const hidden = nodes.flatMap((node): HiddenAttention[] =>
    FUSED.test(titled(node)) ? [{ node: node.name === '' ? node.outputs[0]! : node.name, op: titled(node) }] : [],
  );
  return { found: found.length > 0 ? found : namedOutputs(model), hidden };
}

function titled({ domain, op }: OnnxNode): string {
  return domain === '' ? op : `${domain}.${op}`;
}

/** Outputs of four axes that are called attention: of a network whose attention is in operators of their own. */
function namedOutputs({ file }: OnnxModel): FoundAttention[] {
  return file.graph.outputs
    .filter(({ name, dims }) => /att(entio)?ns?(?![a-z])(?!.*(mask|output|out\b))/i.test(name) && dims?.length === 4)
    .map(({ name }) => ({ tensor: name, name, output: name }));
}

class AttentionGraph {
  private readonly consumers = new Map<string, OnnxNode[]>();
  private readonly constants = new Map<string, boolean>();
  private readonly outputs: ReadonlySet<string>;

  constructor(private readonly model: OnnxModel) {
    for (const node of model.ordered.nodes)
      for (const input of new Set(node.inputs)) {
        const known = this.consumers.get(input);
        if (known === undefined) this.consumers.set(input, [node]);
        else known.push(node);
      }
    this.outputs = new Set(model.file.graph.outputs.map(output => output.name));
  }

  isAttention(node: OnnxNode): boolean {
    const [scores = ''] = node.inputs;
    const [shares] = node.outputs;
    if (node.op !== 'Softmax' || shares === undefined || !this.isOverLastAxis(node)) return false;
    return this.comesFromProduct(scores, MOST_STEPS) && this.meetsValues(shares, MOST_STEPS);
  }

  /** The output of the network that holds a tensor's values, as they are or in another type. */
  outputOf(tensor: string): string | undefined {
    if (this.outputs.has(tensor)) return tensor;
    for (const node of this.consumers.get(tensor) ?? [])
      if (node.op === 'Identity' || node.op === 'Cast') {
        const found = this.outputOf(node.outputs[0]!);
        if (found !== undefined) return found;
      }
    return undefined;
  }

  private isOverLastAxis(node: OnnxNode): boolean {
    const rank = this.model.facts.get(node.outputs[0]!)?.dims?.length;
    if (rank !== undefined && rank < 3) return false;
    const axis = node.attributes.get('axis')?.integer;
    // Before opset 13 the axes from this one on are one, and that is 1 unless said.
    if (axis === undefined) return (this.model.file.opsets.get('') ?? 13) >= 13;
    return axis === -1 || (rank === undefined ? axis >= 2 : axis === rank - 1);
  }

  /** Whether the values of a tensor are those of a product of two computed ones, but for scale, mask and form. */
  private comesFromProduct(tensor: string, steps: number): boolean {
    const node = this.producerOf(tensor);
    if (node === undefined || steps === 0) return false;
    if (PRODUCTS.has(node.op)) return this.isOfTwo(node);
    return BEFORE.has(node.op) && node.inputs.some(input => this.comesFromProduct(input, steps - 1));
  }

  /** Whether a tensor is multiplied with another computed one, as it is but for what changes no share. */
  private meetsValues(tensor: string, steps: number): boolean {
    return (this.consumers.get(tensor) ?? []).some(node => {
      if (PRODUCTS.has(node.op)) return this.isOfTwo(node);
      if (!AFTER.has(node.op) || steps === 0) return false;
      return node.outputs.some(output => output !== '' && this.meetsValues(output, steps - 1));
    });
  }

  /** Whether both factors of a product are computed from the network's input, and none is a weight. */
  private isOfTwo({ op, inputs }: OnnxNode): boolean {
    const factors = op === 'QLinearMatMul' ? [inputs[0], inputs[3]] : inputs.slice(0, 2);
    return factors.length === 2 && factors.every(name => name !== undefined && !this.isConstant(name));
  }

  private isConstant(tensor: string): boolean {
    const known = this.constants.get(tensor);
    if (known !== undefined) return known;
    // From below, without recursion: a constant can be at the end of a long chain of nodes.
    const stack = [tensor];
    while (stack.length > 0) {
      const name = stack.at(-1)!;
      if (this.constants.has(name)) {
        stack.pop();
        continue;
      }
      const node = this.producerOf(name);
      if (node === undefined) {
        // Files before IR version 4 list their weights among the inputs.
        const { initializers, inputs } = this.model.file.graph;
        this.constants.set(name, initializers.has(name) || !inputs.some(input => input.name === name));
        continue;
      }
      const read = node.inputs.filter(input => input !== '');
      const open = read.filter(input => !this.constants.has(input));
      if (open.length > 0 && node.op !== 'Constant') stack.push(...open);
      else {
        const is = read.every(input => this.constants.get(input)!);
        for (const output of node.outputs) this.constants.set(output, is);
      }
    }
    return this.constants.get(tensor)!;
  }

  private producerOf(tensor: string): OnnxNode | undefined {
    const index = this.model.ordered.producer.get(tensor);
    return index === undefined ? undefined : this.model.ordered.nodes[index];
  }
}
