import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../e2e/browser';
import { makeHead, makeResult, SIZES } from './fixtures';
import { THEMES, type ThemeName } from './themes';
import { openView } from './viewPage';

/** Each plot × theme × number of bars, drawn by a browser; the pictures are left in out/gallery for those who review a change. */

const folder = path.join(process.cwd(), 'out', 'gallery');
const sizes = Object.keys(SIZES) as (keyof typeof SIZES)[];

let browser: Browser;
before(async () => {
  fs.mkdirSync(folder, { recursive: true });
  browser = await launchBrowser();
});
after(async () => {
  await browser.close();
});

/** WCAG 2.2, relative luminance of "#rrggbb". */
function luminance(color: string): number {
  const [r, g, b] = [1, 3, 5].map(at => {
    const share = parseInt(color.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high! + 0.05) / (low! + 0.05);
}

describe('the gallery in a browser', () => {
  for (const theme of Object.keys(THEMES) as ThemeName[]) {
    it(`draws every plot at every size: ${theme}`, async () => {
      const view = await openView(browser, { theme, width: 1200, height: 1100 });
      const { page } = view;
      try {
        const head = makeHead({ points: 12_000, layers: sizes.map(name => ({ name })) });
        const layers = sizes.map(name => SIZES[name]);
        await view.deliver({ type: 'result', result: { ...makeResult(), head, layers, findings: [] } });
        for (const name of sizes) {
          await page.locator(`tr[data-layer=${name}]`).click();
          await page.waitForSelector(`.detail h2:text-is("${name}")`);
          await page.evaluate(async () => {
            for (let frame = 0; frame < 8; frame++) await new Promise(resolve => requestAnimationFrame(resolve));
          });
          for (const plot of ['barcode', 'diagram', 'betti', 'scatter']) {
            const body = page.locator(`.plot-${plot} .plot-body`);
            const drawn = await body.locator('svg *').count();
            assert.notEqual(drawn, 0, `${plot} of ${name} draws nothing`);
            const texts = (await body.locator('svg text').allTextContents()).join(' ');
            assert.doesNotMatch(texts, /NaN|undefined|Infinity/);
            const overflow = await body.evaluate(element => {
              const frame = element.getBoundingClientRect();
              return [...element.querySelectorAll('svg text')].flatMap(text => {
                const box = text.getBoundingClientRect();
                const isInside =
                  frame.left - 1 <= box.left &&
                  box.right <= frame.right + 1 &&
                  frame.top - 1 <= box.top &&
                  box.bottom <= frame.bottom + 1;
                return isInside ? [] : [text.textContent];
              });
            });
            assert.deepEqual(overflow, [], `${plot} of ${name} has text outside its frame`);
            await body.screenshot({ path: path.join(folder, `${plot}-${name}-${theme}.png`) });
          }
        }
        assert.deepEqual(view.problems, []);
      } finally {
        await view.close();
      }
    });

    it(`has marks and words that stand out from the background: ${theme}`, async () => {
      const view = await openView(browser, { theme });
      try {
        const colors = await view.page.evaluate(() => {
          const style = getComputedStyle(document.body);
          const names = ['background', 'foreground', 'h0', 'h1', 'h2', 'accent', 'other'];
          return Object.fromEntries(names.map(name => [name, style.getPropertyValue(`--nt-${name}`).trim()]));
        });
        const background = colors['background']!;
        for (const name of ['h0', 'h1', 'h2', 'accent', 'other']) {
          const ratio = contrast(colors[name]!, background);
          assert.ok(3 <= ratio, `${name} ${colors[name]} has a contrast of ${ratio.toFixed(2)}`);
        }
        assert.ok(7 <= contrast(colors['foreground']!, background));
      } finally {
        await view.close();
      }
    });
  }
});
