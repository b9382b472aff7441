import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { english } from '../../src/host/base/translate';
import { describeWords } from '../../src/host/describe/words';
import type { DescribeResult, DescribeToView } from '../../src/protocol/describe';
import { launchBrowser } from '../e2e/browser';
import { checkAccessible, checkFits } from './checks';
import { THEMES, type ThemeName } from './themes';
import { openView, type ViewOptions, type ViewPage } from './viewPage';

/** The page that describes a model, as a browser draws it. */

const model: DescribeResult = {
  format: 'onnx',
  producer: 'pytorch 2.4.0',
  details: [
    { name: 'opset', value: '17' },
    { name: 'opset ai.onnx.ml', value: '3' },
    { name: 'IR version', value: '8' },
    { name: 'graph', value: 'main_graph' },
    { name: 'trainedOn', value: 'digits <b>v2</b>', metadata: true },
  ],
  inputs: [{ name: 'x', shape: [null, 64], type: 'float32' }],
  outputs: [{ name: 'logits', shape: [null, 10], type: 'float32' }],
  parameters: 18_986,
  layers: Array.from({ length: 12 }, (_, i) => ({
    name: `fc${i}`,
    op: 'Gemm',
    outputShape: [null, 128],
    parameters: 1234,
    weights: [{ name: `fc${i}.weight`, shape: [128, 64], type: 'float32' as const, trained: true }],
    output: `fc${i}`,
    inputs: [],
  })),
  classNames: undefined,
  unsupported: [],
  warnings: [{ code: 'not-finite', message: 'fc1.weight holds 3 NaN, in row 2.' }],
  provenance: { version: '1.0.0', parameters: {}, seed: 0 },
};
const messages: readonly DescribeToView[] = [
  { type: 'words', words: describeWords(english) },
  { type: 'model', name: 'digits.onnx', sizeBytes: 76_885, model },
];

let browser: Browser;
before(async () => {
  browser = await launchBrowser();
});
after(async () => {
  await browser.close();
});

async function withPage(options: ViewOptions, use: (view: ViewPage) => Promise<void>): Promise<void> {
  const view = await openView(browser, { ...options, view: 'describe' });
  try {
    await view.deliver(...messages);
    await use(view);
    assert.deepEqual(view.problems, []);
  } finally {
    await view.close();
  }
}

describe('the page that describes a model', () => {
  it('writes every term of ours in one way, and keys of the file as they are', async () => {
    await withPage({}, async ({ page }) => {
      const terms = await page.locator('.facts dt').allInnerTexts();
      assert.ok(terms.includes('Opset') && terms.includes('IR version') && terms.includes('Graph'), terms.join());
      assert.deepEqual(
        terms.filter(term => !/^\p{Lu}/u.test(term)),
        [],
      );
      await page.getByText('Metadata of the file').click();
      assert.equal(await page.locator('.metadata tbody th').innerText(), 'trainedOn');
      assert.equal(await page.locator('.metadata tbody td').innerText(), 'digits <b>v2</b>');
    });
  });

  for (const theme of Object.keys(THEMES) as ThemeName[]) {
    it(`is accessible and fits at any width: ${theme}`, async () => {
      await withPage({ theme }, async ({ page }) => {
        await page.getByText('Metadata of the file').click();
        await checkAccessible(page);
        for (const width of [1400, 700, 420]) {
          await page.setViewportSize({ width, height: 900 });
          await checkFits(page);
        }
      });
    });
  }
});
