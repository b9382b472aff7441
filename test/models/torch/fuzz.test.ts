import { describe } from 'node:test';
import { checkFuzz } from '../../fuzz/checkFuzz';
import { pickleTarget, scriptTarget, torchArchiveTarget, torchTarget } from './fuzzTarget';

describe('the readers of PyTorch', () => {
  checkFuzz(torchTarget);
  checkFuzz(torchArchiveTarget);
  checkFuzz(pickleTarget);
  checkFuzz(scriptTarget);
});
