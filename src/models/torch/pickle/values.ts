import type { TorchStorage, TorchTensor } from '../tensor';

/** What a pickle stands for, as inert data: nothing here does anything. Integers beyond 2⁵³ are bigints. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array<ArrayBuffer>
  | PickleTuple
  | PickleList
  | PickleDict
  | PickleSet
  | PickleGlobal
  | PickleObject
  | TorchStorage
  | TorchTensor;

export class PickleTuple {
  constructor(readonly items: readonly PickleValue[]) {}
}

export class PickleList {
  constructor(readonly items: PickleValue[] = []) {}
}

export class PickleSet {
  constructor(readonly items: PickleValue[] = []) {}
}

const NO_ENTRIES: ReadonlyMap<PickleValue, PickleValue> = new Map();

/** A dictionary or a kind of one, in the order of its entries. */
export class PickleDict {
  private own: Map<PickleValue, PickleValue> | undefined;

  constructor(
    /** Such as collections.OrderedDict; `dict` for the plain one. */
    readonly kind = 'dict',
  ) {}

  get entries(): ReadonlyMap<PickleValue, PickleValue> {
    return this.own ?? NO_ENTRIES;
  }

  get(key: string): PickleValue | undefined {
    return this.own?.get(key);
  }

  set(key: PickleValue, value: PickleValue): void {
    // A file may hold a million empty ones: each gets a map of its own when it needs one.
    this.own ??= new Map();
    this.own.set(key, value);
  }
}

/** A class or function that a pickle refers to by name. It is never looked up. */
export class PickleGlobal {
  constructor(
    readonly module: string,
    readonly name: string,
  ) {}

  get path(): string {
    return `${this.module}.${this.name}`;
  }
}

/** An instance of a class, with what it was made from and its state. */
export class PickleObject {
  state: PickleValue | undefined;
  /** Of an instance of a kind of dictionary. */
  items: PickleDict | undefined;

  constructor(
    readonly of: PickleGlobal,
    readonly args: readonly PickleValue[] = [],
  ) {}
}

/** The attributes that torch.nn.Module gives every instance, in all versions. */
export function isModuleState(state: PickleValue | undefined): state is PickleDict {
  return (
    state instanceof PickleDict &&
    ['_parameters', '_buffers', '_modules'].every(key => state.get(key) instanceof PickleDict) &&
    typeof state.get('training') === 'boolean'
  );
}
