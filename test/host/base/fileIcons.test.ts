import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { fileIcon } from '../../../src/host/base/fileIcons';
import { DATA_FILES, INSPECTED_FILES } from '../../../src/host/base/fileKinds';
import { root } from '../localisation';

describe('the picture of a file', () => {
  it('is there for every kind that is ours, in light and in dark', () => {
    for (const { extensions, names } of [INSPECTED_FILES, DATA_FILES])
      for (const name of [...extensions.map(ending => `a${ending}`), ...names]) {
        const icon = fileIcon(`/w/${name.toUpperCase()}`);
        assert.ok(icon !== undefined, name);
        for (const theme of ['light', 'dark'])
          assert.ok(fs.existsSync(path.join(root, 'media', 'icons', `${icon}-${theme}.svg`)), `${icon}-${theme}`);
      }
    assert.equal(fileIcon('/w/notes.txt'), undefined);
  });

  it('is the same in the explorer, by a language of its own, which takes no files of others', () => {
    const manifest = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as {
      contributes: {
        languages: readonly { extensions?: string[]; filenames?: string[]; icon: { light: string; dark: string } }[];
      };
    };
    for (const { extensions = [], filenames = [], icon } of manifest.contributes.languages)
      for (const name of [...extensions.map(ending => `a${ending}`), ...filenames]) {
        assert.equal(icon.light, `./media/icons/${fileIcon(name)}-light.svg`);
        assert.equal(icon.dark, `./media/icons/${fileIcon(name)}-dark.svg`);
        assert.ok(!/\.(json|jsonl|csv|tsv|bin|pb)$/.test(name) || filenames.includes(name), name);
      }
  });
});
