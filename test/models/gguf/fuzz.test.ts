import { describe } from 'node:test';
import { checkFuzz } from '../../fuzz/checkFuzz';
import { ggufTarget } from './fuzzTarget';

describe('the reader of GGUF', () => {
  checkFuzz(ggufTarget);
});
