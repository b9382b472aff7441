import type { ModuleTensors } from '../weightsOnly/moduleLayers';
import { modulesOf } from '../weightsOnly/moduleLayers';
import type { StateTensor } from '../weightsOnly/stateTensor';
import type { StateOrigin } from '../weightsOnly/weightsModel';
import { isModuleState, PickleDict, PickleList, PickleObject, PickleTuple, type PickleValue } from './pickle/values';
import { stateTensor } from './stateTensor';
import type { TorchStorage } from './tensor';
import { TorchTensor } from './tensor';

/** The weights that a file holds, and what else it says of the network. */
export interface TorchState {
  /** What they were found as: "state dictionary", "module Net", "checkpoint, under model". */
  readonly content: string;
  readonly tensors: readonly StateTensor[];
  /** What each of them is in the pickle. */
  readonly stored: ReadonlyMap<string, TorchTensor>;
  readonly modules: readonly ModuleTensors[];
  /** Operators of modules by their paths, where the file says them: it does where whole modules were saved. */
  readonly operators: ReadonlyMap<string, string>;
  /** How code that loads the file comes to them. */
  readonly origin: StateOrigin;
  /** What stands beside the weights: epochs, losses, names. */
  readonly notes: readonly { readonly name: string; readonly value: string }[];
}

/** Keys under which training scripts keep the network that they trained, the likeliest first. */
const USUAL_KEYS =
  'model_state_dict state_dict model_state model net network net_state_dict module model_ema ema_model ema params_ema params weights'.split(
    ' ',
  );
/** Keys of what is no network, or another copy of one. */
const OTHER_KEYS = /optim|sched|scaler|grad|loss|exp_avg|rng|best|target|teacher|ema|average|swa|discriminator/i;
const MOST_NOTES = 20;
const DEEPEST = 4;
/** A checkpoint that is a list has few parts. */
const MOST_LISTED = 16;

/**
 * Finds a network in what a file holds: a module saved whole, a state dictionary, or a checkpoint that holds either; among several the one under the likeliest
 * key, and all of them, by their keys, where none is likelier. `undefined` where there is none.
 */
export function findState(root: PickleValue): TorchState | undefined {
  const found = find(root, 0);
  if (found === undefined) return undefined;
  const collector = new Collector();
  for (const { prefix, value } of found.networks) {
    if (value instanceof PickleObject) collector.module(prefix, value);
    else collector.dictionary(prefix, value);
  }
  const { tensors, stored, modules, operators } = collector.finish();
  const whole = found.networks.length === 1 ? found.networks[0]!.value : undefined;
  const kind = whole instanceof PickleObject ? `module ${whole.of.path}` : 'state dictionary';
  const content = found.keys.length === 0 ? kind : `checkpoint, ${kind} under ${found.keys.join(', ')}`;
  const origin = {
    wholeModule: whole instanceof PickleObject,
    keys: found.networks.length === 1 ? found.keys.flatMap(key => key.split('.')) : [],
  };
  return { content, tensors, stored, modules, operators, origin, notes: notesOf(root) };
}

/** (model.state_dict(), optimizer.state_dict()) as if by keys: tensors themselves have no names there. */
function numbered(items: readonly PickleValue[]): PickleDict {
  const dict = new PickleDict();
  items.forEach((item, at) => {
    if (!(item instanceof TorchTensor)) dict.set(String(at), item);
  });
  return dict;
}

interface Found {
  /** Where in the checkpoint it was found. */
  readonly keys: readonly string[];
  readonly networks: readonly { readonly prefix: string; readonly value: PickleDict | PickleObject }[];
}

function find(value: PickleValue, depth: number): Found | undefined {
  if (value instanceof PickleObject) {
    const { items } = value;
    if (isModule(value)) return { keys: [], networks: [{ prefix: '', value }] };
    return items === undefined ? undefined : find(items, depth);
  }
  if (value instanceof PickleTuple || value instanceof PickleList)
    return value.items.length > MOST_LISTED ? undefined : find(numbered(value.items), depth);
  if (!(value instanceof PickleDict) || depth > DEEPEST) return undefined;
  if (isStateDictionary(value)) return { keys: [], networks: [{ prefix: '', value }] };
  const candidates = new Map<string, Found>();
  for (const [key, inner] of value.entries) {
    if (typeof key !== 'string' || (inner instanceof PickleDict && inner.get('param_groups') !== undefined)) continue;
    const found = find(inner, depth + 1);
    if (found !== undefined) candidates.set(key, found);
  }
  const usual = USUAL_KEYS.find(key => candidates.has(key));
  const keys = usual === undefined ? [...candidates.keys()] : [usual];
  const likely = keys.length > 1 ? keys.filter(key => !OTHER_KEYS.test(key)) : keys;
  const chosen = likely.length > 0 ? likely : keys;
  if (chosen.length === 0) return undefined;
  if (chosen.length === 1) {
    const { keys: inner, networks } = candidates.get(chosen[0]!)!;
    return { keys: [[chosen[0]!, ...inner].join('.')], networks };
  }
  const networks = chosen.flatMap(key =>
    candidates.get(key)!.networks.map(({ prefix, value: network }) => ({ prefix: `${key}.${prefix}`, value: network })),
  );
  return { keys: chosen, networks };
}

