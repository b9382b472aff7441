import { checkFuzz } from '../../fuzz/checkFuzz';
import { pickleTarget, torchTarget } from './fuzzTarget';

checkFuzz(torchTarget);
checkFuzz(pickleTarget);
