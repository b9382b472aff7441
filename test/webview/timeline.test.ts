import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { whichToKeep } from '../../src/analyses/timeline/stopRules';
import type { TimelineEntry, TimelineFromView, TimelineToView } from '../../src/protocol/timeline';
import { launchBrowser } from '../e2e/browser';
import { broken, checkpoint } from '../analyses/timeline/checkpoints';
import { chartsOf, placesOf, stripOf } from '../../webview/timeline/series';
import { timelineCsv } from '../../webview/timeline/table';
import { checkAccessible, checkFits } from './checks';
import { THEMES, type ThemeName } from './themes';
import { openView, type ViewOptions, type ViewPage } from './viewPage';

const LAYERS = ['fc1', 'relu1', 'fc2', 'relu2', 'fc3', 'relu3', 'head'];

/** A run that learns, and then memorises. */
function trained(count: number): readonly TimelineEntry[] {
  return Array.from({ length: count }, (_, at): TimelineEntry => {
    const share = at / Math.max(1, count - 1);
    if (at === 3) return broken(at * 5);
    const one = checkpoint({
      step: at * 5,
      accuracy: 0.1 + 0.87 * Math.min(1, share * 2) - 0.05 * Math.max(0, share - 0.6),
      neuralPersistence: 0.3 + 0.25 * Math.sqrt(share),
      total: 1,
    });
    const [layer] = one.layers;
    return {
      ...one,
      layers: LAYERS.map((name, k) => ({
        ...layer!,
        name,
        relativePersistence: [140 - 10 * k - (50 + 3 * k) * Math.min(1, 1.6 * share), 10 - k - 2 * share],
        redundancy:
          k === 0
            ? null
            : {
                layer: LAYERS[k - 1]!,
                bottleneck: [0.1 / k + 0.05 * Math.abs(Math.sin(k + 6 * share)), 0.02 * k * share],
              },
      })),
      featureLayer: 'relu3',
      collapse: {
        layer: 'relu3',
        rows: 100,
        width: 64,
        classes: 10,
        nc1: 3.5 * Math.exp(-4 * share) + 0.02,
        nc1Ratio: 0.3,
        nc2Norm: 0.3 - 0.2 * share,
        nc2Angle: 0.25,
        nc3: 1.4 - share,
        nc4: 0.9 * Math.exp(-5 * share),
        layers: [],
      },
    };
  });
}

const start: Extract<TimelineToView, { readonly type: 'start' }> = {
  type: 'start',
  name: 'run <b>7</b>',
  data: 'digits-test.npz',
  labels: 'digits-test.npz#y',
  points: 500,
  commandLine: 'neural-topology timeline run --data digits-test.npz',
  restore: { version: 1, folder: 'file:///runs/7' },
};

function messages(entries: readonly TimelineEntry[]): readonly TimelineToView[] {
  return [
    start,
    { type: 'files', files: entries.map(one => one.file) },
    { type: 'entries', entries },
    { type: 'stop', stop: whichToKeep(entries), warnings: [] },
    { type: 'status', status: { kind: 'watching' } },
  ];
}

let browser: Browser;
before(async () => {
  browser = await launchBrowser();
});
after(() => browser.close());

async function withView(
  options: ViewOptions,
  given: readonly TimelineToView[],
  run: (view: ViewPage) => Promise<void>,
): Promise<void> {
  const view = await openView(browser, { ...options, view: 'timeline' });
  try {
    await view.deliver(...given);
    await run(view);
    assert.deepEqual(view.problems, []);
  } finally {
    await view.close();
  }
}
const sent = async (view: ViewPage) => (await view.sent()) as unknown as readonly TimelineFromView[];
const chosenFile = (view: ViewPage) => view.page.locator('.timeline-detail h2').innerText();

