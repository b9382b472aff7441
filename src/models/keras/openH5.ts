import type { ByteSource } from '../../base/bytes';
import { Fault } from '../../base/fault';
import { Hdf5Dataset } from '../hdf5/dataset';
import { readHdf5, type Hdf5Group } from '../hdf5/hdf5File';
import { parseJson } from '../json';
import type { Model } from '../model';
import { KerasModel } from './kerasModel';
import { readNetwork } from './readNetwork';
import { distribute, weightsByLayer } from './storedWeights';
import { refuseUnsafe } from './unsafeConfig';
import { holdsWeights, openWeightsFile } from './weightsFile';

/** Throws what its parts throw, `not-a-model` for files of other data. */
export function openKerasH5(source: ByteSource): Model {
  const root = readHdf5(source);
  const { attributes } = root;
  const stored = groupIn(root, 'model_weights') ?? root;
  const version = attributes.text('keras_version') ?? stored.attributes.text('keras_version');
  const producer = version === undefined ? 'keras' : `keras ${version}`;
  const text = attributes.text('model_config');
  if (text === undefined) {
    if (holdsWeights(stored)) return openWeightsFile(stored, producer, source.name);
    throw new Fault(
      'not-a-model',
      'The HDF5 file holds neither a network of Keras nor weights in one of its layouts.',
      {
        hint: 'Arrays of data are read from .npy, .npz, .csv and others; a model is saved with model.save("model.keras").',
        source: source.name,
      },
    );
  }
  const config = parseJson(text, 'The configuration of the network');
  refuseUnsafe(config);
  const training = attributes.text('training_config');
  // What is left of training is not read; it must only not hold code.
  if (training !== undefined) refuseUnsafe(parseJson(training, 'The configuration of the training'));
  const network = readNetwork(config);
  const backend = attributes.text('backend');
  return new KerasModel({
    format: 'keras-h5',
    producer,
    details: [
      { name: 'network', value: network.name },
      ...(backend === undefined ? [] : [{ name: 'backend', value: backend }]),
    ],
    network,
    weights: distribute(network.layers, weightsByLayer(stored)),
    modern: /^[3-9]/.test(version ?? ''),
    source: source.name,
  });
}

function groupIn(root: Hdf5Group, name: string): Hdf5Group | undefined {
  const found = root.get(name);
  return found instanceof Hdf5Dataset ? undefined : found;
}
