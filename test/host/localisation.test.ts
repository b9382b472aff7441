import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { sayBytes, sayDuration } from '../../src/host/base/numbers';
import { pruneWords } from '../../src/host/prune/words';
import { describeWords } from '../../src/host/describe/words';
import { bundleFile, expectedBundle, hostSources, pseudo, pseudoTranslate, root, untranslated } from './localisation';

const manifestText = fs.readFileSync(path.join(root, 'package.json'), 'utf8');
const manifest = JSON.parse(manifestText) as Record<string, unknown>;
const manifestWords = JSON.parse(fs.readFileSync(path.join(root, 'package.nls.json'), 'utf8')) as Record<
  string,
  string
>;

/** Fields of the manifest that people read, wherever they stand under `contributes` and `capabilities`. */
const READ = new Set(
  'title label name displayName description userDescription markdownDescription contents altText enumDescriptions category contextualTitle'.split(
    ' ',
  ),
);

/** What language models read, not people: the name that a tool is called by, and its schema. */
const IDENTIFIER = /^neuralTopology_\w+$/;
const FOR_MODELS = 'inputSchema';

function readStrings(value: unknown, field = ''): string[] {
  if (field === FOR_MODELS || (field === 'name' && typeof value === 'string' && IDENTIFIER.test(value))) return [];
  if (typeof value === 'string') return READ.has(field) ? [value] : [];
  if (Array.isArray(value)) return value.flatMap(part => readStrings(part, field));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => readStrings(part, key));
}

describe('What people read', () => {
  it('stands in package.nls.json where the manifest shows it, and nowhere twice', () => {
    const shown = readStrings({ contributes: manifest.contributes, capabilities: manifest.capabilities });
    const translate = (text: string) =>
      text.replace(/^%(.+)%$/, (_, key: string) => (key in manifestWords ? pseudo(manifestWords[key]!) : _));
    assert.ok(shown.length > 50);
    assert.deepEqual(
      shown.filter(text => !translate(text).startsWith('⟦')),
      [],
    );
    const used = new Set([...manifestText.matchAll(/"%([^%"]+)%"/g)].map(match => match[1]!));
    assert.deepEqual(new Set(Object.keys(manifestWords)), used);
  });

  it('goes through vscode.l10n in the extension host', () => {
    // What tools answer, a language model reads.
    const forPeople = hostSources().filter(({ file }) => file !== 'src/host/tools/toolFaults.ts');
    assert.deepEqual(forPeople.flatMap(untranslated), []);
  });

  it('is in the bundle that translators work on (write it with npx tsx test/host/writeBundle.ts)', () => {
    assert.deepEqual(JSON.parse(fs.readFileSync(bundleFile, 'utf8')), expectedBundle());
  });

  it('is seen by the check when it is not translated', async () => {
    const { default: ts } = await import('typescript');
    const text = "item.tooltip = `${name}: bare`; window.showInformationMessage(ok ? 'also bare' : l10n.t('fine'));";
    const tree = ts.createSourceFile('x.ts', text, ts.ScriptTarget.Latest, true);
    assert.deepEqual(untranslated({ file: 'x.ts', tree }), ['x.ts:1: : bare', 'x.ts:1: also bare']);
  });

  it('is wholly translated in the panel that prunes a model', () => {
    const words = Object.values<string>({ ...pruneWords(pseudoTranslate) });
    assert.deepEqual(
      words.filter(word => !word.startsWith('⟦')),
      [],
    );
  });

  it('is wholly translated on the page that describes a model', () => {
    const { ways, renewed, stale, ...others } = describeWords(pseudoTranslate);
    const words: readonly string[] = [others, ways, renewed, stale].flatMap(group => Object.values<string>(group));
    assert.deepEqual(
      words.filter(word => !word.startsWith('⟦')),
      [],
    );
    assert.ok(
      words.some(word => word.includes('{0}')),
      'places for arguments survive translation',
    );
  });

  it('has its units translated', () => {
    assert.equal(sayDuration(12_000, pseudoTranslate), '⟦12 s⟧');
    assert.equal(sayBytes(3 * 2 ** 30, pseudoTranslate), '⟦3 GB⟧');
  });
});
