import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { journey } from '../harness/journey';
import { Panel } from '../harness/panel';
import { files } from '../harness/workspace';

/** From the right-click to the inputs on a loop, and back after a reload. */
journey('inspect a model', {}, step => {
  step('offers itself on a model and on nothing else', async window => {
    const onModel = await window.openMenu(await window.file(files.mlp));
    assert.ok((await onModel.allInnerTexts()).includes('Inspect Layer Topology'));
    await window.page.keyboard.press('Escape');
    const onOthers = await window.openMenu(await window.file('README.md'));
    assert.ok(!(await onOthers.allInnerTexts()).includes('Inspect Layer Topology'));
    await window.page.keyboard.press('Escape');
  });

  step('lists the data that fits, and draws the first layer', async window => {
    await window.chooseFromMenu(await window.file(files.mlp), 'Inspect Layer Topology');
    await window.picks.filter({ hasText: 'digits-test.npz' }).first().waitFor();
    const offered = (await window.picks.allInnerTexts()).join('\n');
    assert.match(offered, /Browse…/);
    assert.match(offered, /Random input, no data/);
    await window.screenshot('pick-data');

    const chosen = Date.now();
    await window.pick('digits-test.npz');
    await window.tab('digits-mlp.onnx').waitFor();
    const panel = new Panel(window);
    await panel.finished.first().waitFor();
    console.log(`    data chosen → first barcode: ${Date.now() - chosen} ms (activation of the extension included)`);
    await panel.done();
    console.log(`    data chosen → all layers: ${Date.now() - chosen} ms`);
    assert.equal(await panel.finished.count(), await panel.layers.count());
  });

  step('begins with what was found', async window => {
    const panel = new Panel(window);
    const sentences = await panel.findings.allInnerTexts();
    assert.ok(sentences.length > 0);
    assert.ok(
      sentences.some(sentence => /\d/.test(sentence)),
      sentences.join('\n'),
    );
    await panel
      .button(/^Show: /)
      .first()
      .click();
    await panel.selectedLayer.waitFor();
  });

  step('remembers the data in the settings of the workspace', window => {
    assert.match(JSON.stringify(window.settings['neuralTopology.data']), /digits-test\.npz/);
    return Promise.resolve();
  });

  step('draws the four views of the layer that is clicked', async window => {
    const panel = new Panel(window);
    await panel.select(panel.finished.nth(1));
    for (const view of ['barcode', 'diagram', 'betti', 'scatter'] as const) {
      const marks = panel.marks(view);
      await marks.first().waitFor({ state: 'attached' });
      assert.ok((await marks.count()) > 3, `${view} is empty`);
    }
  });

  step('shows the cycle of a bar and the inputs on it, as images', async window => {
    const panel = new Panel(window);
    await chooseLongestLoop(panel);
    await panel.tiles.first().waitFor();
    const images = panel.tiles.locator('canvas.image');
    await images.first().waitFor();
    const painted = await images.first().evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      return { width: canvas.width, values: new Set(data.filter((_, i) => i % 4 === 0)).size };
    });
    assert.equal(painted.width, 8);
    assert.ok(painted.values > 2, 'the image is blank');
    const lit = panel.plot('scatter').locator('.plot-body.lit svg.overlay').locator('line, path, circle');
    assert.ok((await lit.count()) >= 3, 'no cycle is drawn over the activations');
    await window.screenshot('loop-dark-1400');
  });

  step('exports a plot as the picture that is shown', async window => {
    const panel = new Panel(window);
    await panel.button('Export barcode').click();
    await panel.menuItem(/SVG/).first().click();
    const target = await window.acceptSaveDialog();
    assert.ok(target.startsWith(path.join(window.folder, 'models')), `${target} is not beside the model`);
    await window.until(() => fs.existsSync(target) && /<\/svg>\s*$/.test(fs.readFileSync(target, 'utf8')));
    assert.match(fs.readFileSync(target, 'utf8'), /^<svg xmlns=/);
  });

  step('copies the command line that computes the same', async window => {
    const panel = new Panel(window);
    await panel.button('More actions').click();
    await panel.menuItem(/command line/i).click();
    await window.until(async () => /neural-topology inspect .*digits-mlp\.onnx/.test(await window.clipboard()));
  });

  step('lets go with Escape', async window => {
    const panel = new Panel(window);
    await panel.mirror('barcode').press('Escape');
    await panel.tiles.first().waitFor({ state: 'detached' });
  });

  step('is read by tools for people who do not see', async window => {
    assert.deepEqual(await window.accessibilityProblems(), []);
  });

  for (const theme of ['light', 'dark', 'high-contrast'] as const) {
    step(`wears the ${theme} theme, wide and narrow`, async window => {
      const panel = new Panel(window);
      await window.theme(theme);
      await chooseLongestLoop(panel);
      await panel.tiles.first().waitFor();
      for (const width of [1400, 700]) {
        await window.resize(width);
        if (width === 700) await window.command('View: Toggle Primary Side Bar Visibility');
        await panel.marks('barcode').first().waitFor({ state: 'attached' });
        assert.equal(await overflow(panel), 0, 'something is wider than the panel');
        await window.screenshot(`inspect-${theme}-${width}`);
      }
      assert.deepEqual(await window.accessibilityProblems(), [], theme);
      await window.command('View: Toggle Primary Side Bar Visibility');
      await window.resize(1400);
    });
  }

  step('comes back after the window is loaded again', async window => {
    const panel = new Panel(window);
    const layer = await panel.selectedLayer.getAttribute('data-layer');
    await window.reload();
    await window.tab('digits-mlp.onnx').waitFor();
    await panel.done();
    await panel
      .layer(layer ?? '')
      .and(panel.selectedLayer)
      .waitFor();
    assert.match(await panel.strip.innerText(), /earlier run/);
  });

  step('is activated in time', async window => {
    await window.command('Developer: Show Running Extensions');
    const row = window.page
      .locator('.runtime-extensions-editor .monaco-list-row')
      .filter({ hasText: 'Neural Topology' });
    await row.waitFor();
    const milliseconds = Number(/Activation: (\d+)ms/.exec(await row.innerText())?.[1]);
    console.log(`    activation of the extension: ${milliseconds} ms`);
    assert.ok(Number.isFinite(milliseconds));
  });
});

/** Clicks the longest bar of H1 in the first layer that has one, whatever was chosen before. */
async function chooseLongestLoop(panel: Panel): Promise<void> {
  await panel.mirror('barcode').press('Escape');
  const loops = panel.plot('barcode').locator('svg.features rect[fill="var(--nt-h1)"]');
  for (const row of await panel.finished.all()) {
    await panel.select(row);
    await panel.marks('barcode').first().waitFor({ state: 'attached' });
    if ((await loops.count()) > 0) break;
  }
  const widths = await loops.evaluateAll(bars => bars.map(bar => bar.getBoundingClientRect().width));
  const longest = loops.nth(widths.indexOf(Math.max(...widths)));
  // The picture lies under a layer of what is lit, which takes no clicks of its own.
  await longest.click({ force: true });
  // What the pointer rests on has a tooltip, which covers the plot.
  await panel.frame.locator('h1').hover();
}

/** How many pixels the page is wider than its frame. */
function overflow(panel: Panel): Promise<number> {
  return panel.frame.locator('html').evaluate(html => Math.max(0, html.scrollWidth - html.clientWidth));
}
