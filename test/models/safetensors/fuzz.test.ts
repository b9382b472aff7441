import { checkFuzz } from '../../fuzz/checkFuzz';
import { safetensorsTarget, shardIndexTarget } from './fuzzTarget';

checkFuzz(safetensorsTarget);
checkFuzz(shardIndexTarget);
