import { Fault } from '../../base/fault';
import { formatCount } from '../../base/numbers';
import { quoted } from '../../base/text';
import { Graph } from '../torch/script/graph';
import type { Notes, OperatorContext } from '../torch/script/operators/table';
import { ScriptError } from '../torch/script/syntax';
import type { Tensor } from '../torch/script/values';
import { applyActivation } from './activations';
import { INPUT, type LayerList, type ListedInput, type ListedLayer } from './layerList';
import { LAYER_RULES } from './layerRules';
import { LayerScope, shapeText, WeightsMismatch, type NamedTensors } from './layerScope';
import { listFault } from './readLayerList';

/** Values that one row may become within the network: more would not fit into memory whatever the machine. */
const MOST_VALUES = 1 << 28;
/** Nodes of the graph, of which an adaptive pool needs many. */
const MOST_NODES = 200_000;

export interface BuiltNetwork {
  readonly graph: Graph;
  /** What each layer is, by its name. */
  readonly operators: ReadonlyMap<string, string>;
  /** Modules that layers of other names take their tensors from. */
  readonly modules: ReadonlyMap<string, string>;
  /** Names of the tensors that are used. */
  readonly used: ReadonlySet<string>;
}

/**
 * Builds the graph that a list of layers describes, from the operators that TorchScript's are brought to. `file` is what faults name as their source. Throws
 * `shape-mismatch` where layers, or a layer and its tensors, do not fit, naming the layer; `corrupt`, `unsupported`, `too-large`.
 */
export function buildNetwork(list: LayerList, tensors: NamedTensors, file: string): BuiltNetwork {
  const graph = new Graph();
  const notes: Notes = { features: undefined, lengths: new Map() };
  const context: OperatorContext = { graph, notes };
  const { shape, type } = list.input ?? likelyInput(list.layers[0]!, tensors, file);
  const input = graph.input(INPUT, type, ['batch', ...shape.map((length, axis) => length ?? `length_${axis}`)]);
  const made = new Map<string, Tensor>([[INPUT, input]]);
  const operators = new Map<string, string>();
  const modules = new Map<string, string>();
  const used = new Set<string>();
  let last = input;
  list.layers.forEach((layer, index) => {
    const at = `layers[${index}]`;
    const inputs = layer.from.map((name, place) => {
      const tensor = made.get(name);
      if (tensor !== undefined) return tensor;
      throw listFault(
        'corrupt',
        file,
        layer.from.length > 1 ? `${at}.from[${place}]` : `${at}.from`,
        `names no layer before it: ${quoted(name)}`,
      );
    });
    if (inputs.length === 0) inputs.push(last);
    const build = (name: string, operator: string, run: () => Tensor): Tensor => {
      graph.scope = name;
      operators.set(name, operator);
      const before = inputs.map(one => shapeText(one.dims?.slice(1))).join(' and ');
      const tensor = blamed(
        file,
        `${at} (${layer.type}${layer.weights === undefined ? '' : ` ${quoted(layer.weights)}`})`,
        before,
        run,
      );
      const values = (tensor.dims ?? []).reduce<number>(
        (product, dim) => product * (typeof dim === 'number' ? Math.max(1, dim) : 1),
        1,
      );
      if (values > MOST_VALUES || graph.size > MOST_NODES)
        throw listFault(
          'too-large',
          file,
          at,
          `makes ${formatCount(values)} values of one row; at most ${formatCount(MOST_VALUES)} are run`,
        );
      return tensor;
    };
    const scope = new LayerScope(context, layer, inputs, tensors, used);
    last = build(layer.name, layer.type, () => LAYER_RULES[layer.type]!.build(scope));
    if (layer.weights !== undefined) modules.set(layer.name, layer.weights);
    const { activation } = layer;
    if (activation !== undefined)
      last = build(`${layer.name}_${activation}`, activation, () => applyActivation(context, activation, last));
    made.set(layer.name, last);
  });
  graph.scope = '';
  graph.output(last);
  return { graph, operators, modules, used };
}

function blamed(file: string, at: string, before: string, run: () => Tensor): Tensor {
  try {
    return run();
  } catch (error) {
    if (error instanceof WeightsMismatch) throw listFault('shape-mismatch', file, at, error.message);
    if (error instanceof ScriptError)
      throw listFault(
        'shape-mismatch',
        file,
        at,
        `does not fit what comes to it, of the shape ${before}: ${error.what}`,
        'Change the layer, or the ones before it: a stride, a padding, a pool, or a Flatten that is missing.',
      );
    throw error instanceof Fault ? error.at(file) : error;
  }
}

/** The input that the first layer takes, where the list does not say. Throws `corrupt` where more than the layer says is needed. */
function likelyInput(first: ListedLayer, tensors: NamedTensors, file: string): ListedInput {
  const own = (name: string) => tensors.get(`${first.weights ?? ''}.${name}`)?.shape;
  const features = own('weight')?.[1] ?? own('kernel')?.[0];
  if (first.type === 'Linear' && features !== undefined) return { shape: [features], type: 'float32' };
  throw listFault(
    'corrupt',
    file,
    'input.shape',
    `is needed: a network that begins with ${first.type} does not say how large its input is`,
    'Write the shape of one row, such as "input": {"shape": [3, 32, 32]}.',
  );
}
