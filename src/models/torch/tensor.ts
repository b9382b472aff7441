import type { ByteSource } from '../../base/bytes';
import type { StoredType } from '../model';

/** A block of numbers that tensors are views of. Its bytes are found when the file that holds it is known. */
export class TorchStorage {
  /** Set once the container of the pickle has found it. */
  content: ByteSource | undefined;
  /** Whether the machine that wrote it had its bytes the other way round. */
  bigEndian = false;

  constructor(
    readonly key: string,
    /** `undefined` for bytes whose type each tensor says. */
    readonly type: StoredType | undefined,
    /** In elements, or bytes where there is no type. */
    readonly count: number,
  ) {}
}

/** A view of a storage: element (i, j, …) is the storage's element `offset + i·stride[0] + j·stride[1] + …`. */
export class TorchTensor {
  /** Where the call ends, in the pickle, that made it. */
  place: number | undefined;

  constructor(
    readonly storage: TorchStorage,
    readonly type: StoredType,
    readonly shape: readonly number[],
    readonly stride: readonly number[],
    readonly offset: number,
    /** Whether it is a Parameter: its author's word that it is trained. */
    readonly parameter: boolean,
  ) {}

  get size(): number {
    return this.shape.reduce((product, dim) => product * dim, 1);
  }
}
