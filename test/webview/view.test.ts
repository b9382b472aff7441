import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { encodeResult } from '../../src/protocol/codec';
import type { ToView } from '../../src/protocol/panel';
import { launchBrowser } from '../e2e/browser';
import { checkAccessible, checkFits } from './checks';
import { makeHead, makeLayer, makeResult } from './fixtures';
import { THEMES, type ThemeName } from './themes';
import { bundle, makeInput, openView, type ViewOptions, type ViewPage } from './viewPage';

/** The view as a person meets it: drawn by a browser, moved by pointer and keys, heard by axe. */

const start: ToView = {
  type: 'start',
  title: 'digits-cnn/final.onnx',
  modelPath: '/models/digits-cnn/final.onnx',
  commandLine: 'neural-topology inspect digits-cnn/final.onnx --data test.npz',
};
const done: ToView = { type: 'status', status: { kind: 'done', milliseconds: 2400 } };
const result = makeResult();
const whole: readonly ToView[] = [start, { type: 'result', result }, done];

let browser: Browser;
before(async () => {
  browser = await launchBrowser();
});
after(async () => {
  await browser.close();
});

/** Opens the view, and fails where the page had an error or a refusal of its policy. */
async function withView(options: ViewOptions, use: (view: ViewPage) => Promise<void>): Promise<void> {
  const view = await openView(browser, options);
  try {
    await use(view);
    assert.deepEqual(view.problems, []);
  } finally {
    await view.close();
  }
}

/** Where an element is in the window. */
function boxOf(page: Page, selector: string): Promise<{ left: number; right: number; top: number; bottom: number }> {
  return page.locator(selector).evaluate(element => {
    const { left, right, top, bottom } = element.getBoundingClientRect();
    return { left, right, top, bottom };
  });
}

