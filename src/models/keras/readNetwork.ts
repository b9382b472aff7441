import { Fault } from '../../base/fault';
import { asInteger, asList, asText, entry, isList, isObject, type Json, type JsonObject } from '../json';
import type { KerasLayer, KerasNetwork, LayerCall, TensorReference } from './kerasNetwork';
import { snakeCase } from './snakeCase';

const NETWORKS = /^(Sequential|Functional|Model)$/;
const MAX_LAYERS = 50_000;
const MAX_CALLS = 200_000;

/**
 * Reads the configuration of a network, as Keras 1 to 3 and TensorFlow.js write it: a stack of layers, or a graph of them, with
 * networks in it that are themselves such. Inner networks are dissolved: each of their layers is a layer of the whole, called `inner/dense`.
 *
 * Throws `corrupt` for what is none; `unsupported` for networks that are code (subclasses of Model).
 */
export function readNetwork(config: Json): KerasNetwork {
  const builder = new Builder();
  const className = asText(entry(config, 'class_name'));
  if (className === undefined || !NETWORKS.test(className)) throw notDescribed(className);
  const { outputs } = builder.place(config, '', '', undefined, undefined);
  return { name: networkName(config), layers: builder.layers(), inputs: builder.inputs, outputs };
}

function notDescribed(className: string | undefined): Fault {
  if (className === undefined) {
    return new Fault('corrupt', 'The configuration does not say what kind of network it describes.', {
      hint: 'Save the model again.',
    });
  }
  return new Fault(
    'unsupported',
    `The network is of the class ${className}: its computation is Python code, which is not in the file.`,
    { hint: 'Export the model with model.export(..., format="onnx"), or build it with the functional API.' },
  );
}

function networkName(config: Json): string {
  return asText(entry(entry(config, 'config'), 'name')) ?? 'network';
}

interface Building {
  readonly layer: Omit<KerasLayer, 'calls'>;
  readonly calls: LayerCall[];
}

/** What a list of layers says about one of them. */
interface Listed {
  readonly name: string;
  readonly className: string;
  readonly object: Json;
  readonly config: JsonObject;
}

class Builder {
  readonly inputs: TensorReference[] = [];
  private readonly built = new Map<string, Building>();
  private calls = 0;

  layers(): KerasLayer[] {
    return [...this.built.values()].map(({ layer, calls }) => ({ ...layer, calls }));
  }

  /**
   * Adds the layers of a network, or another call of them where they are there already. `given` are the tensors that it is called with;
   * undefined for the outermost, whose inputs are the network's.
   */
  place(
    network: Json,
    prefix: string,
    storage: string,
    topName: string | undefined,
    given: readonly TensorReference[] | undefined,
  ): { readonly outputs: readonly TensorReference[] } {
    this.count();
    const config = entry(network, 'config');
    // Keras 1 and early Keras 2 wrote a Sequential's layers without anything around them.
    const stored = isList(config) ? config : asList(entry(config, 'layers'));
    if (stored.length === 0) throw broken('it lists no layers');
    const listed = stored.map(readListed);
    const names = new Set(listed.map(layer => layer.name));
    if (names.size !== listed.length) throw broken('two of its layers have the same name');
    const places = storagePlaces(listed, storage);
    const sequential = asText(entry(network, 'class_name')) === 'Sequential';
    const scope = new Scope(this, prefix, topName, listed, places);
    return sequential ? scope.sequential(given, config) : scope.graph(given, config);
  }

  /** Adds a call of a layer, and the layer with its first one. */
  call(layer: Omit<KerasLayer, 'calls'>, call: Omit<LayerCall, 'order'>): TensorReference {
    let name = layer.name;
    let known = this.built.get(name);
    // A layer that is called inner/dense by itself is not the dense of the network inner.
    while (known !== undefined && known.layer.config !== layer.config) known = this.built.get((name += '_'));
    if (known === undefined) {
      if (this.built.size >= MAX_LAYERS)
        throw new Fault('too-large', `The network has more than ${MAX_LAYERS} layers.`);
      this.built.set(name, (known = { layer: { ...layer, name }, calls: [] }));
    }
    this.count();
    known.calls.push({ ...call, order: this.calls });
    return { layer: name, call: known.calls.length - 1, output: 0 };
  }

