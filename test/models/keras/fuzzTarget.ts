import type { Random } from '../../../src/base/random';
import { editBytes } from '../../fuzz/editBytes';
import { pick, type Bytes, type FuzzTarget } from '../../fuzz/target';
import { mutateHdf5 } from '../hdf5/fuzzTarget';
import { denseLayers, kerasArchive, kerasFile, openKeras, stack } from './kerasFiles';

const WORDS =
  '"Dense" "Conv2D" "LSTM" "Bidirectional" "Sequential" "Functional" "InputLayer" "Lambda" "Reshape" null true [] {} [null,3] [3,3] "dense_10" "x" "layers" "units" "name" "config"'.split(
    ' ',
  );
const NUMBERS = '0 1 2 3 5 -1 0.5 1e300 9007199254740993'.split(' ');

/** An archive whose configuration is edited as text, its checksum and sizes being right again. */
function mutateConfig(config: string, random: Random): string {
  const replaced = (pattern: RegExp, put: () => string) => {
    const found = [...config.matchAll(pattern)];
    const one = found[random.integer(Math.max(1, found.length))];
    return one === undefined ? config : config.slice(0, one.index) + put() + config.slice(one.index + one[0].length);
  };
  switch (random.integer(4)) {
    case 0:
      return replaced(/-?\d+/g, () => pick(random, NUMBERS));
    case 1:
      return replaced(/"[^"]*"/g, () => pick(random, WORDS));
    case 2:
      return replaced(/\[[^[\]]*\]|\{[^{}]*\}|null|true|false/g, () => pick(random, WORDS));
    default:
      return replaced(/[[\]{},:]/g, () => pick(random, ['', ',', '[', '}', ':']));
  }
}

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
  const model = openKeras(content);
  void model.warnings;
  for (const layer of model.layers) for (const weight of layer.weights) model.readWeight(weight.name);
};

/** Configurations, damaged as text. */
export const kerasConfigTarget: FuzzTarget = {
  name: 'keras configurations',
  corpus: () => seeds.map(text => new TextEncoder().encode(text)),
  mutate: (content, random) => new TextEncoder().encode(mutateConfig(new TextDecoder().decode(content), random)),
  read: content => {
    const text = new TextDecoder().decode(content);
    readModel(kerasArchive(text, 'noinput.weights.h5', true));
  },
};

/** Files of HDF5 with a network, or its weights, and whole archives. */
export const kerasFileTarget: FuzzTarget = {
  name: 'keras files',
  corpus: () => ['ops.h5', 'noinput.weights.h5', 'ops.keras'].map(kerasFile),
  mutate: (content, random, other) =>
    random.integer(3) === 0 ? editBytes(content, random, other) : mutateHdf5(content, random, other),
  read: readModel,
};
