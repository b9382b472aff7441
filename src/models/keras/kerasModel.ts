import { Fault, type Warning } from '../../base/fault';
import { asInteger, asList, asText, entry, isObject } from '../json';
import type { Layer, Model, Shape, StoredType, TensorInfo, UnsupportedOperator } from '../model';
import { notFiniteWarnings } from '../notFinite';
import type { KerasProgram } from '../program';
import { readFloats, type StoredTensor } from '../storedTensor';
import type { KerasLayer, KerasNetwork, LayerCall, TensorReference } from './kerasNetwork';
import { outputShape } from './layerShapes';
import { variablesOf } from './layerVariables';
import { matchWeights, type LayerWeight } from './layerWeights';
import { carriesMask, maskRule } from './masks';
import { isOperation, unsupportedPart } from './runnable';
import { LayerSettings } from './settings';
import type { StoredWeights } from './storedWeights';

/** What a format found in a file of a Keras network. */
export interface KerasFile {
  readonly format: string;
  readonly producer: string;
  readonly details: Model['details'];
  readonly network: KerasNetwork;
  readonly weights: StoredWeights;
  /** Whether Keras 3 wrote it: that version changed a function. */
  readonly modern: boolean;
  /** As the user gave it. */
  readonly source: string;
}

/** A call of a layer: one layer of the model, in the order of computation. */
export interface KerasStep {
  /** Unique among the steps: that of the layer, with a number after it from its second call on. */
  readonly name: string;
  readonly layer: KerasLayer;
  readonly call: LayerCall;
  readonly settings: LayerSettings;
  /** The tensor that it gives. */
  readonly output: string;
  /** The tensors that it reads. */
  readonly inputs: readonly string[];
  readonly shape: Shape | undefined;
  /** Whether each of its inputs carries a mask that says which of its steps count. */
  readonly masks: readonly boolean[];
}

const MOST_UNSUPPORTED = 50;

/** A network of Keras or TensorFlow.js, read and checked; its weights stay in the file until they are asked for. */
export class KerasModel implements Model {
  readonly format: string;
  readonly producer: string;
  readonly details: Model['details'];
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly parameters: number;
  readonly layers: readonly Layer[];
  readonly classNames = undefined;
  readonly unsupported: readonly UnsupportedOperator[];
  readonly program: KerasProgram;

  /** Calls of layers and inputs, in the order of computation. */
  readonly steps: readonly KerasStep[];
  readonly weights: ReadonlyMap<string, readonly LayerWeight[]>;
  private found: readonly Warning[] | undefined;

  /** Throws `corrupt`, `shape-mismatch`. */
  constructor(readonly file: KerasFile) {
    this.format = file.format;
    this.producer = file.producer;
    this.details = file.details;
    const { network } = file;
    const { steps, weights } = computeSteps(network, file.weights, file.modern);
    this.steps = steps;
    this.weights = weights;
    const byTensor = new Map(steps.map(step => [step.output, step]));
    const masks = maskOperations(steps, network);
    const shown = steps.filter(step => step.layer.className !== 'InputLayer' && !masks.has(step));
    this.layers = describeLayers(shown, byTensor, weights);
    this.parameters = this.layers.reduce((sum, layer) => sum + layer.parameters, 0);
    this.inputs = network.inputs.map(reference => inputInfo(byTensor.get(tensorName(reference))!));
    this.outputs = network.outputs.map(reference => {
      const step = byTensor.get(tensorName({ ...reference, output: 0 }));
      return {
        name: step?.name ?? reference.layer,
        shape: reference.output === 0 ? step?.shape : undefined,
        type: 'float32',
      };
    });
    this.unsupported = findUnsupported(shown);
    this.program = { kind: 'keras', model: this };
  }

  /** Found when first asked for: all trained weights are read for it. */
  get warnings(): readonly Warning[] {
    this.found ??= notFiniteWarnings(
      [...this.weights.values()].flatMap(own => own.filter(weight => weight.info.trained).map(weight => weight.tensor)),
    );
    return this.found;
  }

  storedWeight(name: string): StoredTensor {
    return this.weight(name).tensor;
  }

