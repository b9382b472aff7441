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
  source: ['base'],
  probes: ['base', 'topology', 'models', 'data'],
  analyses: ['base', 'topology', 'models', 'data', 'probes'],
  // Types alone; what it describes lies below.
  protocol: ['base', 'topology', 'models', 'data', 'source', 'probes', 'analyses'],
  engine: ['base', 'topology', 'models', 'data', 'source', 'probes', 'analyses', 'protocol'],
  host: ['base', 'topology', 'models', 'data', 'source', 'probes', 'analyses', 'protocol', 'engine'],
  cli: ['base', 'topology', 'models', 'data', 'probes', 'analyses', 'protocol', 'engine'],
  webview: ['protocol'],
};

/** Code that views get through the protocol: how numbers read is one rule for sentences and pages. */
const sharedCode = new Set(['src/base/numbers.ts']);

/** Layers whose code the extension host does not run: it may know what they give, not how it is made. */
const COMPUTING = new Set(['topology', 'probes', 'models', 'source']);

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
    if (other !== undefined && other !== layer && !allowed.includes(other))
      breaches.push({ place, rule: `${layer} imports ${other}` });
    // The extension host computes nothing: it may know what numbers look like, not how they are made.
    if (layer === 'host' && !typeOnly && COMPUTING.has(other ?? ''))
      breaches.push({ place, rule: `host imports code of ${other}` });
    if (specifier === 'vscode' && layer !== 'host') breaches.push({ place, rule: `${layer} imports vscode` });
    if (isNode(specifier) && !machine.includes(layer)) breaches.push({ place, rule: `${layer} imports ${specifier}` });
    const isShared = target !== undefined && sharedCode.has(target);
    if (layer === 'protocol' && !typeOnly && !isShared && other !== undefined && other !== layer)
      breaches.push({ place, rule: `protocol imports code of ${other}: it is types alone` });
  }
  return breaches;
}

function isNode(specifier: string): boolean {
  return specifier.startsWith('node:');
}

/**
 * An analysis stands alone: the modules whose code the engine's operations call do not reach each other. What two of them
 * share is a task, a contract of types, or a helper that no operation calls. A report takes results.
 */
export function independentAnalyses(sources: readonly Source[]): Breach[] {
  const next = codeImports(sources);
  const called = sources
    .filter(({ file }) => file.startsWith('src/engine/operations/'))
    .flatMap(({ file }) => next.get(file) ?? [])
    .filter(file => layerOf(file) === 'analyses');
  const analyses = new Set(
    called.filter(file => !/\/(?:report|compare)\b/.test(file) && exportsFunctions(sources, file)),
  );
  const breaches: Breach[] = [];
  for (const analysis of analyses) {
    const reached = new Set<string>();
    const enter = (file: string): void => {
      for (const target of next.get(file) ?? []) {
        if (layerOf(target) !== 'analyses' || reached.has(target)) continue;
        reached.add(target);
        if (analyses.has(target)) breaches.push({ place: file, rule: `${analysis} runs ${target}` });
        else enter(target);
      }
    };
    enter(analysis);
  }
  return breaches;
}

/** Module → the modules of ours whose code it imports. */
function codeImports(sources: readonly Source[]): Map<string, string[]> {
  return new Map(
    sources.map(({ file, imports }) => [
      file,
      imports.flatMap(({ target, typeOnly }) => (target === undefined || typeOnly ? [] : [target])),
    ]),
  );
}

/** Shared helpers export constants and small functions too; an analysis answers with a result. */
function exportsFunctions(sources: readonly Source[], file: string): boolean {
  const text = sources.find(source => source.file === file)?.text ?? '';
  return /export (?:async )?function \w+\([^]*?\)[^{;]*Result\b/.test(text);
}

/** No module reaches itself through imports of code. */
export function cycles(sources: readonly Source[]): Breach[] {
  const next = codeImports(sources);
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

function placeOf(source: Source, node: ts.Node): string {
  return `${source.file}:${source.tree.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
}
