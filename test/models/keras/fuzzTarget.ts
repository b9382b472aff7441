import { zipBytes } from '../../base/archive/zipBytes';
import { editBytes } from '../../fuzz/editBytes';
import { editJson } from '../../fuzz/editJson';
import { editZip } from '../../fuzz/editZip';
import { ascii, type Bytes, type FuzzTarget } from '../../fuzz/target';
import { mutateHdf5 } from '../hdf5/fuzzTarget';
import { readAll } from '../readAll';
import { denseLayers, kerasFile, openKeras, stack } from './kerasFiles';

const METADATA = ascii('{"keras_version": "3.3.3"}');
const WEIGHTS = kerasFile('noinput.weights.h5');

const WORDS =
  '"Dense" "Conv2D" "LSTM" "Bidirectional" "Sequential" "Functional" "InputLayer" "Lambda" "Reshape" null true [] {} [null,3] [3,3] "dense_10" "x" "layers" "units" "name" "config"'.split(
    ' ',
  );
const seeds = [
  JSON.stringify(stack(...denseLayers)),
  JSON.stringify({
    class_name: 'Functional',
    config: {
      name: 'f',
      layers: [
        { class_name: 'InputLayer', name: 'x', config: { name: 'x', batch_shape: [null, 3] }, inbound_nodes: [] },
        { ...denseLayers[0], name: 'dense_10', inbound_nodes: [[['x', 0, 0, {}]]] },
        {
          ...denseLayers[1],
          name: 'dense_11',
          inbound_nodes: [
            { args: [{ class_name: '__keras_tensor__', config: { keras_history: ['dense_10', 0, 0] } }], kwargs: {} },
          ],
        },
      ],
      input_layers: [['x', 0, 0]],
      output_layers: ['dense_11', 0, 0],
    },
  }),
];

const readModel = (content: Bytes) => {
  readAll(openKeras(content));
};

/** Configurations, damaged as text, in archives that are right. */
export const kerasConfigTarget: FuzzTarget = {
  name: 'keras configurations',
  corpus: () => seeds.map(ascii),
  mutate: (content, random, other) =>
    ascii(editJson(String.fromCharCode(...content), random, String.fromCharCode(...other), WORDS)),
  read: content => {
    readModel(
      zipBytes([
        { name: 'metadata.json', data: METADATA },
        { name: 'config.json', data: content },
        { name: 'model.weights.h5', data: WEIGHTS },
      ]),
    );
  },
};

/** Files of HDF5 with a network, or its weights, and whole archives. */
export const kerasFileTarget: FuzzTarget = {
  name: 'keras files',
  corpus: () => ['ops.h5', 'noinput.weights.h5', 'ops.keras'].map(kerasFile),
  mutate: (content, random, other) =>
    content[0] === 0x50
      ? editZip(content, random, other)
      : random.integer(3) === 0
        ? editBytes(content, random, other)
        : mutateHdf5(content, random, other),
  read: readModel,
};
