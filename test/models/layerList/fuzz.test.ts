import { describe } from 'node:test';
import { checkFuzz } from '../../fuzz/checkFuzz';
import { layerListTarget } from './fuzzTarget';

describe('the reader of layer lists', () => {
  checkFuzz(layerListTarget);
});