describe('the series of a timeline', () => {
  it('have a line for each layer, and no chart of what no checkpoint has', () => {
    const charts = chartsOf(trained(6), 0);
    assert.deepEqual(charts.map(chart => chart.id), ['accuracy', 'persistence', 'neural-persistence', 'variance', 'collapse', 'collapse-more']); // prettier-ignore
    assert.deepEqual(charts[1]!.lines.map(line => line.name), LAYERS); // prettier-ignore
    assert.equal(charts[0]!.lines[0]!.values[3], undefined);
    assert.deepEqual(chartsOf([broken(0)], 0), []);
    assert.deepEqual(chartsOf([checkpoint({ step: 0, total: 3 })], 0).map(chart => chart.id), ['persistence']); // prettier-ignore
  });

  it('have a row of distances for each layer that reads another', () => {
    const strip = stripOf(trained(6), 0);
    assert.deepEqual(strip.layers, LAYERS.slice(1));
    assert.ok(strip.most > 0.1);
    assert.equal(strip.values[0]![3], undefined);
  });

  it('stand evenly, or by their steps, and those without a step after them', () => {
    const steps = [0, 10, 40, null, null].map(step => ({ step }));
    assert.deepEqual(placesOf(steps, 'even'), [0, 0.25, 0.5, 0.75, 1]);
    assert.deepEqual(placesOf(steps, 'step'), [0, 10 / 80, 40 / 80, 60 / 80, 1]);
    assert.deepEqual(placesOf([{ step: 4 }], 'step'), [0.5]);
    assert.deepEqual(placesOf([{ step: null }, { step: null }], 'step'), [0, 1]);
  });

  it('are a table that a spreadsheet reads, errors among its rows', () => {
    const lines = timelineCsv(trained(4)).split('\r\n');
    assert.equal(lines.length, 1 + 3 * LAYERS.length + 1 + 1);
    assert.ok(lines.every(line => line === '' || line.split(',').length === lines[0]!.split(',').length));
    assert.match(
      lines.find(line => line.startsWith('ckpt-15'))!,
      /damaged/,
    );
  });
});

