import { Tokenizer as LibraryTokenizer } from '@huggingface/tokenizers';
import type { ByteSource } from '../../base/bytes';
import { Fault } from '../../base/fault';
import { formatCount, formatQuantity } from '../../base/numbers';
import { quoted } from '../../base/text';
import { dangerousPattern, knownPatterns } from './patternSafety';
import { wordPieceOf } from './wordPiece';

/** Turns texts into token ids. */
export interface Tokenizer {
  /** The file that it was read from, without its folder. */
  readonly name: string;
  /** What fills up shorter texts. */
  readonly padding: number;
  /** Most tokens of a text, as the files beside it say; `undefined` where none does. */
  readonly longest: number | undefined;
  /** Ids of a text with the special tokens around it, at most `most`: cut at the end of the text, before the special tokens. */
  encode(text: string, most?: number): { readonly ids: readonly number[]; readonly cut: boolean };
  /** How the vocabulary writes a token: `##s`, `Ġthe`. */
  tokenOf(id: number): string | undefined;
}

/** Where a tokenizer is to be had. */
export interface TokenizerChoice {
  /** Whether it was named, rather than found beside the model. */
  readonly given: boolean;
  /** `undefined` where there is none. Throws as `openTokenizer`. */
  open(): Tokenizer | undefined;
  /** What the files beside the model say, without the tokenizer itself. */
  facts(): TextFacts;
}

export interface TextFacts {
  readonly padding: number | undefined;
  readonly longest: number | undefined;
}

/** The files of a tokenizer: the first is needed, the others say more where they are there. */
export interface TokenizerFiles {
  /** tokenizer.json, or the vocab.txt of a WordPiece. */
  readonly vocabulary: ByteSource;
  /** tokenizer_config.json. */
  readonly settings: ByteSource | undefined;
  /** config.json of the network. */
  readonly network: ByteSource | undefined;
}

const KINDS = ['WordPiece', 'BPE', 'Unigram'];
const LARGEST_FILE = 128 * 2 ** 20;
const LONGEST_TEXT = 2 ** 16;
/** transformers writes 10³⁰ where there is no limit. */
const NO_LIMIT = 1e6;

/**
 * Opens a tokenizer of the Hugging Face format (through their JavaScript library), or a WordPiece of a plain vocabulary. Nothing in the files is run; patterns
 * that a text could keep busy for ever are refused. Throws `corrupt`, `unsupported`, `unsafe`, `too-large`.
 */
