import { describe } from 'node:test';
import { checkFuzz } from '../fuzz/checkFuzz';
import { diagramTarget } from './fuzzTarget';

describe('the reader of diagrams', () => {
  checkFuzz(diagramTarget);
});
