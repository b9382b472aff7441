import { describe } from 'node:test';
import { checkFuzz } from '../../fuzz/checkFuzz';
import { savedGraphTarget, savedModelTarget } from './fuzzTarget';

describe('the readers of SavedModels', () => {
  checkFuzz(savedModelTarget);
  checkFuzz(savedGraphTarget);
});
