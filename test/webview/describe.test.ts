import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { placeLayers } from '../../src/analyses/layerGraph/layerGraph';
import { Cancellation } from '../../src/base/cancellation';
import { english } from '../../src/host/base/translate';
import { describeWords } from '../../src/host/describe/words';
import type { DescribeFromView, DescribeToView, OutlineResult, WeightHistogram } from '../../src/protocol/describe';
import { launchBrowser } from '../e2e/browser';
import { checkAccessible, checkFits } from './checks';
import { THEMES, type ThemeName } from './themes';
import { openView, type ViewOptions, type ViewPage } from './viewPage';

/** The page that describes a model, as a browser draws it. */

type Layer = OutlineResult['layers'][number];

function layer(name: string, op: string, inputs: readonly string[], parameters = 0): Layer {
  const weights =
    parameters === 0 ? [] : [{ name: `${name}.weight`, shape: [parameters], type: 'float32' as const, trained: true }];
  return { name, op, outputShape: [null, 64, 8, 8], parameters, weights, output: name, inputs };
}

/** A stem, residual blocks of four layers each, and a head. */
function residualLayers(blocks: number): readonly Layer[] {
  const layers = [layer('stem', 'Conv', [], 1728)];
  let last = 'stem';
  for (let block = 0; block < blocks; block++) {
    const name = (own: string) => `blocks.${block}.${own}`;
    layers.push(
      layer(name('conv1'), 'Conv', [last], 36_864),
      layer(name('relu'), 'Relu', [name('conv1')]),
      layer(name('conv2'), 'Conv', [name('relu')], 36_864),
      layer(name('add'), 'Add', [name('conv2'), last]),
    );
    last = name('add');
  }
  return [...layers, layer('fc', 'Gemm', [last], 650)];
}

const model: OutlineResult = {
  format: 'onnx',
  producer: 'pytorch 2.4.0',
  details: [
    { name: 'opset', value: '17' },
    { name: 'opset ai.onnx.ml', value: '3' },
    { name: 'IR version', value: '8' },
    { name: 'graph', value: 'main_graph' },
    { name: 'trainedOn', value: 'digits <b>v2</b>', metadata: true },
  ],
  inputs: [{ name: 'x', shape: [null, 3, 8, 8], type: 'float32' }],
  outputs: [{ name: 'logits', shape: [null, 10], type: 'float32' }],
  parameters: 18_986,
  layers: residualLayers(3),
  classNames: undefined,
  unsupported: [],
  isProgram: true,
  weightBytes: 75_944,
};

const stateDict: OutlineResult = {
  ...model,
  format: 'pytorch',
  inputs: [],
  outputs: [],
  isProgram: false,
  missing: {
    fault: {
      code: 'unsupported',
      message: 'The file holds weights, and no network.',
      hint: 'Give its class in Python.',
    },
    chain: { layers: ['conv1'], asksPlace: false, activations: ['relu', 'none'] },
    layerList: { file: 'digits.layers.json', exists: false },
    parameters: 40,
  },
  layers: ['conv1', 'fc1'].map(name => ({ ...layer(name, 'Conv2d', [], 40), outputShape: undefined })),
};

const open = (shown = model, offersPython = false): readonly DescribeToView[] => [
  { type: 'words', words: describeWords(english) },
  { type: 'model', name: 'digits.onnx', sizeBytes: 76_885, model: shown, offersPython },
];

function histogram(name: string, changes: Partial<WeightHistogram> = {}): WeightHistogram {
  const bins = Float64Array.from({ length: 64 }, (_, at) => Math.round(900 * Math.exp(-(((at - 30) / 9) ** 2))));
  const range = { min: -0.412, max: 0.398, mean: -0.0012, standardDeviation: 0.0713 };
  const { min: from, max: to } = range;
  return {
    ...{ name, shape: [36_864], type: 'float32', count: 36_864, zeros: 120, notANumber: 0, infinite: 0 },
    ...{ range, bins, from, to },
    ...changes,
  };
}

let browser: Browser;
before(async () => {
  browser = await launchBrowser();
});
after(async () => {
  await browser.close();
});

