import type { StoredTensor } from '../storedTensor';

/** A tensor of a network's state, as a file without a graph has it. */
export interface StateTensor extends StoredTensor {
  /** Whether training changes it; `undefined` where the file does not say, and the name and type must. */
  readonly trained?: boolean | undefined;
  /** The same for tensors that share their values, such as tied embeddings, which count once. */
  readonly sharedAs?: string | undefined;
}
