import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openTokenizer } from '../../../src/data/text/tokenizer';
import { dangerousPattern } from '../../../src/data/text/patternSafety';
import { faultOf, textSource } from '../support';

const words = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', 'the', 'dog', 'run', '##s', '##ning', '.', 'é'];
const vocabulary = (more: readonly string[] = []) => textSource([...words, ...more].join('\n') + '\n', 'a/vocab.txt');
const json = (value: unknown, name = 'tokenizer.json') => textSource(JSON.stringify(value), name);
const none = { settings: undefined, network: undefined };
const wordPiece = () => openTokenizer({ vocabulary: vocabulary(), ...none });

describe('a vocabulary of one token a line', () => {
  it('cuts words into the longest pieces that it knows, between [CLS] and [SEP]', () => {
    assert.deepEqual(wordPiece().encode('The dogs run.').ids, [2, 4, 5, 7, 6, 9, 3]);
    assert.deepEqual(wordPiece().encode('running cats').ids, [2, 6, 8, 1, 3]);
    assert.deepEqual(wordPiece().encode('').ids, [2, 3]);
    assert.deepEqual([wordPiece().padding, wordPiece().longest, wordPiece().name], [0, undefined, 'vocab.txt']);
  });
  it('is in lower case where no token has a capital letter, or where the settings say so', () => {
    assert.deepEqual(wordPiece().encode('DOG').ids, [2, 5, 3]);
    const cased = openTokenizer({ vocabulary: vocabulary(['Dog']), ...none });
    assert.deepEqual([cased.encode('Dog').ids, cased.encode('DOG').ids], [[2, 11, 3], [2, 1, 3]]); // prettier-ignore
    const settings = json({ do_lower_case: false });
    assert.deepEqual(
      openTokenizer({ vocabulary: vocabulary(), settings, network: undefined }).encode('DOG').ids,
      [2, 1, 3],
    );
  });
  it('keeps the tokens around a text that it cuts', () => {
    assert.deepEqual(wordPiece().encode('the dog run the dog', 4), { ids: [2, 4, 5, 3], cut: true });
    assert.deepEqual(wordPiece().encode('the dog', 4), { ids: [2, 4, 5, 3], cut: false });
    assert.deepEqual(wordPiece().encode('the dog', 1).ids.length, 1);
  });
  it('takes lengths and padding from the files beside it, the least of the lengths', () => {
    const settings = json({ model_max_length: 1e30, pad_token: { content: '.' } });
    const network = json({ max_position_embeddings: 24, n_positions: 30, pad_token_id: 7 });
    const { longest, padding } = openTokenizer({ vocabulary: vocabulary(), settings, network });
    assert.deepEqual([longest, padding], [24, 9]);
  });
  it('is refused where it has no token for unknown words, or none at all', () => {
    faultOf('unsupported', () => openTokenizer({ vocabulary: textSource('a\nb\n'), ...none }));
    faultOf('empty', () => openTokenizer({ vocabulary: textSource('\n\n'), ...none }));
  });
});

describe('a tokenizer.json', () => {
  const described = {
    added_tokens: [
      { id: 3, content: '<pad>', special: true, single_word: false, lstrip: false, rstrip: false, normalized: false },
    ],
    normalizer: { type: 'Lowercase' },
    pre_tokenizer: { type: 'Whitespace' },
    post_processor: null,
    decoder: null,
    model: {
      type: 'WordPiece',
      unk_token: 'u',
      continuing_subword_prefix: '#',
      max_input_chars_per_word: 9,
      vocab: { u: 0, a: 1, '#b': 2 },
    },
  };
  it('does what it says', () => {
    const tokenizer = openTokenizer({ vocabulary: json(described), ...none });
    assert.deepEqual([tokenizer.encode('Ab A c').ids, tokenizer.padding], [[1, 2, 1, 0], 3]); // prettier-ignore
  });
  it('of a kind that is not known is refused, saying so', () => {
    const fault = faultOf('unsupported', () =>
      openTokenizer({ vocabulary: json({ ...described, model: { type: 'Fancy', vocab: {} } }), ...none }),
    );
    assert.match(fault.hint ?? '', /input_ids/);
  });
  it('that is damaged is refused', () => {
    faultOf('corrupt', () => openTokenizer({ vocabulary: textSource('{"model": '), ...none }));
    faultOf('corrupt', () =>
      openTokenizer({ vocabulary: vocabulary(), settings: textSource('[]'), network: undefined }),
    );
  });
  it('with a pattern that a text could keep busy for ever is unsafe', () => {
    const pre_tokenizer = {
      type: 'Sequence',
      pretokenizers: [{ type: 'Split', pattern: { Regex: '(a+)+$' }, behavior: 'Isolated', invert: false }],
    };
    faultOf('unsafe', () => openTokenizer({ vocabulary: json({ ...described, pre_tokenizer }), ...none }));
  });
  it('leaves the patterns of the tokenizers that people use alone', () => {
    const patterns = [
      String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`,
      String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
      String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
      String.raw` ?[^(\s|[.,!?…。，、।۔،])]+`,
      String.raw`[0-9][0-9][0-9]`,
    ];
    for (const Regex of patterns) assert.equal(dangerousPattern({ pattern: { Regex } }), undefined, Regex);
    for (const Regex of ['(a*)*', '(a|aa)+', '((ab)+c){2,}', '(?:x+x+)+y', String.raw`(.)\1+(\1a)*`, 'a'.repeat(5000)])
      assert.notEqual(dangerousPattern({ pattern: { Regex } }), undefined, Regex);
  });
});
