import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { CaptureOutcome, CaptureRequest } from '../analyses/inspectModel';
import type { LayerFailure } from '../analyses/inspect';
import type { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import { naturalOrder } from '../base/naturalOrder';
import type { DisposableStore } from '../base/lifecycle';
import { formatQuantity } from '../base/numbers';
import type { DataDescription } from '../data/dataSet';
import { rawLabelsOfNumbers, type RawLabels } from '../data/labels';
import { openNpyRows, passRows, rowReader } from '../data/npyRows';
import { customaryRank, isLabelName, openNpz } from '../data/npz';
import { describeData, openArray } from '../data/openData';
import { safetensorsFormat } from '../models/safetensors/format';
import { readSafetensors } from '../models/safetensors/readHeader';
import { readFloats, type StoredTensor } from '../models/storedTensor';
import { channelsAt, drawPositions, meanOverPositions, planReduction } from '../probes/reduction';
import type { LayerActivations } from '../probes/layerCollector';
import { contentHash, FileSource } from './files';

/** Activations that were written before, a layer an array: they stand where a model and its data would. */
export interface StoredLayers {
  readonly rows: number;
  readonly layers: readonly StoredLayer[];
  /** Arrays of one class a row that lie beside them, as `labels` takes them; by their names they are no layers. */
  readonly labels: readonly StoredLabels[];
  /** sha256 of all the files' content, read when it is asked for. */
  readonly hash: () => string;
}

export interface StoredLayer {
  readonly name: string;
  /** Of one row. */
  readonly rowShape: readonly number[];
  readonly read: () => Float32Array | Float64Array;
  /** Gives the rows that are asked for, which ascend, without holding the others; `false` where it cannot. */
  readonly pass?: PassRows | undefined;
}

type PassRows = (rows: Uint32Array, visit: (index: number, row: Float32Array | Float64Array) => void) => boolean;

export interface StoredLabels {
  /** As `labels` of an inspection takes it: `acts.npz#y`, `acts/y.npy`. */
  readonly reference: string;
  readonly rows: number;
  /** Of a file that the readers of data do not know. */
  readonly read?: () => RawLabels;
}

/**
 * Opens an .npz, a .safetensors or a folder of .npy files as activations; undefined for anything else, such as a model or its weights. Throws `shape-mismatch`
 * where the arrays have different numbers of rows, and what the readers throw.
 */
export function openStoredLayers(
  given: string,
  store: DisposableStore,
  cancellation: Cancellation,
): StoredLayers | undefined {
  const found = findArrays(given, store, cancellation, true);
  if (found === undefined) return undefined;
  const { arrays, labels, hash } = found;
  const rows = arrays[0]!.shape[0] ?? 0;
  const layers = arrays.map(({ name, shape, read, pass }): StoredLayer => {
    if (shape.length === 0 || shape[0] !== rows)
      throw new Fault(
        'shape-mismatch',
        `The array ${name} has shape (${shape.join(', ')}), but ${arrays[0]!.name} has ${formatQuantity(rows, 'row')}: activations have the same rows.`,
        {
          hint: 'Keep arrays of the same rows in a file of their own; `describe` lists what is in this one.',
          source: given,
        },
      );
    return { name, rowShape: shape.length === 1 ? [1] : shape.slice(1), read, pass };
  });
  return { rows, layers, labels, hash };
}

/**
 * The arrays of an .npz or a folder of .npy files, whatever rows they have; undefined for anything else. A .safetensors is left to the readers of models. Throws what the readers
 * throw.
 */
export function listStoredArrays(
  given: string,
  store: DisposableStore,
  cancellation: Cancellation,
): Pick<Found, 'arrays' | 'hash'> | undefined {
  return findArrays(given, store, cancellation, false);
}

function findArrays(
  given: string,
  store: DisposableStore,
  cancellation: Cancellation,
  tensors: boolean,
): Found | undefined {
  const isFolder = fs.statSync(given, { throwIfNoEntry: false })?.isDirectory() === true;
  const found = isFolder ? folderLayers(given, store, cancellation) : fileLayers(given, store, cancellation, tensors);
  if (found?.arrays.length === 0)
    throw new Fault('empty', 'There is no array of activations in it.', { source: given });
  return found;
}

interface Found {
  readonly labels: readonly StoredLabels[];
  readonly arrays: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly read: () => Float32Array | Float64Array;
    readonly pass?: PassRows;
  }[];
  readonly hash: () => string;
}

