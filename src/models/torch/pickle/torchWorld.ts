import { decodeElements, elementBits } from '../../elements';
import type { TorchStorage } from '../tensor';
import { TorchTensor } from '../tensor';
import { knownGlobal, type KnownGlobal, type StandIn } from './knownGlobals';
import { corrupt, unsafe } from './pickleError';
import type { PickleWorld } from './machine';
import { holdsTensors, recordsOf, type Record } from './walk';
import { arrayOf, arrayState, dtypeOf } from './numpyArrays';
import { rebuildTensor } from './rebuildTensor';
import { isForeignModule } from './standardLibrary';
import {
  isModuleState,
  PickleDict,
  PickleGlobal,
  PickleList,
  PickleObject,
  PickleSet,
  PickleTuple,
  type PickleValue,
} from './values';

/** How the container of a pickle finds what lies outside of it. */
export interface TorchOutside {
  /** The storage of a persistent id; the same object for the same key. */
  storage(key: string, type: TorchStorage['type'], count: number, view: PickleValue | undefined): TorchStorage;
  /** Whether the pickle is part of a TorchScript archive, whose classes stand in it as text. */
  readonly script: boolean;
  /** The storage in bytes that are a file of their own, as `pickle.dump` writes tensors. Throws `PickleError`. */
  nested(bytes: Uint8Array<ArrayBuffer>): PickleValue;
}

/**
 * What PyTorch's pickles come to, by an allow-list of exact names: tensors as views of storages, dictionaries, numbers; modules and other records
 * as data without behaviour. A class that nothing is known of may be the user's own network: it is taken for one once its instance has the state that
 * every torch.nn.Module has, and refused otherwise.
 */
export class TorchWorld implements PickleWorld {
  private readonly globals = new Map<string, PickleGlobal>();
  /** Classes that nothing is known of, which may still turn out to be networks. */
  private readonly open = new Set<PickleGlobal>();
  private touched: string | undefined;

  constructor(private readonly outside: TorchOutside) {}

  /** A class that was used for something else than to make a module. */
  get suspect(): string | undefined {
    return this.touched;
  }

  /**
   * To be called when the pickle has been read. Records within or beside a network, such as its configuration, may be of classes that nothing is known of, as
   * long as nothing is called to make them; any other such class is refused. Throws `PickleError`.
   */
  finish(root: PickleValue): void {
    if (this.open.size === 0) return;
    const beside = holdsTensors(root);
    for (const record of recordsOf(root)) {
      const of = record.value instanceof PickleObject ? record.value.of : record.value;
      if (this.open.has(of) && isInert(record, beside)) this.open.delete(of);
    }
    const [first] = this.open;
    if (first !== undefined) throw unsafe(first.path);
  }

  global(module: string, name: string): PickleValue {
    const key = `${module}\n${name}`;
    const before = this.globals.get(key);
    if (before !== undefined) return before;
    const global = new PickleGlobal(module, name);
    if (this.known(global) === undefined) {
      if (!mayBeNetwork(module, name)) throw unsafe(global.path);
      this.open.add(global);
    }
    this.globals.set(key, global);
    return global;
  }

  reduce(callable: PickleValue, args: PickleTuple, place?: number): PickleValue {
    if (callable instanceof PickleObject) throw unsafe(callable.of.path);
    if (!(callable instanceof PickleGlobal)) throw corrupt('it calls what is no function');
    const known = this.known(callable);
    const { items } = args;
    switch (known?.as) {
      case 'function': {
        const made = this.call(known.name, items, callable);
        if (made instanceof TorchTensor) made.place ??= place;
        return made;
      }
      case 'dictionary':
        return dictionary(callable, items);
      case 'record':
        return new PickleObject(callable, items);
      case 'storage':
      case 'dtype':
      case 'reference':
      case undefined:
        throw unsafe(callable.path);
    }
  }

  newObject(of: PickleValue, args: readonly PickleValue[]): PickleValue {
    if (!(of instanceof PickleGlobal)) throw corrupt('it makes an object of what is no class');
    const known = this.known(of);
    if (known?.as === 'dictionary') return dictionary(of, args);
    if (known?.as === 'record') return new PickleObject(of, args);
    if (known !== undefined || args.length > 0) throw unsafe(of.path);
    return new PickleObject(of);
  }

  build(object: PickleValue, state: PickleValue): PickleValue {
    if (object instanceof PickleDict) return object;
    if (!(object instanceof PickleObject)) throw corrupt('it gives a state to what takes none');
    if (ARRAYS.has(object.of.path)) return arrayState(object, state);
    object.state = state;
    if (this.open.has(object.of)) {
      if (!isModuleState(state)) this.touched ??= object.of.path;
      else this.open.delete(object.of);
    }
    return object;
  }

