import { elementBits } from '../elements';
import type { StoredType } from '../model';
import { corrupt } from './pickle/pickleError';
import type { PickleValue } from './pickle/values';
import { PickleTuple } from './pickle/values';
import { TorchStorage } from './tensor';

/** The storages that a pickle refers to, each once. */
export class Storages {
  readonly byKey = new Map<string, TorchStorage>();
  /** Parts of storages, as files before 1.6 could refer to them. */
  readonly views: { readonly part: TorchStorage; readonly of: TorchStorage; readonly offset: number }[] = [];

  get(key: string, type: StoredType | undefined, count: number, view: PickleValue | undefined): TorchStorage {
    let storage = this.byKey.get(key);
    if (storage === undefined) {
      storage = new TorchStorage(key, type, count);
      if (!Number.isSafeInteger(bytesOfStorage(storage))) throw corrupt(`storage ${key} has an impossible size`);
      this.byKey.set(key, storage);
    } else if (storage.type !== type || storage.count !== count)
      throw corrupt(`storage ${key.slice(0, 40)} is said to be of two types or sizes`);
    if (view === undefined || view === null) return storage;
    const [, offset, length] = view instanceof PickleTuple ? view.items : [];
    if (
      typeof offset !== 'number' ||
      typeof length !== 'number' ||
      !(offset >= 0 && length >= 0 && offset + length <= count)
    )
      throw corrupt(`a part of storage ${key.slice(0, 40)} lies outside of it`);
    const part = new TorchStorage(`${key}[${offset}, ${length}]`, type, length);
    this.views.push({ part, of: storage, offset });
    return part;
  }
}

export function bytesOfStorage({ type, count }: TorchStorage): number {
  return count * elementBytes(type);
}

export function elementBytes(type: StoredType | undefined): number {
  return type === undefined ? 1 : elementBits(type) / 8;
}
