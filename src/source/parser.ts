import { Language, Parser, type Tree } from 'web-tree-sitter';
import type { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';

export type GrammarName = 'python' | 'javascript' | 'typescript' | 'tsx';

/** The bytes of the parser and its grammars, wherever they are. */
export interface GrammarBytes {
  readonly parser: () => Uint8Array;
  readonly grammar: (name: GrammarName) => Uint8Array;
}

/** Beyond this a file is no source that a person wrote: it is refused. */
export const LARGEST_SOURCE = 2 ** 21;

/** The grammar for a file, by its ending; `undefined` for files that are not read. */
export function grammarOf(file: string): GrammarName | undefined {
  return GRAMMARS[/\.[a-z]+$/i.exec(file)?.[0].toLowerCase() ?? ''];
}

const GRAMMARS: Readonly<Record<string, GrammarName>> = {
  '.py': 'python',
  '.js': 'javascript',
  '.mjs': 'javascript',
  '.cjs': 'javascript',
  '.jsx': 'javascript',
  '.ts': 'typescript',
  '.mts': 'typescript',
  '.cts': 'typescript',
  '.tsx': 'tsx',
};

/** tree-sitter in WebAssembly. A grammar is loaded when a file first asks for it. */
export class Grammars {
  private readonly parsers = new Map<GrammarName, Promise<Parser>>();
  private started: Promise<void> | undefined;

  constructor(private readonly bytes: GrammarBytes) {}

  /** Loads what a file needs; parsing itself does not wait. */
  async prepare(name: GrammarName): Promise<Parser> {
    this.started ??= Parser.init({ wasmBinary: this.bytes.parser() });
    await this.started;
    let parser = this.parsers.get(name);
    if (!parser) {
      parser = Language.load(this.bytes.grammar(name)).then(language => new Parser().setLanguage(language));
      this.parsers.set(name, parser);
    }
    return parser;
  }
}

/**
 * The tree of a text; with the tree before an edit, only what changed is parsed anew. Throws `cancelled`, and `too-large` for what is no
 * source that a person wrote.
 */
export function parseText(parser: Parser, text: string, before: Tree | null, cancellation: Cancellation): Tree {
  if (text.length > LARGEST_SOURCE) throw new Fault('too-large', 'The source is larger than 2 MB and is not read.');
  const tree = parser.parse(text, before, { progressCallback: () => cancellation.cancelled });
  if (tree === null) {
    parser.reset();
    throw new Fault('cancelled', 'Parsing was cancelled before it finished.');
  }
  return tree;
}
