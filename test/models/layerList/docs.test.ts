import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { layerTable } from './layerTable';
import { CNN, openWith } from './weightFiles';

const page = fs.readFileSync(path.join(import.meta.dirname, '..', '..', '..', 'docs', 'formats', 'pytorch.md'), 'utf8');

describe('the page on layer lists', () => {
  it('has every layer with its settings (its table is what test/models/layerList/layerTable.ts gives)', () => {
    assert.ok(page.includes(layerTable()), `the table should be:\n${layerTable()}`);
  });

  it('has an example that is read', () => {
    const example = /```json\n([\s\S]*?)```/.exec(page)?.[1];
    const fault = openWith(CNN, { list: example ?? '' }).missing?.fault;
    // Every key and value of it is known; the weights are others.
    assert.match(fault?.message ?? '', /needs a tensor conv1\.weight/);
  });
});
