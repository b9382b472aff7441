import { Fault } from '../../base/fault';
import type { ElementType } from '../../base/array';
import { Hdf5Dataset } from '../hdf5/dataset';
import type { Hdf5Group } from '../hdf5/hdf5File';
import type { StoredTensor } from '../storedTensor';
import type { KerasLayer } from './kerasNetwork';

/** The tensors of each layer by its name, in the file's order; layers without any may be missing. */
export type StoredWeights = ReadonlyMap<string, readonly StoredTensor[]>;

const MAX_TENSORS = 200_000;

/** An HDF5 array as a tensor. Throws as `Hdf5Dataset.check` does. */
export function tensorOf(dataset: Hdf5Dataset, name: string): StoredTensor {
  dataset.check();
  const { shape, size } = dataset;
  // check() has seen that there is one.
  const type: ElementType = dataset.type ?? 'float32';
  return { name, path: dataset.path, shape, type, size, bytes: (from, count) => dataset.bytes(from, count) };
}

/**
 * Weights as Keras 1 and 2 keep them, and Keras 3 in .h5 files: a group for each layer of the outermost network, with the names of its weights
 * in order. Throws `corrupt` for names without an array, and what reading an array throws.
 */
export function weightsByLayer(root: Hdf5Group): ReadonlyMap<string, readonly StoredTensor[]> {
  const found = new Map<string, readonly StoredTensor[]>();
  for (const layer of splitList(root, 'layer_names')) {
    const group = root.get(layer);
    if (group === undefined || group instanceof Hdf5Dataset)
      throw broken(`it has no group for layer ${JSON.stringify(layer)}`);
    found.set(
      layer,
      splitList(group, 'weight_names').map(name => tensorOf(datasetAt(group, name), name)),
    );
  }
  return found;
}

/** Long lists of names are kept in several attributes: weight_names0, weight_names1 and so on. */
function splitList(group: Hdf5Group, name: string): readonly string[] {
  const { attributes } = group;
  if (attributes.has(name)) return attributes.list(name) ?? [];
  const names: string[] = [];
  for (let part = 0; attributes.has(`${name}${part}`); part++) names.push(...(attributes.list(`${name}${part}`) ?? []));
  return names;
}

function datasetAt(group: Hdf5Group, path: string): Hdf5Dataset {
  let current: Hdf5Group | Hdf5Dataset | undefined = group;
  for (const part of path.split('/')) {
    if (current === undefined || current instanceof Hdf5Dataset) break;
    if (part !== '') current = current.get(part);
  }
  if (!(current instanceof Hdf5Dataset)) throw broken(`it has no array ${JSON.stringify(path)}`);
  return current;
}

/** Gives each layer of inner networks its own among the tensors of the outermost layer that it is in. */
export function distribute(
  layers: readonly KerasLayer[],
  byTopLayer: ReadonlyMap<string, readonly StoredTensor[]>,
): StoredWeights {
  const inside = new Map<string, KerasLayer[]>();
  for (const layer of layers) {
    const others = inside.get(layer.topName);
    if (others === undefined) inside.set(layer.topName, [layer]);
    else others.push(layer);
  }
  const found = new Map<string, readonly StoredTensor[]>();
  for (const [top, tensors] of byTopLayer) {
    const own = inside.get(top) ?? [];
    if (own.length === 1 && own[0]!.name === top) found.set(top, tensors);
    else for (const [name, some] of byName(own, tensors)) found.set(name, some);
  }
  return found;
}

/**
 * Gives layers the tensors whose paths hold their names: inner/dense/kernel belongs to the layer inner/dense, else to one called dense. A tensor
 * belongs to the longest name that fits.
 */
