import type { Fault } from '../../base/fault';

/** Of a file of weights without the program that uses them: what is not known, and the ways to a result. */
export interface MissingProgram {
  /** Says what is not in the file, with a hint that names the ways. */
  readonly fault: Fault;
  /** Where it is a chain of one reading, what has to be asked. */
  readonly chain: ChainQuestion | undefined;
  /** The file beside it that describes its layers, and whether it is there (and the fault is about it); `undefined` where none would help. */
  readonly layerList: { readonly file: string; readonly exists: boolean } | undefined;
  /** A first layer list, with what is not known marked. */
  draft(): string;
  /** Code for the person's own program that writes the network in a form that runs. */
  exportCode(): string;
}

export interface ChainQuestion {
  /** Dense layers that the activation stands after. */
  readonly layers: readonly string[];
  /** Whether it has to be asked on which side of the normalisations it stands. */
  readonly asksPlace: boolean;
  /** What can be chosen: the commonest first, and `none` at the end. */
  readonly activations: readonly string[];
}