describe('the panel', () => {
  it('shows the skeleton at once, before any message', async () => {
    await withView({}, async ({ page, sent }) => {
      await page.waitForSelector('.layers .bone');
      assert.equal(await page.locator('.plot').count(), 4);
      assert.deepEqual(await sent(), [{ type: 'ready' }]);
    });
  });

  it('fills layer by layer, says how far it is, stops, and keeps what was finished', async () => {
    await withView({}, async ({ page, deliver, sent }) => {
      const running = { kind: 'running', fraction: 0.38, phrase: 'relu1: loops', remainingMilliseconds: 3200 } as const;
      const message = 'Layer relu2 has NaN at row 12.';
      const failure = { name: 'relu2', code: 'not-finite', message };
      await deliver(
        start,
        { type: 'status', status: running },
        { type: 'partial', partial: { kind: 'head', head: makeHead() } },
        { type: 'partial', partial: { kind: 'layer', layer: result.layers[0]! } },
        { type: 'partial', partial: { kind: 'layer', layer: result.layers[1]! } },
        { type: 'partial', partial: { kind: 'failure', failure } },
      );
      await page.waitForSelector('tr[data-layer=relu1] svg');
      assert.match(await page.locator('tr[data-layer=relu2]').innerText(), /NaN at row 12/);
      assert.equal(await page.locator('.layers tr.pending').count(), 8);
      assert.match(await page.locator('.strip').innerText(), /38\s%.*relu1: loops.*about 4\ss left/);
      await page.getByRole('button', { name: 'stop' }).click();
      assert.ok((await sent()).some(({ type }) => type === 'cancel'));
      await deliver({ type: 'status', status: { kind: 'cancelled', finished: 2, total: 11 } });
      assert.match(await page.locator('.strip').innerText(), /stopped: 2 of 11 layers are kept/);
      assert.equal(await page.locator('.layers tr svg').count(), 2);
      await page.waitForSelector('.plot-barcode svg rect');
      await checkFits(page);
      await checkAccessible(page);
    });
  });

  it('lights a bar everywhere: its point, its scales, its cycle and its inputs; Escape lets go', async () => {
    await withView({}, async ({ page, deliver, sent }) => {
      await deliver(...whole);
      await page.locator('tr[data-layer=relu3]').click();
      await page.waitForSelector('.detail h2:text("relu3")');
      await page.locator('.plot-barcode .mirror').focus();
      await page.keyboard.press('ArrowDown');
      await page.waitForSelector('.tile');
      for (const plot of ['barcode', 'diagram', 'betti', 'scatter']) {
        assert.notEqual(await page.locator(`.plot-${plot} .plot-body > svg`).last().locator('*').count(), 0, plot);
      }
      const asked = (await sent()).flatMap(message => (message.type === 'inputs' ? message.rows : []));
      assert.notEqual(asked.length, 0);
      await deliver({ type: 'inputs', request: 1, inputs: asked.map(makeInput), note: '' });
      await page.waitForSelector('.tile canvas.image');
      const box = await page.locator('.tile canvas.image').first().boundingBox();
      assert.ok(40 <= box!.width && 40 <= box!.height);
      assert.match(await page.locator('.plot-barcode .mirror [aria-selected=true]').innerText(), /the longest of 64/);
      await page.keyboard.press('ArrowDown');
      await page.waitForFunction(() =>
        document.querySelector('.plot-barcode .mirror [aria-selected=true]')?.textContent?.includes('no. 2 by length'),
      );
      await page.keyboard.press('Escape');
      await page.waitForFunction(() => document.querySelector('.plot-scatter .lit') === null);
      assert.equal(await page.locator('.tile').count(), 0);
    });
  });

  it('shows the bar under the pointer and keeps the one that is clicked', async () => {
    await withView({}, async ({ page, deliver }) => {
      await deliver(...whole);
      await page.locator('tr[data-layer=relu3]').click();
      await page.waitForSelector('.detail h2:text("relu3")');
      const place = await page.evaluate(() => {
        const bars = [
          ...document.querySelectorAll('.plot-barcode .features rect[fill="var(--nt-h1)"]:not([fill-opacity])'),
        ];
        const widest = bars.sort((a, b) => b.getBoundingClientRect().width - a.getBoundingClientRect().width)[0]!;
        const { x, y, width, height } = widest.getBoundingClientRect();
        return { x: x + width / 2, y: y + height / 2 };
      });
      await page.mouse.move(place.x, place.y);
      await page.waitForSelector('.tooltip:not([hidden])');
      assert.match(await page.locator('.tooltip').innerText(), /H₁ loop[\s\S]*significant: longer than 0\.300/);
      await page.mouse.click(place.x, place.y);
      await page.mouse.move(5, 5);
      await page.waitForSelector('.plot-scatter .lit');
      assert.notEqual(await page.locator('.tile').count(), 0);
    });
  });

  it('moves through the layers by arrow keys and sorts by a column', async () => {
    await withView({}, async ({ page, deliver }) => {
      await deliver(...whole);
      await page.locator('tr[data-layer=fc1]').focus();
      await page.keyboard.press('ArrowUp');
      await page.waitForSelector('.detail h2:text("flatten")');
      await page.keyboard.press('Home');
      await page.waitForSelector('.detail h2:text("conv1")');
      assert.equal(await page.evaluate(() => (document.activeElement as HTMLElement).dataset['layer']), 'conv1');
      await page.locator('.layers th button', { hasText: 'loops' }).click();
      await page.waitForSelector('th[aria-sort=descending]');
      const first = await page.locator('.layers tbody tr').first().locator('td').nth(4).innerText();
      assert.equal(first, '3');
    });
  });

  it('goes to the place that shows a finding', async () => {
    await withView({}, async ({ page, deliver }) => {
      await deliver(...whole);
      await page.locator('.finding', { hasText: 'significant loops in relu3' }).getByText('show →').click();
      await page.waitForSelector('.detail h2:text("relu3")');
      await page.waitForSelector('.plot-barcode.flash');
      await page.waitForSelector('.plot-scatter .lit');
    });
  });

  it('says the whole rule of every finding, at any width, and once where several share it', async () => {
    await withView({}, async ({ page, deliver }) => {
      const [first] = result.findings;
      const findings = [...result.findings, { ...first!, rule: 'A rule of its own. '.repeat(20) }, first!, first!];
      await deliver(start, { type: 'result', result: { ...result, findings } }, done);
      await page.getByRole('button', { name: /^\d+ more$/ }).click();
      assert.deepEqual(
        await page.locator('.finding .rule').allInnerTexts(),
        findings.flatMap(({ rule }, i) => (rule === findings[i - 1]?.rule ? [] : [rule.trim()])),
      );
      for (const width of [1400, 700, 420]) {
        await page.setViewportSize({ width, height: 900 });
        const cut = await page
          .locator('.finding .text')
          .evaluateAll(
            texts =>
              texts.filter(text => text.clientWidth < text.scrollWidth || text.clientHeight < text.scrollHeight).length,
          );
        assert.equal(cut, 0, `at ${width} px`);
      }
    });
  });

  it('has a place of its own for the inputs, which hide nothing of the plots', async () => {
    await withView({}, async ({ page, deliver }) => {
      await deliver(...whole);
      await page.locator('tr[data-layer=relu3]').click();
      for (const [width, height] of [
        [1400, 900],
        [1100, 810],
        [900, 600],
      ] as const) {
        await page.setViewportSize({ width, height });
        await page.locator('.plot-barcode .mirror').focus();
        await page.keyboard.press('ArrowDown');
        await page.locator('.tile').first().waitFor();
        const [plots, inputs] = [await boxOf(page, '.plots'), await boxOf(page, '.inputs')];
        assert.ok(inputs.right <= plots.left + 1, `${width}: the inputs lie over the plots`);
        assert.ok(plots.bottom <= height && inputs.bottom <= height, `${width}: something is out of sight`);
        assert.equal(await page.evaluate(() => document.documentElement.scrollHeight - window.innerHeight), 0);
      }
      const before = await boxOf(page, '.inputs');
      await page.keyboard.press('Escape');
      await page.locator('.tile').first().waitFor({ state: 'detached' });
      assert.deepEqual(await boxOf(page, '.inputs'), before, 'the drawer grows with what it holds');
    });
  });

  it('keeps the plot that a choice was made in clear of its inputs where it is narrow', async () => {
    await withView({ width: 700 }, async ({ page, deliver }) => {
      await deliver(...whole);
      await page.locator('tr[data-layer=relu3]').click();
      for (const plot of ['barcode', 'scatter']) {
        await page.locator(`.plot-${plot} .mirror`).focus();
        await page.keyboard.press('ArrowDown');
        await page.locator('.tile').first().waitFor();
        await page.evaluate(() => new Promise(resolve => setTimeout(resolve, 100)));
        const [picture, inputs] = [await boxOf(page, `.plot-${plot} .plot-body`), await boxOf(page, '.inputs')];
        assert.ok(picture.bottom <= inputs.top + 1, `${plot}: ${picture.bottom} px lies behind ${inputs.top} px`);
        assert.ok(inputs.bottom - inputs.top < 0.25 * 900);
      }
    });
  });

  it('folds the inputs away, and leaves them so', async () => {
    await withView({}, async ({ page, deliver }) => {
      await deliver(...whole);
      await page.getByRole('button', { name: 'Hide the inputs' }).click();
      const fold = page.getByRole('button', { name: 'Show the inputs' });
      assert.equal(await fold.getAttribute('aria-expanded'), 'false');
      const { top, bottom } = await boxOf(page, '.inputs');
      assert.ok(bottom - top < 50);
      await page.waitForFunction(() => sessionStorage.getItem('state')?.includes('"inputsOpen":false'));
      await page.reload();
      await deliver(...whole);
      await fold.click();
      await page.locator('.inputs-body').waitFor();
    });
  });

  it('asks for another run only when it is told to, with what was changed', async () => {
    await withView({}, async ({ page, deliver, sent }) => {
      await deliver(...whole);
      await page.getByLabel('points', { exact: true }).selectOption('1000');
      await page.getByLabel('dim', { exact: true }).selectOption('2');
      assert.ok(!(await sent()).some(({ type }) => type === 'rerun'));
      await page.getByRole('button', { name: 'Run again with these settings' }).click();
      assert.deepEqual((await sent()).at(-1), { type: 'rerun', changes: { points: 1000, maxDimension: 2 } });
    });
  });

  it('exports each plot as SVG, PNG and CSV, and the result as CSV and JSON', async () => {
    await withView({}, async ({ page, deliver, sent }) => {
      await deliver(...whole);
      const saved = async (): Promise<string[]> =>
        (await sent()).flatMap(message => (message.type === 'save' ? [message.suggestedName] : []));
      for (const title of ['barcode', 'persistence diagram', 'betti curves', 'activations']) {
        for (const item of ['Picture as SVG', 'Picture as PNG', 'Numbers as CSV']) {
          const count = (await saved()).length;
          await page.getByRole('button', { name: `Export ${title}` }).click();
          await page.getByRole('menuitem', { name: item }).click();
          await page.waitForFunction(known => {
            const { sentMessages } = window as unknown as { sentMessages: { type: string }[] };
            return known < sentMessages.filter(({ type }) => type === 'save').length;
          }, count);
        }
      }
      for (const item of ['Numbers of all layers (CSV)', 'The whole result (JSON)']) {
        await page.getByRole('button', { name: 'Export', exact: true }).click();
        await page.getByRole('menuitem', { name: item }).click();
      }
      const names = await saved();
      assert.equal(names.length, 14);
      assert.equal(names[0], 'final-fc1-barcode.svg');
      const png = await page.evaluate(() => {
        const { sentMessages } = window as unknown as { sentMessages: { format?: string; content?: Uint8Array }[] };
        return Array.from(sentMessages.find(({ format }) => format === 'png')!.content!.subarray(0, 4));
      });
      assert.deepEqual(png, [0x89, 0x50, 0x4e, 0x47]);
      const svg = (await sent()).find(message => message.type === 'save' && message.format === 'svg');
      assert.ok(svg?.type === 'save' && typeof svg.content === 'string' && !svg.content.includes('var('));
      await page.getByRole('button', { name: 'More actions' }).click();
      await page.getByRole('menuitem', { name: 'Copy as command line' }).click();
      assert.deepEqual((await sent()).at(-1), {
        type: 'copy',
        what: 'command line',
        text: start.type === 'start' ? start.commandLine : '',
      });
    });
  });

  it('comes back after a reload as it was left', async () => {
    await withView({}, async ({ page, deliver }) => {
      await deliver({ ...start, restore: { version: 1, model: 'file:///m.onnx' } }, ...whole.slice(1));
      await page.locator('tr[data-layer=conv2]').click();
      await page.getByRole('button', { name: 'by length' }).click();
      await page.waitForFunction(() => sessionStorage.getItem('state')?.includes('"length"'));
      await page.reload();
      await deliver(...whole);
      await page.waitForSelector('.detail h2:text("conv2")');
      assert.equal(await page.getByRole('button', { name: 'by length' }).getAttribute('aria-pressed'), 'true');
      assert.match(await page.evaluate(() => sessionStorage.getItem('state') ?? ''), /file:\/\/\/m\.onnx/);
    });
  });

  it('shows findings and layers as they were, before any message, when it comes back', async () => {
    await withView({}, async ({ page, deliver }) => {
      await deliver(...whole);
      await page.waitForFunction(() => sessionStorage.getItem('state')?.includes('"memory"'));
      const size = await page.evaluate(() => sessionStorage.getItem('state')!.length);
      assert.ok(size < 40_000, `${size} characters`);
      const findings = await page.locator('.finding').allInnerTexts();
      const rows = await page.locator('.layers tbody tr').allInnerTexts();
      const sparks = await page.locator('.layers .spark svg').evaluateAll(all => all.map(svg => svg.outerHTML));
      await page.reload();
      await page.waitForSelector('.layers .remembered svg');
      assert.deepEqual(await page.locator('.finding').allInnerTexts(), findings);
      assert.deepEqual(await page.locator('.layers tbody tr').allInnerTexts(), rows);
      assert.equal(await page.locator('.layers .spark svg').count(), sparks.length);
      assert.match(await page.locator('h1').innerText(), /final\.onnx/);
      await deliver(...whole);
      assert.equal(await page.locator('.layers .remembered').count(), 0);
      assert.deepEqual(await page.locator('.layers tbody tr').allInnerTexts(), rows);
      await page.reload();
      const fault = { code: 'corrupt', message: 'The file ends early.' } as const;
      await deliver(start, { type: 'status', status: { kind: 'failed', fault, actions: [] } });
      assert.equal(
        await page.locator('.layers .remembered').count(),
        0,
        'numbers of an earlier run stand beside a fault',
      );
      assert.equal(await page.locator('.findings').isVisible(), false);
      await page.reload();
      await deliver({ ...start, commandLine: 'another run' });
      assert.equal(await page.locator('.layers .remembered').count(), 0);
    });
  });

  it('explains each plot in three lines, with the way to its page', async () => {
    await withView({}, async ({ page, deliver, sent }) => {
      await deliver(...whole);
      await page.getByRole('button', { name: 'About barcode' }).click();
      assert.equal(await page.locator('.plot-barcode .help dd').count(), 3);
      await page.locator('.plot-barcode .docs-link').click();
      assert.deepEqual((await sent()).at(-1), { type: 'openDocs', page: 'persistence' });
      await page.keyboard.press('Escape');
      assert.equal(await page.locator('.plot-barcode .help').isVisible(), false);
    });
  });

  it('shows strangers’ text as text', async () => {
    const evil = '<img src=x onerror="document.title=1"><b>x</b>';
    const layers = [{ name: evil, op: evil, points: 40, loops: 3, caveats: [{ code: 'x', message: evil }] }];
    const hostile = makeResult(layers, 40, 2);
    const findings = [
      { ...hostile.findings[0]!, sentence: evil, rule: evil, target: { layer: evil, view: 'barcode' as const } },
    ];
    await withView({}, async ({ page, deliver }) => {
      await deliver(
        { ...start, title: evil },
        {
          type: 'result',
          result: {
            ...hostile,
            findings,
            warnings: [{ code: 'x', message: `${evil} too` }],
            head: {
              ...hostile.head,
              data: { ...hostile.head.data, name: evil },
              labels: { ...hostile.head.labels!, name: evil, classes: [evil, 'b'] },
            },
          },
        },
      );
      await page.locator('.finding').first().getByText('show →').click();
      await page.locator('.plot-scatter .mirror').focus();
      await page.keyboard.press('ArrowDown');
      assert.equal(await page.locator('img, b').count(), 0);
      assert.equal(await page.title(), 'View');
      await checkFits(page);
    });
  });
});

