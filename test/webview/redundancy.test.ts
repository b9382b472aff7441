import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import type { RedundancyFromView } from '../../src/protocol/redundancy';
import { clusteredOrder } from '../../webview/redundancy/order';
import { scaleOf } from '../../webview/redundancy/scale';
import { launchBrowser } from '../e2e/browser';
import { redundancyResult } from './redundancyResult';
import { openView, type ViewOptions } from './viewPage';

let browser: Browser;
before(async () => {
  browser = await launchBrowser();
});
after(() => browser.close());

const result = redundancyResult(6);
const restore = { version: 1, model: 'file:///w/resmlp.onnx' } as const;

async function opened(options: ViewOptions = {}) {
  const view = await openView(browser, { ...options, view: 'redundancy' });
  await view.deliver(
    { type: 'start', title: 'w/resmlp.onnx', commandLine: 'neural-topology redundancy', restore },
    { type: 'partial', partial: { kind: 'head', head: result.head } },
    { type: 'result', result },
    { type: 'status', status: { kind: 'done', milliseconds: 900 } },
  );
  const sent = async () => (await view.sent()) as unknown as RedundancyFromView[];
  return { ...view, sent };
}

describe('the page of redundant layers', () => {
  it('says first what was found, then shows candidates with what they cost, and names of strangers as text', async () => {
    const { page, problems, close } = await opened();
    const text = await page.locator('main').innerText();
    assert.ok(text.indexOf('blocks.1 can go.') < text.indexOf('What can go'));
    assert.match(text, /A warning <b>that is text<\/b>/);
    assert.match(text, /accuracy 97\.8\s%/);
    const rows = page.locator('tr[data-candidate]');
    assert.equal(await rows.count(), 4);
    assert.match(await rows.first().innerText(), /blocks\.1[^]*97\.5\s%[^]*can go/);
    assert.match(await rows.nth(1).innerText(), /80\.0\s%[^]*needed/);
    assert.doesNotMatch(text, /NaN|undefined|Infinity/);
    assert.deepEqual(problems, []);
    await close();
  });

  it('opens both diagrams of a cell by pointer and by keys, with the matching that is sent', async () => {
    const { page, sent, deliver, close } = await opened();
    await page.locator('tr[data-candidate="blocks.2"]').click();
    assert.equal(await page.locator('.pair h2').innerText(), 'blocks.1 and blocks.2');
    const asked = (await sent()).at(-1);
    assert.ok(asked?.type === 'matching' && asked.a === 1 && asked.b === 2 && asked.dimension === 1);
    const lines = () => page.locator('.pair-plot line').count();
    const before = await lines();
    await deliver({
      type: 'matching',
      request: asked.request,
      distance: 0.01,
      pairs: Int32Array.of(0, 0, 1, -1, -1, 1),
    });
    assert.equal(await lines(), before + 3);
    // An answer to a request that is over changes nothing.
    await deliver({ type: 'matching', request: asked.request - 1, distance: 1, pairs: Int32Array.of() });
    assert.equal(await lines(), before + 3);
    const stage = page.locator('.map-stage');
    await stage.focus();
    await stage.press('ArrowDown');
    await stage.press('Enter');
    assert.equal(await page.locator('.pair h2').innerText(), 'blocks.3 and blocks.2');
    await stage.press('Escape');
    assert.equal(await page.locator('.pair h2').innerText(), 'Two layers');
    await close();
  });

  it('says of each candidate how far its ends are apart, on how many rows it was measured, and how sure that is', async () => {
    const { page, close } = await opened();
    const row = page.locator('tr[data-candidate="blocks.2"]');
    assert.match(
      await row.innerText(),
      /0\.0240\s+0\.0216–0\.0264\s+80\.0\s%\s+of 360 rows\s+−17\.8\s+−19\.0 to −17\.0/,
    );
    await row.click();
    assert.match(await page.locator('.pair-links').innerText(), /topology of\s*blocks\.1\s*blocks\.2/);
    await close();
  });

  for (const width of [1400, 700])
    it(`brings both diagrams into sight when a candidate or a finding is opened: ${width} pixels`, async () => {
      const { page, close } = await opened({ width });
      const isSeen = () =>
        page.evaluate(() => {
          const { top, bottom } = document.querySelector('.pair')!.getBoundingClientRect();
          return top >= -1 && bottom <= window.innerHeight + 1;
        });
      await page.evaluate(() => document.querySelector<HTMLElement>('tr[data-candidate="blocks.4"]')!.click());
      assert.ok(await isSeen(), 'opened from a candidate');
      if (width === 1400) assert.ok(await page.locator('tr[data-candidate="blocks.4"]').isVisible());
      const overflow = await page.evaluate(() => document.documentElement.scrollHeight - window.innerHeight);
      if (width === 1400) assert.ok(overflow <= 0, `the page is ${overflow} pixels higher than its window`);
      await close();
    });

  it('lights a candidate whose cell is pointed at, with the interval beside the pointer', async () => {
    const { page, close } = await opened();
    await page.evaluate(() => {
      const canvas = document.querySelector('.map-stage canvas')!.getBoundingClientRect();
      const cell = (canvas.width - 134) / 6;
      const at = { clientX: canvas.left + 132 + 1.5 * cell, clientY: canvas.top + 0.5 * cell, bubbles: true };
      document.querySelector('.map-stage')!.dispatchEvent(new PointerEvent('pointermove', at));
    });
    assert.ok(await page.locator('tr[data-candidate="blocks.1"].lit').isVisible());
    assert.match(
      await page.locator('.tooltip').innerText(),
      /blocks\.0 and blocks\.1[^]*H₀ 0\.0120 \(0\.0108–0\.0132\)/,
    );
    await close();
  });

  it('asks for the removal of what is ticked, together', async () => {
    const { page, sent, close } = await opened();
    const button = page.locator('.candidates .primary');
    assert.ok(await button.isDisabled());
    for (const name of ['blocks.1', 'blocks.3']) await page.locator(`tr[data-candidate="${name}"] input`).check();
    assert.equal(await button.innerText(), 'Remove 2 parts…');
    await button.click();
    assert.deepEqual((await sent()).at(-1), { type: 'remove', candidates: ['blocks.1', 'blocks.3'] });
    await close();
  });

  it('is as it was when it comes back, before anything is sent', async () => {
    const { page, close } = await opened();
    await page.getByRole('button', { name: 'clustered' }).click();
    await page.locator('.map-tools select').first().selectOption('rtd');
    await page.reload();
    await page.locator('tr[data-candidate="blocks.1"]').waitFor();
    assert.equal(await page.getByRole('button', { name: 'clustered' }).getAttribute('aria-pressed'), 'true');
    assert.equal(await page.locator('.map-tools select').first().inputValue(), 'rtd');
    await close();
  });

  for (const theme of ['light', 'dark', 'contrast'] as const)
    it(`draws the map in the theme, and nothing beyond a narrow page: ${theme}`, async () => {
      const { page, problems, close } = await opened({ theme, width: 700 });
      const colours = await page.evaluate(() => {
        const canvas = document.querySelector('canvas')!;
        const context = canvas.getContext('2d')!;
        const [width, height] = [canvas.width - 134, canvas.height];
        const pixels = context.getImageData(0, 0, canvas.width, height).data;
        const cells = [[0, 1], [0, 5], [1, 0]] as const; // prettier-ignore
        return cells.map(([i, j]) => {
          const [x, y] = [Math.round(132 + ((j + 0.5) * width) / 6), Math.round(((i + 0.5) * height) / 6)];
          return pixels.slice(4 * (y * canvas.width + x), 4 * (y * canvas.width + x) + 4).join();
        });
      });
      assert.equal(new Set(colours).size, 3, colours.join(' '));
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(overflow <= 0, `${overflow} pixels too wide`);
      assert.deepEqual(problems, []);
      await close();
    });
});

describe('the map of distances', () => {
  it('puts layers that are alike side by side on request, and in the network’s order otherwise', () => {
    const at = [0, 10, 1, 11, 2];
    assert.deepEqual(clusteredOrder(5, (a, b) => Math.abs(at[a]! - at[b]!)), [0, 2, 4, 1, 3]); // prettier-ignore
    assert.deepEqual(clusteredOrder(1, () => 0), [0]); // prettier-ignore
    assert.deepEqual(clusteredOrder(0, () => 0), []); // prettier-ignore
  });

  it('has strong colour for what is alike, whichever way the numbers run', () => {
    const { distances } = result;
    assert.equal(scaleOf(distances, 'h1').share(0), 1);
    assert.equal(scaleOf(distances, 'cka').share(1), 1);
    assert.ok(scaleOf(distances, 'h1').share(0.1) < 0.1 && scaleOf(distances, 'cka').share(0.75) < 0.1);
    assert.equal(scaleOf(distances, 'cka').share(NaN), -1);
  });
});
