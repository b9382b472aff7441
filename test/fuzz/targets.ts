import { ggufTarget } from '../models/gguf/fuzzTarget';
import { hdf5Target } from '../models/hdf5/fuzzTarget';
import { kerasConfigTarget, kerasFileTarget } from '../models/keras/fuzzTarget';
import { layerListTarget } from '../models/layerList/fuzzTarget';
import { onnxTarget } from '../models/onnx/fuzzTarget';
import { safetensorsTarget, shardIndexTarget } from '../models/safetensors/fuzzTarget';
import { DATA_TARGETS } from '../data/fuzzTargets';
import { savedGraphTarget, savedModelTarget } from '../models/savedModel/fuzzTarget';
import { tfjsTarget } from '../models/tfjs/fuzzTarget';
import { pickleTarget, scriptTarget, torchArchiveTarget, torchTarget } from '../models/torch/fuzzTarget';
import { diagramTarget } from '../analyses/fuzzTarget';
import type { FuzzTarget } from './target';

/** Every reader of untrusted files. A new one belongs here, and in the suite of its own folder with `checkFuzz`. */
export const FUZZ_TARGETS: readonly FuzzTarget[] = [
  onnxTarget,
  safetensorsTarget,
  shardIndexTarget,
  ggufTarget,
  hdf5Target,
  kerasConfigTarget,
  kerasFileTarget,
  torchTarget,
  torchArchiveTarget,
  pickleTarget,
  ...DATA_TARGETS,
  tfjsTarget,
  savedModelTarget,
  savedGraphTarget,
  scriptTarget,
  diagramTarget,
  layerListTarget,
];