export function openTokenizer({ vocabulary, settings, network }: TokenizerFiles): Tokenizer {
  const source = vocabulary.name;
  const config = settings === undefined ? {} : readJson(settings);
  const text = readText(vocabulary);
  const described = /^\s*\{/.test(text) ? parseJson(text, source) : wordPieceOf(text, config, source);
  const { model } = described;
  const kind = typeof model === 'object' && model !== null ? (model as Json)['type'] : undefined;
  // The library takes what it does not know for something else.
  if (typeof kind !== 'string' || !KINDS.includes(kind))
    throw new Fault(
      'unsupported',
      `The tokenizer is ${typeof kind === 'string' ? `a ${quoted(kind)}` : 'of no kind'}; ${KINDS.join(', ')} are read.`,
      {
        hint: 'Tokenize the texts yourself, and give input_ids.',
        source,
      },
    );
  if (!knownPatterns(described))
    throw new Fault('unsupported', 'The tokenizer has a pattern that is neither a text nor a regular expression.', {
      hint: 'Tokenize the texts yourself, and give input_ids.',
      source,
    });
  const pattern = dangerousPattern(described);
  if (pattern !== undefined)
    throw new Fault('unsafe', `The tokenizer has a pattern that can take for ever: ${pattern}.`, {
      hint: 'Tokenize the texts yourself, and give input_ids.',
      source,
    });
  const library = guarded(source, 'is not read', () => new LibraryTokenizer(described, config));
  const encode = (sentence: string) =>
    guarded(source, 'cannot read a text', () => library.encode(sentence).ids.map(Number));
  const special = encode('');
  const facts = textFacts(settings, network);
  return {
    name: source.slice(Math.max(source.lastIndexOf('/'), source.lastIndexOf('\\')) + 1),
    padding: paddingOf(library, config) ?? facts.padding ?? 0,
    longest: facts.longest,
    tokenOf: id => library.id_to_token(id),
    encode(sentence, most = Infinity) {
      if (sentence.length > LONGEST_TEXT)
        throw new Fault('too-large', `A text has ${sentence.length} characters; up to ${LONGEST_TEXT} are tokenized.`, {
          hint: 'Cut it into shorter ones.',
        });
      const ids = encode(sentence);
      return ids.length <= most ? { ids, cut: false } : { ids: cut(ids, special, most), cut: true };
    },
  };
}

/** What tokenizer_config.json and the network's config.json say of texts. Throws `corrupt` for files that are no JSON. */
export function textFacts(settings: ByteSource | undefined, network: ByteSource | undefined): TextFacts {
  const config = settings === undefined ? {} : readJson(settings);
  const facts = network === undefined ? {} : readJson(network);
  const limits = [config['model_max_length'], facts['max_position_embeddings'], facts['n_positions']];
  const known = limits.filter(limit => typeof limit === 'number' && limit > 0 && limit < NO_LIMIT) as number[];
  const padding = facts['pad_token_id'];
  return {
    padding: typeof padding === 'number' && Number.isSafeInteger(padding) && padding >= 0 ? padding : undefined,
    longest: known.length === 0 ? undefined : Math.min(...known),
  };
}

/** What follows the text is kept: a text that is too long loses its own end. */
function cut(ids: readonly number[], special: readonly number[], most: number): readonly number[] {
  for (let after = special.length; after >= 0; after--) {
    const before = special.length - after;
    const matches =
      special.slice(before).every((id, i) => ids[ids.length - after + i] === id) &&
      special.slice(0, before).every((id, i) => ids[i] === id);
    if (matches && after < most) return [...ids.slice(0, most - after), ...special.slice(before)];
  }
  return ids.slice(0, most);
}

type Json = Readonly<Record<string, unknown>>;

function paddingOf(library: LibraryTokenizer, config: Json): number | undefined {
  const token = config['pad_token'];
  const named = typeof token === 'object' && token !== null ? (token as Json)['content'] : token;
  for (const candidate of [named, '[PAD]', '<pad>']) {
    const id = typeof candidate === 'string' ? library.token_to_id(candidate) : undefined;
    if (id !== undefined) return Number(id);
  }
  return undefined;
}

/** What the library throws is the file's fault: it was made for files of its own kind. */
function guarded<T>(source: string, what: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    // What the library says of a kind that it does not know is worth repeating; that it stumbled is not.
    const said = cause instanceof Error && !(cause instanceof TypeError) ? cause.message.split('\n')[0]! : '';
    const reason =
      said === '' || /undefined|\[object/.test(said) ? 'it is of another form than it must be' : quoted(said, 120);
    throw new Fault('unsupported', `The tokenizer ${what} (${reason}).`, {
      hint: 'Tokenize the texts yourself, and give input_ids.',
      source,
      cause,
    });
  }
}

function readJson(source: ByteSource): Json {
  return parseJson(readText(source), source.name);
}

function parseJson(text: string, source: string): Json {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Fault('corrupt', 'The file is not sound JSON.', { source, cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Fault('corrupt', 'The file is JSON, but not an object.', { source });
  return value as Json;
}

function readText(source: ByteSource): string {
  if (source.size > LARGEST_FILE)
    throw new Fault(
      'too-large',
      `The file has ${formatQuantity(source.size, 'byte')}; up to ${formatCount(LARGEST_FILE)} are read.`,
      {
        source: source.name,
      },
    );
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(source.read(0, source.size));
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    throw new Fault('corrupt', 'The text is not UTF-8.', { source: source.name, cause });
  }
}