function isModule(value: PickleValue): value is PickleObject {
  return value instanceof PickleObject && isModuleState(value.state);
}

/** Most values are tensors, and all that are lie under text: `state` of an optimiser is keyed by numbers. */
function isStateDictionary(dict: PickleDict): boolean {
  let tensors = 0;
  let others = 0;
  for (const [key, value] of dict.entries) {
    if (value instanceof TorchTensor) {
      if (typeof key !== 'string') return false;
      tensors++;
    } else if (value !== null && !isValueless(value)) others++;
  }
  return tensors > others;
}

/** A tensor without values in the file, such as a sparse one: it tells neither for nor against. */
function isValueless(value: PickleValue): boolean {
  return value instanceof PickleObject && value.of.module === 'torch._utils';
}

class Collector {
  private readonly tensors: StateTensor[] = [];
  private readonly stored = new Map<string, TorchTensor>();
  private readonly modules = new Map<string, Map<string, StateTensor>>();
  private readonly operators = new Map<string, string>();
  private readonly ordinals = new Map<TorchStorage, number>();
  private bare = true;

  dictionary(prefix: string, dict: PickleDict): void {
    for (const [key, value] of dict.entries)
      if (typeof key === 'string' && value instanceof TorchTensor)
        this.add(`${prefix}${key}`, value, value.parameter || undefined);
  }

  /** Walks a module that was saved whole, its own tensors first, as state_dict() does. */
  module(prefix: string, root: PickleObject): void {
    this.bare = false;
    const open = new Set<PickleObject>();
    const enter = (path: string, module: PickleObject): void => {
      const { state } = module;
      if (!isModuleState(state) || open.has(module)) return;
      open.add(module);
      const own = new Map<string, StateTensor>();
      const dotted = path === '' ? '' : `${path}.`;
      for (const [group, trained] of [
        ['_parameters', true],
        ['_buffers', false],
      ] as const) {
        for (const [name, value] of entriesOf(state.get(group)))
          if (value instanceof TorchTensor) own.set(name, this.add(dotted + name, value, trained));
      }
      const children = [...entriesOf(state.get('_modules'))].filter((entry): entry is [string, PickleObject] =>
        isModule(entry[1]),
      );
      if (path !== '' || children.length === 0) this.operators.set(path, module.of.name);
      // A container of other modules is a layer only where it has tensors of its own.
      if (own.size > 0 || children.length === 0) this.modules.set(path === '' ? module.of.name : path, own);
      for (const [name, child] of children) enter(dotted + name, child);
      open.delete(module);
    };
    enter(prefix.replace(/\.$/, ''), root);
  }

  finish(): Pick<TorchState, 'tensors' | 'stored' | 'modules' | 'operators'> {
    const { tensors, stored, operators } = this;
    const modules = this.bare
      ? modulesOf(tensors)
      : [...this.modules].map(([path, own]): ModuleTensors => ({ path, tensors: own }));
    return { tensors, stored, modules, operators };
  }

  private add(name: string, tensor: TorchTensor, trained: boolean | undefined): StateTensor {
    let ordinal = this.ordinals.get(tensor.storage);
    if (ordinal === undefined) this.ordinals.set(tensor.storage, (ordinal = this.ordinals.size));
    const read = stateTensor(name, tensor, trained, ordinal);
    this.tensors.push(read);
    this.stored.set(name, tensor);
    return read;
  }
}

function* entriesOf(value: PickleValue | undefined): Generator<[string, PickleValue]> {
  if (!(value instanceof PickleDict)) return;
  for (const [key, inner] of value.entries) if (typeof key === 'string') yield [key, inner];
}

/** Plain values at the top of a checkpoint. */
function notesOf(root: PickleValue): { readonly name: string; readonly value: string }[] {
  const notes: { name: string; value: string }[] = [];
  for (const [name, value] of entriesOf(root)) {
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') continue;
    if (notes.length < MOST_NOTES) notes.push({ name, value: String(value).slice(0, 1000) });
  }
  return notes;
}
