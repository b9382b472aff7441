import type { ScriptValue } from '../torch/script/values';

/** How the weights of a file are used, as a person wrote it down beside them. */
export interface LayerList {
  readonly input: ListedInput | undefined;
  readonly layers: readonly ListedLayer[];
}

export interface ListedInput {
  /** Of one row; `null` for a length that may be any. */
  readonly shape: readonly (number | null)[];
  readonly type: 'float32' | 'int64';
}

export interface ListedLayer {
  /** One of `LAYER_RULES`. */
  readonly type: string;
  /** As it is called in results; unique. */
  readonly name: string;
  /** Path of the module whose tensors it uses. */
  readonly weights: string | undefined;
  /** Names of the layers that it reads; the one before, or the input, where it does not say. */
  readonly from: readonly string[];
  /** Those that were given, and those that are usual. */
  readonly settings: ReadonlyMap<string, ScriptValue>;
  /** Applied to what it computes; `undefined` for none. */
  readonly activation: string | undefined;
}

/** What stands for the network's input in `from`. */
export const INPUT = 'input';
/** Stands where the file of weights does not say what belongs there. */
export const OPEN = '?';
