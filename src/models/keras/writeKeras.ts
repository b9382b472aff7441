import { bytesOfEntry, sourceOfEntry } from '../../base/archive/entrySource';
import { readZipDirectory } from '../../base/archive/zip';
import { rewriteZip } from '../../base/archive/zipWriter';
import { MemorySource, type ByteSource, type Siblings } from '../../base/bytes';
import { Fault } from '../../base/fault';
import { JsonText } from '../../base/jsonText';
import { quoted } from '../../base/text';
import { decodeUtf8, encodeUtf8 } from '../../base/utf8';
import { bytesOfNew, refuseStructure, type ModelChanges, type WrittenModel } from '../changes';
import { swapped } from '../elements';
import { Hdf5Dataset } from '../hdf5/dataset';
import { Hdf5Changes } from '../hdf5/hdf5Changes';
import { readHdf5, type Hdf5Group } from '../hdf5/hdf5File';
import type { Json } from '../json';
import type { Model } from '../model';
import { openKerasArchive } from './openArchive';
import { withBuildShapes } from './buildShapes';
import { openKerasH5 } from './openH5';
import { changeNetwork } from './kerasChanges';
import { KerasModel } from './kerasModel';
import type { KerasLayer } from './kerasNetwork';
import { readNetwork } from './readNetwork';

const MAX_DEPTH = 200;

/**
 * A `.keras` archive with some of its weights or layers changed: of its entries, the configuration and the weights are others, each but for what was changed. Where a
 * layer is taken out, those after it of its class get the places that Keras looks for them in. Throws what reading such a file throws, `not-found`, `shape-mismatch`,
 * `unsupported` for what `Hdf5Changes` and `changeNetwork` leave alone.
 */
export function writeKerasArchive(source: ByteSource, _: Siblings, changes: ModelChanges): WrittenModel {
  refuseStructure(changes, 'Keras', 'keras');
  const model = openKerasArchive(source);
  const entries = new Map(readZipDirectory(source).map(one => [one.name, one]));
  const changed = new Map<string, ByteSource>();
  const config = new JsonText(decodeUtf8(bytesOfEntry(source, entries.get('config.json')!))!, { maxDepth: MAX_DEPTH });
  const network = changes.keras === undefined ? config.value : changeNetwork(config.value, changes.keras);

  const weights = sourceOfEntry(source, entries.get('model.weights.h5')!);
  const edits = new Hdf5Changes(weights);
  setTensors(edits, weights, model, changes);
  if (changes.keras?.removedLayers !== undefined)
    moveLayers(edits, readHdf5(weights), model.file.network.layers, readNetwork(network).layers);
  const content = edits.content();
  if (content !== weights) changed.set('model.weights.h5', content);

  const withConfig = (value: Json) => {
    if (value === config.value) changed.delete('config.json');
    else changed.set('config.json', new MemorySource(source.name, encodeUtf8(config.with(value))));
    return rewriteZip(source, { changed });
  };
  const made = withConfig(network);
  if (changed.size === 0) return { content: source, beside: new Map() };
  return { content: withConfig(withBuildShapes(network, opened(made, openKerasArchive))), beside: new Map() };
}

/**
 * An HDF5 file of Keras with some of its weights or layers changed, or of weights alone. Everything else in it stays, what is left of training among it. Throws as `writeKerasArchive` does.
 */
export function writeKerasH5(source: ByteSource, _: Siblings, changes: ModelChanges): WrittenModel {
  const model = openKerasH5(source);
  refuseStructure(changes, model.format, model instanceof KerasModel ? 'keras' : undefined);
  const root = readHdf5(source);
  const made = (network?: Json): ByteSource => {
    const edits = new Hdf5Changes(source);
    setTensors(edits, source, model, changes);
    if (changes.keras?.removedLayers !== undefined) dropLayers(edits, root, changes.keras.removedLayers);
    if (network !== undefined && network !== config?.value) edits.setText('', 'model_config', config!.with(network));
    return edits.content();
  };
  const text = root.attributes.text('model_config');
  const config = model instanceof KerasModel ? new JsonText(text!, { maxDepth: MAX_DEPTH }) : undefined;
  if (config === undefined) return { content: made(), beside: new Map() };
  const network = changes.keras === undefined ? config.value : changeNetwork(config.value, changes.keras);
  const content = made(network);
  if (content === source) return { content, beside: new Map() };
  const built = opened(content, openKerasH5);
  const shaped = built instanceof KerasModel ? withBuildShapes(network, built) : network;
  return { content: shaped === network ? content : made(shaped), beside: new Map() };
}

