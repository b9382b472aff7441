import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DataOptions } from '../../../src/data/dataSet';
import { openData, openLabels } from '../../../src/data/openData';
import { openTokenizer } from '../../../src/data/text/tokenizer';
import { previewLayout, previewRow } from '../../../src/data/preview';
import { faultOf, textSource } from '../support';

const tokenizer = openTokenizer({
  vocabulary: textSource('[PAD]\n[UNK]\n[CLS]\n[SEP]\nthe\ndog\nruns\n', 'vocab.txt'),
  settings: undefined,
  network: undefined,
});
const choice = (given: boolean) => ({
  given,
  open: () => tokenizer,
  facts: () => ({ padding: undefined, longest: undefined }),
});
const target = (length: number | null = null) => ({ shape: [null, length], type: 'int64' });
const forTokens: DataOptions = { target: target(), tokenizer: choice(false) };
const lines = (...values: readonly unknown[]) =>
  textSource(values.map(value => JSON.stringify(value)).join('\n'), 'f.jsonl');

describe('texts for a network that takes tokens', () => {
  const expected = [2, 4, 5, 3, 0, 2, 4, 5, 6, 3];
  const sources = {
    'lines of a text file': textSource('the dog\n\nThe dog, runs\n'.replace(',', '')),
    'objects with a text': lines({ id: 'a', text: 'the dog' }, { id: 'b', text: 'the dog runs' }),
    'texts in JSON': lines('the dog', 'the dog runs'),
    'a column of a table': textSource('label,sentence\n1,the dog\n0,"the dog runs"\n'),
  };
  for (const [what, source] of Object.entries(sources))
    it(`are ${what}, padded to the longest`, () => {
      const data = openData(source, forTokens);
      assert.deepEqual([data.rows, data.rowShape, [...data.values]], [2, [5], expected]);
      assert.deepEqual([...data.lengths!], [4, 5]);
      assert.match(data.treatment, /^texts of 4 to 5 tokens, tokenized by vocab\.txt, padded to 5 with 0$/);
    });
  it('are a column by its name', () => {
    const table = textSource('a,b\nthe,dog\nruns,the dog\n');
    assert.deepEqual([...openData(table, { ...forTokens, part: 'b' }).values], [2, 5, 3, 0, 2, 4, 5, 3]);
    assert.deepEqual(openLabels(textSource('sentence,label\nthe,x\ndog,y\n')).classes, ['x', 'y']);
  });
  it('need not be a table, quotes and all', () => {
    const prose = textSource('"the dog\nthe, dog, runs\ndog\n');
    assert.equal(openData(prose, forTokens).rows, 3);
  });
  it('are padded or cut to a fixed length, and a warning says so', () => {
    const long = openData(sources['texts in JSON'], { ...forTokens, target: target(8) });
    assert.deepEqual([long.rowShape, long.warnings], [[8], []]);
    const short = openData(sources['texts in JSON'], { ...forTokens, target: target(4) });
    assert.deepEqual([...short.values], [2, 4, 5, 3, 2, 4, 5, 3]);
    assert.match(short.warnings[0]!.message, /^1 of 2 texts/);
  });
  it('are shown as they were written', () => {
    const data = openData(sources['texts in JSON'], forTokens);
    const preview = previewRow(data, 1, previewLayout(data));
    assert.ok(preview.kind === 'cells');
    assert.deepEqual(preview.cells[0], { name: 'text', value: 'the dog runs' });
  });

  it('are refused where there is no vocabulary', () => {
    const fault = faultOf('usage', () => openData(sources['texts in JSON'], { target: target() }));
    assert.match(fault.hint ?? '', /--vocab/);
  });
  it('are no numbers for a network that takes numbers', () => {
    faultOf('unsupported', () =>
      openData(sources['objects with a text'], { target: { shape: [null, 3], type: 'float32' } }),
    );
  });
});

describe('ids that a file holds', () => {
  const ids = lines({ text: 'the dog', input_ids: [2, 9, 3] }, { text: 'runs', input_ids: [2, 3] });
  it('are taken as they are, of different lengths, unless a vocabulary was given', () => {
    assert.deepEqual([...openData(ids, forTokens).values], [2, 9, 3, 2, 3, 0]);
    assert.match(openData(ids, { target: target() }).treatment, /ids taken as they are/);
    assert.deepEqual([...openData(ids, { ...forTokens, tokenizer: choice(true) }).values], [2, 4, 5, 3, 2, 6, 3, 0]);
  });
  it('are padded and cut as the files beside the network say', () => {
    const facts = () => ({ padding: 7, longest: 2 });
    const data = openData(ids, { target: target(), tokenizer: { given: false, open: () => undefined, facts } });
    assert.deepEqual([...data.values], [2, 9, 2, 3]);
    assert.deepEqual([...openData(ids, { target: target(4), tokenizer: { given: false, open: () => undefined, facts } }).values].slice(2, 4), [7, 7]); // prettier-ignore
  });
  it('are numbers as any others where they are all of one length', () => {
    assert.deepEqual(openData(lines([1, 2], [3, 4]), forTokens).rowShape, [2]);
  });
});
