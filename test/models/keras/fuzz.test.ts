import { describe } from 'node:test';
import { checkFuzz } from '../../fuzz/checkFuzz';
import { kerasConfigTarget, kerasFileTarget } from './fuzzTarget';

describe('the readers of Keras', () => {
  checkFuzz(kerasConfigTarget);
  checkFuzz(kerasFileTarget);
});
