import { checkFuzz } from '../../fuzz/checkFuzz';
import { pickleTarget, scriptTarget, torchTarget } from './fuzzTarget';

checkFuzz(torchTarget);
checkFuzz(pickleTarget);
checkFuzz(scriptTarget);
