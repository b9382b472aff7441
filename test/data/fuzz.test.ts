import { describe } from 'node:test';
import { checkFuzz } from '../fuzz/checkFuzz';
import { DATA_TARGETS } from './fuzzTargets';

describe('readers of data', () => DATA_TARGETS.forEach(checkFuzz));
