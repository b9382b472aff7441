import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { MapperFromView } from '../../src/protocol/mapper';
import { graphKey, readKept, writeKept } from '../../webview/mapper/state';
import { launchBrowser } from '../e2e/browser';
import { checkAccessible, checkFits } from './checks';
import { mapperMessages, parameters } from './mapperResult';
import { makeInput, openView, type ViewOptions } from './viewPage';

let browser: Browser;
before(async () => {
  browser = await launchBrowser();
});
after(() => browser.close());

const made = mapperMessages();
const restore = { version: 1, model: 'file:///w/ring.onnx' } as const;

async function opened(options: ViewOptions = {}, kept?: string) {
  const view = await openView(browser, { ...options, view: 'mapper' });
  await view.deliver(
    { type: 'start', title: 'w/ring.onnx', restore, layer: undefined, kept },
    { type: 'result', result: made.head },
    { type: 'status', status: { kind: 'done', milliseconds: 90 } },
    { type: 'slices', slices: [{ name: 'odd ones', rows: [0, 2, 4] }] },
  );
  const sent = async () => (await view.sent()) as unknown as MapperFromView[];
  const asked = (await sent()).findLast(message => message.type === 'graph');
  assert.ok(asked?.type === 'graph');
  await view.deliver(
    made.graphOf(asked.request),
    { type: 'features', request: asked.request, findings: made.findings },
    { type: 'untrained', request: asked.request, baseline: { purity: 0.61, coverage: 0.8, nodes: 20 } },
    { type: 'grid', request: asked.request, grid: made.grid },
  );
  await laidOut(view.page);
  return { ...view, sent };
}

/** The page keeps what it shows once the layout is done. */
async function laidOut(page: Page): Promise<void> {
  await page.waitForFunction(() => sessionStorage.getItem('state')?.includes('layout') === true);
}

const keptOf = async (page: Page): Promise<string> =>
  (JSON.parse(await page.evaluate(() => sessionStorage.getItem('state') ?? '')) as { kept: string }).kept;