export function byName<T extends { readonly name: string }>(
  layers: readonly KerasLayer[],
  tensors: readonly T[],
): ReadonlyMap<string, readonly T[]> {
  const owners = new Map<string, KerasLayer>();
  for (const layer of layers) if (!owners.has(layer.ownName)) owners.set(layer.ownName, layer);
  for (const layer of layers) owners.set(layer.name, layer);
  const found = new Map<string, T[]>();
  for (const tensor of tensors) {
    const parts = tensor.name.split('/');
    let owner: KerasLayer | undefined;
    // Names may hold slashes: the longest run of parts, but the last, that is a layer's name.
    for (let length = parts.length - 1; length > 0 && owner === undefined; length--) {
      for (let from = 0; from + length < parts.length && owner === undefined; from++) {
        owner = owners.get(parts.slice(from, from + length).join('/'));
      }
    }
    if (owner === undefined) continue;
    const own = found.get(owner.name);
    if (own === undefined) found.set(owner.name, [tensor]);
    else own.push(tensor);
  }
  return found;
}

/** Parts of layers that keep variables of their own, in the order of the whole layer's weights; others follow by name. */
const PARTS = [
  'forward_layer',
  'backward_layer',
  'layer',
  'cell',
  'query_dense',
  '_query_dense',
  'key_dense',
  '_key_dense',
  'value_dense',
  '_value_dense',
  'output_dense',
  '_output_dense',
];

/** Weights as Keras 3 keeps them: `vars` of every layer and of the parts that layers are made of, under a path of classes. */
export function weightsByPath(root: Hdf5Group, layers: readonly KerasLayer[]): StoredWeights {
  const found = new Map<string, readonly StoredTensor[]>();
  for (const layer of layers) {
    if (layer.storage === '') continue;
    const group = groupOf(root, layer);
    if (group !== undefined) found.set(layer.name, variablesIn(group, layer.name));
  }
  return found;
}

function groupOf(root: Hdf5Group, layer: KerasLayer): Hdf5Group | undefined {
  const path = layer.storage.split('/');
  let container: Hdf5Group | undefined = root;
  for (const part of path.slice(0, -1)) {
    // Before Keras 3 the list of layers had another name.
    container =
      subgroup(container, part) ??
      (part === 'layers' ? subgroup(container, '_layer_checkpoint_dependencies') : undefined);
  }
  if (container === undefined) return undefined;
  const group = subgroup(container, path.at(-1)!);
  if (group !== undefined && nameIn(group) === layer.ownName) return group;
  const named = container.names
    .map(name => subgroup(container, name))
    .find(one => one !== undefined && nameIn(one) === layer.ownName);
  return named ?? (group !== undefined && nameIn(group) === undefined ? group : undefined);
}

/** The layer's own name, which newer files keep beside its variables. */
function nameIn(group: Hdf5Group): string | undefined {
  return subgroup(group, 'vars')?.attributes.text('name');
}

function subgroup(group: Hdf5Group | undefined, name: string): Hdf5Group | undefined {
  const found = group?.get(name);
  return found instanceof Hdf5Dataset ? undefined : found;
}

/** All variables within a group: its own by number, then those of its parts. */
export function variablesIn(group: Hdf5Group, name: string, depth = 0): StoredTensor[] {
  if (depth > 64) throw broken('its groups are nested too deeply');
  const tensors: StoredTensor[] = [];
  const own = subgroup(group, 'vars');
  const numbers = (own?.names ?? []).toSorted((a, b) => Number(a) - Number(b));
  for (const number of numbers) {
    const dataset = own!.get(number);
    if (dataset instanceof Hdf5Dataset) tensors.push(tensorOf(dataset, `${name}/${number}`));
  }
  const rank = (part: string) => (PARTS.includes(part) ? PARTS.indexOf(part) : PARTS.length);
  const parts = group.names.filter(part => part !== 'vars').toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  for (const part of parts) {
    const inner = subgroup(group, part);
    if (inner !== undefined) tensors.push(...variablesIn(inner, `${name}/${part}`, depth + 1));
    if (tensors.length > MAX_TENSORS) throw broken(`it holds more than ${MAX_TENSORS} variables`);
  }
  return tensors;
}

function broken(what: string): Fault {
  return new Fault('corrupt', `The file of weights is broken: ${what}.`, { hint: 'Save the weights again.' });
}