  private count(): void {
    if (++this.calls > MAX_CALLS)
      throw new Fault('too-large', `The network has more than ${MAX_CALLS} calls of layers.`);
  }
}

/** One placing of a network: its layers' names, and what they gave so far. */
class Scope {
  private readonly byName: ReadonlyMap<string, Listed>;
  private readonly nodes: ReadonlyMap<string, readonly Node[]>;
  /** The number by which the first call of an inner network goes. */
  private readonly firstCall: ReadonlyMap<string, number>;
  /** What each layer gave at each of its calls within this placing. */
  private readonly given = new Map<string, (readonly TensorReference[])[]>();

  constructor(
    private readonly builder: Builder,
    private readonly prefix: string,
    private readonly topName: string | undefined,
    private readonly listed: readonly Listed[],
    private readonly places: ReadonlyMap<string, string>,
  ) {
    this.byName = new Map(listed.map(layer => [layer.name, layer]));
    this.nodes = new Map(
      listed.map(layer => [
        layer.name,
        layer.className === 'InputLayer' ? [] : asList(entry(layer.object, 'inbound_nodes')).map(readNode),
      ]),
    );
    // Keras 2 counts the inputs of an inner network itself as its first call.
    const last = new Map<string, number>();
    for (const { name, call } of [...this.nodes.values()].flat().flatMap(node => node.inputs)) {
      if (this.isNetwork(name)) last.set(name, Math.max(last.get(name) ?? 0, call));
    }
    this.firstCall = new Map(
      [...last].map(([name, call]) => [name, Math.max(0, call + 1 - (this.nodes.get(name)?.length ?? 0))]),
    );
  }

  sequential(given: readonly TensorReference[] | undefined, config: Json | undefined) {
    let current = given;
    for (const layer of this.listed) {
      if (layer.className === 'InputLayer') {
        current ??= [this.input(layer)];
        continue;
      }
      current ??= [this.impliedInput(layer, config)];
      current = this.apply(layer, current, PLAIN);
    }
    if (current === undefined) throw broken('it lists no layers');
    return { outputs: current };
  }

  graph(given: readonly TensorReference[] | undefined, config: Json | undefined) {
    const inputs = historiesOf(entry(config, 'input_layers'));
    if (given !== undefined) {
      if (inputs.length !== given.length)
        throw broken(`an inner network takes ${inputs.length} inputs, but is given ${given.length}`);
      inputs.forEach(({ name }, i) => this.given.set(name, [[given[i]!]]));
    }
    for (const layer of this.listed) {
      if (layer.className === 'InputLayer' && !this.given.has(layer.name)) {
        // An input that the network does not take is nobody's.
        if (given === undefined) this.given.set(layer.name, [[this.input(layer)]]);
      }
    }
    this.callAll();
    const outputs = historiesOf(entry(config, 'output_layers')).map(history => this.resolve(history));
    if (outputs.length === 0) throw broken('it has no outputs');
    return { outputs };
  }

  /** Makes the calls of all layers, each when what it reads is there: shared layers may be called before and after others. */
  private callAll(): void {
    const pending: { readonly layer: Listed; readonly nodes: readonly Node[]; next: number }[] = this.listed.map(
      layer => ({ layer, nodes: this.nodes.get(layer.name)!, next: 0 }),
    );
    const waiting = new Map<string, typeof pending>();
    const ready = [...pending].reverse();
    for (let one = ready.pop(); one !== undefined; one = ready.pop()) {
      while (one.next < one.nodes.length) {
        const node = one.nodes[one.next]!;
        const missing = node.inputs.find(history => this.resultsOf(history) === undefined);
        if (missing !== undefined) {
          if (!this.byName.has(missing.name))
            throw broken(`layer ${quoted(one.layer.name)} reads from ${quoted(missing.name)}, which is not there`);
          const others = waiting.get(missing.name);
          if (others === undefined) waiting.set(missing.name, [one]);
          else others.push(one);
          break;
        }
        const results = this.given.get(one.layer.name) ?? [];
        results.push(
          this.apply(
            one.layer,
            node.inputs.map(history => this.resolve(history)),
            node,
          ),
        );
        this.given.set(one.layer.name, results);
        one.next++;
        const freed = waiting.get(one.layer.name) ?? [];
        waiting.delete(one.layer.name);
        for (let i = freed.length - 1; i >= 0; i--) ready.push(freed[i]!);
      }
    }
    const stuck = pending.find(one => one.next < one.nodes.length);
    if (stuck !== undefined) throw broken(`layer ${quoted(stuck.layer.name)} reads, in a circle, from itself`);
  }