describe('states without a result', () => {
  const cases: [name: string, message: ToView, text: RegExp, button: string, sends: string][] = [
    [
      'waiting',
      {
        type: 'status',
        status: { kind: 'waiting', message: 'No data yet.', action: { label: 'Choose data…', id: 'pickData' } },
      },
      /No data yet\./,
      'Choose data…',
      'pickData',
    ],
    [
      'confirm',
      { type: 'status', status: { kind: 'confirm', message: 'This takes 4 minutes.' } },
      /4 minutes/,
      'Run anyway',
      'confirm',
    ],
    [
      'failed',
      {
        type: 'status',
        status: {
          kind: 'failed',
          fault: { code: 'shape-mismatch', message: 'Rows have 30 numbers.', hint: 'Choose others.', source: 'x.npy' },
          actions: [{ id: 'pickData' }, { id: 'describe' }],
        },
      },
      /Rows have 30 numbers\.[\s\S]*Choose others\.[\s\S]*shape-mismatch/,
      'Copy details',
      'copy',
    ],
  ];
  for (const [name, message, text, button, sends] of cases) {
    it(`say what to do: ${name}`, async () => {
      await withView({}, async ({ page, deliver, sent }) => {
        await deliver(start, message);
        assert.match(await page.locator('.card').innerText(), text);
        await page.getByRole('button', { name: button }).click();
        assert.equal((await sent()).at(-1)?.type, sends);
        assert.notEqual(await page.locator('[role=status]').textContent(), '');
        await checkFits(page);
        await checkAccessible(page);
      });
    });
  }
});

