import type { Warning } from '../../base/fault';
import { formatCount, formatQuantity } from '../../base/numbers';
import { Random } from '../../base/random';
import { wordsOf, type WordAligner } from '../../data/text/alignWords';
import type { TextNotes } from '../../data/text/textNotes';
import type { Tokenizer } from '../../data/text/tokenizer';

/** What is known of some texts before a network sees them. */
export interface AttendedTexts {
  /** Token ids of each text, without padding. */
  readonly ids: readonly ArrayLike<number>[];
  readonly texts: readonly string[] | undefined;
  readonly notes: TextNotes;
  /** `undefined` where ids came without a tokenizer. */
  readonly tokenizer: Pick<Tokenizer, 'tokenOf'> | undefined;
  readonly aligner: Pick<WordAligner, 'align'> | undefined;
}

/** A text as attention between its words is made of that between its tokens: the units are words, and each special token by itself. */
export interface TextUnits {
  /** Of each token, ascending. */
  readonly unitOf: Int32Array;
  readonly units: number;
  /** Units that are words, ascending, and what they are. */
  readonly wordUnits: Uint32Array;
  readonly words: readonly string[];
  /** One a word; `undefined` where the text has none. */
  readonly roles: readonly string[] | undefined;
}

export interface UnitedTexts {
  readonly texts: readonly TextUnits[];
  readonly warnings: readonly Warning[];
}

/** Words of each text with the tokens and the roles that are theirs. Where words and tokens do not meet, every token is a word, and warnings say so. */
export function textUnits(given: AttendedTexts): UnitedTexts {
  let apart = 0;
  const odd: number[] = [];
  const texts = given.ids.map((ids, row) => {
    const aligned = alignmentOf(given, ids, row);
    if (aligned.apart) apart++;
    const units = unitsOf(aligned.words, aligned.wordOf);
    const said = given.notes.roles?.rows[row];
    const roles = said === undefined ? undefined : rolesOf(said, aligned.words.length, aligned.wordOf, units);
    if (said !== undefined && roles === undefined) odd.push(row);
    return { ...units, roles };
  });
  const warnings: Warning[] = [];
  if (apart > 0)
    warnings.push({
      code: 'words-apart',
      message: `In ${formatCount(apart)} of ${formatQuantity(texts.length, 'text')} words and tokens do not meet: there every token is taken for a word.`,
    });
  if (odd.length > 0)
    warnings.push({
      code: 'roles-apart',
      message: `${formatQuantity(odd.length, 'text has', 'texts have')} neither a role for each word nor one for each token, and ${odd.length === 1 ? 'counts' : 'count'} as without (row ${odd.slice(0, 3).join(', ')}${odd.length > 3 ? ', …' : ''}).`,
    });
  return { texts, warnings };
}

interface Aligned {
  readonly words: readonly string[];
  readonly wordOf: ArrayLike<number>;
  readonly apart: boolean;
}

function alignmentOf(
  { texts, notes, aligner, tokenizer }: AttendedTexts,
  ids: ArrayLike<number>,
  row: number,
): Aligned {
  const text = texts?.[row];
  const words = notes.words?.[row];
  const tokenOf = (id: number) => tokenizer?.tokenOf(id) ?? String(id);
  for (const one of words === undefined ? [text && wordsOf(text)] : [words, text && wordsOf(text)]) {
    const found = text === undefined || one === undefined || one === '' ? undefined : aligner?.align(text, one, ids);
    if (found !== undefined) return { ...found, apart: false };
  }
  const said = notes.wordIds?.[row];
  if (said?.length === ids.length && areWordNumbers(said))
    return { words: words ?? joinedTokens(ids, said, tokenOf), wordOf: said, apart: false };
  return {
    words: Array.from(ids, tokenOf),
    wordOf: Array.from(ids, (_, i) => i),
    apart: words !== undefined || text !== undefined,
  };
}

/** Whether these can be the words of tokens: they never go back, and are no more than the tokens; −1 stands for a special token. */
function areWordNumbers(said: readonly number[]): boolean {
  let last = 0;
  return said.every(word => {
    if (word === -1) return true;
    const isNext = word >= last && word < said.length;
    last = word;
    return isNext;
  });
}

/** Words of the tokens that are said to be of one. */
function joinedTokens(ids: ArrayLike<number>, wordOf: readonly number[], tokenOf: (id: number) => string): string[] {
  const words: string[] = [];
  wordOf.forEach((word, i) => {
    if (word >= 0) words[word] = (words[word] ?? '') + tokenOf(ids[i]!).replace(/^(##|Ġ|▁)/, '');
  });
  return Array.from(words, word => word ?? '');
}

function unitsOf(words: readonly string[], wordOf: ArrayLike<number>): Omit<TextUnits, 'roles'> {
  const unitOf = new Int32Array(wordOf.length);
  const wordUnits: number[] = [];
  const kept: string[] = [];
  let units = 0;
  for (let i = 0; i < wordOf.length; i++) {
    const word = wordOf[i]!;
    const continues = i > 0 && word >= 0 && wordOf[i - 1] === word;
    if (!continues) {
      if (word >= 0) {
        wordUnits.push(units);
        kept.push(words[word] ?? '');
      }
      units++;
    }
    unitOf[i] = units - 1;
  }
  return { unitOf, units, wordUnits: Uint32Array.from(wordUnits), words: kept };
}

/** One role a word that has tokens: of those a word, or those a token, of which a word has that of its first. */
function rolesOf(
  said: readonly string[],
  words: number,
  wordOf: ArrayLike<number>,
  { wordUnits }: Pick<TextUnits, 'wordUnits'>,
): readonly string[] | undefined {
  const firsts = Array.from({ length: wordOf.length }, (_, i) => i).filter(i => wordOf[i]! >= 0 && wordOf[i] !== wordOf[i - 1]); // prettier-ignore
  if (said.length === words) return firsts.map(i => said[wordOf[i]!]!);
  if (said.length === wordOf.length) return firsts.map(i => said[i]!);
  // Tokens without the special ones around them.
  if (said.length === Array.from(wordOf).filter(word => word >= 0).length && firsts.length === wordUnits.length)
    return firsts.map(i => said[i - firsts[0]!]!);
  return undefined;
}

/** Texts that are drawn so that they have no more than so many words in all, ascending; at least one. */
export function drawTexts(texts: readonly TextUnits[], mostWords: number, seed: number): Uint32Array {
  const drawn: number[] = [];
  let words = 0;
  for (const text of new Random(seed, 'texts').permutation(texts.length)) {
    const own = texts[text]!.words.length;
    if (drawn.length > 0 && words + own > mostWords) continue;
    drawn.push(text);
    words += own;
  }
  return Uint32Array.from(drawn).sort();
}
