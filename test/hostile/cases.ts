import type { FaultCode } from '../../src/base/fault';
import type { Bytes } from '../fuzz/target';

/** A file made to do harm, or broken, and how it must be refused. */
export interface HostileCase {
  /** What is tried. */
  readonly what: string;
  /** Its name: formats are told by content, so that it says nothing. */
  readonly file?: string;
  readonly content: Bytes | (() => Bytes);
  /** What lies beside it, or must be put there; it is given the folder. */
  readonly prepare?: (folder: string) => void;
  /** What it is opened as: a model unless said; of HDF5, every array and attribute can be read, whether a network uses it or not. */
  readonly as?: 'model' | 'data' | 'arrays';
  readonly code: FaultCode;
  /** What the sentence names. */
  readonly says?: RegExp;
}

/** A kind of attack that is known from the public record, and the files that try it. */
export interface HostileKind {
  readonly kind: string;
  readonly cases: readonly HostileCase[];
}
