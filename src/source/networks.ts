import { isNetworkBase } from './libraries/containers';
import { libraryBases } from './classes';
import type { Interpreter, ParsedFile } from './interpreter';
import type { LayerCall } from './calls';
import { kindOf, type LayerKind } from './layerKinds';
import {
  tensorOf,
  type ClassValue,
  type Framework,
  type LayerValue,
  type ObjectValue,
  type Place,
  type Size,
  type TensorValue,
  type Value,
} from './values';

/** A layer where a source defines it. */
export interface SourceLayer {
  /** As the network's author names it: `features.0`, `stem.conv`; the number of the layer where Keras would make a name up. */
  readonly path: string;
  /** Whether the author gave the name. */
  readonly named: boolean;
  /** As its library calls it. */
  readonly op: string;
  readonly kind: LayerKind;
  readonly sizes: readonly Size[];
  /** The call that makes it. */
  readonly place: Place;
}

/** A network that a source defines, with its constructor's defaults or as it is called there. */
export interface SourceNetwork {
  /** Of the class, function or variable. */
  readonly name: string;
  readonly framework: Framework;
  /** Where it is defined or made. */
  readonly place: Place;
  /** In the order in which the network calls them, where that could be followed, and else in that of their definition. */
  readonly layers: readonly SourceLayer[];
}

const MOST_LAYERS = 5_000;
const MOST_NETWORKS = 200;
const DEEPEST = 40;

/** The networks of a file: what is made in it, what its functions make, and its classes with their defaults. */
export function networksOf(parsed: ParsedFile, interpreter: Interpreter): readonly SourceNetwork[] {
  interpreter.refresh();
  const scope = interpreter.module(parsed);
  const found: SourceNetwork[] = [];
  const seen = new Set<string>();
  const keep = (network: SourceNetwork | undefined): void => {
    if (!network || found.length >= MOST_NETWORKS) return;
    const key = JSON.stringify(
      network.layers.map(({ path, place, sizes }) => [path, place, sizes.map(size => size.value)]),
    );
    if (!seen.has(key)) found.push(network);
    seen.add(key);
  };
  for (const [name, value] of [...scope.variables]) {
    if (isNetwork(value)) keep(networkOf(name, value, interpreter));
    if (value.type === 'map')
      for (const [key, inner] of value.entries) if (isNetwork(inner)) keep(networkOf(key, inner, interpreter));
  }
  for (const [name, value] of [...scope.variables]) {
    if (value.type === 'class' && value.scope === scope && derivesFromNetwork(value))
      keep(byClass(name, value, interpreter));
    if (value.type === 'function' && value.scope === scope) keep(byFunction(name, value, interpreter));
  }
  return found;
}

/** One layer alone is no network. */
function isNetwork(value: Value): value is LayerValue | ObjectValue {
  return value.type === 'object' || (value.type === 'layer' && CONTAINERS.has(value.op));
}

export function derivesFromNetwork(made: ClassValue): boolean {
  return libraryBases(made).some(isNetworkBase);
}

function byClass(name: string, made: ClassValue, interpreter: Interpreter): SourceNetwork | undefined {
  interpreter.refresh();
  const { file } = made.scope;
  const place = { file, ...made.definition.nameSpan };
  const object = interpreter.calls.call(made, { values: [], keywords: new Map() }, place, made.scope);
  return isNetwork(object) ? networkOf(name, object, interpreter) : undefined;
}

function byFunction(
  name: string,
  made: Value & { type: 'function' },
  interpreter: Interpreter,
): SourceNetwork | undefined {
  interpreter.refresh();
  const { definition, scope } = made;
  const place = { file: scope.file, start: definition.start, end: definition.start };
  const result = interpreter.calls.call(made, { values: [], keywords: new Map() }, place, scope);
  return isNetwork(result) ? networkOf(name, result, interpreter) : undefined;
}