describe('a fault', () => {
  it('offers what helps, the first foremost, and its details to copy; nothing else', async () => {
    await withView({}, async ({ page, deliver, sent }) => {
      const fault = { code: 'too-large', message: '20,000 points would take 90 GB.' } as const;
      const actions = [{ id: 'fewerPoints', points: 1234 }, { id: 'chooseModel' }, { id: 'describe' }] as const;
      await deliver(start, { type: 'status', status: { kind: 'failed', fault, actions } });
      assert.deepEqual(await page.locator('.card button').allInnerTexts(), [
        'Run with 1,234 points',
        'Choose another model',
        'Describe the model',
        'Copy details',
      ]);
      for (let i = 0; i < 3; i++) await page.locator('.card button').nth(i).click();
      assert.deepEqual((await sent()).slice(-3), [
        { type: 'rerun', changes: { points: 1234 } },
        { type: 'chooseModel' },
        { type: 'describe' },
      ]);
    });
  });
});

describe('every theme', () => {
  for (const theme of Object.keys(THEMES) as ThemeName[]) {
    it(`is accessible and fits at any width: ${theme}`, async () => {
      await withView({ theme }, async ({ page, deliver }) => {
        await deliver(...whole);
        await page.locator('tr[data-layer=relu3]').click();
        await page.locator('.plot-barcode .mirror').focus();
        await page.keyboard.press('ArrowDown');
        await page.waitForSelector('.tile');
        await checkAccessible(page);
        for (const width of [1400, 1000, 700, 420]) {
          await page.setViewportSize({ width, height: 900 });
          await page.evaluate(
            () => new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve))),
          );
          await checkFits(page);
        }
      });
    });
  }
});

