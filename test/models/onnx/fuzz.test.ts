import { describe } from 'node:test';
import { checkFuzz } from '../../fuzz/checkFuzz';
import { onnxTarget } from './fuzzTarget';

describe('the reader of ONNX', () => {
  checkFuzz(onnxTarget);
});
