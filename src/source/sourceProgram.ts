import type { Tree } from 'web-tree-sitter';
import type { Cancellation } from '../base/cancellation';
import { importCandidates } from './imports';
import { Interpreter, type Files, type ParsedFile } from './interpreter';
import { lowerPython } from './lowerPython';
import { lowerScript } from './lowerScript';
import { networksOf, type SourceNetwork } from './networks';
import { grammarOf, parseText, type Grammars } from './parser';
import { SourceTexts } from './sourceTexts';

/** What a source defines. */
export interface SourceAnalysis {
  readonly networks: readonly SourceNetwork[];
  /** Whether the text is broken somewhere, as it is while somebody types. */
  readonly broken: boolean;
}

/** Files of the machine that imports may mean. */
export interface ReadFiles {
  /** The text of a file; `undefined` where it is not there, too large, or not one that may be read. */
  text(file: string): string | undefined;
  /** Folders that modules are looked for in. */
  readonly roots: readonly string[];
}

interface Held {
  readonly text: string;
  readonly tree: Tree;
  readonly parsed: ParsedFile;
}

const MOST_TREES = 100;
const MOST_IMPORTED = 200;

/**
 * The sources of a workspace: texts of open editors as they are typed, and files that they import. Trees are kept, so that after an edit
 * only what it touched is parsed anew.
 */
export class SourceProgram {
  private readonly trees = new Map<string, Held>();
  readonly texts = new SourceTexts();

  constructor(
    private readonly grammars: Grammars,
    private readonly files: ReadFiles,
  ) {}

  /** The networks that a file defines. Throws `cancelled`, `too-large`. */
  async analyse(file: string, cancellation: Cancellation): Promise<SourceAnalysis> {
    return this.analyseWith(file, new Map(), cancellation);
  }

  /** The same as if some files had other texts: what an edit would make of a network. */
  async analyseWith(
    file: string,
    instead: ReadonlyMap<string, string>,
    cancellation: Cancellation,
  ): Promise<SourceAnalysis> {
    const grammar = grammarOf(file);
    const text = instead.get(file) ?? this.textOf(file);
    if (grammar === undefined || text === undefined) return { networks: [], broken: false };
    // Imported files are of the same language, which one parser covers; TypeScript may import JavaScript.
    await this.grammars.prepare(grammar);
    if (grammar !== 'python')
      for (const other of ['javascript', 'typescript', 'tsx'] as const)
        if (other !== grammar && MENTIONS_FILES.test(text)) await this.grammars.prepare(other);
    const loaded = new Map<string, ParsedFile>();
    const parse = async (name: string): Promise<ParsedFile | undefined> => {
      const known = loaded.get(name);
      if (known) return known;
      const content = instead.get(name) ?? this.textOf(name);
      const language = grammarOf(name);
      if (content === undefined || language === undefined) return undefined;
      const parser = await this.grammars.prepare(language);
      const own = instead.has(name)
        ? { tree: parseText(parser, content, null, cancellation) }
        : this.held(name, content, tree => parseText(parser, content, tree, cancellation));
      const parsed =
        'parsed' in own
          ? own.parsed
          : {
              file: name,
              language: language === 'python' ? ('python' as const) : ('script' as const),
              statements: language === 'python' ? lowerPython(own.tree.rootNode) : lowerScript(own.tree.rootNode),
            };
      if (instead.has(name)) temporary.push(own.tree);
      loaded.set(name, parsed);
      if (name === file) broken = own.tree.rootNode.hasError;
      return parsed;
    };
    const temporary: Tree[] = [];
    let broken = false;
    try {
      const root = await parse(file);
      if (!root) return { networks: [], broken: false };
      await this.follow(root, parse, loaded, instead);
      const files: Files = {
        imported: (module, from) =>
          importCandidates(module, from, this.files.roots)
            .map(candidate => loaded.get(candidate))
            .find(found => found !== undefined),
      };
      return { networks: networksOf(root, new Interpreter(files, cancellation)), broken };
    } finally {
      for (const tree of temporary) tree.delete();
    }
  }

  /** Reads what a file imports, and what that imports, as far as it is there. */
  private async follow(
    root: ParsedFile,
    parse: (file: string) => Promise<ParsedFile | undefined>,
    loaded: ReadonlyMap<string, ParsedFile>,
    instead: ReadonlyMap<string, string>,
  ): Promise<void> {
    const open = [root];
    for (let next = open.pop(); next && loaded.size < MOST_IMPORTED; next = open.pop())
      for (const module of modulesOf(next)) {
        const found = importCandidates(module, next.file, this.files.roots).find(
          candidate => instead.has(candidate) || this.textOf(candidate) !== undefined,
        );
        if (found === undefined || loaded.has(found)) continue;
        const parsed = await parse(found);
        if (parsed) open.push(parsed);
      }
  }

  textOf(file: string): string | undefined {
    return this.texts.get(file) ?? this.files.text(file);
  }

  private held(file: string, text: string, parse: (before: Tree | null) => Tree): Held {
    const before = this.trees.get(file);
    if (before?.text === text) return before;
    // A tree that was not told of what changed would be wrong.
    const usable = before && this.texts.tell(file, before.text, before.tree);
    // What was read of the tree before is of no use once the tree was told.
    this.trees.delete(file);
    let tree: Tree;
    try {
      tree = parse(usable ? before.tree : null);
    } finally {
      before?.tree.delete();
    }
    const isPython = grammarOf(file) === 'python';
    const held: Held = {
      text,
      tree,
      parsed: {
        file,
        language: isPython ? 'python' : 'script',
        statements: isPython ? lowerPython(tree.rootNode) : lowerScript(tree.rootNode),
      },
    };
    this.texts.parsed(file, text);
    this.trees.set(file, held);
    for (const [oldest, { tree: old }] of this.trees) {
      if (this.trees.size <= MOST_TREES) break;
      this.trees.delete(oldest);
      old.delete();
    }
    return held;
  }
}

const MENTIONS_FILES = /['"]\.{1,2}\//;

function modulesOf({ statements }: ParsedFile): readonly string[] {
  const modules = new Set<string>();
  const walk = (list: ParsedFile['statements'], depth: number): void => {
    for (const statement of list) {
      if (statement.kind === 'import')
        for (const { module, member } of statement.imports) {
          modules.add(module);
          if (member !== undefined && member !== '*' && member !== 'default')
            modules.add(module.endsWith('.') ? module + member : `${module}.${member}`);
        }
      else if (depth > 0 && statement.kind === 'if') {
        walk(statement.then, depth - 1);
        walk(statement.otherwise, depth - 1);
      } else if (depth > 0 && statement.kind === 'block') walk(statement.body, depth - 1);
    }
  };
  walk(statements, 3);
  return [...modules];
}
