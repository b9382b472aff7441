import type { BlockType, StoredType } from '../model';
import type { StoredTensor } from '../storedTensor';

/** What is said of a tensor of a network's state; its values are another matter. */
export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: StoredType | BlockType;
  /** Number of elements: the product of `shape`. */
  readonly size: number;
  /** Whether training changes it; `undefined` where the file does not say, and the name and type must. */
  readonly trained?: boolean | undefined;
  /** The same for tensors that share their values, such as tied embeddings, which count once. */
  readonly sharedAs?: string | undefined;
}

/** A tensor of a network's state, as a file without a graph has it. */
export interface StateTensor extends NamedTensor, StoredTensor {
  readonly type: StoredType;
}
