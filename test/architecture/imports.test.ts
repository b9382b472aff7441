import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cycles, independentAnalyses, layering, layerOf, processArguments, purity, typeEscapes } from './rules';
import type { Breach } from './rules';
import { parseSource, readSources } from './sources';

const sources = readSources('src', 'webview');
const listed = (breaches: readonly Breach[]): string[] => breaches.map(({ place, rule }) => `${place}: ${rule}`);

describe('the layers of the sources', () => {
  it('are all there', () => {
    const present = new Set(sources.map(({ file }) => layerOf(file)));
    for (const layer of 'base topology models data source probes analyses protocol engine host cli webview'.split(' '))
      assert.ok(present.has(layer), `${layer} is empty`);
  });

  it('import only what is below them', () => {
    assert.deepEqual(listed(sources.flatMap(layering)), []);
  });

  it('have no circles of code', () => {
    assert.deepEqual(listed(cycles(sources)), []);
  });

  it('read the arguments of the process in the command line alone', () => {
    assert.deepEqual(listed(sources.flatMap(processArguments)), []);
  });

  it('keep clock, screen and chance out of the mathematics', () => {
    assert.deepEqual(listed(sources.filter(({ file }) => layerOf(file) === 'topology').flatMap(purity)), []);
  });

  it('keep one analysis from running another', () => {
    assert.deepEqual(listed(independentAnalyses(sources)), []);
  });

  it('have no way round the types or the linter', () => {
    assert.deepEqual(listed(sources.flatMap(typeEscapes)), []);
  });
});

describe('the rules themselves', () => {
  const breaks = (rule: (source: ReturnType<typeof parseSource>) => readonly Breach[], file: string, text: string) =>
    rule(parseSource(file, text)).length > 0;

  it('see every way to import', () => {
    for (const text of [
      "import { x } from '../engine/x';",
      "import x from '../engine/x';",
      "import '../engine/x';",
      "export * from '../engine/x';",
      "export { x } from '../engine/x';",
      "const x = await import('../engine/x');",
      "const x = require('../engine/x');",
      "let x: import('../engine/x').X;",
      "import type { X } from '../engine/x';",
    ])
      assert.ok(breaks(layering, 'src/topology/t.ts', text), text);
    assert.ok(!breaks(layering, 'src/topology/t.ts', "import { x } from '../base/x';"));
  });

  it('keep VS Code in the host and Node out of the pure layers', () => {
    assert.ok(breaks(layering, 'src/engine/e.ts', "import * as vscode from 'vscode';"));
    assert.ok(!breaks(layering, 'src/host/h.ts', "import * as vscode from 'vscode';"));
    assert.ok(breaks(layering, 'src/models/m.ts', "import fs from 'node:fs';"));
    assert.ok(!breaks(layering, 'src/engine/e.ts', "import fs from 'node:fs';"));
  });

  it('let a view see types of the protocol and nothing else', () => {
    assert.ok(breaks(layering, 'webview/v.ts', "import type { X } from '../src/topology/x';"));
    assert.ok(!breaks(layering, 'webview/v.ts', "import type { X } from '../src/protocol/panel';"));
    assert.ok(breaks(layering, 'src/protocol/p.ts', "import { x } from '../base/fault';"));
  });

  it('see chance, clock and console', () => {
    for (const text of ['Math.random()', 'Date.now()', 'new Date()', 'performance.now()', 'console.log(1)'])
      assert.ok(breaks(purity, 'src/topology/t.ts', text), text);
    assert.ok(!breaks(purity, 'src/topology/t.ts', 'interface Death { process: number } random.next()'));
  });

  it('see a circle', () => {
    const a = parseSource('src/base/array.ts', "import { b } from './bytes';");
    const b = parseSource('src/base/bytes.ts', "import { a } from './array';");
    assert.equal(cycles([a, b]).length, 1);
  });

  it('see any and a silenced linter', () => {
    for (const text of ['let x: any;', '// @ts-ignore', '/* eslint-disable */'])
      assert.ok(breaks(typeEscapes, 'src/base/b.ts', text), text);
    assert.ok(!breaks(typeEscapes, 'src/base/b.ts', 'const anyone = many; // any is a word'));
  });
});