/** A file that was just made, read again. */
function opened<T extends Model>(made: ByteSource, open: (source: ByteSource) => T): T {
  try {
    return open(made);
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause;
    throw new Fault('usage', `The changes do not fit the model: ${cause.message}`, { source: made.name, cause });
  }
}

function setTensors(edits: Hdf5Changes, source: ByteSource, model: Model, changes: ModelChanges): void {
  for (const name of changes.removed ?? [])
    throw new Fault('unsupported', `Tensor ${quoted(name, 80)} goes with its layer, and not by itself.`);
  if ((changes.tensors?.size ?? 0) === 0) return;
  const root = readHdf5(source);
  for (const [name, change] of changes.tensors ?? []) {
    const tensor = model.storedWeight(name);
    const dataset = tensor.path === undefined ? undefined : datasetAt(root, tensor.path);
    if (dataset === undefined) throw new Fault('not-found', `The model stores no tensor named ${quoted(name, 80)}.`);
    const bytes = bytesOfNew(name, tensor.type, change);
    const stored = dataset.bigEndian ? swapped(bytes, tensor.type) : bytes;
    const same = change.shape.join() === tensor.shape.join();
    edits.setValues(dataset.path, same ? dataset.range : undefined, { shape: change.shape, bytes: stored });
  }
}

function datasetAt(root: Hdf5Group, path: string): Hdf5Dataset | undefined {
  let current: Hdf5Group | Hdf5Dataset | undefined = root;
  for (const part of path.split('/')) {
    if (part === '') continue;
    current = current instanceof Hdf5Dataset ? undefined : current?.get(part);
  }
  return current instanceof Hdf5Dataset ? current : undefined;
}

/** Keras 3 finds a layer's variables by its class and its number among those: the groups of layers that stay get the names that they have now. */
function moveLayers(
  edits: Hdf5Changes,
  root: Hdf5Group,
  before: readonly KerasLayer[],
  after: readonly KerasLayer[],
): void {
  const old = new Map(before.map(layer => [layer.name, layer.storage.split('/')]));
  const places = new Set([...old.values()].flatMap(parts => parts.map((_, i) => parts.slice(0, i + 1).join('/'))));
  const folders = new Map<string, Map<string, string>>();
  for (const { name, storage } of after) {
    const [now, was] = [storage.split('/'), old.get(name)!];
    for (let depth = 1; depth < now.length; depth += 2) {
      const folder = was.slice(0, depth).join('/');
      const names = folders.get(folder) ?? new Map<string, string>();
      folders.set(folder, names.set(now[depth]!, was[depth]!));
    }
  }
  for (const [folder, names] of folders) {
    const [path, group] = groupAt(root, folder);
    if (group === undefined) continue;
    const entries = new Map<string, string>();
    for (const name of group.names) if (!places.has(`${folder}/${name}`)) entries.set(name, name);
    for (const [now, was] of names) {
      // Layers without variables may have no group.
      if (!group.names.includes(was)) continue;
      if (!group.names.includes(now))
        throw new Fault(
          'unsupported',
          `The file has no place ${quoted(now)} that the layer after one taken out would move to.`,
        );
      entries.set(now, was);
    }
    const same = entries.size === group.names.length && [...entries].every(([now, was]) => now === was);
    if (!same) edits.setEntries(path, entries);
  }
}

/** A group by its path; before Keras 3 the list of layers had another name. */
function groupAt(root: Hdf5Group, path: string): readonly [string, Hdf5Group | undefined] {
  let current: Hdf5Group | undefined = root;
  const found: string[] = [];
  for (const part of path.split('/')) {
    const name: string =
      part === 'layers' && current?.names.includes(part) === false ? '_layer_checkpoint_dependencies' : part;
    const inner: Hdf5Group | Hdf5Dataset | undefined = current?.get(name);
    current = inner instanceof Hdf5Dataset ? undefined : inner;
    found.push(name);
  }
  return [found.join('/'), current];
}

/** Earlier files keep a list of layers, and a group for each. */
function dropLayers(edits: Hdf5Changes, root: Hdf5Group, removed: ReadonlySet<string>): void {
  const inner = root.get('model_weights');
  const [path, group] = inner === undefined || inner instanceof Hdf5Dataset ? ['', root] : ['model_weights', inner];
  const listed = group.attributes.list('layer_names') ?? [];
  for (const name of removed)
    if (!listed.includes(name) || name.includes('/'))
      throw new Fault(
        'unsupported',
        `Layer ${quoted(name, 80)} is within a network, and its weights are not taken out.`,
      );
  const left = listed.flatMap((name, i) => (removed.has(name) ? [] : [i]));
  edits.setList(path, 'layer_names', left);
  edits.setEntries(path, new Map(group.names.filter(name => !removed.has(name)).map(name => [name, name])));
}
