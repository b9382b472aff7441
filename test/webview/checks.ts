import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Page } from 'playwright-core';

/** What holds for every view, in every state and theme. */

const axeSource = fs.readFileSync(
  createRequire(path.join(process.cwd(), 'package.json')).resolve('axe-core/axe.min.js'),
  'utf8',
);

/** Nothing that axe finds fault with. */
export async function checkAccessible(page: Page): Promise<void> {
  await page.evaluate(axeSource);
  const violations = await page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: {
        run(options: {
          preload: boolean;
        }): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>;
      };
    };
    const found = await axe.run({ preload: false });
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]!.html} ${nodes[0]!.failureSummary}`);
  });
  assert.deepEqual(violations, []);
}

/** Nothing sticks out of the window to the side, and no text out of its cell. */
export async function checkFits(page: Page): Promise<void> {
  const sticking = await page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const found: string[] = [];
    if (width < document.documentElement.scrollWidth)
      found.push(`the page is ${document.documentElement.scrollWidth} px wide`);
    for (const element of document.querySelectorAll('button, h1, h2, h3, p, td, th, select, dd, dt, li')) {
      const box = element.getBoundingClientRect();
      const isHidden =
        box.width === 0 || element.closest('.mirror, .visually-hidden, .tiles, .scroll, .stage') !== null;
      if (!isHidden && (width + 1 < box.right || box.left < -1)) found.push(element.outerHTML.slice(0, 120));
    }
    return found;
  });
  assert.deepEqual(sticking, []);
}