describe('the page of a timeline', () => {
  for (const theme of Object.keys(THEMES) as ThemeName[])
    it(`is read by everyone in ${theme}`, async () => {
      await withView({ theme }, messages(trained(12)), async ({ page }) => {
        await checkAccessible(page);
        await checkFits(page);
      });
    });

  it('fits a narrow window', async () => {
    await withView({ width: 420 }, messages(trained(12)), ({ page }) => checkFits(page));
  });

  it('says first which checkpoint to keep and why, then what cannot be read', async () => {
    await withView({}, messages(trained(12)), async view => {
      const found = await view.page.locator('.findings').innerText();
      assert.match(found, /^●\s*Keep ckpt-30\.onnx\. Highest accuracy/);
      assert.match(found, /ckpt-15\.onnx: The ONNX file is damaged/);
      assert.equal(await chosenFile(view), 'ckpt-30.onnx');
      await view.page.getByRole('button', { name: 'Inspect ckpt-30.onnx' }).click();
      assert.deepEqual((await sent(view)).at(-1), { type: 'inspect', file: 'ckpt-30.onnx' });
    });
  });

  it('shows names as text', async () => {
    await withView({}, messages(trained(2)), async ({ page }) => {
      assert.equal(await page.locator('h1').innerText(), 'run <b>7</b>');
      assert.equal(await page.locator('h1 b').count(), 0);
    });
  });

  it('moves one line through all charts by the keys, chooses two, and compares them', async () => {
    await withView({}, messages(trained(6)), async view => {
      const { page } = view;
      const slider = page.getByRole('slider');
      await slider.focus();
      await slider.press('Home');
      assert.equal(await chosenFile(view), 'ckpt-0.onnx');
      assert.match((await slider.getAttribute('aria-valuetext')) ?? '', /ckpt-0\.onnx, accuracy 10/);
      await slider.press('Enter');
      assert.deepEqual((await sent(view)).at(-1), { type: 'inspect', file: 'ckpt-0.onnx' });
      await slider.press('Shift+End');
      await page.getByRole('button', { name: 'Compare ckpt-0.onnx with ckpt-25.onnx' }).click();
      assert.deepEqual((await sent(view)).at(-1), { type: 'compare', files: ['ckpt-0.onnx', 'ckpt-25.onnx'] });
      await slider.press('Escape');
      assert.equal(await page.getByRole('button', { name: /^Compare/ }).count(), 0);
    });
  });

  it('counts keys that come faster than it draws', async () => {
    await withView({}, messages(trained(6)), async view => {
      const { page } = view;
      await page.getByRole('slider').focus();
      await page.evaluate(() => {
        for (const key of ['Home', 'ArrowRight', 'ArrowRight', 'Enter'])
          document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
      });
      assert.deepEqual((await sent(view)).at(-1), { type: 'inspect', file: 'ckpt-10.onnx' });
    });
  });

  it('says what is under the pointer, in the chart and beside it', async () => {
    await withView({}, messages(trained(6)), async view => {
      const { page } = view;
      const chart = page.locator('[data-chart="accuracy"] > svg');
      const box = (await chart.boundingBox())!;
      await page.mouse.move(box.x + 100, box.y + 50);
      assert.match(await page.locator('.tooltip').innerText(), /ckpt-0\.onnx\s+accuracy: 10\.0/);
      assert.equal(await chosenFile(view), 'ckpt-0.onnx');
      await page.mouse.click(box.x + 100, box.y + 50);
      await page.mouse.move(5, 5);
      assert.equal(await chosenFile(view), 'ckpt-0.onnx');
    });
  });

  it('takes in a checkpoint that appears, and lets go of one that is gone', async () => {
    const all = trained(6);
    await withView({}, messages(all.slice(0, 5)), async view => {
      const { page } = view;
      await view.deliver(
        { type: 'files', files: all.map(one => one.file) },
        { type: 'entries', entries: all.slice(5) },
      );
      assert.match(await page.locator('.timeline-facts').innerText(), /^6 checkpoints/);
      await view.deliver({ type: 'gone', file: 'ckpt-0.onnx' }, { type: 'files', files: all.slice(1).map(one => one.file) }); // prettier-ignore
      assert.match(await page.locator('.timeline-facts').innerText(), /^5 checkpoints/);
    });
  });

  it('says what to do where there is no data, no checkpoint, or an error', async () => {
    await withView({}, [{ ...start, data: undefined }], async view => {
      await view.page.getByRole('button', { name: 'Choose Data…' }).click();
      assert.deepEqual((await sent(view)).at(-1), { type: 'pickData' });
    });
    await withView({}, [start, { type: 'status', status: { kind: 'watching' } }], async ({ page }) => {
      assert.match(await page.locator('.timeline-empty').innerText(), /no checkpoints yet/);
    });
    const fault = { code: 'not-found', message: 'There is no folder runs.', hint: 'Check the path.' } as const;
    await withView({}, [start, { type: 'status', status: { kind: 'failed', fault } }], async view => {
      assert.match(
        await view.page.locator('.timeline-status').innerText(),
        /There is no folder runs\. Check the path\./,
      );
      await view.page.getByRole('button', { name: 'Resume' }).click();
      assert.deepEqual((await sent(view)).at(-1), { type: 'resume' });
    });
  });

  it('asks before a folder that takes long, with either answer a button away', async () => {
    const message = 'Measuring 40 checkpoints will take about 10 min, less where they were measured before.';
    await withView({}, [start, { type: 'status', status: { kind: 'confirm', message } }], async view => {
      assert.ok((await view.page.locator('.timeline-status').innerText()).startsWith(message));
      await view.page.getByRole('button', { name: 'Not now' }).click();
      assert.deepEqual((await sent(view)).at(-1), { type: 'confirm', proceed: false });
      await view.page.getByRole('button', { name: 'Run anyway' }).click();
      assert.deepEqual((await sent(view)).at(-1), { type: 'confirm', proceed: true });
    });
  });

  it('is as it was after it was hidden: dimension, spacing and what was chosen', async () => {
    await withView({}, messages(trained(6)), async view => {
      const { page } = view;
      await page.getByRole('button', { name: 'H₁ loops' }).click();
      await page.getByRole('slider').press('Home');
      await page.reload();
      await view.deliver(...messages(trained(6)));
      assert.equal(await page.getByRole('button', { name: 'H₁ loops' }).getAttribute('aria-pressed'), 'true');
      assert.equal(await chosenFile(view), 'ckpt-0.onnx');
      assert.match(await page.locator('[data-chart="persistence"] h2').innerText(), /H₁/);
    });
  });

  it('draws thousands of checkpoints', async () => {
    const [first] = trained(1);
    const many = Array.from({ length: 3000 }, (_, at): TimelineEntry => ({ ...first!, file: `ckpt-${at}.onnx`, step: at })); // prettier-ignore
    await withView({}, messages(many), async ({ page }) => {
      assert.match(await page.locator('.timeline-facts').innerText(), /^3,000 checkpoints/);
      assert.ok((await page.locator('[data-chart="persistence"] > svg > *').count()) < 200);
    });
  });
});
