import type { ByteSource, Siblings } from '../base/bytes';
import { Fault } from '../base/fault';
import { formatShape } from '../base/numbers';
import type { ModelChanges } from './changes';
import type { Layer, Model, Shape } from './model';
import { bypassLayers } from './keras/bypassLayers';
import { refuseLinear, replaceByLinear } from './keras/linearLayer';
import { replacePart } from './onnx/bypass';
import { linearPart } from './onnx/linearPart';
import { bypassNodes } from './tensorflow/bypassNodes';

/** A part of a network that is taken out: what read `exit` reads `entry`, or a linear map of it. */
export interface Removal {
  readonly entry: Layer;
  readonly exit: Layer;
  /** Layers that go, with the exit among them. */
  readonly layers: readonly Layer[];
}

/**
 * How a linear map goes from one activation to another: over the last axis (vectors, tokens), over all values of a row in the order in which they are stored, or over the channels of squares of
 * `stride` × `stride` positions of an image.
 */
export type MapForm =
  | { readonly kind: 'features' }
  | { readonly kind: 'flat' }
  | { readonly kind: 'patches'; readonly stride: number; readonly channels: 'first' | 'last' };

export interface LinearMap {
  readonly form: MapForm;
  readonly inputs: number;
  readonly outputs: number;
  /** inputs × outputs. Inputs of patches go by channel, then row, then column. */
  readonly weight: ArrayLike<number>;
  readonly bias: ArrayLike<number>;
}

/** The largest system of equations that a map is fitted with. */
export const MOST_MAP_INPUTS = 512;

/** The form of a linear map between two activations, and its size. Throws `unsupported`, saying why, where there is none. */
export function mapBetween(entry: Layer, exit: Layer): Pick<LinearMap, 'form' | 'inputs' | 'outputs'> {
  const refuse = (why: string) =>
    new Fault(
      'unsupported',
      `No linear map is fitted from ${formatShape(entry.outputShape)} to ${formatShape(exit.outputShape)}: ${why}.`,
    );
  const [from, to] = [entry, exit].map(layer => layer.outputShape?.slice(1)) as (
    readonly (number | null)[] | undefined
  )[];
  if (from === undefined || to === undefined) throw refuse('a shape is not known');
  const found = formOf(from, to, entry.channelAxis, exit.channelAxis);
  if (typeof found === 'string') throw refuse(found);
  if (found.inputs > MOST_MAP_INPUTS)
    throw refuse(`it would have ${found.inputs} inputs, and at most ${MOST_MAP_INPUTS} are fitted`);
  return found;
}

function formOf(
  from: readonly (number | null)[],
  to: readonly (number | null)[],
  axisFrom: number | undefined,
  axisTo: number | undefined,
): Pick<LinearMap, 'form' | 'inputs' | 'outputs'> | string {
  const [inputs, outputs] = [from.at(-1), to.at(-1)];
  if (from.length === to.length && from.length <= 2 && from.length > 0) {
    const sameTokens = from.length === 1 || from[0] === to[0];
    if (typeof inputs === 'number' && typeof outputs === 'number' && sameTokens)
      return { form: { kind: 'features' }, inputs, outputs };
    return 'the numbers of tokens differ, or are not known';
  }
  const channels = channelsOf(from, to, axisFrom, axisTo);
  if (channels !== undefined) {
    const [[c, h, w], [d, y, x]] = [from, to].map(shape =>
      channels === 'first' ? shape : [shape[2]!, shape[0]!, shape[1]!],
    ) as [Shape, Shape];
    const stride = (h ?? 0) / (y ?? 1);
    const whole = Number.isInteger(stride) && stride >= 1 && stride <= 4 && stride === (w ?? 0) / (x ?? 1);
    if (typeof c === 'number' && typeof d === 'number' && h !== null && y !== null && whole)
      return channels === 'last' && stride === 1
        ? { form: { kind: 'features' }, inputs: c, outputs: d }
        : { form: { kind: 'patches', stride, channels }, inputs: c * stride * stride, outputs: d };
    return 'their positions do not stand over each other';
  }
  if (to.length === 1 && typeof outputs === 'number' && from.every(size => size !== null))
    return { form: { kind: 'flat' }, inputs: from.reduce<number>((product, size) => product * size, 1), outputs };
  return 'their axes do not correspond';
}

/** Of two images; undefined where they are none, or differ in it. */
function channelsOf(from: Shape, to: Shape, axisFrom: number | undefined, axisTo: number | undefined) {
  if (from.length !== 3 || to.length !== 3 || axisFrom !== axisTo) return undefined;
  if (axisFrom === 1) return 'first';
  return axisFrom === 3 ? 'last' : undefined;
}

/** A file that changes are written into: the model's own, or the ONNX graph that it was brought to. */
export interface WritableModel {
  readonly source: ByteSource;
  readonly siblings: Siblings;
  /** What is written; undefined where it is the format that the model has. */
  readonly writtenAs: 'ONNX' | undefined;
}

/** Formats of which layers are taken out in their own files, beside ONNX. */
const OWN_FILES: ReadonlySet<string> = new Set(['keras', 'keras-h5', 'tfjs-layers', 'tfjs-graph']);

/** The file of a network that parts are taken out of. Throws `unsupported` for formats of which none are. */
export function writableModel(model: Model, source: ByteSource, siblings: Siblings): WritableModel {
  const { program } = model;
  if (program?.kind === 'onnx' && model !== program.model)
    return { source: program.model.source, siblings: program.model.siblings, writtenAs: 'ONNX' };
  if (program?.kind === 'onnx' || OWN_FILES.has(model.format)) return { source, siblings, writtenAs: undefined };
  throw new Fault(
    'unsupported',
    program === undefined
      ? 'There is no network to take a layer out of: the file holds weights alone.'
      : `Layers of the format ${model.format} are not taken out.`,
    { hint: 'Export the model to ONNX.' },
  );
}

/** The changes that take a part out of a network. Throws `unsupported` where the format does not allow it, `not-found`. */
export function removalChanges(model: Model, { entry, exit }: Removal, map: LinearMap | undefined): ModelChanges {
  const { program } = model;
  if (program?.kind === 'onnx')
    return replacePart(program.model, entry.output, exit.output, map && linearPart(entry.output, exit.output, map));
  switch (program?.kind) {
    case 'keras':
      return map === undefined
        ? bypassLayers(program.model, entry.name, exit.name)
        : replaceByLinear(program.model, entry.name, exit.name, map);
    case 'tensorflow':
      if (map !== undefined) throw new Fault('unsupported', NO_MAP);
      return bypassNodes(program.model, entry.output, exit.output);
    case undefined:
      throw new Fault('unsupported', 'Layers of this format are not taken out.', { hint: 'Export the model to ONNX.' });
  }
}

/** Said before a map is fitted. Throws `unsupported`. */
export function refuseMap({ program }: Model, { entry, exit }: Removal, form: MapForm): void {
  if (program?.kind === 'keras') refuseLinear(program.model, entry.name, exit.name, form);
  else if (program?.kind !== 'onnx') throw new Fault('unsupported', NO_MAP);
  else if (form.kind === 'patches' && form.channels === 'last')
    throw new Fault('unsupported', 'A linear map of patches whose channels are last is not put into ONNX networks.');
}

const NO_MAP =
  'The shapes at its ends differ, and a linear map is put into ONNX and Keras networks and TensorFlow.js layers alone: export the model to ONNX to have one fitted.';