  readWeight(name: string): { readonly shape: readonly number[]; readonly values: Float32Array } {
    const { info, tensor } = this.weight(name);
    return { shape: info.shape, values: readFloats(tensor, this.file.source) };
  }

  private weight(name: string): LayerWeight {
    for (const own of this.weights.values()) {
      const weight = own.find(one => one.info.name === name);
      if (weight !== undefined) return weight;
    }
    throw new Fault('not-found', `The model stores no tensor named "${name}".`, { source: this.file.source });
  }
}

/** A tensor's name within the program. */
export function tensorName({ layer, call, output }: TensorReference): string {
  return `${layer}:${call}:${output}`;
}

/**
 * What a layer computes on its way that no other layer reads: the channels that the first kernel of a separable convolution gives (channels last), and what the heads of attention give, side by side.
 */
export type InnerPart = 'across' | 'attended';

const INNER = /^(.*)#(across|attended)$/s;

/** The name of such a tensor within the program. */
export function innerTensor(output: string, part: InnerPart): string {
  return `${output}#${part}`;
}

/** The output of the layer that computes a tensor on its way, where it is such a tensor. */
export function innerPart(tensor: string): { readonly output: string; readonly part: InnerPart } | undefined {
  const found = INNER.exec(tensor);
  return found === null ? undefined : { output: found[1]!, part: found[2] as InnerPart };
}

/** Follows shapes through the network, and finds each layer's weights on the way. */
function computeSteps(network: KerasNetwork, stored: StoredWeights, modern: boolean) {
  const calls = network.layers
    .flatMap(layer => layer.calls.map((call, index) => ({ layer, call, index })))
    .toSorted((a, b) => a.call.order - b.call.order);
  const readers = new Map<string, KerasLayer>();
  for (const { layer, call } of calls) {
    for (const input of call.inputs) if (!readers.has(input.layer)) readers.set(input.layer, layer);
  }
  const taken = new Set(network.layers.map(layer => layer.name));
  const shapes = new Map<string, Shape | undefined>();
  const weights = new Map<string, readonly LayerWeight[]>();
  const masked = new Map<string, boolean>();
  const steps = calls.map(({ layer, call, index }): KerasStep => {
    const settings = LayerSettings.of(layer);
    const output = tensorName({ layer: layer.name, call: index, output: 0 });
    const inputs = call.inputs.map(tensorName);
    const given = inputs.map(name => shapes.get(name));
    const shape =
      layer.className === 'InputLayer'
        ? (declaredShape(settings) ?? impliedShape(readers.get(layer.name), stored))
        : outputShape(settings, given);
    shapes.set(output, shape);
    if (index === 0) {
      const expected = isOperation(layer) ? [] : variablesOf(settings, given[0]);
      const own = matchWeights(layer, quantised(settings) ? undefined : expected, stored.get(layer.name) ?? []);
      if (own.length > 0) weights.set(layer.name, own);
    }
    const masks = inputs.map(name => masked.get(name) === true);
    masked.set(output, carriesMask(maskRule(layer, settings), masks, modern));
    return { name: uniqueName(layer.name, index, taken), layer, call, settings, output, inputs, shape, masks };
  });
  return { steps, weights };
}

/** Operations that only say which steps of a sequence count: no layer reads them, and no output. As masks they are no tensors of the network. */
function maskOperations(steps: readonly KerasStep[], network: KerasNetwork): ReadonlySet<KerasStep> {
  const read = new Set(network.outputs.map(output => tensorName({ ...output, output: 0 })));
  const masks = new Set<KerasStep>();
  for (const step of steps.toReversed()) {
    if (isOperation(step.layer) && !read.has(step.output)) masks.add(step);
    else for (const name of step.inputs) read.add(firstOutput(name));
  }
  return masks;
}

function uniqueName(name: string, call: number, taken: Set<string>): string {
  if (call === 0) return name;
  let count = call;
  while (taken.has(`${name}:${count}`)) count++;
  taken.add(`${name}:${count}`);
  return `${name}:${count}`;
}

function quantised(settings: LayerSettings): boolean {
  return settings.has('quantization_config') || /int8|int4|float8/.test(settings.function('dtype') ?? '');
}

