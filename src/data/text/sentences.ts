import { Fault, type Warning } from '../../base/fault';
import type { DataOptions, InputTarget } from '../dataSet';
import type { RowsOnDemand } from '../format';
import { allocate } from '../memory';

/** Texts that a file holds, one a row, or the ids that they became already. */
export interface Sentences {
  /** How messages call what was read: `the column "text"`. */
  readonly where: string;
  readonly texts: readonly string[] | undefined;
  readonly ids: readonly (readonly number[])[] | undefined;
}

/** Whether a network takes token ids: whole numbers, a sequence a row. */
export function takesTokens(target: InputTarget | undefined): boolean {
  if (target === undefined || !/^u?int(32|64)$/.test(target.type)) return false;
  const { shape } = target;
  return shape === undefined || (shape.length === 2 && shape[1] !== 1);
}

/** Whether texts are to be tokenized: the network takes tokens, or a vocabulary was given. */
export function wantsSentences({ target, tokenizer }: DataOptions): boolean {
  return takesTokens(target) || tokenizer?.given === true;
}

const MOST_TOKENS = 2 ** 28;

/**
 * Rows of token ids, padded to the longest of them, or to the network's fixed length; longer ones are cut, and a warning says so. Ids that the file holds are taken as
 * they are unless a vocabulary was given. Throws `usage` where texts have no vocabulary, `too-large`, and what the tokenizer throws.
 */
export function sentenceRows(sentences: Sentences, options: DataOptions, source: string): RowsOnDemand {
  const { texts, where } = sentences;
  const encoded = encode(sentences, options, source);
  const { limit, padding, how } = encoded;
  const kept = encoded.rows.map(row => (row.length > limit ? row.slice(0, limit) : row));
  const cut = encoded.cut + encoded.rows.filter(row => row.length > limit).length;
  const lengths = Uint32Array.from(kept, row => row.length);
  const longest = lengths.reduce((longest, length) => Math.max(longest, length), 0);
  const shortest = lengths.reduce((shortest, length) => Math.min(shortest, length), longest);
  if (longest === 0) throw new Fault('empty', `There is no token in ${where}.`, { source });
  const width = options.target?.shape?.[1] ?? longest;
  if (kept.length * width > MOST_TOKENS)
    throw new Fault('too-large', `${kept.length} texts of up to ${width} tokens are more than are read at once.`, {
      source,
    });
  const values = allocate(Float64Array, kept.length * width, source).fill(padding);
  kept.forEach((row, i) => values.set(row, i * width));
  const warnings: Warning[] = [];
  if (cut > 0)
    warnings.push({
      code: 'cut',
      message: `${cut} of ${kept.length} texts have more than ${limit} tokens and were cut to so many.`,
    });
  const span = shortest === longest ? `${longest}` : `${shortest} to ${longest}`;
  return {
    rows: kept.length,
    rowShape: [width],
    type: 'int64',
    columns: undefined,
    treatment: `texts of ${span} tokens, ${how}${width > shortest ? `, padded to ${width} with ${padding}` : ''}`,
    warnings,
    values: () => values,
    lengths,
    ...(texts === undefined ? {} : { texts }),
  };
}

interface Encoded {
  readonly rows: readonly (readonly number[])[];
  /** How many texts were cut already. */
  readonly cut: number;
  readonly limit: number;
  readonly padding: number;
  readonly how: string;
}

function encode({ texts, ids, where }: Sentences, options: DataOptions, source: string): Encoded {
  const choice = options.tokenizer;
  const most = options.target?.shape?.[1] ?? Infinity;
  if (ids !== undefined && !(choice?.given === true && texts !== undefined)) {
    const { padding = 0, longest = Infinity } = choice?.facts() ?? {};
    return { rows: ids, cut: 0, limit: Math.min(most, longest), padding, how: 'ids taken as they are' };
  }
  const tokenizer = choice?.open();
  if (tokenizer === undefined)
    throw new Fault('usage', `There are texts in ${where}, and no vocabulary that makes tokens of them.`, {
      hint: 'Keep tokenizer.json or vocab.txt beside the model, or name it with --vocab.',
      source,
    });
  const limit = Math.min(most, tokenizer.longest ?? Infinity);
  let cut = 0;
  const rows = texts!.map((text, row) => {
    if ((row & 255) === 0) options.cancellation?.throwIfCancelled();
    const tokens = tokenizer.encode(text, limit);
    if (tokens.cut) cut++;
    return tokens.ids;
  });
  return { rows, cut, limit, padding: tokenizer.padding, how: `tokenized by ${tokenizer.name}` };
}

/** Names by which people call a column of texts. */
export const TEXT_NAME = /^(text|sentences?|content|review|question|document|prompt|title|body|tweet|comment)$/i;