describe('20,000 bars', () => {
  it('never hold up a frame for more than 50 ms of work', async () => {
    const huge = makeLayer({ name: 'huge', points: 11_000, loops: 9000 });
    const small = makeLayer({ name: 'small', points: 100, loops: 10 });
    const head = makeHead({ points: 11_000, layers: [{ name: 'huge' }, { name: 'small' }] });
    await withView({}, async ({ page, deliver }) => {
      await deliver(start, { type: 'result', result: { ...result, head, layers: [small, huge], findings: [] } });
      await page.locator('tr[data-layer=huge]').click();
      await page.waitForSelector('.plot-scatter canvas:not([hidden])');
      // Processor time of the page's own thread: what else the machine does at the time is not the view's fault.
      const session = await page.context().newCDPSession(page);
      await session.send('Performance.enable', { timeDomain: 'threadTicks' });
      const spentSoFar = async (): Promise<number> => {
        const { metrics } = await session.send('Performance.getMetrics');
        return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN);
      };
      const work: number[] = [];
      for (let i = 0; i < 40; i++) {
        const before = await spentSoFar();
        await page.evaluate(async step => {
          const body = document.querySelector('.plot-barcode .plot-body')!;
          const box = body.getBoundingClientRect();
          const place = { clientX: box.left + 60 + 6 * step, clientY: box.top + 5 + 5 * step, bubbles: true };
          body.dispatchEvent(new PointerEvent('pointermove', place));
          if (step % 8 === 7) body.dispatchEvent(new MouseEvent('click', place));
          await new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve)));
        }, i);
        work.push((await spentSoFar()) - before);
      }
      work.sort((a, b) => a - b);
      const most = work[Math.floor(0.95 * work.length)]!;
      assert.ok(
        most < 50,
        `one frame in twenty took more than ${most.toFixed(1)} ms: ${work.map(Math.round).join(' ')}`,
      );
      if (process.env['SHOW_TIMES'] !== undefined) process.stdout.write(`${work.map(Math.round).join(' ')}\n`);
    });
  });
});

