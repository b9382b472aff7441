import { Fault } from '../../base/fault';

/** The fault of a file in which nothing can be moved, because of what it holds. */
export function unmovable(what: string): Fault {
  return new Fault(
    'unsupported',
    `The HDF5 file holds ${what}, among which nothing is moved: arrays in it keep their sizes.`,
    {
      hint: 'Save the model again with Keras, and h5py’s default settings.',
    },
  );
}