/** What the host would answer to the layouts that were asked for since `from`. */
async function answerLayouts({ sent, deliver }: ViewPage, shown: OutlineResult, from = 0): Promise<number> {
  const messages = (await sent()) as unknown as readonly DescribeFromView[];
  for (const message of messages.slice(from))
    if (message.type === 'layout')
      await deliver({
        type: 'graph',
        request: message.request,
        graph: placeLayers(shown.layers, message.open, Cancellation.never),
      });
  return messages.length;
}

async function withPage(
  options: ViewOptions,
  use: (view: ViewPage) => Promise<void>,
  messages = open(),
  shown = model,
): Promise<void> {
  const view = await openView(browser, { ...options, view: 'describe' });
  try {
    await view.deliver(...messages);
    await answerLayouts(view, shown);
    await use(view);
    assert.deepEqual(view.problems, []);
  } finally {
    await view.close();
  }
}

const asked = async (view: ViewPage): Promise<readonly DescribeFromView[]> =>
  (await view.sent()) as unknown as readonly DescribeFromView[];

/** Waits until the view has sent a message of a kind. */
async function waitFor(view: ViewPage, type: DescribeFromView['type']): Promise<DescribeFromView> {
  await view.page.waitForFunction(
    wanted => (window as unknown as { sentMessages: { type: string }[] }).sentMessages.some(one => one.type === wanted),
    type,
  );
  return (await asked(view)).findLast(message => message.type === type)!;
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
    it(`is accessible and fits at any width, with the model, a layer or the table in sight: ${theme}`, async () => {
      await withPage({ theme }, async view => {
        const { page } = view;
        await page.getByText('Metadata of the file').click();
        const check = async (): Promise<void> => {
          await checkAccessible(page);
          for (const width of [420, 700, 1400]) {
            await page.setViewportSize({ width, height: 900 });
            await checkFits(page);
          }
        };
        await check();
        await page.getByRole('searchbox').fill('conv2');
        await page.keyboard.press('Enter');
        await waitFor(view, 'weights');
        await view.deliver({
          type: 'weight',
          layer: 'blocks.0.conv2',
          reading: { kind: 'histogram', histogram: histogram('blocks.0.conv2.weight') },
        });
        await check();
        await page.getByRole('button', { name: 'Table' }).click();
        await check();
      });
    });
  }
});

