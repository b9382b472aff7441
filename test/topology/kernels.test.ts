import assert from 'node:assert/strict';
import fs from 'node:fs';
import { it } from 'node:test';

it('the bytes of the kernels are those of their sources', async () => {
  const { bytesFile, compile, kernels } = await import('../../scripts/kernels.mjs');
  assert.ok(kernels.length > 0);
  for (const { name, source, bytes } of kernels) {
    const fresh = bytesFile(name, await compile(source));
    assert.ok(fresh === fs.readFileSync(bytes, 'utf8'), `${name}: run \`node scripts/kernels.mjs\``);
  }
});
