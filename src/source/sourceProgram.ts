import type { Parser, Tree } from 'web-tree-sitter';
import type { Cancellation } from '../base/cancellation';
import { importCandidates } from './imports';
import { Interpreter, type Files, type ParsedFile } from './interpreter';
import { lowerPython } from './lowerPython';
import { lowerScript } from './lowerScript';
import { moduleClasses, type ModuleClass } from './moduleClasses';
import { networksOf, type SourceNetwork } from './networks';
import { grammarOf, LARGEST_SOURCE, parseText, type GrammarName, type Grammars } from './parser';
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
  analyse(file: string, cancellation: Cancellation): Promise<SourceAnalysis> {
    return this.analyseWith(file, new Map(), cancellation);
  }

  /** The same as if some files had other texts: what an edit would make of a network. */
  async analyseWith(
    file: string,
    instead: ReadonlyMap<string, string>,
    cancellation: Cancellation,
  ): Promise<SourceAnalysis> {
    const loading = new Loading(this, instead, cancellation);
    try {
      const root = await loading.load(file);
      if (!root) return { networks: [], broken: false };
      return { networks: networksOf(root.parsed, loading.interpreter()), broken: root.tree.rootNode.hasError };
    } finally {
      loading.dispose();
    }
  }

  /** The classes of a Python file that look like networks of PyTorch; none where it is not there or too large. */
  async classes(file: string, cancellation: Cancellation): Promise<readonly ModuleClass[]> {
    const text = this.textOf(file);
    if (text === undefined || text.length > LARGEST_SOURCE) return [];
    const loading = new Loading(this, new Map(), cancellation);
    try {
      const root = await loading.load(file);
      return root ? moduleClasses(root.parsed, text, loading.interpreter()) : [];
    } finally {
      loading.dispose();
    }
  }

  textOf(file: string): string | undefined {
    return this.texts.get(file) ?? this.files.text(file);
  }

  get roots(): readonly string[] {
    return this.files.roots;
  }

  parser(name: GrammarName): Promise<Parser> {
    return this.grammars.prepare(name);
  }

  /** The tree of a file's text: the one that is kept, or what parsing makes of that. */
  held(file: string, text: string, parse: (before: Tree | null) => Tree): Held {
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
    const held = lowered(file, text, tree);
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

/** One reading of a file and of what it imports, as if some files had other texts. */
class Loading {
  private readonly loaded = new Map<string, Held>();
  private readonly temporary: Tree[] = [];

  constructor(
    private readonly program: SourceProgram,
    private readonly instead: ReadonlyMap<string, string>,
    private readonly cancellation: Cancellation,
  ) {}

  /** Reads a file, what it imports, and what that imports, as far as it is there. */
  async load(file: string): Promise<Held | undefined> {
    const root = await this.parse(file);
    const open = root ? [root.parsed] : [];
    for (let next = open.pop(); next && this.loaded.size < MOST_IMPORTED; next = open.pop())
      for (const module of modulesOf(next)) {
        const found = importCandidates(module, next.file, this.program.roots).find(
          candidate => this.textOf(candidate) !== undefined,
        );
        if (found === undefined || this.loaded.has(found)) continue;
        const held = await this.parse(found);
        if (held) open.push(held.parsed);
      }
    return root;
  }

  interpreter(): Interpreter {
    const files: Files = {
      imported: (module, from) =>
        importCandidates(module, from, this.program.roots)
          .map(candidate => this.loaded.get(candidate)?.parsed)
          .find(found => found !== undefined),
    };
    return new Interpreter(files, this.cancellation);
  }

  dispose(): void {
    for (const tree of this.temporary) tree.delete();
  }

  private textOf(file: string): string | undefined {
    return this.instead.get(file) ?? this.program.textOf(file);
  }

  private async parse(file: string): Promise<Held | undefined> {
    const text = this.textOf(file);
    const grammar = grammarOf(file);
    if (text === undefined || grammar === undefined) return undefined;
    const parser = await this.program.parser(grammar);
    const parse = (before: Tree | null) => parseText(parser, text, before, this.cancellation);
    let held: Held;
    if (this.instead.has(file)) {
      held = lowered(file, text, parse(null));
      this.temporary.push(held.tree);
    } else held = this.program.held(file, text, parse);
    this.loaded.set(file, held);
    return held;
  }
}

function lowered(file: string, text: string, tree: Tree): Held {
  const isPython = grammarOf(file) === 'python';
  const statements = isPython ? lowerPython(tree.rootNode) : lowerScript(tree.rootNode);
  return { text, tree, parsed: { file, language: isPython ? 'python' : 'script', statements } };
}

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
