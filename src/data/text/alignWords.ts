import type { Tokenizer } from './tokenizer';

/** Which word each token of a text is of. */
export interface WordAlignment {
  readonly words: readonly string[];
  /** Of each token: its word, ascending; −1 for special tokens. A text that was cut has no token of its last words. */
  readonly wordOf: Int32Array;
}

/** Words and numbers with what holds them together, and every other sign by itself. */
const WORD = /[\p{L}\p{M}\p{N}]+(?:['’-][\p{L}\p{M}\p{N}]+)*|\S/gu;

export function wordsOf(text: string): string[] {
  return text.match(WORD) ?? [];
}

/**
 * Aligns the words of texts with the tokens that they became: each word is tokenized by itself, with the space before it, and must give the tokens that
 * stand at its place. That holds for tokenizers that never join words (WordPiece; BPE and Unigram behind a split at spaces).
 */
export class WordAligner {
  private readonly special: readonly number[];
  /** Special tokens before a text; the others follow it. */
  private readonly before: number;
  private readonly pieces = new Map<string, readonly number[]>();

  constructor(private readonly tokenizer: Pick<Tokenizer, 'encode'>) {
    this.special = tokenizer.encode('').ids;
    const one = tokenizer.encode('a').ids;
    const fits = (before: number) => {
      const after = this.special.length - before;
      return (
        one.length > this.special.length &&
        this.special.slice(0, before).every((id, i) => one[i] === id) &&
        this.special.slice(before).every((id, i) => one[one.length - after + i] === id)
      );
    };
    this.before = Math.max(0, Array.from({ length: this.special.length + 1 }, (_, k) => this.special.length - k).find(fits) ?? 0); // prettier-ignore
  }

  /** `words` are those of the text, in their order. `undefined` where words and tokens do not meet. */
  align(text: string, words: readonly string[], ids: ArrayLike<number>): WordAlignment | undefined {
    const wordOf = new Int32Array(ids.length).fill(-1);
    const end = ids.length - (this.special.length - this.before);
    let at = this.before;
    let from = 0;
    for (const [w, word] of words.entries()) {
      const found = text.indexOf(word, from);
      if (found < 0 || text.slice(from, found).trim() !== '') return undefined;
      const piece = text.slice(from, found + word.length);
      from = found + word.length;
      for (const id of this.tokensOf(piece)) {
        // What was cut off has no tokens.
        if (at === end) return { words, wordOf };
        if (ids[at] !== id) return undefined;
        wordOf[at++] = w;
      }
    }
    return at === end ? { words, wordOf } : undefined;
  }

  private tokensOf(piece: string): readonly number[] {
    const known = this.pieces.get(piece);
    if (known !== undefined) return known;
    const { ids } = this.tokenizer.encode(piece);
    const own = ids.slice(this.before, ids.length - (this.special.length - this.before));
    this.pieces.set(piece, own);
    return own;
  }
}
