import {
  asText,
  type Framework,
  type Given,
  type LayerValue,
  type Place,
  type TensorValue,
  type Value,
} from '../values';
import { addChild } from './makeLayer';

/** A library's class that holds layers and is none. */
export function isContainerPath(path: string): boolean {
  return TORCH_CONTAINER.test(path) || KERAS_SEQUENTIAL.test(path);
}

const TORCH_CONTAINER = /^torch\.nn\.(?:modules\.(?:\w+\.)?)?(Sequential|ModuleList|ModuleDict)$/;
const KERAS = String.raw`^(?:tensorflow\.(?:python\.)?|tf_)?keras\.(?:api\.|src\.)?(?:v\d\.)?`;
const KERAS_SEQUENTIAL = new RegExp(`${KERAS}(?:models\\.)?Sequential$`);
const KERAS_MODEL = new RegExp(`${KERAS}(?:models\\.|training\\.)?Model$`);
const TFJS_SEQUENTIAL = /^@tensorflow\/tfjs[\w-]*\.sequential$/;
const TFJS_MODEL = /^@tensorflow\/tfjs[\w-]*\.model$/;

/** Whether a class of a library is what networks derive from. */
export function isNetworkBase(path: string): boolean {
  return (
    isContainerPath(path) ||
    KERAS_MODEL.test(path) ||
    new RegExp(`${KERAS}(?:layers\\.)?Layer$`).test(path) ||
    /^torch\.nn\.(?:modules\.(?:\w+\.)?)?Module$/.test(path) ||
    /(?:^|\.)(?:Lightning|Lit)Module$/.test(path)
  );
}

/** The container that a call makes, with the layers in it; `undefined` where it makes none. */
export function containerOf(path: string, given: Given, place: Place): LayerValue | undefined {
  const [first] = given.values;
  const torch = TORCH_CONTAINER.exec(path)?.[1];
  if (torch !== undefined) {
    const made = emptyContainer('pytorch', torch, place);
    const held = first?.value;
    if (held?.type === 'map') for (const [name, child] of held.entries) addChild(made, name, child);
    else if (torch === 'Sequential') for (const { value } of given.values) addChild(made, undefined, value);
    else if (held?.type === 'list') for (const child of held.items) addChild(made, undefined, child);
    else if (held?.type === 'layer') for (const child of held.children.values()) addChild(made, undefined, child);
    return made;
  }
  if (KERAS_SEQUENTIAL.test(path)) {
    const made = emptyContainer('keras', 'Sequential', place);
    const layers = (first ?? given.keywords.get('layers'))?.value;
    if (layers?.type === 'list') for (const child of layers.items) addChild(made, nameOf(child), child);
    return made;
  }
  if (TFJS_SEQUENTIAL.test(path)) {
    const made = emptyContainer('tfjs', 'Sequential', place);
    const layers = first?.value.type === 'map' ? first.value.entries.get('layers') : undefined;
    if (layers?.type === 'list') for (const child of layers.items) addChild(made, nameOf(child), child);
    return made;
  }
  if (KERAS_MODEL.test(path)) {
    const outputs = (given.keywords.get('outputs') ?? given.keywords.get('output') ?? given.values[1])?.value;
    return outputs && functional('keras', outputs, place);
  }
  if (TFJS_MODEL.test(path)) {
    const outputs = first?.value.type === 'map' ? first.value.entries.get('outputs') : undefined;
    return outputs && functional('tfjs', outputs, place);
  }
  return undefined;
}

export function nameOf(child: Value): string | undefined {
  return child.type === 'layer' ? child.name : undefined;
}

function emptyContainer(framework: Framework, op: string, place: Place): LayerValue {
  return { type: 'layer', framework, op, place, sizes: [], name: undefined, children: new Map() };
}

/** A network of the layers that lie before its outputs, those that come first in front. */
function functional(framework: Framework, outputs: Value, place: Place): LayerValue | undefined {
  const ends =
    outputs.type === 'list' ? outputs.items : outputs.type === 'map' ? [...outputs.entries.values()] : [outputs];
  const tensors = ends.filter(end => end.type === 'tensor');
  if (tensors.length === 0) return undefined;
  const layers = new Set<Value>();
  const seen = new Set<TensorValue>();
  // Without recursion: networks are thousands of layers deep.
  const open: { readonly tensor: TensorValue; readonly entered: boolean }[] = tensors.map(tensor => ({
    tensor,
    entered: false,
  }));
  for (let next = open.pop(); next; next = open.pop()) {
    const { tensor, entered } = next;
    if (entered) {
      if (tensor.by) layers.add(tensor.by);
      continue;
    }
    if (seen.has(tensor)) continue;
    seen.add(tensor);
    open.push({ tensor, entered: true });
    for (const before of tensor.from.toReversed()) open.push({ tensor: before, entered: false });
  }
  const made = emptyContainer(framework, 'Model', place);
  for (const layer of layers) addChild(made, nameOf(layer), layer);
  return made;
}

/** `OrderedDict([("a", layer), …])`, `dict(a=1)`. */
export function mapFrom(given: Given): Value {
  const entries = new Map<string, Value>();
  const [first] = given.values;
  if (first?.value.type === 'map') for (const [key, value] of first.value.entries) entries.set(key, value);
  if (first?.value.type === 'list')
    for (const pair of first.value.items) {
      const key = pair.type === 'list' ? asText(pair.items[0] ?? pair) : undefined;
      const value = pair.type === 'list' ? pair.items[1] : undefined;
      if (key !== undefined && value) entries.set(key, value);
    }
  for (const [key, { value }] of given.keywords) entries.set(key, value);
  return { type: 'map', entries };
}