function fileLayers(
  file: string,
  store: DisposableStore,
  cancellation: Cancellation,
  tensors: boolean,
): Found | undefined {
  const source = store.add(FileSource.open(file));
  return archiveLayers(source, file, cancellation) ?? (tensors ? tensorLayers(source, cancellation) : undefined);
}

/** Names that weights have, and activations have not. */
const WEIGHT_NAME = /(^|[./])(weight|bias|kernel|gamma|beta|running_mean|running_var|embeddings?)(:0)?$/i;
const WHOLE = /^(bool|u?int(8|16|32|64))$/;

/**
 * Tensors that all have the same number of rows are activations; weights say so by their names, and hardly ever agree in their first axis. A file that holds weights is left to
 * the readers of models.
 */
function tensorLayers(source: FileSource, cancellation: Cancellation): Found | undefined {
  if (!safetensorsFormat.match(source)) return undefined;
  const { tensors } = readSafetensors(source);
  const isLabels = ({ name, type, shape, size }: StoredTensor) =>
    isLabelName(name) && WHOLE.test(type) && shape.length > 0 && shape[0] === size;
  const layers = tensors.filter(tensor => !isLabels(tensor));
  const rows = layers[0]?.shape[0];
  const isWeight = ({ name, shape }: StoredTensor) => WEIGHT_NAME.test(name) || shape.length === 0 || shape[0] !== rows;
  if (rows === undefined || layers.some(isWeight)) return undefined;
  return {
    hash: () => contentHash(source, cancellation),
    labels: tensors.filter(isLabels).map(tensor => ({
      reference: `${source.name}#${tensor.name}`,
      rows: tensor.size,
      read: () => rawLabelsOfNumbers(readFloats(tensor, source.name)),
    })),
    arrays: layers.map(tensor => ({
      name: tensor.name,
      shape: tensor.shape,
      read: () => readFloats(tensor, source.name),
    })),
  };
}

function archiveLayers(source: FileSource, file: string, cancellation: Cancellation): Found | undefined {
  // A zip may be many things: what its entries are says which.
  if (source.size < 4 || String.fromCharCode(...source.read(0, 2)) !== 'PK') return undefined;
  const description = lookInto(source, file);
  if (description?.format !== 'npz') return undefined;
  // Texts are nothing to draw, whatever they are called.
  const isLabels = ({ name, type }: DataDescription['arrays'][number]) =>
    description.labels.includes(name) && (type === 'str' || isLabelName(name));
  return {
    hash: () => contentHash(source, cancellation),
    labels: description.labels.flatMap(name => {
      const array = description.arrays.find(one => one.name === name)!;
      return isLabels(array) ? [{ reference: `${file}#${name}`, rows: array.shape[0]! }] : [];
    }),
    arrays: description.arrays
      .filter(array => !isLabels(array))
      .map(({ name, shape }) => ({
        name,
        shape,
        read: () => openArray(source, { part: name, cancellation }).values,
        pass: (rows: Uint32Array, visit: (index: number, row: Float32Array | Float64Array) => void) => {
          const archive = openNpz(source);
          return passRows(archive.open(name), archive.where(name), rows, visit, cancellation);
        },
      })),
  };
}

/** What a zip that is not called .npz says to a reader of arrays is nobody's business: it is tried as a model. */
function lookInto(source: FileSource, file: string): DataDescription | undefined {
  try {
    return describeData(source);
  } catch (error) {
    if (error instanceof Fault && !/\.npz$/i.test(file)) return undefined;
    throw error;
  }
}

