import fs from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/** The repository's root. */
export const root = path.resolve(__dirname, '..', '..');

/** One module of ours and what it imports. */
export interface Source {
  /** From the root, with forward slashes: `src/topology/rips.ts`. */
  readonly file: string;
  readonly text: string;
  readonly tree: ts.SourceFile;
  readonly imports: readonly Import[];
}

export interface Import {
  /** As written: `../base/fault`, `node:fs`, `vscode`. */
  readonly specifier: string;
  /** Whether it vanishes when compiled. */
  readonly typeOnly: boolean;
  /** The module of ours that it names, if it is one of ours. */
  readonly target: string | undefined;
  readonly line: number;
}

/** All modules under folders of the repository, in the order of their names. */
export function readSources(...folders: readonly string[]): Source[] {
  return folders.flatMap(folder => walk(folder)).map(readSource);
}

function walk(folder: string): string[] {
  return fs
    .readdirSync(path.join(root, folder), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(entry => {
      const inner = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return walk(inner);
      return /(?<!\.d)\.ts$/.test(entry.name) ? [inner] : [];
    });
}

function readSource(file: string): Source {
  const text = fs.readFileSync(path.join(root, file), 'utf8');
  return parseSource(file, text);
}

/** A module from its text, as if it lay at `file`. */
export function parseSource(file: string, text: string): Source {
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, true);
  const imports: Import[] = [];
  visit(tree, node => {
    const found = importOf(node);
    if (!found) return;
    const { specifier, typeOnly } = found;
    const line = tree.getLineAndCharacterOfPosition(node.getStart()).line + 1;
    imports.push({ specifier, typeOnly, target: resolve(file, specifier), line });
  });
  return { file, text, tree, imports };
}

/** Calls `look` with a node and everything in it. */
export function visit(node: ts.Node, look: (node: ts.Node) => void): void {
  look(node);
  node.forEachChild(child => visit(child, look));
}

/** What a node imports: `import`, `export … from`, `import()`, `require()`, `import('…').Type`. */
function importOf(node: ts.Node): { specifier: string; typeOnly: boolean } | undefined {
  if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
    const clause = node.importClause;
    return { specifier: node.moduleSpecifier.text, typeOnly: clause !== undefined && isTypeOnlyClause(clause) };
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) {
    const names = node.exportClause && ts.isNamedExports(node.exportClause) ? node.exportClause.elements : undefined;
    const typeOnly = node.isTypeOnly || (names !== undefined && names.every(name => name.isTypeOnly));
    return { specifier: node.moduleSpecifier.text, typeOnly };
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) && ts.isStringLiteral(node.argument.literal)) {
    return { specifier: node.argument.literal.text, typeOnly: true };
  }
  if (ts.isCallExpression(node)) {
    const [first] = node.arguments;
    const called =
      node.expression.kind === ts.SyntaxKind.ImportKeyword ||
      (ts.isIdentifier(node.expression) && node.expression.text === 'require');
    if (called && first && ts.isStringLiteral(first)) return { specifier: first.text, typeOnly: false };
  }
  return undefined;
}

function isTypeOnlyClause(clause: ts.ImportClause): boolean {
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  if (clause.name || !clause.namedBindings || !ts.isNamedImports(clause.namedBindings)) return false;
  return clause.namedBindings.elements.every(name => name.isTypeOnly);
}

function resolve(file: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  const target = path.posix.join(path.posix.dirname(file), specifier).replace(/\.[cm]?[jt]s$/, '');
  const candidates = [`${target}.ts`, `${target}/index.ts`];
  return candidates.find(candidate => fs.existsSync(path.join(root, candidate))) ?? `${target}.ts`;
}
