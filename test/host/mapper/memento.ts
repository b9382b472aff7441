import type { SliceMemento } from '../../../src/host/results/slices';

/** What VS Code keeps, in memory; values are copied as VS Code does. */
export function memento(): SliceMemento {
  const kept = new Map<string, string>();
  return {
    get: <Value>(key: string) => {
      const text = kept.get(key);
      return text === undefined ? undefined : (JSON.parse(text) as Value);
    },
    update: (key, value) => {
      if (value === undefined) kept.delete(key);
      else kept.set(key, JSON.stringify(value));
      return Promise.resolve();
    },
  };
}