function folderLayers(folder: string, store: DisposableStore, cancellation: Cancellation): Found | undefined {
  const names = fs.readdirSync(folder).filter(name => !name.startsWith('.'));
  // A folder of several things, such as one for data, is no network's layers.
  if (names.length === 0 || !names.every(name => name.endsWith('.npy'))) return undefined;
  names.sort(naturalOrder);
  const sources: { readonly file: string; readonly source: FileSource }[] = [];
  const arrays: Found['arrays'][number][] = [];
  const labels: StoredLabels[] = [];
  for (const file of names) {
    const source = store.add(FileSource.open(path.join(folder, file), file, { followLinks: false }));
    sources.push({ file, source });
    const description = describeData(source);
    const { shape, type } = description.arrays[0] ?? { shape: [], type: undefined };
    const name = file.slice(0, -4);
    if (description.labels.length > 0 && (type === 'str' || isLabelName(name)))
      labels.push({ reference: path.join(folder, file), rows: shape[0]! });
    else
      arrays.push({
        name,
        shape,
        read: () => openArray(source, { cancellation }).values,
        pass: (rows, visit) => passFile(source, rows, visit, cancellation),
      });
  }
  labels.sort((a, b) => customaryRank(stem(a.reference), 'labels') - customaryRank(stem(b.reference), 'labels'));
  const hash = () => {
    const all = createHash('sha256');
    for (const { file, source } of sources) all.update(`${file}\0${contentHash(source, cancellation)}\0`);
    return all.digest('hex');
  };
  return { arrays, labels, hash };
}

/** Of a file, the rows that are asked for are read, and no others. */
function passFile(
  source: FileSource,
  rows: Uint32Array,
  visit: (index: number, row: Float32Array | Float64Array) => void,
  cancellation: Cancellation,
): boolean {
  const array = openNpyRows(source);
  if (array === undefined) return false;
  const read = rowReader(array);
  const row = /^(bool|u?int(8|16)|float(16|32))$/.test(array.type)
    ? new Float32Array(array.rowSize)
    : new Float64Array(array.rowSize);
  rows.forEach((at, index) => {
    if ((index & 255) === 0) cancellation.throwIfCancelled();
    read(at, row, 0);
    visit(index, row);
  });
  return true;
}

function stem(file: string): string {
  return path.basename(file, '.npy');
}

/** Reads the layers that are asked for and reduces them to points, as a capture would. */
export function captureStored(
  { rows, layers }: StoredLayers,
  request: CaptureRequest,
  cancellation: Cancellation,
): CaptureOutcome {
  const failures: LayerFailure[] = [];
  const wanted = layers.filter(layer => request.layers?.includes(layer.name) ?? true);
  wanted.forEach((layer, done) => {
    cancellation.throwIfCancelled();
    request.progress?.(done / wanted.length, `reading ${layer.name}`);
    try {
      request.onLayer?.(reduceLayer(layer, request, rows));
    } catch (error) {
      if (!(error instanceof Fault) || error.code === 'cancelled') throw error;
      failures.push({ name: layer.name, code: error.code, message: error.message });
    }
  });
  return { accuracy: undefined, answers: undefined, treatment: '', warnings: [], failures, libraries: {} };
}

function reduceLayer(layer: StoredLayer, request: CaptureRequest, allRows: number): LayerActivations {
  const { name, rowShape } = layer;
  const chosen = request.rows ?? Uint32Array.from({ length: allRows }, (_, i) => i);
  const plan = planReduction(rowShape, undefined, request.reduction);
  const drawn =
    plan.reduction === 'positions'
      ? drawPositions(chosen.length, plan.positions, request.maxPoints ?? 1000, request.seed ?? 0, name)
      : undefined;
  const count = drawn?.length ?? chosen.length;
  const points = new Float32Array(new SharedArrayBuffer(count * plan.width * 4));
  let next = 0;
  const take = (i: number, row: Float32Array | Float64Array): void => {
    if (drawn !== undefined) {
      for (; next < count && drawn[next]! < (i + 1) * plan.positions; next++)
        channelsAt(plan, row, 0, drawn[next]! - i * plan.positions, points, next * plan.width);
    } else if (plan.reduction === 'mean') meanOverPositions(plan, row, 0, points, i * plan.width);
    else points.set(row, i * plan.width);
  };
  const ascends = chosen.every((row, i) => i === 0 || row >= chosen[i - 1]!);
  if (!ascends || layer.pass?.(chosen, take) !== true) {
    const values = layer.read();
    const size = values.length / allRows;
    chosen.forEach((row, i) => take(i, values.subarray(row * size, (row + 1) * size)));
  }
  return {
    name,
    op: 'array',
    shape: rowShape,
    reduction: plan.reduction,
    count,
    width: plan.width,
    values: points,
    rowOfPoint: drawn === undefined ? chosen : Uint32Array.from(drawn, at => chosen[Math.floor(at / plan.positions)]!),
  };
}
