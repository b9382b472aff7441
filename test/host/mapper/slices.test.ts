import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Slices } from '../../../src/host/results/slices';
import { memento } from './memento';

describe('Slices of data files', () => {
  it('are kept by file, replaced by name, and told to those who listen', async () => {
    const slices = new Slices(memento());
    const told: string[] = [];
    const listener = slices.onDidChange(data => told.push(data));
    await slices.add('/w/a.npz#X', { name: 'odd', rows: [1, 3] });
    await slices.add('/w/a.npz#X', { name: 'even', rows: [2] });
    await slices.add('/w/a.npz#X', { name: 'odd', rows: [5] });
    assert.deepEqual(slices.of('/w/a.npz#X'), [
      { name: 'even', rows: [2] },
      { name: 'odd', rows: [5] },
    ]);
    assert.deepEqual(slices.of('/w/b.npz#X'), []);
    listener.dispose();
    await slices.remove('/w/a.npz#X', 'even');
    assert.deepEqual(slices.of('/w/a.npz#X').map(({ name }) => name), ['odd']); // prettier-ignore
    assert.deepEqual(told, ['/w/a.npz#X', '/w/a.npz#X', '/w/a.npz#X']);
  });

  it('are not more than fifty a file: the oldest goes', async () => {
    const slices = new Slices(memento());
    for (let i = 0; i < 52; i++) await slices.add('d', { name: String(i), rows: [i] });
    assert.equal(slices.of('d').length, 50);
    assert.equal(slices.of('d')[0]!.name, '2');
  });
});
