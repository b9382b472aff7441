import ts from 'typescript';
import { visit, type Source } from './sources';

/** A rule that a module breaks: where, and what. */
export interface Breach {
  readonly place: string;
  readonly rule: string;
}

/** Layer → the layers that it may import besides itself. */
const layers: Readonly<Record<string, readonly string[]>> = {
  base: [],
  topology: ['base'],
  models: ['base'],
  data: ['base'],
  probes: ['base', 'topology', 'models', 'data'],
  analyses: ['base', 'topology', 'models', 'data', 'probes'],
  // Types alone; what it describes lies below.
  protocol: ['base', 'topology', 'models', 'data', 'probes', 'analyses'],
  engine: ['base', 'topology', 'models', 'data', 'probes', 'analyses', 'protocol'],
  host: ['engine', 'protocol', 'base'],
  cli: ['engine', 'protocol', 'base'],
  webview: ['protocol'],
};

/** The layers that may touch the machine. */
const machine = ['cli', 'engine', 'probes', 'host'];

/** The layer of a module: `src/topology/rips.ts` is in `topology`, `webview/…` in `webview`. */
export function layerOf(file: string): string {
  const [first = '', second = ''] = file.split('/');
  return first === 'src' ? second : first;
}

/** Nothing but the layers below, and only the host knows VS Code. */
export function layering(source: Source): Breach[] {
  const layer = layerOf(source.file);
  const allowed = layers[layer];
  if (!allowed) return [{ place: source.file, rule: `${layer} is not a layer` }];
  const breaches: Breach[] = [];
  for (const { specifier, typeOnly, target, line } of source.imports) {
    const place = `${source.file}:${line}`;
    const other = target === undefined ? undefined : layerOf(target);
    if (other !== undefined && other !== layer && !allowed.includes(other)) {
      // Types of the layers below reach everyone above them; only code is bound to the next layer down.
      const below = typeOnly && (layer === 'host' || layer === 'cli') && (layers.engine ?? []).includes(other);
      if (!below) breaches.push({ place, rule: `${layer} imports ${other}` });
    }
    if (specifier === 'vscode' && layer !== 'host') breaches.push({ place, rule: `${layer} imports vscode` });
    if (isNode(specifier) && !machine.includes(layer)) breaches.push({ place, rule: `${layer} imports ${specifier}` });
    if (layer === 'protocol' && !typeOnly && other !== undefined && other !== layer)
      breaches.push({ place, rule: `protocol imports code of ${other}: it is types alone` });
  }
  return breaches;
}

function isNode(specifier: string): boolean {
  return specifier.startsWith('node:');
}

/**
 * An analysis stands alone: what it shares with another is a contract (types) or lies in a layer below. A file that
 * another imports code from must itself import no analysis's code, so that the shared part is a leaf.
 */
export function independentAnalyses(sources: readonly Source[]): Breach[] {
  const analyses = sources.filter(source => layerOf(source.file) === 'analyses');
  const byFile = new Map(analyses.map(source => [source.file, source]));
  const breaches: Breach[] = [];
  for (const source of analyses) {
    for (const { target, typeOnly, line } of source.imports) {
      const other = target === undefined ? undefined : byFile.get(target);
      if (!other || typeOnly || folderOf(other.file) === folderOf(source.file)) continue;
      if (isRegistry(source.file)) continue;
      breaches.push({ place: `${source.file}:${line}`, rule: `one analysis runs another: ${other.file}` });
    }
  }
  return breaches;
}

/** `src/analyses/inspect/points.ts` and `src/analyses/inspect.ts` belong to the analysis `inspect`. */
function folderOf(file: string): string {
  return (file.split('/')[2] ?? '').replace(/\.ts$/, '');
}

function isRegistry(file: string): boolean {
  return /^src\/analyses\/(index|registry|operations|tasks|taskTable|implementations)\.ts$/.test(file);
}

/** No module reaches itself through imports of code. */
export function cycles(sources: readonly Source[]): Breach[] {
  const next = new Map(
    sources.map(({ file, imports }) => [
      file,
      imports.flatMap(({ target, typeOnly }) => (target === undefined || typeOnly ? [] : [target])),
    ]),
  );
  const state = new Map<string, 'open' | 'done'>();
  const breaches: Breach[] = [];
  const enter = (file: string, trail: readonly string[]): void => {
    if (state.get(file) === 'done') return;
    if (state.get(file) === 'open') {
      breaches.push({ place: file, rule: `a circle: ${[...trail.slice(trail.indexOf(file)), file].join(' → ')}` });
      return;
    }
    state.set(file, 'open');
    for (const target of next.get(file) ?? []) enter(target, [...trail, file]);
    state.set(file, 'done');
  };
  for (const { file } of sources) enter(file, []);
  return breaches;
}

/** Names by which a module would reach the clock, the screen, the console, chance or the process. */
const impure = new Set(
  (
    'Date performance console document window navigator process Buffer setTimeout setInterval setImmediate fetch ' +
    'requestAnimationFrame localStorage XMLHttpRequest Worker globalThis crypto'
  ).split(' '),
);

/** Mathematics alone: the same input gives the same output, on every machine, at every time. */
export function purity(source: Source): Breach[] {
  const breaches: Breach[] = [];
  visit(source.tree, node => {
    if (!ts.isIdentifier(node)) return;
    const breach = (name: string): number =>
      breaches.push({ place: placeOf(source, node), rule: `${layerOf(source.file)} uses ${name}` });
    if (impure.has(node.text) && isReference(node)) breach(node.text);
    if (node.text === 'random' && ts.isPropertyAccessExpression(node.parent) && isMath(node.parent.expression))
      breach('Math.random');
  });
  return breaches;
}

/** Only the command line reads its arguments; everyone else is told. */
export function processArguments(source: Source): Breach[] {
  const breaches: Breach[] = [];
  visit(source.tree, node => {
    const reads = ts.isPropertyAccessExpression(node) && node.name.text === 'argv';
    if (reads && layerOf(source.file) !== 'cli')
      breaches.push({ place: placeOf(source, node), rule: 'only the command line reads process.argv' });
  });
  return breaches;
}

/** No way round the compiler or the linter. */
export function typeEscapes(source: Source): Breach[] {
  const breaches: Breach[] = [];
  visit(source.tree, node => {
    if (node.kind === ts.SyntaxKind.AnyKeyword) breaches.push({ place: placeOf(source, node), rule: 'any' });
    if (ts.isAsExpression(node) && ts.isAsExpression(node.expression) && isUnknown(node.expression.type))
      breaches.push({ place: placeOf(source, node), rule: 'a cast through unknown' });
  });
  const remarks = /@ts-(?:ignore|nocheck|expect-error)|eslint-disable/g;
  for (const match of source.text.matchAll(remarks)) {
    const line = source.tree.getLineAndCharacterOfPosition(match.index).line + 1;
    breaches.push({ place: `${source.file}:${line}`, rule: match[0] });
  }
  return breaches;
}

function isReference(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  return !ts.isPropertyAssignment(parent) && !ts.isPropertySignature(parent) && !ts.isPropertyDeclaration(parent);
}

function isMath(node: ts.Expression): boolean {
  return ts.isIdentifier(node) && node.text === 'Math';
}

function isUnknown(node: ts.TypeNode): boolean {
  return node.kind === ts.SyntaxKind.UnknownKeyword;
}

function placeOf(source: Source, node: ts.Node): string {
  return `${source.file}:${source.tree.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
}
