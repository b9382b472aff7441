import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import vm from 'node:vm';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../e2e/browser';
import { libraryExamples } from './libraryExamples';

const bundle = path.resolve(import.meta.dirname, '..', '..', 'dist', 'topology', 'index.mjs');

/**
 * What one engine after another makes of the same numbers, every bit of them: run as text in the page and here. Coordinates are fractions of whole numbers, since sine and
 * cosine may differ in their last bit between browsers.
 */
const PROBE = `library => {
  let state = 1;
  const random = () => (state = (state * 16807) % 2147483647) / 2147483647;
  const values = Float64Array.from({ length: 450 }, random);
  const cloud = { count: 150, width: 3, values };
  const distances = library.distanceMatrix(cloud, 'euclidean');
  const first = library.rips(distances, { maxDimension: 2, cycles: true, cocycles: true });
  const second = library.rips(library.distanceMatrix(cloud, 'manhattan'), { maxDimension: 1, coefficients: 3, cycles: true });
  const grid = library.cubicalPersistence([20, 20], Float64Array.from({ length: 400 }, random), { construction: 'vertex' });
  const points = ({ diagram }) => {
    const [from, to] = library.rangeOfDimension(diagram, 1);
    return { birth: diagram.birth.subarray(from, to), death: diagram.death.subarray(from, to) };
  };
  const matched = library.bottleneckDistance(points(first), points(second));
  const sparse = library.sparseRips(distances, { seed: 1, epsilon: 1, maxDimension: 1 });
  const graph = library.mapper(cloud, library.mapperLens(cloud, 'column', 0), {
    intervals: 6, overlap: 0.3, clustering: 'dbscan', radius: 0.2, minimumPoints: 3,
  });
  const plain = (key, value) => {
    if (ArrayBuffer.isView(value)) return Array.from(value, String);
    return typeof value === 'number' ? String(value) : value;
  };
  return JSON.stringify({ first, second, grid, matched, sparse, graph }, plain);
}`;

describe('the library in a browser', () => {
  let browser: Browser;
  let page: Page;
  before(async () => {
    browser = await launchBrowser();
    page = await browser.newPage();
    // An address that leads nowhere: what is asked of it is answered here.
    await page.route('https://page.invalid/**', route =>
      route.request().url().endsWith('.mjs')
        ? route.fulfill({ contentType: 'text/javascript', body: fs.readFileSync(bundle, 'utf8') })
        : route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>page</title>' }),
    );
    await page.goto('https://page.invalid/');
  });
  after(() => browser.close());

  it('computes the same bits as in Node: Rips, cubical, bottleneck, sparse Rips and Mapper', async () => {
    const library: unknown = await import(pathToFileURL(bundle).href);
    const here = vm.runInThisContext(PROBE) as (library: unknown) => string;
    const expected = here(library);
    assert.ok(expected.length > 10_000);
    const found = await page.evaluate<string>(`import('/index.mjs').then(${PROBE})`);
    assert.equal(found, expected);
  });

  for (const { title, code, printed } of libraryExamples)
    it(`runs the example: ${title}`, async () => {
      const lines: string[] = [];
      const listen = (message: { text(): string }) => lines.push(message.text());
      page.on('console', listen);
      const dynamic = code.replace(/import (\{[^}]*\}) from '[^']*'/g, "const $1 = await import('/index.mjs')");
      await page.evaluate(`(async () => {${dynamic}})()`);
      page.off('console', listen);
      assert.deepEqual(lines, printed);
    });
});
