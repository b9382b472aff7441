import fs from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

export const root = path.join(import.meta.dirname, '..', '..');
export const bundleFile = path.join(root, 'l10n', 'bundle.l10n.json');

/** A source file of the extension host, parsed. */
export interface HostSource {
  readonly file: string;
  readonly tree: ts.SourceFile;
}

export function hostSources(): HostSource[] {
  const folder = path.join(root, 'src', 'host');
  return fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ts'))
    .sort()
    .map(file => {
      const text = fs.readFileSync(path.join(folder, file), 'utf8');
      return {
        file: `src/host/${file.split(path.sep).join('/')}`,
        tree: ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true),
      };
    });
}

/** A message that is translated at run time: the first argument of `l10n.t(…)`, `t(…)` or `context.t(…)`. */
export function messagesOf({ tree }: HostSource): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && calleeName(node) === 't') {
      const [message] = node.arguments;
      if (message && ts.isStringLiteralLike(message)) found.push(message.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

/** Properties and functions of VS Code whose text people read. */
const SHOWN_PROPERTIES = new Set(
  'label description detail title placeholder placeHolder tooltip saveLabel openLabel prompt message hint text note name'.split(
    ' ',
  ),
);
const SHOWN_CALLS = new Set(
  'showInformationMessage showWarningMessage showErrorMessage setStatusBarMessage separator TreeItem'.split(' '),
);

/** Words that reach a person without having been translated, as `file:line: the words`. */
export function untranslated({ file, tree }: HostSource): string[] {
  const found: string[] = [];
  const check = (value: ts.Node | undefined): void => {
    for (const literal of value ? literalsOf(value) : []) {
      // Icons are no words, and neither is punctuation between translated parts.
      if (!/\p{L}/u.test(literal.text.replace(/\$\([^)]*\)/g, ''))) continue;
      const { line } = tree.getLineAndCharacterOfPosition(literal.node.getStart(tree));
      found.push(`${file}:${line + 1}: ${literal.text}`);
    }
  };
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAssignment(node) && SHOWN_PROPERTIES.has(node.name.getText(tree))) check(node.initializer);
    if (
      ts.isBinaryExpression(node) &&
      node.operatorToken.kind === ts.SyntaxKind.EqualsToken &&
      ts.isPropertyAccessExpression(node.left) &&
      SHOWN_PROPERTIES.has(node.left.name.text)
    ) {
      check(node.right);
    }
    if ((ts.isCallExpression(node) || ts.isNewExpression(node)) && SHOWN_CALLS.has(calleeName(node))) {
      node.arguments?.forEach(check);
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

/** The literal text that a value is made of, without what goes through a call of its own. */
function literalsOf(value: ts.Node): { node: ts.Node; text: string }[] {
  if (ts.isStringLiteralLike(value)) return [{ node: value, text: value.text }];
  if (ts.isTemplateExpression(value)) {
    const parts = [value.head, ...value.templateSpans.map(span => span.literal)].map(node => ({
      node,
      text: node.text,
    }));
    return [...parts, ...value.templateSpans.flatMap(span => literalsOf(span.expression))];
  }
  if (ts.isConditionalExpression(value)) return [...literalsOf(value.whenTrue), ...literalsOf(value.whenFalse)];
  if (ts.isBinaryExpression(value)) return [...literalsOf(value.left), ...literalsOf(value.right)];
  if (ts.isParenthesizedExpression(value)) return literalsOf(value.expression);
  return [];
}

function calleeName(node: ts.CallExpression | ts.NewExpression): string {
  const callee = node.expression;
  return ts.isPropertyAccessExpression(callee) ? callee.name.text : ts.isIdentifier(callee) ? callee.text : '';
}

/** `Open` as `⟦Ópéñ⟧`: a language that nobody speaks, so that a string that escaped translation is seen. */
export function pseudo(message: string): string {
  const marks: Record<string, string> = {
    a: 'á',
    e: 'é',
    i: 'í',
    o: 'ó',
    u: 'ú',
    n: 'ñ',
    A: 'Á',
    E: 'É',
    I: 'Í',
    O: 'Ó',
  };
  // Links, places for arguments and icons stay as they are.
  return `⟦${message.replace(/\{\d+\}|\$\([^)]*\)|\]\([^)]*\)|[a-zA-Z]/g, part => marks[part] ?? part)}⟧`;
}

export function pseudoTranslate(message: string, ...args: (string | number)[]): string {
  return pseudo(message).replace(/\{(\d+)\}/g, (whole, index: string) => String(args[Number(index)] ?? whole));
}

/** What the bundle of translations has to hold, in a stable order. */
export function expectedBundle(): Record<string, string> {
  const messages = [...new Set(hostSources().flatMap(messagesOf))].sort((a, b) => (a < b ? -1 : 1));
  return Object.fromEntries(messages.map(message => [message, message]));
}
