import type { ByteSource, Siblings } from '../../base/bytes';
import { Fault } from '../../base/fault';
import type { Model } from '../model';
import type { StoredTensor } from '../storedTensor';
import { GUESSED_OPERATORS } from '../weightsOnly/details';
import { WeightsModel } from '../weightsOnly/weightsModel';
import { readSafetensors, type SafetensorsFile } from './readHeader';
import { readShardIndex } from './shardIndex';

/** Opens one safetensors file. Throws what `readSafetensors` throws, and `empty`. */
export function openSafetensors(source: ByteSource): Model {
  const { tensors, metadata } = readSafetensors(source);
  return model(tensors, metadata, [], source);
}

/**
 * Opens the files that an index names, as Hugging Face splits large models. Files are opened beside the index alone, and each must hold the
 * tensors that the index looks for in it. Throws `corrupt`, `unsafe`, `not-found`, and what `readSafetensors` throws.
 */
export function openShards(source: ByteSource, siblings: Siblings): Model {
  const index = readShardIndex(source);
  const files = new Map<string, SafetensorsFile>();
  const byFile = new Map<string, ReadonlyMap<string, StoredTensor>>();
  const tensors: StoredTensor[] = [];
  for (const [name, location] of index.files) {
    let held = byFile.get(location);
    if (held === undefined) {
      const file = readSafetensors(siblings.open(location));
      files.set(location, file);
      byFile.set(location, (held = new Map(file.tensors.map(tensor => [tensor.name, tensor]))));
    }
    const tensor = held.get(name);
    if (tensor === undefined)
      throw new Fault('corrupt', `The index looks for tensor "${name}" in ${location}, which does not hold it.`, {
        hint: 'The files belong to different models, or one is damaged. Download them again.',
        source: source.name,
      });
    tensors.push(tensor);
  }
  const metadata = new Map([...files.values()].flatMap(file => [...file.metadata]));
  return model(tensors, metadata, [{ name: 'files', value: String(files.size) }], source);
}

function model(
  tensors: readonly StoredTensor[],
  metadata: ReadonlyMap<string, string>,
  details: Model['details'],
  source: ByteSource,
): Model {
  if (tensors.length === 0)
    throw new Fault('empty', 'The file holds no tensors.', { hint: 'Save the model again.', source: source.name });
  const written = metadata.get('format');
  return new WeightsModel({
    format: 'safetensors',
    producer: (written === undefined ? undefined : WRITERS.get(written)) ?? written ?? 'unknown',
    details: [
      ...details,
      { name: 'tensors', value: String(tensors.length) },
      { name: 'types', value: [...new Set(tensors.map(tensor => tensor.type))].join(', ') },
      GUESSED_OPERATORS,
      ...[...metadata].map(([name, value]) => ({
        name,
        value: value.length > 1000 ? `${value.slice(0, 1000)}…` : value,
      })),
    ],
    tensors: inReadingOrder(tensors),
    sorted: isSorted(tensors),
    source: source.name,
  });
}

/** The names by which libraries sign. */
const WRITERS: ReadonlyMap<string, string> = new Map([
  ['pt', 'pytorch'],
  ['tf', 'tensorflow'],
  ['np', 'numpy'],
]);

const natural = new Intl.Collator('en', { numeric: true });

/**
 * The usual writer sorts tensors of a type by name, letter by letter: layer.10 before layer.2. Where a file is so sorted, numbers are put in their own
 * order; any other order is its author's.
 */
function inReadingOrder(tensors: readonly StoredTensor[]): readonly StoredTensor[] {
  return isSorted(tensors) ? [...tensors].sort((a, b) => natural.compare(a.name, b.name)) : tensors;
}

function isSorted(tensors: readonly StoredTensor[]): boolean {
  const last = new Map<string, string>();
  for (const { name, type } of tensors) {
    const before = last.get(type);
    if (before !== undefined && before > name) return false;
    last.set(type, name);
  }
  return true;
}
