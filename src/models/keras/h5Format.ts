import type { ModelFormat } from '../formats';
import { looksLikeHdf5 } from '../hdf5/hdf5File';
import { openKerasH5 } from './openH5';
import { writeKerasH5 } from './writeKeras';

/** Keras's files of HDF5: a whole network (.h5 of Keras 1 and 2, and of Keras 3 on request), or weights alone (.weights.h5). */
export const kerasH5Format: ModelFormat = {
  name: 'Keras HDF5',
  match: looksLikeHdf5,
  open: source => openKerasH5(source),
  write: writeKerasH5,
};