  persistent(id: PickleValue): PickleValue {
    const items = id instanceof PickleTuple ? id.items : [];
    const [kind, type, key, , count, view] = items;
    // Before 1.6 the source text of a module's class went with it: the class is all that is taken.
    if (kind === 'module' && type instanceof PickleGlobal) return type;
    if (kind !== 'storage' || !(type instanceof PickleGlobal) || typeof key !== 'string')
      throw corrupt('it refers to something outside that is no storage of a tensor');
    const known = knownGlobal(type.module, type.name);
    if (known?.as !== 'storage') throw corrupt(`it refers to a storage of the type ${type.path}, which is none`);
    if (!isCount(count)) throw corrupt(`storage ${key.slice(0, 40)} has no size`);
    return this.outside.storage(key, known.type, count, view);
  }

  /** Classes of a TorchScript archive are its own: they are followed as text, in a language without input and output. */
  private known({ module, name }: PickleGlobal): KnownGlobal | undefined {
    const known = knownGlobal(module, name);
    if (known !== undefined || !this.outside.script) return known;
    if (/^__torch__(\.\w+)*$/.test(module) && /^\w+$/.test(name)) return { as: 'record' };
    return module === 'torch.jit._pickle' ? SCRIPT_FUNCTIONS.get(name) : undefined;
  }

  /** `getattr(class, name)`, by which functions of PyTorch and members of an enumeration are kept. Nothing is looked up. */
  private attribute([owner, name]: readonly PickleValue[], of: PickleGlobal): PickleValue {
    if (!(owner instanceof PickleGlobal) || typeof name !== 'string' || !/^[\p{L}][\p{L}\p{N}_]*$/u.test(name))
      throw unsafe(of.path);
    if (/^torch\._C\._VariableFunctions(Class)?$/.test(owner.path)) return this.global('torch', name);
    if (!this.open.has(owner) || !/^\p{Lu}/u.test(owner.name)) throw unsafe(`${of.path} of ${owner.path}.${name}`);
    const member = new PickleGlobal(owner.module, `${owner.name}.${name}`);
    this.open.add(member);
    // The class is told by what is kept of it.
    this.open.delete(owner);
    return member;
  }

  private call(name: StandIn, args: readonly PickleValue[], of: PickleGlobal): PickleValue {
    switch (name) {
      case 'rebuildTensor':
        return rebuildTensor(args, undefined);
      case 'rebuildTensorV3': {
        const dtype = args[6] instanceof PickleGlobal ? knownGlobal(args[6].module, args[6].name) : undefined;
        if (dtype?.as !== 'dtype') throw corrupt('a tensor in it has no type');
        return rebuildTensor(args, dtype.type);
      }
      case 'rebuildQuantised':
        return rebuildTensor(args, undefined);
      case 'rebuildParameter': {
        const [tensor] = args;
        // Parameters of kinds that have no values here, such as sparse ones, stay what they are.
        if (tensor instanceof PickleObject) return tensor;
        if (!(tensor instanceof TorchTensor)) throw corrupt('a parameter in it is no tensor');
        const parameter = new TorchTensor(
          tensor.storage,
          tensor.type,
          tensor.shape,
          tensor.stride,
          tensor.offset,
          true,
        );
        parameter.place = tensor.place;
        return parameter;
      }
      case 'rebuildFromType': {
        const [rebuild, type, inner] = args;
        if (!(inner instanceof PickleTuple)) throw corrupt('a tensor in it is made of nothing');
        const tensor = this.reduce(rebuild ?? null, inner);
        const parameter = type instanceof PickleGlobal && type.path === 'torch.nn.parameter.Parameter';
        return parameter ? this.call('rebuildParameter', [tensor], of) : tensor;
      }
      case 'loadFromBytes': {
        const [bytes] = args;
        if (!(bytes instanceof Uint8Array)) throw corrupt('a storage in it has no bytes');
        return this.outside.nested(bytes);
      }
      case 'first': {
        const [items] = args;
        if (items instanceof PickleTuple) return items;
        return new PickleTuple(items instanceof PickleList ? items.items : []);
      }
      case 'item':
        return args[0] ?? null;
      case 'attribute':
        return this.attribute(args, of);
      case 'partial': {
        const [made] = args;
        if (!(made instanceof PickleGlobal) || !(this.open.has(made) || this.known(made)?.as === 'reference'))
          throw unsafe(of.path);
        return new PickleObject(of, args);
      }
      case 'set':
        return new PickleSet([...itemsOf(args[0])]);
      case 'list':
        return new PickleList([...itemsOf(args[0])]);
      case 'bytes':
        return bytesOf(args);
      case 'reconstruct': {
        const [made, base] = args;
        if (!(base instanceof PickleGlobal) || !/^(builtins|__builtin__)\.object$/.test(base.path))
          throw unsafe(made instanceof PickleGlobal ? made.path : of.path);
        return this.newObject(made ?? null, []);
      }
      case 'arrayReconstruct': {
        const [type] = args;
        if (!(type instanceof PickleGlobal) || !ARRAYS.has(type.path))
          throw unsafe(type instanceof PickleGlobal ? type.path : of.path);
        return new PickleObject(type);
      }
      case 'arrayScalar':
        return scalarOf(args);
      case 'arrayFromBuffer': {
        const [bytes, dtype, shape, order] = args;
        return arrayOf(shape, dtype, order === 'F', bytes) ?? new PickleObject(of);
      }
    }
  }
}

