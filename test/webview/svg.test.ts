import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import type { LayerTopology } from '../../src/protocol/results';
import { barcodePlot } from '../../webview/plots/barcode';
import { bettiPlot } from '../../webview/plots/bettiCurves';
import { diagramPlot } from '../../webview/plots/diagram';
import type { Scene } from '../../webview/plots/scene';
import { scatterPlot } from '../../webview/plots/scatter';
import { fixedInk } from '../../webview/render/ink';
import { escapeXml, sceneToSvg } from '../../webview/render/svg';
import { makeHead, makeLayer, SIZES } from './fixtures';

/**
 * The gallery: each plot at each size, as text beside this file, so that a change of a plot is seen in its review. Run with
 * UPDATE_GALLERY=1 to draw it anew.
 */
const folder = path.join(process.cwd(), 'test', 'webview', 'gallery');

const LIGHT = fixedInk(
  {
    foreground: '#1f1f1f',
    muted: '#5c5c5c',
    grid: '#e4e4e4',
    background: '#ffffff',
    h0: '#1a76d2',
    h1: '#c2640c',
    h2: '#652d90',
    accent: '#d0310f',
    other: '#8a8a8a',
    ...Object.fromEntries(
      [
        '#3f90da',
        '#ff9d1a',
        '#bd1f01',
        '#94a4a2',
        '#832db6',
        '#a96b59',
        '#e76300',
        '#b0a25c',
        '#717581',
        '#5fc4d0',
      ].map((color, i) => [`class${i}`, color]),
    ),
  },
  { pale: '0.42', wash: '0.2', mist: '0.08' },
);

const size = { width: 320, height: 220 };
const options = { order: 'birth', dimensions: [true, true, true] } as const;
const PLOTS: Readonly<Record<string, (layer: LayerTopology) => Scene>> = {
  barcode: layer => barcodePlot(layer, size, options).scene,
  diagram: layer => diagramPlot(layer, size, options).scene,
  betti: layer => bettiPlot(layer, size, options).scene,
  scatter: layer => scatterPlot(layer, makeHead({ points: Math.max(1, layer.points) }), size).scene,
};

describe('the gallery', () => {
  for (const [plot, draw] of Object.entries(PLOTS)) {
    for (const name of ['empty', 'one', 'many'] as const) {
      it(`has ${plot} with ${name} bars as it was`, () => {
        const drawn = sceneToSvg(draw(SIZES[name]), LIGHT);
        const file = path.join(folder, `${plot}-${name}.svg`);
        if (process.env['UPDATE_GALLERY'] !== undefined) {
          fs.mkdirSync(folder, { recursive: true });
          fs.writeFileSync(file, drawn);
        }
        assert.equal(drawn, fs.readFileSync(file, 'utf8'));
      });
    }
  }
});

describe('SVG text', () => {
  it('escapes strangers’ names', () => {
    const layer = makeLayer({ name: '<img src=x onerror=alert(1)>&"', points: 5, loops: 1 });
    const text = sceneToSvg(PLOTS['barcode']!(layer), LIGHT);
    assert.doesNotMatch(text, /<img/);
    assert.match(text, /&lt;img src=x onerror=alert\(1\)&gt;&amp;&quot;/);
  });

  it('leaves out characters that XML does not have', () => {
    assert.equal(escapeXml('a\u0000b\u000bc\ttab'), 'abc\ttab');
  });
});