describe('the layer graph of a model', () => {
  it('is walked through by arrow keys along its connections', async () => {
    await withPage({}, async view => {
      const node = view.page.locator('.node-focus');
      await node.focus();
      assert.match((await node.getAttribute('aria-label'))!, /^stem, Conv, output N×64×8×8, 1,728 parameters; read by/);
      const names: string[] = [];
      for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowUp', 'End', 'Home']) {
        await view.page.keyboard.press(key);
        names.push((await node.getAttribute('aria-label'))!.split(',')[0]!);
      }
      assert.deepEqual(names.slice(0, 4), ['blocks.0.conv1', 'blocks.0.relu', 'blocks.0.conv2', 'blocks.0.add']);
      assert.deepEqual(names.slice(5), ['fc', 'stem']);
      assert.equal(await view.page.locator('.detail h2').innerText(), 'stem');
    });
  });

  it('finds layers by name and operator, and opens the blocks that hide them', async () => {
    const large = { ...model, layers: residualLayers(60) };
    await withPage(
      {},
      async view => {
        const { page } = view;
        const before = (await asked(view)).length;
        await page.getByRole('searchbox').fill('relu');
        assert.equal(await page.locator('.hit-count').innerText(), '60');
        await page.keyboard.press('Enter');
        assert.equal(await page.locator('.hit-count').innerText(), '1 of 60');
        await page.keyboard.press('Enter');
        assert.equal(await page.locator('.detail h2').innerText(), 'blocks.1.relu');
        const layouts = (await asked(view)).slice(before).filter(message => message.type === 'layout');
        assert.ok(layouts.at(-1)?.open?.includes('blocks.1'), JSON.stringify(layouts));
        await answerLayouts(view, large, before);
        assert.match((await page.locator('.node-focus').getAttribute('aria-label'))!, /^blocks\.1\.relu, Relu/);
        await page.keyboard.press('Shift+Enter');
        assert.equal(await page.locator('.detail h2').innerText(), 'blocks.0.relu');
        await page.getByRole('searchbox').fill('nothing like it');
        assert.equal(await page.locator('.hit-count').innerText(), 'No layer matches.');
      },
      open(large),
      large,
    );
  });

  it('unfolds and folds a block by key, and says what it holds', async () => {
    const large = { ...model, layers: residualLayers(60) };
    await withPage(
      {},
      async view => {
        const { page } = view;
        const node = page.locator('.node-focus');
        await node.focus();
        await page.keyboard.press('ArrowDown');
        assert.equal(await node.getAttribute('aria-expanded'), 'false');
        assert.match(await page.locator('.detail').innerText(), /Conv 2 · Relu 1 · Add 1/);
        const before = (await asked(view)).length;
        await page.keyboard.press('Enter');
        await answerLayouts(view, large, before);
        assert.equal(await node.getAttribute('aria-expanded'), 'true');
        await page.getByRole('button', { name: 'Fold', exact: true }).click();
        const last = (await asked(view)).at(-1);
        assert.deepEqual(last?.type === 'layout' && last.open, ['blocks']);
      },
      open(large),
      large,
    );
  });

  it('is dragged and zoomed by the pointer, and a click chooses', async () => {
    await withPage({}, async view => {
      const { page } = view;
      const canvas = page.locator('.stage canvas');
      const box = (await canvas.boundingBox())!;
      const pixels = (): Promise<string> => canvas.evaluate((element: HTMLCanvasElement) => element.toDataURL());
      const before = await pixels();
      await page.mouse.move(box.x + 40, box.y + 300);
      await page.mouse.down();
      await page.mouse.move(box.x + 90, box.y + 340, { steps: 4 });
      await page.mouse.up();
      await page.waitForTimeout(50);
      assert.notEqual(await pixels(), before);
      assert.equal(await page.locator('.detail h2').innerText(), 'Model');
      const node = (await page.locator('.node-focus').boundingBox())!;
      await page.mouse.click(node.x + node.width / 2, node.y + node.height / 2);
      assert.equal(await page.locator('.detail h2').innerText(), 'stem');
      await page.keyboard.press('Escape');
      assert.equal(await page.locator('.detail h2').innerText(), 'Model');
    });
  });

  it('comes back as it was after the tab was hidden', async () => {
    await withPage({}, async view => {
      const { page } = view;
      await page.getByRole('searchbox').fill('conv1');
      await page.keyboard.press('Enter');
      await page.keyboard.press('Enter');
      await page.reload();
      await view.deliver(...open());
      await answerLayouts(view, model);
      assert.equal(await page.locator('.detail h2').innerText(), 'blocks.1.conv1');
      assert.equal(await page.locator('.hit-count').innerText(), '2 of 3');
    });
  });
});

describe('the weights of a layer', () => {
  it('are asked for when it is chosen, and drawn as they come', async () => {
    await withPage({}, async view => {
      const { page } = view;
      await page.getByRole('searchbox').fill('stem');
      await page.keyboard.press('Enter');
      assert.deepEqual(await waitFor(view, 'weights'), { type: 'weights', layer: 'stem' });
      assert.match(await page.locator('.tensor').innerText(), /Reading the values/);
      await view.deliver({
        type: 'weight',
        layer: 'stem',
        reading: { kind: 'histogram', histogram: histogram('stem.weight') },
      });
      assert.match(
        (await page.getByRole('img').getAttribute('aria-label'))!,
        /Histogram of stem\.weight: 36,864 values from −0\.412 to 0\.398/,
      );
      const facts = await page.locator('.moments').innerText();
      for (const part of ['36,864', '0.326', '−0.412', '0.398', '0.0713']) assert.ok(facts.includes(part), facts);
    });
  });

  it('that are not finite are warned of, and of those that cannot be read it is said why', async () => {
    await withPage({}, async view => {
      await view.page.getByRole('searchbox').fill('stem');
      await view.page.keyboard.press('Enter');
      const broken = histogram('stem.weight', { notANumber: 3, infinite: 1 });
      await view.deliver({ type: 'weight', layer: 'stem', reading: { kind: 'histogram', histogram: broken } });
      assert.match(await view.page.locator('.tensor').innerText(), /Not finite: 3 NaN, 1 infinite/);
      const fault = { code: 'corrupt', message: 'The tensor ends early.' } as const;
      await view.deliver({ type: 'weight', layer: 'stem', reading: { kind: 'fault', name: 'stem.weight', fault } });
      assert.match(await view.page.locator('.tensor').innerText(), /The tensor ends early/);
    });
  });

  it('of a large file are looked through for what is not finite when that is asked for', async () => {
    await withPage({}, async view => {
      await view.deliver({ type: 'check', check: { kind: 'open', bytes: 2 ** 30 } });
      await view.page.getByRole('button', { name: /Check all weights.*1 GB/ }).click();
      assert.equal((await asked(view)).at(-1)?.type, 'checkWeights');
      const warnings = [{ code: 'not-finite', message: 'fc1.weight holds 3 NaN, in row 2.' }];
      await view.deliver({ type: 'check', check: { kind: 'done', warnings } });
      assert.match(await view.page.locator('.notice').innerText(), /holds 3 NaN/);
    });
  });
});

