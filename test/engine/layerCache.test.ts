import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { LayerCache } from '../../src/engine/layerCache';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cache-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

let next = 0;
const cacheOf = (maximumBytes = 1e6) => {
  const directory = path.join(folder, String(next++));
  return { cache: new LayerCache({ directory, maximumBytes }), directory };
};
const anything = (value: unknown): value is unknown => value !== undefined;

describe('LayerCache', () => {
  it('gives back what was put, typed arrays and infinities included', () => {
    const { cache } = cacheOf();
    const value = { name: 'fc1', death: Float64Array.of(1.5, Infinity), deep: [{ x: Float32Array.of(0.1) }] };
    cache.put({ model: 'a', layer: 'fc1' }, value);
    assert.deepEqual(cache.get({ model: 'a', layer: 'fc1' }, anything), value);
  });

  it('finds an entry whatever the order of the key, and no other', () => {
    const { cache } = cacheOf();
    cache.put({ a: 1, b: { c: 2, d: 3 } }, 'value');
    assert.equal(cache.get({ b: { d: 3, c: 2 }, a: 1 }, anything), 'value');
    assert.equal(cache.get({ a: 1, b: { c: 2, d: 4 } }, anything), undefined);
  });

  it('ignores an entry that is damaged, cut short, or of another kind', () => {
    const { cache, directory } = cacheOf();
    const key = { k: 1 };
    cache.put(key, { name: 'fc1' });
    const file = path.join(directory, fs.readdirSync(directory)[0]!);
    const whole = fs.readFileSync(file, 'utf8');
    for (const damaged of [whole.replace('fc1', 'fc2'), whole.slice(0, -5), '', 'nonsense', '\n'.repeat(70)]) {
      fs.writeFileSync(file, damaged);
      assert.equal(cache.get(key, anything), undefined);
    }
    fs.writeFileSync(file, whole);
    assert.deepEqual(cache.get(key, anything), { name: 'fc1' });
    assert.equal(
      cache.get(key, (value): value is string => typeof value === 'string'),
      undefined,
    );
  });

  it('stays within its size: what was not used for longest goes', () => {
    const { cache, directory } = cacheOf(20_000);
    for (let k = 0; k < 40; k++) {
      cache.put({ k }, 'x'.repeat(2000));
      const age = new Date(Date.now() - (1000 - k) * 1000);
      for (const name of fs.readdirSync(directory).filter(name => !name.startsWith('.'))) {
        const file = path.join(directory, name);
        if (fs.statSync(file).mtimeMs > Date.now() - 60_000) fs.utimesSync(file, age, age);
      }
    }
    const total = fs
      .readdirSync(directory)
      .reduce((sum, name) => sum + fs.statSync(path.join(directory, name)).size, 0);
    assert.ok(total <= 22_100, `${total} bytes`);
    assert.equal(cache.get({ k: 0 }, anything), undefined);
    assert.equal(cache.get({ k: 39 }, anything), 'x'.repeat(2000));
  });

  it('does without where it cannot write', () => {
    const file = path.join(folder, 'a file');
    fs.writeFileSync(file, '');
    const cache = new LayerCache({ directory: path.join(file, 'inside'), maximumBytes: 1e6 });
    cache.put({ k: 1 }, 'value');
    assert.equal(cache.get({ k: 1 }, anything), undefined);
  });
});