/** A value as a network, where it holds layers. */
function networkOf(name: string, value: LayerValue | ObjectValue, interpreter: Interpreter): SourceNetwork | undefined {
  const layers: SourceLayer[] = [];
  const values: LayerValue[] = [];
  collect(value, '', true, { layers, values, seen: new Set(), depth: 0 });
  const { framework } = values[0] ?? { framework: undefined };
  if (framework === undefined || !layers.some(({ sizes }) => sizes.length > 0)) return undefined;
  const calls = callsOf(value, interpreter);
  const reshapes = reshapesBefore(calls);
  const place =
    value.type === 'object' ? { file: value.class.scope.file, ...value.class.definition.nameSpan } : value.place;
  const order = new Map<LayerValue, number>();
  for (const { layer } of calls) if (!order.has(layer)) order.set(layer, order.size);
  const complete = values.every((one, index) => order.has(one) || layers[index]!.sizes.length === 0);
  const indices = layers.map((_, index) => index);
  if (complete)
    indices.sort((a, b) => (order.get(values[a]!) ?? Infinity) - (order.get(values[b]!) ?? Infinity) || a - b);
  return {
    name,
    framework,
    place,
    layers: indices.map(index => {
      const layer = layers[index]!;
      const more = reshapes.get(values[index]!) ?? [];
      return more.length === 0 ? layer : { ...layer, sizes: [...layer.sizes, ...more] };
    }),
  };
}

interface Collected {
  readonly layers: SourceLayer[];
  readonly values: LayerValue[];
  readonly seen: Set<Value>;
  readonly depth: number;
}

function collect(value: Value, path: string, named: boolean, into: Collected): void {
  if (into.seen.has(value) || into.depth > DEEPEST || into.layers.length >= MOST_LAYERS) return;
  into.seen.add(value);
  const deeper = { ...into, depth: into.depth + 1 };
  const enter = (children: ReadonlyMap<string, Value>, own: (name: string, child: Value) => boolean): void => {
    for (const [name, child] of children)
      collect(child, path === '' ? name : `${path}.${name}`, own(name, child), deeper);
  };
  if (value.type === 'object') enter(value.attributes, () => named);
  // A list of layers that is no ModuleList holds them all the same in Keras and TensorFlow.js.
  else if (value.type === 'list')
    value.items.forEach((child, index) => collect(child, `${path}.${index}`, false, deeper));
  else if (value.type !== 'layer') return;
  else if (CONTAINERS.has(value.op)) {
    const numbered = value.framework !== 'pytorch';
    enter(value.children, (name, child) => (numbered ? child.type === 'layer' && child.name === name : named));
  } else {
    into.layers.push({
      path,
      named: value.name === undefined ? named : true,
      op: value.op,
      kind: kindOf(value.op),
      sizes: value.sizes,
      place: value.place,
    });
    into.values.push(value);
  }
}

const CONTAINERS = new Set(['Sequential', 'ModuleList', 'ModuleDict', 'Model']);

/** Follows a network's own computation on one tensor. */
function callsOf(value: LayerValue | ObjectValue, interpreter: Interpreter): readonly LayerCall[] {
  const { calls } = interpreter;
  interpreter.refresh();
  calls.trace.length = 0;
  if (value.type === 'object' || value.op === 'Sequential') {
    const tensors = [tensorOf([])];
    calls.apply(value, { values: tensors.map(one => ({ value: one, place: value.place })), keywords: new Map() });
  }
  return [...calls.trace];
}

/** The sizes of reshapes that a layer's input went through right before it: they change with what comes in. */
function reshapesBefore(calls: readonly LayerCall[]): Map<LayerValue, readonly Size[]> {
  const found = new Map<LayerValue, readonly Size[]>();
  for (const { layer, inputs } of calls) {
    const sizes = inputs.flatMap(input => reshapeOf(input, 0));
    if (sizes.length > 0) found.set(layer, sizes);
  }
  return found;
}

function reshapeOf(tensor: TensorValue, depth: number): readonly Size[] {
  if (tensor.reshape.length > 0) return tensor.reshape.filter(size => size.value !== undefined && size.value > 0);
  if (tensor.by !== undefined || depth > 6 || tensor.from.length !== 1) return [];
  return reshapeOf(tensor.from[0]!, depth + 1);
}
