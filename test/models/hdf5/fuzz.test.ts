import { describe } from 'node:test';
import { checkFuzz } from '../../fuzz/checkFuzz';
import { hdf5Target } from './fuzzTarget';

describe('the reader of HDF5', () => {
  checkFuzz(hdf5Target);
});
