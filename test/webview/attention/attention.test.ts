import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import type { AttentionFromView, AttentionResult } from '../../../src/protocol/attention';
import { readPreferences, NO_PREFERENCES } from '../../../webview/attention/state';
import { launchBrowser } from '../../e2e/browser';
import { openView, type ViewOptions } from '../viewPage';
import { attentionOfText, attentionResult } from './attentionResult';

let browser: Browser;
let result: AttentionResult;
before(async () => {
  [browser, result] = await Promise.all([launchBrowser(), attentionResult()]);
});
after(() => browser.close());

const restore = { version: 1, model: 'file:///w/bert.onnx' } as const;

async function opened(options: ViewOptions = {}, shown = result) {
  const view = await openView(browser, { ...options, view: 'attention' });
  await view.deliver(
    { type: 'start', title: 'w/bert.onnx', commandLine: 'neural-topology attention', restore },
    { type: 'result', result: shown },
    { type: 'status', status: { kind: 'done', milliseconds: 900 } },
  );
  const sent = async () => (await view.sent()) as unknown as AttentionFromView[];
  return { ...view, sent };
}

describe('the page of attention heads', () => {
  it('says which heads follow roles, then has a cell a head, with one tab stop that arrow keys move', async () => {
    const { page, problems, close } = await opened();
    const text = await page.locator('main').innerText();
    assert.ok(text.includes(result.syntax!.sentence) && text.includes(result.syntax!.rule));
    assert.equal(await page.locator('.head-cell').count(), 8);
    assert.equal(await page.locator('.head-cell[tabindex="0"]').count(), 1);
    await page.locator('[data-head="0.0"]').click();
    assert.equal(await page.locator('[data-head="0.0"]').getAttribute('aria-pressed'), 'true');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    const focused = () => page.evaluate(() => (document.activeElement as HTMLElement).dataset['head']);
    assert.equal(await focused(), '1.1');
    await page.keyboard.press('ArrowDown');
    assert.equal(await focused(), '1.1');
    await page.keyboard.press('Enter');
    assert.equal(await page.locator('[data-head="1.1"]').getAttribute('aria-pressed'), 'true');
    assert.match(await page.locator('.head-facts').innerText(), /^Layer 1, head 1/);
    assert.doesNotMatch(text, /NaN|undefined|Infinity/);
    assert.deepEqual(problems, []);
    await close();
  });

  it('shades cells by what is chosen, components and loops at a threshold', async () => {
    const { page, close } = await opened();
    await page.getByLabel('Measure').selectOption('beta1');
    await page.getByLabel('Threshold of attention').selectOption({ label: '0.25' });
    const head = result.heads.find(one => one.layer === 1 && one.head === 3)!;
    const shown = await page.locator('[data-head="1.3"]').innerText();
    const { mean } = head.features[3]!.beta1;
    assert.ok(Math.abs(Number(shown) - mean) < 0.06, `${shown} for ${mean}`);
    await close();
  });

  it('goes from a node to its sentences with the words marked, and from one to its attention', async () => {
    const { page, sent, deliver, problems, close } = await opened();
    await page.locator('[data-head="1.2"]').click();
    await page.locator('.network .mirror').focus();
    await page.keyboard.press('ArrowDown');
    const marks = page.locator('.text-line mark');
    await marks.first().waitFor();
    const sizes = result.heads.find(one => one.layer === 1 && one.head === 2)!.mapper.nodes.map(node => node.members.length); // prettier-ignore
    assert.ok(sizes.includes(await marks.count()));
    await page.locator('.text-line').first().click();
    const asked = (await sent()).at(-1);
    assert.ok(asked?.type === 'map' && asked.layer === 1);
    const row = result.words[asked.text]!;
    assert.equal(await page.locator('.text-line').first().innerText(), row.join(' '));
    await deliver({ type: 'map', request: asked.request - 1, map: undefined, note: 'of an earlier one' });
    assert.doesNotMatch(await page.locator('.map-pane').innerText(), /earlier/);
    const map = await attentionOfText(asked.text, asked.layer);
    await deliver({ type: 'map', request: asked.request, map, note: '' });
    const stage = page.locator('.map-stage');
    await stage.waitFor();
    await stage.focus();
    await page.keyboard.press('ArrowDown');
    assert.match(await page.locator('.map-pane [aria-live]').innerText(), /attends to \[CLS\]: \d/);
    // The same text in another layer is another map.
    await page.locator('[data-head="0.1"]').click();
    assert.ok((await sent()).filter(one => one.type === 'map').length === 2);
    assert.deepEqual(problems, []);
    await close();
  });

  it('shows names and words of strangers as text, and does without roles', async () => {
    const bad = '<img src=x onerror=alert(1)>';
    const bare: AttentionResult = {
      ...result,
      roles: null,
      syntax: null,
      words: result.words.map(words => words.map(() => bad)),
      warnings: [{ code: 'no-roles', message: `No roles in ${bad}.` }],
      heads: result.heads.map(head => ({ ...head, purity: null, separation: null })),
    };
    const { page, problems, close } = await opened({ width: 700, theme: 'contrast' }, bare);
    assert.deepEqual(await page.getByLabel('Measure').locator('option').allInnerTexts(), ['components (β₀)', 'loops (β₁)']); // prettier-ignore
    await page.locator('.network .mirror').focus();
    await page.keyboard.press('ArrowDown');
    await page.locator('.text-line mark').first().waitFor();
    assert.equal(await page.locator('main img').count(), 0);
    assert.ok((await page.locator('.findings').innerText()).includes(bad));
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), true);
    assert.deepEqual(problems, []);
    await close();
  });

  it('keeps what a person set, and takes nothing else from what was kept', () => {
    const kept = { measure: 'beta0', threshold: 4, colour: 'word', head: { layer: 1, head: 0 } };
    assert.deepEqual(readPreferences({ view: kept }), kept);
    for (const odd of [undefined, null, 3, { view: { measure: 'x', threshold: -1, colour: 7, head: { layer: 'a' } } }])
      assert.deepEqual(readPreferences(odd), NO_PREFERENCES);
  });
});
