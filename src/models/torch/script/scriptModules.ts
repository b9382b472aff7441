import type { ModuleTensors } from '../../weightsOnly/moduleLayers';
import type { StateTensor } from '../../weightsOnly/stateTensor';
import { PickleDict, PickleObject } from '../pickle/values';
import { stateTensor } from '../stateTensor';
import { TorchTensor, type TorchStorage } from '../tensor';
import type { Library } from './library';
import { ScriptClass } from './values';

export interface ScriptState {
  readonly tensors: readonly StateTensor[];
  /** What each of them is in the pickle. */
  readonly stored: ReadonlyMap<string, TorchTensor>;
  readonly modules: readonly ModuleTensors[];
  /** Operators of modules by their paths. */
  readonly operators: ReadonlyMap<string, string>;
}

/** The modules of a TorchScript network with their tensors: which are parameters and which buffers is said by their classes. */
export function scriptState(root: PickleObject, library: Library): ScriptState {
  const tensors: StateTensor[] = [];
  const stored = new Map<string, TorchTensor>();
  const modules: ModuleTensors[] = [];
  const operators = new Map<string, string>();
  const ordinals = new Map<TorchStorage, number>();
  const open = new Set<PickleObject>();
  const enter = (path: string, object: PickleObject): void => {
    const { state } = object;
    if (!(state instanceof PickleDict) || open.has(object)) return;
    open.add(object);
    const buffers = bufferNames(object, library);
    const own = new Map<string, StateTensor>();
    const index = modules.length;
    const children: (readonly [string, PickleObject])[] = [];
    for (const [name, value] of state.entries) {
      if (typeof name !== 'string') continue;
      if (value instanceof PickleObject) children.push([name, value]);
      if (!(value instanceof TorchTensor)) continue;
      let ordinal = ordinals.get(value.storage);
      if (ordinal === undefined) ordinals.set(value.storage, (ordinal = ordinals.size));
      const tensor = stateTensor(path === '' ? name : `${path}.${name}`, value, !buffers.has(name), ordinal);
      tensors.push(tensor);
      stored.set(tensor.name, value);
      own.set(name, tensor);
    }
    operators.set(path, object.of.name);
    for (const [name, child] of children) enter(path === '' ? name : `${path}.${name}`, child);
    if (own.size > 0 || modules.length === index)
      modules.splice(index, 0, { path: path === '' ? object.of.name : path, tensors: own });
    open.delete(object);
  };
  enter('', root);
  return { tensors, stored, modules, operators };
}

function bufferNames(object: PickleObject, library: Library): ReadonlySet<string> {
  const found = library.get(object.of.path);
  const list = found instanceof ScriptClass ? found.syntax.constants.get('__buffers__') : undefined;
  return new Set(list?.kind === 'list' ? list.items.flatMap(item => (item.kind === 'text' ? [item.value] : [])) : []);
}