describe('a page whose model is another one now', () => {
  it('says so, keeps the layer that was chosen, and says when the file is gone', async () => {
    await withPage({}, async view => {
      const { page } = view;
      const [, first] = model.layers;
      await page.getByRole('searchbox').fill(first!.name);
      await page.getByRole('searchbox').press('Enter');
      await view.deliver({ type: 'stale', why: 'changed' });
      assert.match(await page.locator('.mark').innerText(), /reading the model again/);
      const from = (await asked(view)).length;
      const [, renewed] = open();
      await view.deliver({ ...renewed, renewed: { by: 'file', at: Date.UTC(2024, 0, 1) } } as DescribeToView);
      await answerLayouts(view, model, from);
      assert.match(await page.locator('.mark').innerText(), /The file changed: this is what it held at .*\d/);
      assert.equal(await page.locator('.detail h2').innerText(), first!.name);
      await checkAccessible(page);
      await view.deliver({ type: 'stale', why: 'gone' });
      assert.match(await page.locator('.mark').innerText(), /no longer there/);
      assert.equal(await page.locator('.mark').count(), 1);
    });
  });

  it('draws the graph once its connections are known, and says what was assumed and how to take it back', async () => {
    await withPage(
      {},
      async view => {
        const { page } = view;
        await page.getByRole('button', { name: 'conv1' }).click();
        const assumed = { sentence: 'Activation relu: chosen by you.', by: 'answer' } as const;
        const from = (await asked(view)).length;
        const [, message] = open({ ...model, assumed });
        await view.deliver({ ...message, renewed: { by: 'answer', at: 0 } } as DescribeToView);
        await answerLayouts(view, model, from);
        await page.locator('.stage').waitFor();
        const whole = 'They are run one after the other.';
        const warnings = [{ code: 'assumed-architecture', message: whole } as const];
        await view.deliver({ type: 'check', check: { kind: 'done', warnings } });
        assert.match(await page.locator('.notice').innerText(), /chosen by you\.[^]*one after the other/);
        assert.equal(await page.locator('.notice').count(), 1);
        await page.getByRole('button', { name: /Choose another/ }).click();
        assert.deepEqual((await asked(view)).at(-1), { type: 'programWay', way: 'chooseActivation' });
        await page.getByRole('button', { name: /Forget Choices/ }).click();
        assert.deepEqual((await asked(view)).at(-1), { type: 'forgetChoices' });
      },
      open(stateDict),
      stateDict,
    );
  });
});

describe('weights without a network', () => {
  it('say what is missing and what would run them, and have no empty tables', async () => {
    await withPage(
      {},
      async view => {
        const { page } = view;
        assert.match(await page.locator('.notice').innerText(), /holds weights, and no network\./);
        for (const [name, way] of [
          [/Choose its activation/, 'chooseActivation'],
          [/Create a list/, 'createLayerList'],
          [/Copy code/, 'copyExportCode'],
          [/Run with Your Python/, 'runWithPython'],
        ] as const) {
          await page.getByRole('button', { name }).click();
          assert.deepEqual((await asked(view)).at(-1), { type: 'programWay', way });
        }
        await checkAccessible(page);
        assert.equal(await page.getByText('Inputs', { exact: true }).count(), 0);
        assert.equal(await page.locator('.stage').count(), 0);
        await page.getByRole('button', { name: 'conv1' }).click();
        assert.equal(await page.locator('.detail h2').innerText(), 'conv1');
      },
      open(stateDict, true),
      stateDict,
    );
  });
});
