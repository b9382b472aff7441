import { describe } from 'node:test';
import { checkFuzz } from '../../fuzz/checkFuzz';
import { safetensorsTarget, shardIndexTarget } from './fuzzTarget';

describe('the readers of safetensors', () => {
  checkFuzz(safetensorsTarget);
  checkFuzz(shardIndexTarget);
});
