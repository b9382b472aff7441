import { describe } from 'node:test';
import { checkFuzz } from '../../fuzz/checkFuzz';
import { tfjsTarget } from './fuzzTarget';

describe('the reader of TensorFlow.js', () => {
  checkFuzz(tfjsTarget);
});