const ARRAYS: ReadonlySet<string> = new Set(['numpy.ndarray', 'numpy.recarray', 'numpy.matrix', 'numpy.memmap']);

/**
 * Whether something of a class that nothing is known of is data, such as a configuration: an instance by its attributes alone, or a class that is kept and not
 * called. Functions are kept within modules, as activations are. `beside` says whether there are weights in the file at all.
 */
function isInert({ value, within }: Record, beside: boolean): boolean {
  const of = value instanceof PickleObject ? value.of : value;
  if (value instanceof PickleGlobal && within) return true;
  if (!/^\p{Lu}/u.test(of.name) || !(within || beside)) return false;
  if (value instanceof PickleGlobal) return true;
  const { state } = value;
  // A class with __slots__ has two dictionaries.
  const slots = state instanceof PickleTuple && state.items.length === 2 && state.items[1] instanceof PickleDict;
  return state === undefined || state instanceof PickleDict || slots;
}

/** torch/jit/_pickle.py: lists of one type, and values with a tag of their type. */
const SCRIPT_FUNCTIONS: ReadonlyMap<string, KnownGlobal> = new Map(
  ['build_intlist', 'build_doublelist', 'build_boollist', 'build_tensorlist', 'restore_type_tag'].map(name => [
    name,
    { as: 'function', name: 'item' },
  ]),
);

/** Whether a class by this name could be a user's network: a plain name in a module that is neither Python's nor PyTorch's inner works. */
function mayBeNetwork(module: string, name: string): boolean {
  if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name) || !/^[\p{L}_][\p{L}\p{N}_]*(\.[\p{L}_][\p{L}\p{N}_]*)*$/u.test(module))
    return false;
  if (/^__\w+__$/.test(name)) return false;
  if (module === 'torch' || module.startsWith('torch.'))
    return /^torch\.(ao\.|)nn\./.test(module) && /^[A-Z]/.test(name);
  return !isForeignModule(module);
}

function dictionary(of: PickleGlobal, args: readonly PickleValue[]): PickleDict {
  const dict = new PickleDict(of.path);
  const [given] = args;
  if (given instanceof PickleDict) for (const [key, value] of given.entries) dict.set(key, value);
  else if (given instanceof PickleList) {
    for (const pair of given.items) {
      const items = pair instanceof PickleList || pair instanceof PickleTuple ? pair.items : [];
      if (items.length !== 2 || items[0] instanceof PickleList)
        throw corrupt('an entry of a dictionary in it is no pair');
      dict.set(items[0]!, items[1]!);
    }
  } else if (given instanceof PickleGlobal) {
    // A defaultdict's factory, which would be called later.
    const known = knownGlobal(given.module, given.name);
    if (known?.as !== 'reference' && known?.as !== 'dictionary') throw unsafe(given.path);
  } else if (given !== undefined && given !== null) throw corrupt('a dictionary in it is made of what is none');
  return dict;
}

function itemsOf(value: PickleValue | undefined): readonly PickleValue[] {
  if (value instanceof PickleList || value instanceof PickleTuple || value instanceof PickleSet) return value.items;
  if (value === undefined) return [];
  throw corrupt('a set or list in it is made of what is none');
}

/** `_codecs.encode(text, 'latin1')`, bytes and bytearrays: how protocols without bytes write them. */
function bytesOf([given, encoding]: readonly PickleValue[]): Uint8Array<ArrayBuffer> {
  if (given instanceof Uint8Array) return given;
  if (given === undefined) return new Uint8Array(0);
  if (typeof given !== 'string' || !(encoding === undefined || encoding === 'latin1' || encoding === 'latin-1'))
    throw corrupt('bytes in it are written in no known way');
  const bytes = new Uint8Array(given.length);
  for (let i = 0; i < given.length; i++) {
    const code = given.charCodeAt(i);
    if (code > 255) throw corrupt('bytes in it are no bytes');
    bytes[i] = code;
  }
  return bytes;
}

function scalarOf([dtype, bytes]: readonly PickleValue[]): PickleValue {
  const described = dtypeOf(dtype);
  if (described === undefined || !(bytes instanceof Uint8Array))
    return new PickleObject(new PickleGlobal('numpy', 'generic'));
  if (bytes.length !== elementBits(described.type) / 8) throw corrupt('a number of numpy in it has the wrong size');
  let number = 0;
  decodeElements(described.type, described.bigEndian ? bytes.slice().reverse() : bytes, 1, value => {
    number = value;
  });
  return number;
}

export function isCount(value: PickleValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
