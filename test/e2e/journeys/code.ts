import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { journey } from '../harness/journey';
import { Panel } from '../harness/panel';
import { samples } from '../../../scripts/lib/sample.mjs';
import { files } from '../harness/workspace';

const source = 'digits/model.py';
const settings = {
  'neuralTopology.data': { [files.mlp]: { data: `${files.train}#X`, labels: `${files.train}#y` } },
  'editor.minimap.enabled': false,
};

/** Lines above the layers of a source, what they say after a measurement, and a quick fix that is taken back. */
journey('prune next to the code', { settings }, step => {
  step('says above each layer what it has, once the model is known', async window => {
    await (await window.file(source)).dblclick();
    await window.tab('model.py').waitFor();
    await window.lens('128 units · Measure what can go').waitFor();
    await window.screenshot('code-dark');
  });

  step('measures on a click, and says it in the same places', async window => {
    const before = await window.lenses.count();
    await window.lensLink('128 units').click();
    await window.lens(/128 units · \d+ can go · [−+±][\d.]+ pt held-out/).waitFor({ timeout: 120_000 });
    await window.until(async () => (await window.lenses.count()) === before);
    await window.screenshot('code-measured-dark');
  });

  step('draws the barcode of a layer in a hover', async window => {
    const line = window.page
      .locator('.view-line', { hasText: 'self.fc1 = nn.Linear(64, 128)' })
      .locator('span span')
      .last();
    await line.hover();
    await window.page.locator('.monaco-hover img[src^="data:image/svg+xml"]').waitFor();
    await window.screenshot('code-hover-dark');
    await window.page.keyboard.press('Escape');
  });

  step('shrinks a layer and what depends on it, after a preview', async window => {
    await window.page.locator('.view-line', { hasText: 'self.fc1 = nn.Linear(64, 128)' }).click();
    await window.page.keyboard.press('Control+.');
    const action = window.page.locator('.action-widget .monaco-list-row', { hasText: /Shrink to \d+ units/ }).first();
    await action.waitFor();
    const [, size] = /Shrink to (\d+) units/.exec(await action.innerText())!;
    await window.screenshot('code-fix-dark');
    // The first one is chosen already; what lies over the list takes clicks.
    await window.page.keyboard.press('Enter');
    await window.page.locator('.panel .monaco-button', { hasText: 'Apply' }).first().waitFor();
    // The editor leaves it to the person to tick what is to be changed: here all of the file.
    await window.page
      .locator('.bulk-edit-panel .monaco-list-row input[type="checkbox"], .bulk-edit-panel .edit-checkbox')
      .first()
      .click();
    await window.screenshot('code-preview-dark');
    await window.page.locator('.panel .monaco-button', { hasText: 'Apply' }).first().click();
    await window.page
      .locator('.view-line', { hasText: `nn.Linear(64, ${size})` })
      .first()
      .waitFor();
    await window.page
      .locator('.view-line', { hasText: `nn.Linear(${size}, 64)` })
      .first()
      .waitFor();
    await window.lens(`${size} units · the model has 128`).waitFor();
  });

  step('takes it back, byte for byte', async window => {
    await window.page.locator('.view-line', { hasText: 'class DigitsMLP' }).click();
    await window.page.keyboard.press('Control+z');
    await window.page.locator('.view-line', { hasText: 'nn.Linear(64, 128)' }).first().waitFor();
    await window.page.keyboard.press('Control+s');
    await window.lens(/128 units · \d+ can go/).waitFor();
    const now = () => fs.readFileSync(path.join(window.folder, source));
    await window.until(() => now().equals(fs.readFileSync(path.join(samples, source))));
    await window.theme('high-contrast');
    await window.screenshot('code-contrast');
    await window.theme('light');
    await window.resize(700);
    await window.screenshot('code-light-narrow');
    await window.resize(1400);
  });

  step('lists what can go as problems, where that is wanted', async window => {
    const problems = window.page.locator('.markers-panel .monaco-list-row', { hasText: /128 units of fc1 can go at/ });
    window.changeSettings({ 'neuralTopology.code.hints': true });
    await window.command('Problems: Focus on Problems View');
    await problems.first().waitFor();
    await window.screenshot('code-problems-light');
    window.changeSettings({ 'neuralTopology.code.hints': false });
    await problems.first().waitFor({ state: 'detached' });
    await window.command('View: Hide Panel');
  });

  step('asks once which of several models a source is of, and remembers it', async window => {
    await window.lensLink('40 filters · 2 models fit, choose one').click();
    await window.pick('models');
    const known = window.lens('40 filters · Measure what can go');
    await known.waitFor();
    await window.reloadKeeping();
    await known.waitFor();
    // What was measured before is there, too.
    await window.lens(/128 units · \d+ can go/).waitFor();
  });

  step('says that a model was written anew, and knows it again when it is as it was', async window => {
    const model = path.join(window.folder, files.mlp);
    const measured = fs.readFileSync(model);
    fs.copyFileSync(path.join(samples, 'checkpoints/digits-mlp/epoch0.onnx'), model);
    await window.lens('128 units · model changed since').waitFor();
    fs.writeFileSync(model, measured);
    await window.lens(/128 units · \d+ can go/).waitFor();
  });

  step('offers to write the smaller model', async window => {
    await window.page.locator('.view-line', { hasText: 'self.fc1 = nn.Linear(64, 128)' }).click();
    await window.page.keyboard.press('Control+.');
    const write = window.page.locator('.action-widget .monaco-list-row', { hasText: 'Write pruned model…' }).first();
    await write.waitFor();
    await window.page.keyboard.press('ArrowDown');
    await window.page.keyboard.press('Enter');
    await window.tab('digits-mlp.onnx · pruning').waitFor();
    await window.view.locator('svg.curve').waitFor();
    await window.tab('model.py').click();
  });

  step('goes to the topology of a layer', async window => {
    await window.lensLink('Topology').click();
    const panel = new Panel(window);
    await panel.done();
    assert.equal(await panel.selectedLayer.getAttribute('data-layer'), 'fc1');
  });
});

