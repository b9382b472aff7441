import { Fault } from '../../base/fault';

const MOST_WORDS = 2 ** 22;
/** Longer words are unknown, as to every WordPiece. */
const LONGEST_WORD = 100;

/**
 * A vocabulary of one token a line (BERT's vocab.txt) as the tokenizer.json that says the same: lower case where no token has a capital letter, unless
 * `do_lower_case` of the settings says. Throws `unsupported` where there is no token for unknown words, `empty`, `too-large`.
 */
export function wordPieceOf(
  text: string,
  settings: Readonly<Record<string, unknown>>,
  source: string,
): Record<string, unknown> {
  const words = text.replace(/^\ufeff/, '').split(/\r?\n/);
  while (words.at(-1) === '') words.pop();
  if (words.length === 0) throw new Fault('empty', 'The vocabulary is empty.', { source });
  if (words.length > MOST_WORDS) throw new Fault('too-large', `The vocabulary has ${words.length} tokens.`, { source });
  const ids = new Map(words.map((word, id) => [word, id]));
  const unknown = ['[UNK]', '<unk>'].find(word => ids.has(word));
  if (unknown === undefined)
    throw new Fault('unsupported', 'The vocabulary has no token [UNK] for words that it does not know.', {
      hint: 'A vocabulary is the vocab.txt of a BERT, or a tokenizer.json.',
      source,
    });
  const special = words.filter(word => /^\[[A-Z]+\]$|^<\/?[a-z]+>$/.test(word));
  const asked = settings['do_lower_case'];
  const lowercase =
    typeof asked === 'boolean' ? asked : !words.some(word => !special.includes(word) && /\p{Lu}/u.test(word));
  const around = ids.has('[CLS]') && ids.has('[SEP]');
  const part = (id: string) => ({ SpecialToken: { id, type_id: 0 } });
  const token = (id: string) => [id, { id, ids: [ids.get(id)], tokens: [id] }] as const;
  return {
    added_tokens: special.map(content => ({
      id: ids.get(content),
      content,
      special: true,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
    })),
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: around
      ? {
          type: 'TemplateProcessing',
          single: [part('[CLS]'), { Sequence: { id: 'A', type_id: 0 } }, part('[SEP]')],
          pair: [
            part('[CLS]'),
            { Sequence: { id: 'A', type_id: 0 } },
            part('[SEP]'),
            { Sequence: { id: 'B', type_id: 1 } },
            part('[SEP]'),
          ],
          special_tokens: Object.fromEntries([token('[CLS]'), token('[SEP]')]),
        }
      : null,
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: unknown,
      continuing_subword_prefix: '##',
      max_input_chars_per_word: LONGEST_WORD,
      vocab: Object.fromEntries(ids),
    },
  };
}
