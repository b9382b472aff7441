import { sourceOfEntry, bytesOfEntry } from '../../base/archive/entrySource';
import { readZipDirectory, type ZipEntry } from '../../base/archive/zip';
import type { ByteSource } from '../../base/bytes';
import { Fault } from '../../base/fault';
import { formatBytes } from '../../base/numbers';
import { readHdf5 } from '../hdf5/hdf5File';
import { asText, entry, parseJson } from '../json';
import { KerasModel } from './kerasModel';
import { readNetwork } from './readNetwork';
import { weightsByPath } from './storedWeights';
import { refuseUnsafe } from './unsafeConfig';

const LARGEST_TEXT = 64 * 2 ** 20;

/** Throws what its parts throw, `unsupported` for weights in several files. */
export function openKerasArchive(source: ByteSource): KerasModel {
  const entries = new Map(readZipDirectory(source).map(one => [one.name, one]));
  const text = (name: string) => {
    const found = entries.get(name);
    return found === undefined ? undefined : textOfEntry(source, found);
  };
  const configText = text('config.json');
  if (configText === undefined) throw incomplete('config.json');
  const config = parseJson(configText, 'config.json');
  refuseUnsafe(config);
  const metadata = text('metadata.json');
  const version =
    metadata === undefined ? undefined : asText(entry(parseJson(metadata, 'metadata.json'), 'keras_version'));
  const network = readNetwork(config);
  const weights = entries.get('model.weights.h5');
  if (weights === undefined) {
    if (entries.has('model.weights.json') || entries.has('model.weights.npz')) {
      throw new Fault('unsupported', 'The weights are kept in several files or in .npz, which is not read here.', {
        hint: 'Save the model with model.save("model.keras"), in one file.',
      });
    }
    throw incomplete('model.weights.h5');
  }
  const root = readHdf5(sourceOfEntry(source, weights));
  const date = metadata === undefined ? undefined : asText(entry(parseJson(metadata, 'metadata.json'), 'date_saved'));
  return new KerasModel({
    format: 'keras',
    producer: version === undefined ? 'keras' : `keras ${version}`,
    details: [
      { name: 'network', value: network.name },
      ...(date === undefined ? [] : [{ name: 'saved', value: date }]),
    ],
    network,
    weights: weightsByPath(root, network.layers),
    modern: /^[3-9]/.test(version ?? ''),
    source: source.name,
  });
}

function textOfEntry(source: ByteSource, { size, ...rest }: ZipEntry): string {
  if (size > LARGEST_TEXT)
    throw new Fault(
      'too-large',
      `${rest.name} in the archive has ${formatBytes(size)}; at most ${formatBytes(LARGEST_TEXT)} are read.`,
    );
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytesOfEntry(source, { size, ...rest }));
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    throw new Fault('corrupt', `${rest.name} in the archive is not UTF-8 text.`, { cause });
  }
}

function incomplete(name: string): Fault {
  return new Fault('corrupt', `The Keras archive lacks ${name}.`, { hint: 'Save the model again.' });
}
