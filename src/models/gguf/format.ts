import type { ModelFormat } from '../formats';
import { GgufModel } from './ggufModel';

/** Files of llama.cpp and its kin: they begin with four letters. */
export const ggufFormat: ModelFormat = {
  name: 'GGUF',
  match: source => source.size >= 4 && String.fromCharCode(...source.read(0, 4)) === 'GGUF',
  open: source => new GgufModel(source),
};
