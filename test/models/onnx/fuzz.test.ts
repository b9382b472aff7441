import { checkFuzz } from '../../fuzz/checkFuzz';
import { onnxTarget } from './fuzzTarget';

checkFuzz(onnxTarget);