const residual = {
  'neuralTopology.data': { [files.residual]: { data: `${files.test}#X`, labels: `${files.test}#y` } },
  'neuralTopology.points': 50,
};

/** Layers that a panel found to be redundant, where they are defined. */
journey('redundant layers in the code', { settings: residual, content: 'residual', theme: 'light' }, step => {
  step('are looked for in a panel, which shows outside of it', async window => {
    await (await window.file(files.residualSource)).dblclick();
    await window.lens('8 × 64 units').waitFor();
    await window.chooseFromMenu(await window.file(files.residual), 'Neural Topology', 'Find Redundant Layers');
    await window.statusBarItem('resmlp.onnx').waitFor();
    await window.statusBarItem('resmlp.onnx').waitFor({ state: 'detached', timeout: 120_000 });
    await window.openView('Neural Topology');
    await window.treeRow(/resmlp\.onnx.*redundancy · digits-test\.npz/).waitFor();
    await window.screenshot('results-redundancy-light');
  });

  step('are marked, and said in the hover', async window => {
    await window.tab('resmlp.py').click();
    const marked = () =>
      window.page
        .locator('.view-overlays [class*="ced-"]')
        .evaluateAll(marks => marks.filter(mark => getComputedStyle(mark).borderLeftStyle === 'dotted').length);
    await window.until(async () => (await marked()) === 2);
    await window.page
      .locator('.view-line', { hasText: 'self.fc1 = nn.Linear(width, width)' })
      .locator('span span')
      .last()
      .hover();
    await window.page.locator('.monaco-hover', { hasText: /blocks\.3\s+can\s+go/ }).waitFor();
    await window.screenshot('code-marks-light');
    await window.theme('dark');
    await window.screenshot('code-marks-dark');
    await window.theme('high-contrast');
    await window.screenshot('code-marks-contrast');
  });
});
