import { DisposableStore, type Disposable } from '../base/lifecycle';
import type { OpenData } from './openFiles';

const MOST = 2;

/** Data that was read for one model, for the next ones that take it in the same form: of a folder of checkpoints it is read once. */
export class RememberedData implements Disposable {
  private readonly kept: { readonly key: string; readonly data: OpenData; readonly store: DisposableStore }[] = [];
  /** What was asked for last. */
  last: OpenData | undefined;
  /** What was wrong with the data itself, when it was last read. */
  failure: unknown;

  /** What `read` gave for an equal `key`; it opens its files in the store that it is given. */
  once(key: unknown, read: (store: DisposableStore) => OpenData): OpenData {
    const text = JSON.stringify(key);
    const known = this.kept.find(one => one.key === text);
    if (known !== undefined) return (this.last = known.data);
    const store = new DisposableStore();
    try {
      const data = read(store);
      this.kept.push({ key: text, data, store });
      if (this.kept.length > MOST) this.kept.shift()!.store.dispose();
      return (this.last = data);
    } catch (error) {
      this.failure = error;
      store.dispose();
      throw error;
    }
  }

  dispose(): void {
    for (const { store } of this.kept.splice(0)) store.dispose();
  }
}
