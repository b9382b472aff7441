import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { adjustedPairs } from '../../../src/analyses/compare/adjustedPairs';
import type { ComparedPair, CompareHead } from '../../../src/analyses/compare/compare';
import { compareFindings } from '../../../src/analyses/compare/compareFindings';
import { escapeMarkdown } from '../../../src/analyses/compare/compareMarkdown';
import { modelNames } from '../../../src/analyses/compare/lineNames';

const head = {
  models: [
    { name: 'a.onnx', layers: [] },
    { name: 'b.onnx', layers: [] },
  ],
  names: ['a.onnx', 'b.onnx'],
  lines: [
    { name: 'fc1', layers: [0, 0] },
    { name: 'fc2', layers: [1, 1] },
    { name: 'extra', layers: [null, 2] },
  ],
  sampledRows: Uint32Array.of(4, 8, 15),
  lastHidden: 1,
} as unknown as CompareHead;

const pair = (line: number, distance: number, p: number, more: Partial<ComparedPair> = {}): ComparedPair => ({
  line,
  a: 0,
  b: 1,
  bottleneck: [0, 1].map(() => ({ distance, matching: [] })),
  wasserstein: [0, 1].map(() => ({ distance, matching: [] })),
  test: { bottleneck: [p, 1], wasserstein: [p, 1], parts: 12, pointsOfPart: 20, permutations: 2047 },
  cka: 1 - distance,
  rtd: null,
  neighbourhoods: null,
  totalRatio: [null, null],
  weights: [],
  caveats: [],
  ...more,
});
const found = (pairs: readonly ComparedPair[]) =>
  compareFindings({ head, layers: [], pairs: adjustedPairs(pairs), accuracies: [], failures: [] });
const sentences = (pairs: readonly ComparedPair[]) => found(pairs).map(({ sentence }) => sentence);

describe('compareFindings', () => {
  it('says what changed most, of what is significant after adjustment', () => {
    const [most, counted] = sentences([pair(0, 0.2, 1 / 2048), pair(1, 0.4, 0.2)]);
    assert.match(most!, /^fc1 changed most: bottleneck 0\.200 in H0/);
    assert.match(counted!, /^1 of 2 layers/);
  });

  it('says not significant where nothing is, and the same where nothing changed', () => {
    assert.match(sentences([pair(0, 0.2, 0.03), pair(1, 0.4, 0.2)])[0]!, /not significant in all 2/);
    assert.match(sentences([pair(0, 0, 1), pair(1, 0, 1)])[0]!, /give the same activations/);
  });

  it('tells the sign of memorised labels at the last hidden layer alone, whichever model has it', () => {
    const ratio = (value: number) => ({ value, low: value * 0.9, high: value * 1.1 });
    const signal = found([pair(1, 0.4, 0.2, { totalRatio: [ratio(2.5), ratio(2.1)] })]).find(({ kind }) => kind === 'memorisation')!; // prettier-ignore
    assert.match(
      signal.sentence,
      /b\.onnx has 2\.50 times \(2\.25–2\.75\) the total persistence of a\.onnx in H0.*memorised/,
    );
    assert.equal(signal.weight, 'strong');
    assert.match(signal.rule, /no proof/);
    const turned = found([pair(1, 0.4, 0.2, { totalRatio: [ratio(0.4), ratio(0.4)] })]).find(({ kind }) => kind === 'memorisation')!; // prettier-ignore
    assert.match(turned.sentence, /a\.onnx has 2\.50 times/);
    const none = found([pair(1, 0.4, 0.2, { totalRatio: [ratio(2.5), ratio(1.5)] })]).find(({ kind }) => kind === 'memorisation')!; // prettier-ignore
    assert.match(none.sentence, /no sign/);
    assert.equal(none.weight, 'note');
    assert.ok(!found([pair(0, 0.4, 0.2, { totalRatio: [ratio(3), ratio(3)] })]).some(({ kind }) => kind === 'memorisation')); // prettier-ignore
  });

  it('names layers without a counterpart', () => {
    assert.ok(sentences([pair(0, 0.2, 0.5)]).some(sentence => /without a counterpart: 1 of b\.onnx/.test(sentence)));
  });
});

describe('names', () => {
  it('tell models apart by as few folders as that takes', () => {
    const names = (...files: readonly string[]) => modelNames(files.map(name => ({ name })));
    assert.deepEqual(names('/x/a.onnx', '/x/b.onnx'), ['a.onnx', 'b.onnx']);
    assert.deepEqual(names('/x/1/a.onnx', 'C:\\x\\2\\a.onnx'), ['1/a.onnx', '2/a.onnx']);
    assert.deepEqual(names('/x/a.onnx', '/x/a.onnx'), ['a.onnx (1)', 'a.onnx (2)']);
  });
  it('are text in Markdown, whatever a file calls its layers', () => {
    const text = escapeMarkdown('a|b <img> [x](http://e.vil) *c* @team\n# d');
    assert.doesNotMatch(text, /[^\\]\||<img|[^\\]\[|[^\\]\*|:\/\/|@team|\n/);
  });
});
