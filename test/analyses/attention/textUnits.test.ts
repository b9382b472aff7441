import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { drawTexts, textUnits, type AttendedTexts } from '../../../src/analyses/attention/textUnits';

const NO_NOTES = { words: undefined, wordIds: undefined, roles: undefined };
const given = (more: Partial<AttendedTexts>): AttendedTexts => ({
  ids: [[2, 5, 6, 7, 3]],
  texts: undefined,
  notes: NO_NOTES,
  tokenizer: { tokenOf: id => ['', '', '[CLS]', '[SEP]', '', 'dog', '##s', 'run'][id] },
  aligner: undefined,
  ...more,
});
const withRoles = (roles: readonly string[], more: Partial<AttendedTexts['notes']> = {}) =>
  textUnits(given({ notes: { ...NO_NOTES, wordIds: [[-1, 0, 0, 1, -1]], ...more, roles: { field: 'pos', rows: [roles] } } })); // prettier-ignore

describe('units of a text', () => {
  it('are its words, and each special token by itself', () => {
    const { texts, warnings } = textUnits(given({ notes: { ...NO_NOTES, wordIds: [[-1, 0, 0, 1, -1]] } }));
    assert.deepEqual(warnings, []);
    assert.deepEqual([...texts[0]!.unitOf], [0, 1, 1, 2, 3]);
    assert.deepEqual([...texts[0]!.wordUnits], [1, 2]);
    assert.deepEqual(texts[0]!.words, ['dogs', 'run']);
    assert.equal(texts[0]!.units, 4);
  });

  it('are its tokens where nothing is known of words, and that is said where there is a text', () => {
    const { texts, warnings } = textUnits(given({}));
    assert.deepEqual(texts[0]!.words, ['[CLS]', 'dog', '##s', 'run', '[SEP]']);
    assert.deepEqual(warnings, []);
    const apart = textUnits(given({ texts: ['dogs run'], aligner: { align: () => undefined } }));
    assert.deepEqual(apart.warnings.map(one => one.code), ['words-apart']); // prettier-ignore
  });

  it('take no word numbers that go back, are more than the tokens, or of another length', () => {
    for (const ids of [
      [-1, 1, 0, 1, -1],
      [-1, 0, 0, 1],
      [-1, 0, 0, 4e9, -1],
      [-1, -2, 0, 1, -1],
    ])
      assert.equal(textUnits(given({ notes: { ...NO_NOTES, wordIds: [ids] } })).texts[0]!.units, 5);
  });

  it('are told in one pass over the tokens, however many there are', () => {
    const count = 200_000;
    const ids = Array.from({ length: count }, (_, i) => 5 + (i % 3));
    const wordIds = ids.map((_, i) => i >> 1);
    const { texts } = textUnits(given({ ids: [ids], notes: { ...NO_NOTES, wordIds: [wordIds] } }));
    assert.equal(texts[0]!.units, count / 2);
  });

  it('have a role a word: of those a word, a token, or a token without the special ones', () => {
    for (const roles of [
      ['SUBJ', 'VERB'],
      ['-', 'SUBJ', 'SUBJ', 'VERB', '-'],
      ['SUBJ', 'SUBJ', 'VERB'],
    ])
      assert.deepEqual(withRoles(roles).texts[0]!.roles, ['SUBJ', 'VERB']);
    const odd = withRoles(['SUBJ', 'VERB', 'OBJ', 'OBJ']);
    assert.equal(odd.texts[0]!.roles, undefined);
    assert.match(odd.warnings[0]!.message, /1 text has neither a role for each word/);
  });

  it('are drawn as whole texts up to a number of words, the same ones for a seed', () => {
    const { texts } = textUnits(given({ ids: Array.from({ length: 9 }, () => [5, 6]) }));
    assert.equal(drawTexts(texts, 7, 0).length, 3);
    assert.deepEqual(drawTexts(texts, 7, 0), drawTexts(texts, 7, 0));
    assert.deepEqual([...drawTexts(texts, 1000, 0)], [...texts.keys()]);
    assert.equal(drawTexts(texts, 1, 0).length, 1);
  });
});