describe('the page of a Mapper graph', () => {
  it('shows the graph with coverage and purity beside their baselines, and what stands out in words', async () => {
    const { page, problems, close } = await opened();
    const text = await page.locator('main').innerText();
    assert.match(text, /coverage[^]*untrained 80\.0\s%/);
    const { purity, shuffled } = made.graphOf(0).shape;
    const figures = [purity!, 0.61, shuffled!.mean].map(figure => figure.toFixed(3).replace('.', '\\.'));
    assert.match(
      text,
      new RegExp(`purity[^]*${figures[0]}[^]*untrained[^]*${figures[1]}[^]*shuffled[^]*${figures[2]}`),
    );
    assert.match(text, /Loop: \d+ nodes, [\d,]+ inputs; [\d.]+\s% are of class/);
    assert.match(text, /Flare that leaves at node \d+/);
    assert.match(text, /<b>left<\/b>/);
    assert.doesNotMatch(text, /NaN|undefined|Infinity/);
    assert.deepEqual(problems, []);
    await close();
  });

  it('asks for a graph with each step of a slider, and for what a preset or a cell of the map says', async () => {
    const { page, sent, close } = await opened();
    const graphs = async () => (await sent()).flatMap(message => (message.type === 'graph' ? [message.parameters] : [])); // prettier-ignore
    const count = (await graphs()).length;
    await page.getByLabel('intervals', { exact: true }).press('ArrowRight');
    await page.getByLabel('intervals', { exact: true }).press('ArrowRight');
    assert.equal((await graphs()).length, count + 2);
    await page.getByLabel('preset').selectOption('TopoBERT');
    const preset = (await graphs()).at(-1);
    assert.deepEqual(
      [preset?.intervals, preset?.overlap, preset?.radiusFactor, preset?.minimumPoints],
      [50, 0.5, 0.75, 3],
    );
    await page.locator('.mapper-map td button').first().click();
    const cell = (await graphs()).at(-1);
    assert.deepEqual([cell?.intervals, cell?.overlap], [made.grid.intervals[0], made.grid.overlaps[0]]);
    await close();
  });

  it('opens the inputs of what is clicked, with their rows, as a CSV and as a slice', async () => {
    const { page, sent, deliver, close } = await opened();
    await page.locator('.sentence', { hasText: 'Loop:' }).first().click();
    const asked = (await sent()).findLast(message => message.type === 'inputs');
    assert.ok(asked?.type === 'inputs' && asked.rows.every(row => row % 2 === 0));
    await deliver({ type: 'inputs', request: asked.request, inputs: asked.rows.map(makeInput), note: '' });
    assert.match(await page.locator('.mapper-drawer').innerText(), new RegExp(`#${asked.rows[0]}\\b`));
    await page.getByRole('button', { name: 'Save as CSV' }).click();
    const saved = (await sent()).findLast(message => message.type === 'save');
    assert.ok(saved?.type === 'save' && typeof saved.content === 'string');
    assert.match(saved.content, /^row,nodes,class,predicted,correct,confidence\r\n\d+,"?[\d ]+"?,/);
    await page.getByLabel('Name of the slice').fill('the loop');
    await page.getByRole('button', { name: 'Keep as slice' }).click();
    const slice = (await sent()).findLast(message => message.type === 'slice');
    assert.ok(slice?.type === 'slice' && slice.name === 'the loop' && slice.rows.length > asked.rows.length / 2);
    await close();
  });

  it('selects by keys, and the path between two nodes', async () => {
    const { page, close } = await opened();
    const list = page.getByRole('listbox', { name: 'Nodes of the Mapper graph' });
    await list.focus();
    await list.press('Home');
    assert.match(await page.locator('.drawer-header h2').innerText(), /inputs of node \d+/);
    await list.press('Space');
    await list.press('End');
    await list.press('Space');
    assert.match(await page.locator('.drawer-header h2').innerText(), /inputs of 2 nodes/);
    await page.getByRole('button', { name: 'Path between' }).click();
    const shown = async () => (await page.locator('.drawer-header h2').innerText()) + (await page.locator('.mapper-note').innerText()); // prettier-ignore
    assert.match(await shown(), /inputs of (?:[3-9]|\d\d) nodes|no path between/);
    await page.keyboard.press('Escape');
    assert.equal(await page.locator('.drawer-header h2').innerText(), 'Inputs');
    await close();
  });

  it('takes the nodes inside a lasso, and lets them go', async () => {
    const { page, close } = await opened();
    const box = (await page.locator('.network-stage').boundingBox())!;
    const corners = [[0.02, 0.02], [0.98, 0.02], [0.98, 0.98], [0.02, 0.98]] as const; // prettier-ignore
    await page.getByRole('button', { name: /^Lasso/ }).click();
    await page.mouse.move(box.x + box.width * corners[0][0], box.y + box.height * 0.1);
    await page.mouse.down();
    for (const [x, y] of corners.slice(1)) await page.mouse.move(box.x + box.width * x, box.y + box.height * y);
    await page.mouse.move(box.x + box.width * 0.02, box.y + box.height * 0.02);
    await page.mouse.up();
    assert.match(await page.locator('.drawer-header h2').innerText(), /inputs of [\d,]+ nodes/);
    await close();
  });

  it('comes back as it was: parameters, colour, and each node in its place', async () => {
    const first = await opened();
    await first.page.getByLabel('Colour of the nodes').selectOption({ label: 'error rate' });
    await first.page.waitForFunction(
      () => sessionStorage.getItem('state')?.includes('"colouring\\":\\"error') === true,
    );
    const kept = await keptOf(first.page);
    await first.close();
    const again = await opened({}, kept);
    assert.equal(await again.page.getByLabel('Colour of the nodes').inputValue(), 'error');
    assert.deepEqual(readKept(await keptOf(again.page))!.layout, readKept(kept)!.layout);
    await again.close();
  });

  for (const [theme, width] of [
    ['light', 1400],
    ['dark', 700],
    ['contrast', 1400],
  ] as const)
    it(`is accessible and fits: ${theme}, ${width} px`, async () => {
      const { page, close } = await opened({ theme, width });
      await checkAccessible(page);
      await checkFits(page);
      if (process.env['PICTURES'] !== undefined) await page.screenshot({ path: `${process.env['PICTURES']}/mapper-${theme}-${width}.png` }); // prettier-ignore
      await close();
    });
});

describe('what a view of a Mapper graph keeps', () => {
  const layout = { key: 'k', positions: Float32Array.of(1.5, -2, 300) };

  it('is read as it was written, to half a pixel', () => {
    const kept = { parameters, colouring: 'error', isStripOpen: false, camera: { x: 1, y: 2, scale: 0.5 }, layout };
    assert.deepEqual(readKept(writeKept(kept)), kept);
  });

  it('is passed over where it is damaged', () => {
    for (const text of [undefined, '', '{', 'null', '{}', '{"parameters":{"lenses":[],"intervals":3}}'])
      assert.equal(readKept(text), undefined);
    const damaged = writeKept({ parameters, colouring: 'class', isStripOpen: true, layout }).replace(/"positions":"[^"]*"/, '"positions":"A"'); // prettier-ignore
    assert.equal(readKept(damaged), undefined);
  });

  it('knows a graph by what it is made of', () => {
    const shape = made.graphOf(0).shape;
    assert.equal(graphKey(shape), graphKey(made.graphOf(1).shape));
    assert.notEqual(graphKey(shape), graphKey(made.graphOf(0, { ...parameters, overlap: 0.5 }).shape));
  });
});