function declaredShape(settings: LayerSettings): Shape | undefined {
  const batch = settings.get('batch_shape');
  if (batch !== undefined && batch !== null) {
    const dims = asList(isObject(batch) ? entry(batch, 'items') : batch);
    // A network that was built by a call notes the rows of that call; it takes any number of them.
    return dims.length === 0 ? undefined : [null, ...dims.slice(1).map(dim => asInteger(dim) ?? null)];
  }
  const row = settings.get('input_shape');
  return row === undefined || row === null ? undefined : [null, ...asList(row).map(dim => asInteger(dim) ?? null)];
}

/** The shape that the first layer's kernel tells, where nothing else does. */
function impliedShape(reader: KerasLayer | undefined, stored: StoredWeights): Shape | undefined {
  const kernel = reader === undefined ? undefined : stored.get(reader.name)?.[0]?.shape;
  if (reader === undefined || kernel === undefined) return undefined;
  const settings = LayerSettings.of(reader);
  if (settings.className === 'Dense' && kernel.length === 2) return [null, kernel[0]!];
  const count = /^Conv([123])D$/.exec(settings.className)?.[1];
  if (count === undefined || kernel.length !== Number(count) + 2) return undefined;
  const channels = kernel.at(-2)! * settings.number('groups', 1);
  const free = new Array<null>(Number(count)).fill(null);
  return settings.channelsFirst ? [null, channels, ...free] : [null, ...free, channels];
}

function describeLayers(
  steps: readonly KerasStep[],
  byTensor: ReadonlyMap<string, KerasStep>,
  weights: ReadonlyMap<string, readonly LayerWeight[]>,
): readonly Layer[] {
  const axes = new Map<string, number | undefined>();
  return steps.map((step): Layer => {
    // Weights are those of the first call, or a layer of two calls would have twice as many.
    const own = step.name === step.layer.name ? (weights.get(step.layer.name) ?? []) : [];
    const before = step.inputs.flatMap(name => byTensor.get(firstOutput(name)) ?? []);
    const axis = channelAxis(step, before[0] === undefined ? undefined : axes.get(before[0].output));
    axes.set(step.output, axis);
    return {
      name: step.name,
      op: step.layer.className,
      outputShape: step.shape,
      parameters: own.reduce((sum, weight) => sum + (weight.info.trained ? weight.tensor.size : 0), 0),
      weights: own.map(weight => weight.info),
      output: step.output,
      channelAxis: axis,
      inputs: [...new Set(before.filter(one => one.layer.className !== 'InputLayer').map(one => one.name))],
    };
  });
}

function firstOutput(tensor: string): string {
  return tensor.replace(/:\d+$/, ':0');
}

/** Channels are last, unless the layer, or one before it that it leaves the axes of, says that they are first. */
function channelAxis(step: KerasStep, before: number | undefined): number | undefined {
  const rank = step.shape?.length;
  if (rank === undefined || rank < 2) return undefined;
  if (step.settings.text('data_format') !== undefined) return step.settings.channelsFirst && rank > 2 ? 1 : rank - 1;
  const moves = /^(Flatten|Reshape|Permute|RepeatVector|Dense|Embedding)$/.test(step.settings.className);
  return !moves && before === 1 && rank > 2 ? 1 : rank - 1;
}

function inputInfo({ name, settings, shape }: KerasStep): TensorInfo {
  const said = asText(settings.get('dtype')) ?? settings.function('dtype');
  return { name, shape, type: said !== undefined && isType(said) ? said : 'float32' };
}

function isType(name: string): name is StoredType {
  return /^(u?int(8|16|32|64)|float(16|32|64)|bfloat16|bool)$/.test(name);
}

function findUnsupported(steps: readonly KerasStep[]): readonly UnsupportedOperator[] {
  const found: UnsupportedOperator[] = [];
  for (const step of steps) {
    const operator = unsupportedPart(step.layer, step.call, step.settings, step.masks);
    if (operator === undefined || found.length === MOST_UNSUPPORTED) continue;
    const after = new Set([step.output]);
    const before: string[] = [];
    for (const one of steps) {
      if (one.output === step.output || one.inputs.some(name => after.has(firstOutput(name)))) after.add(one.output);
      else before.push(one.name);
    }
    found.push({ operator, node: step.name, layersBefore: before });
  }
  return found;
}