  private resultsOf({ name, call }: History): readonly TensorReference[] | undefined {
    const results = this.given.get(name);
    return results?.[call - (this.firstCall.get(name) ?? 0)] ?? (this.isNetwork(name) ? results?.[call] : undefined);
  }

  private resolve(history: History): TensorReference {
    const { name, output } = history;
    const results = this.resultsOf(history);
    if (results === undefined) throw broken(`it reads from ${quoted(name)}, which is not called`);
    // Layers with several outputs give one reference; inner networks one each.
    const inner = results.length > 1 || this.isNetwork(name);
    const found = inner ? results[output] : results[0];
    if (found === undefined) throw broken(`it reads output ${output} of ${quoted(name)}, which has ${results.length}`);
    return inner ? found : { ...found, output: found.output + output };
  }

  private isNetwork(name: string): boolean {
    return NETWORKS.test(this.byName.get(name)?.className ?? '');
  }

  private apply(
    layer: Listed,
    inputs: readonly TensorReference[],
    { constants, masked, names, flags }: Omit<Node, 'inputs'>,
  ): readonly TensorReference[] {
    if (NETWORKS.test(layer.className) && isNetworkConfig(layer.object)) {
      return this.builder.place(
        layer.object,
        `${this.prefix}${layer.name}/`,
        this.places.get(layer.name)!,
        this.topName ?? layer.name,
        inputs,
      ).outputs;
    }
    return [this.builder.call(this.describe(layer), { inputs, constants, masked, names, flags })];
  }

  private input(layer: Listed): TensorReference {
    const reference = this.builder.call(this.describe(layer), { ...PLAIN, inputs: [] });
    this.builder.inputs.push(reference);
    return reference;
  }

  /** A stack may begin without an input: its first layer says the shape, or what the network was built for does. */
  private impliedInput(first: Listed, config: Json | undefined): TensorReference {
    const shape =
      inputShapeOf(first.object) ??
      entry(entry(first.object, 'build_config'), 'input_shape') ??
      entry(config, 'build_input_shape') ??
      legacyInputShape(first);
    const name = `${first.name}_input`;
    const inputConfig = new Map<string, Json>([['name', name]]);
    if (shape !== undefined) inputConfig.set('batch_shape', shape);
    const dtype = first.className === 'Embedding' ? undefined : asText(entry(first.config, 'dtype'));
    if (dtype !== undefined) inputConfig.set('dtype', dtype);
    return this.input({ name, className: 'InputLayer', object: null, config: inputConfig });
  }

  private describe({ name, className, object, config }: Listed): Omit<KerasLayer, 'calls'> {
    return {
      name: this.prefix + name,
      ownName: name,
      className,
      module: asText(entry(object, 'module')),
      config,
      storage: this.places.get(name) ?? '',
      topName: this.topName ?? name,
    };
  }
}

/** The shape that a layer, or the first layer of an inner network, says that it takes. */
function inputShapeOf(object: Json): Json | undefined {
  const config = entry(object, 'config');
  const inner = (isList(config) ? config : asList(entry(config, 'layers')))[0];
  return inner === undefined
    ? (entry(config, 'batch_input_shape') ?? entry(config, 'batch_shape'))
    : inputShapeOf(inner);
}

function legacyInputShape(first: Listed): Json | undefined {
  const width = asInteger(entry(first.config, 'input_dim'));
  return first.className === 'Dense' && width !== undefined ? [null, width] : undefined;
}

function isNetworkConfig(object: Json): boolean {
  const config = entry(object, 'config');
  return isList(config) || isList(entry(config, 'layers'));
}

