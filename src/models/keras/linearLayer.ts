import { Fault } from '../../base/fault';
import { quoted } from '../../base/text';
import type { ModelChanges } from '../changes';
import type { Json } from '../json';
import type { LinearMap } from '../removal';
import { bypassLayers, stepOf } from './bypassLayers';
import { tensorName, type KerasModel, type KerasStep } from './kerasModel';
import type { LayerWeight } from './layerWeights';

/** Layers of a part that stay, to be the linear map that stands in its place. */
interface Carriers {
  readonly linear: KerasStep;
  /** Before it, where the map is over all values of a row. */
  readonly flatten: KerasStep | undefined;
  readonly kernel: LayerWeight;
  readonly bias: LayerWeight;
}

/** Says whether `replaceByLinear` can be done, before a map is fitted. Throws `unsupported`. */
export function refuseLinear(model: KerasModel, entry: string, exit: string, form: LinearMap['form']): void {
  carriersOf(model, entry, exit, form);
}

/**
 * The changes that put a linear map in the place of a part: no layer is made, but one of the part's own (Dense, or Conv2D between images) gets the map's size and weights, reads the part's entry and is read where its exit was.
 * So every file keeps the form that its writer gave it. Throws `unsupported` where the part has no such layer, and as `bypassLayers` does.
 */
export function replaceByLinear(model: KerasModel, entry: string, exit: string, map: LinearMap): ModelChanges {
  const { linear, flatten, kernel, bias } = carriersOf(model, entry, exit, map.form);
  const bypass = bypassLayers(model, entry, exit).keras!;
  const reference = (step: KerasStep) => ({ layer: step.layer.ownName, call: step.layer.calls.indexOf(step.call) });
  const stays = new Set([linear, ...(flatten === undefined ? [] : [flatten])].map(step => step.layer.name));
  const readInstead = new Map([...bypass.readInstead!].filter(([name]) => !stays.has(name)));
  const exitLayer = stepOf(model.steps, exit).layer.name;
  if (exitLayer !== linear.layer.name) readInstead.set(exitLayer, reference(linear));
  if (flatten !== undefined) {
    const [read] = linear.call.inputs;
    // Between the two may be what changes nothing but the numbers, such as a dropout.
    if (read!.layer !== flatten.layer.name) readInstead.set(read!.layer, reference(flatten));
  }
  return {
    tensors: new Map([
      [kernel.info.name, kernelOf(linear, map)],
      [bias.info.name, { shape: [map.outputs], values: map.bias }],
    ]),
    keras: {
      removedLayers: new Set([...bypass.removedLayers!].filter(name => !stays.has(name))),
      readInstead,
      settings: new Map([[linear.layer.name, settingsOf(linear, map)]]),
    },
  };
}

function carriersOf(model: KerasModel, entry: string, exit: string, form: LinearMap['form']): Carriers {
  const gone = bypassLayers(model, entry, exit).keras!.removedLayers!;
  const steps = model.steps.filter(step => gone.has(step.layer.name));
  const isImage = stepOf(model.steps, exit).shape?.length === 4;
  const wanted = form.kind === 'patches' ? ['Conv2D'] : isImage ? ['Conv2D', 'Dense'] : ['Dense'];
  const found = steps.findLast(step => wanted.includes(step.settings.className) && isPlain(step, model));
  if (found === undefined)
    throw new Fault(
      'unsupported',
      `No layer of the part up to ${quoted(exit, 80)} can become the linear map: that takes a ${wanted[0]} layer with a bias among them, because a file of Keras gets no new layer.`,
    );
  const own = model.weights.get(found.layer.name) ?? [];
  const role = (name: string) => own.find(weight => weight.role === name)!;
  const carriers = { linear: found, kernel: role('kernel'), bias: role('bias') };
  if (form.kind !== 'flat') return { ...carriers, flatten: undefined };
  const byTensor = new Map(steps.map(step => [step.output, step]));
  const flatten = flattenBefore(found, byTensor);
  if (flatten === undefined)
    throw new Fault(
      'unsupported',
      `No Flatten layer of the part up to ${quoted(exit, 80)} stands before a Dense layer, which a linear map of all values would have to keep.`,
    );
  return { ...carriers, flatten };
}

/** A layer of which size, activation, kernel and bias are all that there is to change. */
function isPlain({ settings, layer }: KerasStep, model: KerasModel): boolean {
  const roles = (model.weights.get(layer.name) ?? []).map(weight => weight.role);
  const size = settings.className === 'Conv2D' ? 'filters' : 'units';
  return (
    layer.config.has(size) &&
    layer.calls.length === 1 &&
    !settings.channelsFirst &&
    roles.length === 2 &&
    roles.includes('kernel') &&
    roles.includes('bias')
  );
}

/** The Flatten layer that a Dense one reads, with nothing between but layers of one input that change no shape. */
function flattenBefore(dense: KerasStep, byTensor: ReadonlyMap<string, KerasStep>): KerasStep | undefined {
  let step: KerasStep | undefined = dense;
  for (;;) {
    const reads: readonly string[] = step.call.inputs.map(tensorName);
    step = reads.length === 1 ? byTensor.get(reads[0]!) : undefined;
    if (step === undefined) return undefined;
    if (step.settings.className === 'Flatten') return step.settings.channelsFirst ? undefined : step;
    if (!/^(Dropout|Activation|ReLU)$/.test(step.settings.className)) return undefined;
  }
}

function settingsOf({ layer, settings }: KerasStep, { form, outputs }: LinearMap): ReadonlyMap<string, Json> {
  if (settings.className === 'Dense')
    return new Map<string, Json>([
      ['units', outputs],
      ['activation', 'linear'],
    ]);
  const stride = strideOf(form);
  const square = [stride, stride];
  return new Map<string, Json>([
    ['filters', outputs],
    ['kernel_size', square],
    ['strides', square],
    ['padding', 'valid'],
    ['dilation_rate', [1, 1]],
    // Earlier versions know no groups.
    ...(settings.get('groups') === undefined || !layer.config.has('groups') ? [] : [['groups', 1] as const]),
    ['activation', 'linear'],
  ]);
}

/** A map over features of an image is one of patches of a single position. */
function strideOf(form: LinearMap['form']): number {
  return form.kind === 'patches' ? form.stride : 1;
}

function kernelOf({ settings }: KerasStep, { form, inputs, outputs, weight }: LinearMap) {
  if (settings.className === 'Dense') return { shape: [inputs, outputs], values: weight };
  const stride = strideOf(form);
  const channels = inputs / stride ** 2;
  const values = new Float32Array(inputs * outputs);
  for (let at = 0; at < inputs * outputs; at++) {
    const [input, unit] = [Math.floor(at / outputs), at % outputs];
    // Inputs of patches go by channel, row and column; those of a kernel by row, column and channel.
    const [channel, place] = [Math.floor(input / stride ** 2), input % stride ** 2];
    values[(place * channels + channel) * outputs + unit] = weight[at]!;
  }
  return { shape: [stride, stride, channels, outputs], values };
}