describe('the report', () => {
  it('draws the result that the page carries, with no host and no request', async () => {
    const { script, style } = await bundle();
    assert.doesNotMatch(style, /url\(|@import/);
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'neural-topology-report-'));
    const file = path.join(folder, 'report.html');
    fs.writeFileSync(
      file,
      `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Report</title><style>${style}</style></head>
<body class="report"><div id="neural-topology-app"></div>
<script type="application/json" id="neural-topology-result">${encodeResult(result)}</script><script>${script}</script></body></html>`,
    );
    try {
      for (const colorScheme of ['light', 'dark'] as const) {
        const context = await browser.newContext({
          viewport: { width: 1200, height: 900 },
          colorScheme,
          reducedMotion: 'reduce',
        });
        const page = await context.newPage();
        const problems: string[] = [];
        const requests: string[] = [];
        page.on('pageerror', error => problems.push(error.message));
        page.on('console', message => problems.push(message.text()));
        page.on('request', request => requests.push(request.url()));
        await page.goto(pathToFileURL(file).href);
        await page.waitForSelector('.detail h2:text("fc1")');
        assert.equal(await page.locator('.layers tbody tr').count(), result.layers.length);
        await page.locator('.plot-barcode .mirror').focus();
        await page.keyboard.press('ArrowDown');
        await page.waitForSelector('.inputs .hint:text("The report does not carry the inputs")');
        const download = page.waitForEvent('download');
        await page.getByRole('button', { name: 'Export', exact: true }).click();
        await page.getByRole('menuitem', { name: /JSON/ }).click();
        assert.equal((await download).suggestedFilename(), 'final-topology.json');
        await checkAccessible(page);
        await checkFits(page);
        assert.deepEqual(problems, []);
        assert.deepEqual(
          requests.filter(url => !/^(file|blob):/.test(url)),
          [],
        );
        await context.close();
      }
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
    }
  });
});
