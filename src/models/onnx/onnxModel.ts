import type { ByteSource, Siblings } from '../../base/bytes';
import { Fault, type Warning } from '../../base/fault';
import { formatBytes } from '../../base/numbers';
import { quoted } from '../../base/text';
import type { InnerLayer, Layer, Model, ModelDetail, StoredType, TensorInfo, UnsupportedOperator } from '../model';
import { notFiniteWarnings } from '../notFinite';
import type { StoredTensor } from '../storedTensor';
import { classNamesOf } from './classNames';
import { orderGraph, type OrderedGraph } from './graphOrder';
import { free, trainedSize } from './layerGroups';
import { layersOf } from './layers';
import type { OnnxProgram } from '../program';
import type { OnnxFile, OnnxGraph, OnnxTensor, OnnxValue } from './protocol';
import { readOnnxFile } from './readFile';
import { inferShapes, type Facts } from './shapes';
import { TensorValues } from './tensorValues';
import type { UsedWeight } from './trainedWeights';

/** An ONNX file, read and checked; its tensors stay in the file until they are asked for. */
export class OnnxModel implements Model {
  readonly format = 'onnx';
  readonly producer: string;
  readonly details: Model['details'];
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly parameters: number;
  readonly layers: readonly Layer[];
  readonly innerLayers: readonly InnerLayer[];
  readonly classNames: readonly string[] | undefined;
  readonly unsupported: readonly UnsupportedOperator[];
  readonly program: OnnxProgram = { kind: 'onnx', model: this };

  /** The file's structure, for those who run it. */
  readonly file: OnnxFile;
  readonly ordered: OrderedGraph;
  readonly facts: Facts;
  readonly values: TensorValues;

  private readonly weights: readonly UsedWeight[];
  private readonly decisions: readonly string[];
  private found: readonly Warning[] | undefined;

  constructor(
    readonly source: ByteSource,
    readonly siblings: Siblings,
  ) {
    this.file = readOnnxFile(source);
    const { graph } = this.file;
    this.ordered = orderGraph(this.file, source.name);
    this.values = new TensorValues(source, siblings);
    for (const tensor of externalTensors(graph)) this.values.checkExternal(tensor);
    this.facts = inferShapes(this.file, this.ordered, this.values);

    this.inputs = graph.inputs.filter(input => !graph.initializers.has(input.name)).map(input => this.describe(input));
    this.outputs = graph.outputs.map(output => this.describe(output));
    const { layers, innerLayers, weights, unsupported, decisions } = layersOf(this.file, this.ordered, this.facts);
    this.decisions = decisions;
    this.layers = layers;
    this.innerLayers = innerLayers;
    this.weights = weights;
    this.unsupported = unsupported;
    this.parameters = trainedSize(weights);
    this.classNames = classNamesOf(this.file);
    this.producer =
      [this.file.producerName, this.file.producerVersion].filter(part => part !== '').join(' ') || 'unknown';
    this.details = this.detailsOf();
  }

  /** Found when first asked for: all trained weights are read for it. */
  get warnings(): readonly Warning[] {
    this.found ??= [
      ...notFiniteWarnings(
        this.weights.filter(weight => weight.info.trained).map(weight => this.values.stored(weight.tensor)),
      ),
      ...(this.decisions.length === 0 ? [] : [decidesForBatches(this.decisions)]),
      ...(this.file.graph.nodes.some(node => node.op === 'DynamicQuantizeLinear') ? [SHARED_SCALE] : []),
    ];
    return this.found;
  }

  storedWeight(name: string): StoredTensor {
    return this.values.stored(this.tensor(name));
  }

  readWeight(name: string): { readonly shape: readonly number[]; readonly values: Float32Array } {
    const tensor = this.tensor(name);
    if (tensor.kind.type === 'str') {
      throw new Fault('unsupported', `Tensor "${name}" holds text, not numbers.`, { source: this.source.name });
    }
    return { shape: tensor.dims, values: this.values.floats(tensor) };
  }

  private tensor(name: string): OnnxTensor {
    const tensor = this.tensorNamed(name);
    if (tensor === undefined) {
      throw new Fault('not-found', `The model stores no tensor named "${name}".`, { source: this.source.name });
    }
    return tensor;
  }

  /** A weight, a tensor of the file, or the value of a constant, by the names that they have in the model. */
  tensorNamed(name: string): OnnxTensor | undefined {
    const { initializers, nodes } = this.file.graph;
    const stored = this.weights.find(weight => weight.info.name === name)?.tensor ?? initializers.get(name);
    if (stored !== undefined) return stored;
    const constant = nodes.find(node => node.op === 'Constant' && node.domain === '' && node.outputs[0] === name);
    return constant?.attributes.get('value')?.tensor;
  }

  private describe(value: OnnxValue): TensorInfo {
    const known = this.facts.get(value.name);
    const type: StoredType = value.type ?? known?.type ?? 'float32';
    return { name: value.name, shape: (value.dims ?? known?.dims)?.map(free), type };
  }

  private detailsOf(): Model['details'] {
    const details: ModelDetail[] = [];
    const add = (name: string, value: string) => details.push({ name, value });
    for (const [domain, version] of this.file.opsets) add(domain === '' ? 'opset' : `opset ${domain}`, String(version));
    add('IR version', String(this.file.irVersion));
    if (this.file.graph.name !== '') add('graph', this.file.graph.name);
    if (this.file.functions.size > 0) add('local functions', String(this.file.functions.size));
    for (const [location, file] of this.values.externalFiles)
      add('weights in', `${location} (${formatBytes(file.size)})`);
    if (this.file.documentation !== '') add('description', this.file.documentation);
    for (const [name, value] of this.file.metadata)
      details.push({ name, value: value.length > 1000 ? `${value.slice(0, 1000)}…` : value, metadata: true });
    return details;
  }
}

const SHARED_SCALE: Warning = {
  code: 'batch-scale',
  message:
    'Activations are rounded to 8 bits by a scale of all rows that are run together (DynamicQuantizeLinear): what a row gives depends, within that rounding, on the rows beside it.',
};

/** A row's activations then depend on the rows that it is run with. */
function decidesForBatches(nodes: readonly string[]): Warning {
  const few = nodes.slice(0, 3).map(name => quoted(name, 60));
  const names = `${few.join(', ')}${nodes.length > few.length ? `, … (${nodes.length} in all)` : ''}`;
  return {
    code: 'batch-decides',
    message: `Values decide what is computed (${names}), once for all rows that are run together: what a row gives can depend on the rows beside it.`,
  };
}

/** Tensors stored in other files, of the graph and its subgraphs. */
export function externalTensors(graph: OnnxGraph): OnnxTensor[] {
  const own = [...graph.initializers.values()].filter(tensor => tensor.storage.at === 'external');
  const inner = graph.nodes.flatMap(node =>
    [...node.attributes.values()].flatMap(attribute => attribute.graphs.flatMap(externalTensors)),
  );
  return [...own, ...inner];
}
