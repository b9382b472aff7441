import { Fault } from '../../base/fault';
import { Hdf5Dataset } from '../hdf5/dataset';
import type { Hdf5Group } from '../hdf5/hdf5File';
import type { Model } from '../model';
import { isBufferName } from '../weightsOnly/buffers';
import { GUESSED_OPERATORS } from '../weightsOnly/details';
import type { StateTensor } from '../weightsOnly/stateTensor';
import { WeightsModel } from '../weightsOnly/weightsModel';
import { variablesOf } from './layerVariables';
import { LayerSettings } from './settings';
import { snakeCase } from './snakeCase';
import { variablesIn, weightsByLayer } from './storedWeights';

/** Classes whose layers have weights; a layer is called after its class unless its author named it. */
const CLASSES = (
  'Dense Conv1D Conv2D Conv3D Conv1DTranspose Conv2DTranspose Conv3DTranspose DepthwiseConv1D DepthwiseConv2D SeparableConv1D ' +
  'SeparableConv2D BatchNormalization LayerNormalization GroupNormalization RMSNormalization Embedding PReLU SimpleRNN LSTM GRU ' +
  'Bidirectional TimeDistributed MultiHeadAttention Normalization EinsumDense'
).split(' ');
const BY_SNAKE = new Map(CLASSES.map(name => [snakeCase(name), name]));
const DEEPEST = 64;

/** Whether a file of HDF5 holds weights in one of Keras's layouts. */
export function holdsWeights(root: Hdf5Group): boolean {
  if (root.attributes.has('layer_names') || root.attributes.has('layer_names0')) return true;
  return ['layers', '_layer_checkpoint_dependencies', 'vars'].some(name => root.names.includes(name));
}

/**
 * A file of weights without their network, in the layout of Keras 1 and 2 (a group a layer) or of Keras 3 (a path of classes). Operators are
 * guessed from names and shapes. Throws `corrupt`, `empty`.
 */
export function openWeightsFile(root: Hdf5Group, producer: string, source: string): Model {
  const early = root.attributes.has('layer_names') || root.attributes.has('layer_names0');
  const operators = new Map<string, string>();
  const tensors = early ? earlyTensors(root, operators) : laterTensors(root, operators);
  if (tensors.length === 0) throw new Fault('empty', 'The file of weights holds none.', { source });
  return new WeightsModel({
    format: 'keras-weights',
    producer,
    details: [
      { name: 'layout', value: early ? 'a group for each layer (Keras 1 and 2)' : 'a path of classes (Keras 3)' },
      GUESSED_OPERATORS,
    ],
    tensors,
    operators,
    sorted: !early,
    source,
  });
}

function earlyTensors(root: Hdf5Group, operators: Map<string, string>): StateTensor[] {
  const tensors: StateTensor[] = [];
  for (const [layer, own] of weightsByLayer(root)) {
    for (const tensor of own) {
      // Keras 3 writes the network's name before that of the layer.
      const at = `/${tensor.name}`.indexOf(`/${layer}/`);
      const name = at < 0 ? `${layer}/${tensor.name}` : tensor.name.slice(at);
      tensors.push({ ...tensor, name });
    }
    const words = [snakeOf(layer), ...own.map(tensor => tensor.name.split('/').at(-2) ?? '').map(snakeOf)];
    const known = words.map(word => BY_SNAKE.get(word)).find(word => word !== undefined);
    if (known !== undefined) operators.set(layer, known);
  }
  return tensors;
}

