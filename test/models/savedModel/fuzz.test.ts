import { describe } from 'node:test';
import { checkFuzz } from '../../fuzz/checkFuzz';
import { savedModelTarget, variablesTarget } from './fuzzTarget';

describe('the readers of SavedModels', () => {
  checkFuzz(savedModelTarget);
  checkFuzz(variablesTarget);
});
