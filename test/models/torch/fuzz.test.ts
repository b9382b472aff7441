import { describe } from 'node:test';
import { checkFuzz } from '../../fuzz/checkFuzz';
import { pickleTarget, scriptTarget, torchTarget } from './fuzzTarget';

describe('the readers of PyTorch', () => {
  checkFuzz(torchTarget);
  checkFuzz(pickleTarget);
  checkFuzz(scriptTarget);
});
