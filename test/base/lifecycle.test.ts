import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DisposableStore, setLeakTracker, toDisposable } from '../../src/base/lifecycle';

describe('DisposableStore', () => {
  it('disposes in reverse order, once', () => {
    const order: string[] = [];
    const store = new DisposableStore();
    store.add(toDisposable(() => order.push('first')));
    store.add(toDisposable(() => order.push('second')));
    store.dispose();
    store.dispose();
    assert.deepEqual(order, ['second', 'first']);
  });

  it('disposes at once of what comes too late', () => {
    const store = new DisposableStore();
    store.dispose();
    let gone = false;
    store.add(toDisposable(() => (gone = true)));
    assert.ok(gone);
  });

  it('lets the others go when one throws, and says so', () => {
    let gone = false;
    const store = new DisposableStore();
    store.add(toDisposable(() => (gone = true)));
    store.add(
      toDisposable(() => {
        throw new Error('stuck');
      }),
    );
    assert.throws(() => store.dispose(), AggregateError);
    assert.ok(gone);
  });

  it('tells a tracker of stores that are never disposed of', () => {
    const open = new Set<DisposableStore>();
    setLeakTracker({ made: store => open.add(store), disposed: store => open.delete(store) });
    try {
      new DisposableStore().dispose();
      const leaked = new DisposableStore();
      assert.deepEqual([...open], [leaked]);
    } finally {
      setLeakTracker(undefined);
    }
  });
});