function readListed(object: Json): Listed {
  const className = asText(entry(object, 'class_name'));
  const config = entry(object, 'config');
  if (className === undefined) throw broken('a layer does not say what it is');
  const name = asText(entry(object, 'name')) ?? asText(entry(config, 'name'));
  if (name === undefined) throw broken(`a layer of the class ${className} has no name`);
  return { name, className, object, config: isObject(config) ? config : new Map() };
}

/** Keras 3 keeps weights by class, in the order of the layers: dense, dense_1. Operations that are no layers have no place. */
function storagePlaces(listed: readonly Listed[], storage: string): ReadonlyMap<string, string> {
  const counts = new Map<string, number>();
  const places = new Map<string, string>();
  for (const { name, className, object } of listed) {
    if (/^keras\.src\.ops\./.test(asText(entry(object, 'module')) ?? '')) continue;
    const snake = snakeCase(className);
    const count = counts.get(snake) ?? 0;
    counts.set(snake, count + 1);
    places.set(name, `${storage === '' ? '' : `${storage}/`}layers/${snake}${count === 0 ? '' : `_${count}`}`);
  }
  return places;
}

/** A reference as files write it: the layer's name, which of its calls, which of its outputs. */
interface History {
  readonly name: string;
  readonly call: number;
  readonly output: number;
}

/** One history, or a list of them, or a dictionary. */
function historiesOf(value: Json | undefined): readonly History[] {
  const one = historyOf(value);
  if (one !== undefined) return [one];
  if (isObject(value)) return [...value.values()].flatMap(historiesOf);
  return asList(value).flatMap(historiesOf);
}

function historyOf(value: Json | undefined): History | undefined {
  const [name, call, output] = asList(value);
  const text = asText(name);
  const [callIndex, outputIndex] = [asInteger(call), asInteger(output)];
  if (text === undefined || callIndex === undefined || outputIndex === undefined) return undefined;
  if (callIndex < 0 || outputIndex < 0) return undefined;
  return { name: text, call: callIndex, output: outputIndex };
}

interface Node extends Pick<LayerCall, 'constants' | 'masked' | 'names' | 'flags'> {
  readonly inputs: readonly History[];
}

const PLAIN: Omit<Node, 'inputs'> = { constants: new Map(), masked: false, names: [], flags: new Set() };

/** A call: of Keras 3, arguments with tensors among them; before, a list of histories, with more in a fourth entry. */
function readNode(node: Json): Node {
  const inputs: History[] = [];
  const names: (string | undefined)[] = [];
  const flags = new Set<string>();
  const constants = new Map<number, number>();
  const collect = (value: Json, name?: string): void => {
    const history =
      asText(entry(value, 'class_name')) === '__keras_tensor__'
        ? historyOf(entry(entry(value, 'config'), 'keras_history'))
        : historyOf(value);
    if (history !== undefined) {
      inputs.push(history);
      names.push(name);
    } else if (value === true && name !== undefined) flags.add(name);
    else if (isList(value)) for (const inner of value) collect(inner, name);
    else if (isObject(value)) for (const [key, inner] of value) collect(inner, key);
  };
  if (isObject(node)) {
    asList(entry(node, 'args')).forEach((argument, place) => {
      if (typeof argument === 'number') constants.set(place, argument);
      else collect(argument);
    });
    const named = entry(node, 'kwargs');
    const masked = isObject(entry(named, 'mask'));
    if (isObject(named)) for (const [key, value] of named) if (key !== 'mask') collect(value, key);
    return { inputs, constants, masked, names, flags };
  }
  // [[name, call, output, {…}], …], or one of them alone.
  const list = asList(node);
  const single = historyOf(node);
  for (const item of single === undefined ? list : [node]) {
    collect(item);
    const more = asList(item)[3];
    if (!isObject(more)) continue;
    for (const [key, value] of more) {
      if (typeof value === 'number') constants.set(constants.size + 1, value);
      else collect(value, key);
    }
  }
  return { inputs, constants, masked: false, names, flags };
}

function quoted(name: string): string {
  return JSON.stringify(name);
}

function broken(what: string): Fault {
  return new Fault('corrupt', `The configuration of the network is broken: ${what}.`, {
    hint: 'Save the model again.',
  });
}
