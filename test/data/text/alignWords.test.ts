import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { MemorySource } from '../../../src/base/bytes';
import { WordAligner, wordsOf } from '../../../src/data/text/alignWords';
import { openTokenizer } from '../../../src/data/text/tokenizer';

const WORDS = ['the', 'dog', 'see', 'run', '.', 'a', "don't"];
const VOCABULARY = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '.', 'a', 'the', 'dog', 'see', 'run', '##s', '##ing', 'don', "'", 't']; // prettier-ignore

const wordPiece = openTokenizer({
  vocabulary: new MemorySource('vocab.txt', new TextEncoder().encode(VOCABULARY.join('\n'))),
  settings: undefined,
  network: undefined,
});

/** As GPT-2 writes words: those with a space before them are other tokens, and nothing stands around a text. */
const bytePair = openTokenizer({
  vocabulary: new MemorySource(
    'tokenizer.json',
    new TextEncoder().encode(
      JSON.stringify({
        added_tokens: [],
        normalizer: null,
        pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
        post_processor: null,
        decoder: { type: 'ByteLevel' },
        model: {
          type: 'BPE',
          vocab: Object.fromEntries(['d', 'o', 'g', 's', 'Ġ', 'do', 'dog', 'Ġdog'].map((token, id) => [token, id])),
          merges: ['d o', 'do g', 'Ġ dog'],
        },
      }),
    ),
  ),
  settings: undefined,
  network: undefined,
});

const align = (tokenizer: typeof wordPiece, text: string, words = wordsOf(text), most?: number) =>
  new WordAligner(tokenizer).align(text, words, tokenizer.encode(text, most).ids);

describe('words and the tokens that they become', () => {
  it('meet where a word is cut into pieces, and special tokens are of none', () => {
    const found = align(wordPiece, 'the dogs see.');
    assert.deepEqual(found?.words, ['the', 'dogs', 'see', '.']);
    assert.deepEqual([...found.wordOf], [-1, 0, 1, 1, 2, 3, -1]);
  });

  it('meet where tokens hold the space before a word', () => {
    assert.deepEqual([...align(bytePair, 'dog dogs dog')!.wordOf], [0, 1, 1, 2]);
  });

  it('follow the words that are given, as far as they are those of the text', () => {
    assert.deepEqual([...align(wordPiece, "don't run", ["don't", 'run'])!.wordOf], [-1, 0, 0, 0, 1, -1]);
    assert.deepEqual([...align(wordPiece, "don't run", ['don', "'t", 'run'])!.wordOf], [-1, 0, 1, 1, 2, -1]);
    assert.equal(align(wordPiece, 'the dog', ['the', 'cat']), undefined);
    assert.equal(align(wordPiece, 'the dog', ['dog']), undefined);
    assert.equal(align(wordPiece, 'the dog', ['the']), undefined);
  });

  it('leave words without tokens where the text was cut', () => {
    assert.deepEqual([...align(wordPiece, 'the dogs see', undefined, 4)!.wordOf], [-1, 0, 1, -1]);
  });

  it('are told not to meet where the tokens are of another text', () => {
    const ids = wordPiece.encode('the run').ids;
    assert.equal(new WordAligner(wordPiece).align('the dogs', ['the', 'dogs'], ids), undefined);
  });

  it('give every token but the special ones a word, in their order', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...WORDS, 'dogs', 'seeing'), { minLength: 1 }), words => {
        const found = align(wordPiece, words.join(' '), words);
        assert.ok(found);
        const own = [...found.wordOf.slice(1, -1)];
        assert.deepEqual([...new Set(own)], [...words.keys()]);
        assert.deepEqual(
          own,
          [...own].sort((a, b) => a - b),
        );
        assert.deepEqual([found.wordOf.at(0), found.wordOf.at(-1)], [-1, -1]);
      }),
    );
  });
});