function laterTensors(root: Hdf5Group, operators: Map<string, string>): StateTensor[] {
  const tensors: StateTensor[] = [];
  const enter = (group: Hdf5Group, path: readonly string[], depth: number): void => {
    if (depth > DEEPEST) throw new Fault('corrupt', 'The groups of the file of weights are nested too deeply.');
    const vars = group.get('vars');
    const own = vars === undefined || vars instanceof Hdf5Dataset ? undefined : vars;
    const snake = path.at(-1) ?? '';
    const name = path.join('/');
    const isLayer = own !== undefined && path.length > 0 && (own.names.length > 0 || BY_SNAKE.has(snakeOf(snake)));
    if (isLayer) {
      const label = own.attributes.text('name') ?? name;
      const variables = variablesIn(group, label);
      const className = BY_SNAKE.get(snakeOf(snake)) ?? guessClass(variables);
      if (variables.length > 0 && className !== undefined) operators.set(label, className);
      const roles = rolesOf(className, variables);
      if (roles === undefined) tensors.push(...partsOf(variables, operators));
      else {
        variables.forEach((tensor, i) => {
          const name = `${label}/${roles[i]!.replaceAll('/', '_')}`;
          tensors.push({ ...tensor, name, trained: !isBufferName(name) });
        });
      }
      return;
    }
    for (const part of group.names) {
      const inner = group.get(part);
      if (inner === undefined || inner instanceof Hdf5Dataset || part === 'vars') continue;
      // The optimizer's state is no part of the network.
      if (depth === 0 && part === 'optimizer') continue;
      const container = part === 'layers' || part === '_layer_checkpoint_dependencies';
      enter(inner, container ? path : [...path, part], depth + 1);
    }
  };
  enter(root, [], 0);
  return tensors;
}

function snakeOf(name: string): string {
  return name.replace(/_\d+$/, '');
}

/** Variables of the parts that a layer is made of, such as the two directions of a bidirectional one: each part is a layer by itself. */
function partsOf(variables: readonly StateTensor[], operators: Map<string, string>): StateTensor[] {
  const parts = new Map<string, StateTensor[]>();
  for (const tensor of variables) {
    const path = tensor.name.slice(0, tensor.name.lastIndexOf('/'));
    parts.set(path, [...(parts.get(path) ?? []), tensor]);
  }
  return [...parts].flatMap(([path, own]) => {
    const className = guessClass(own);
    if (className === undefined) return own;
    operators.set(path, className);
    const roles = rolesOf(className, own);
    return own.map((tensor, i) => (roles === undefined ? tensor : { ...tensor, name: `${path}/${roles[i]!}` }));
  });
}

/** What the shapes of numbered variables say. */
function guessClass(variables: readonly StateTensor[]): string | undefined {
  const recurrent = recurrentClass(variables.map(({ shape }) => shape));
  if (recurrent !== undefined) return recurrent;
  const [first, ...others] = variables.map(({ shape }) => shape.length);
  if (others.length > 1 || (others.length === 1 && others[0] !== 1)) return undefined;
  return first === 2 ? 'Dense' : first === 3 ? 'Conv1D' : first === 4 ? 'Conv2D' : first === 5 ? 'Conv3D' : undefined;
}

/** A recurrent layer's kernels have one block of its width a gate. */
function recurrentClass([kernel, recurrent, bias, ...more]: readonly (readonly number[])[]): string | undefined {
  if (kernel?.length !== 2 || recurrent?.length !== 2 || more.length > 0) return undefined;
  const [width = 0, all = 0] = recurrent;
  if (kernel[1] !== all || (bias !== undefined && bias.at(-1) !== all)) return undefined;
  const gates = all / Math.max(1, width);
  return gates === 4 ? 'LSTM' : gates === 3 ? 'GRU' : gates === 1 ? 'SimpleRNN' : undefined;
}

/** Names of numbered variables: those of the class, where there are as many, or as many without a bias. */
function rolesOf(className: string | undefined, variables: readonly StateTensor[]): readonly string[] | undefined {
  if (className === undefined) return undefined;
  const names = variablesOf(new LayerSettings(className, new Map()), undefined)?.map(variable => variable.name);
  if (names?.length === variables.length) return names;
  // Without a scale, as before a rectifier, or without an offset: statistics come last.
  if (className === 'BatchNormalization' && (variables.length === 2 || variables.length === 3))
    return ['beta', 'moving_mean', 'moving_variance'].slice(-variables.length);
  const withoutBias = names?.filter(name => !/bias$/.test(name));
  return withoutBias?.length === variables.length ? withoutBias : undefined;
}
