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
    await window.page.locator('.codelens-decoration', { hasText: '128 units · Measure what can go' }).waitFor();
    await window.screenshot('code-dark');
  });

  step('measures on a click, and says it in the same places', async window => {
    const before = await window.page.locator('.codelens-decoration').count();
    await window.page.locator('.codelens-decoration a', { hasText: '128 units' }).click();
    await window.page
      .locator('.codelens-decoration', { hasText: /128 units · \d+ can go · [−+±][\d.]+ pt held-out/ })
      .waitFor({ timeout: 120_000 });
    assert.equal(await window.page.locator('.codelens-decoration').count(), before);
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
    await window.page.locator('.codelens-decoration', { hasText: `${size} units · the model has 128` }).waitFor();
  });

  step('takes it back, byte for byte', async window => {
    await window.page.locator('.view-line', { hasText: 'class DigitsMLP' }).click();
    await window.page.keyboard.press('Control+z');
    await window.page.locator('.view-line', { hasText: 'nn.Linear(64, 128)' }).first().waitFor();
    await window.page.keyboard.press('Control+s');
    await window.page.locator('.codelens-decoration', { hasText: /128 units · \d+ can go/ }).waitFor();
    const now = () => fs.readFileSync(path.join(window.folder, source));
    await window.until(() => now().equals(fs.readFileSync(path.join(samples, source))));
    await window.theme('high-contrast');
    await window.screenshot('code-contrast');
    await window.theme('light');
    await window.resize(700);
    await window.screenshot('code-light-narrow');
    await window.resize(1400);
  });

  step('goes to the topology of a layer', async window => {
    await window.page.locator('.codelens-decoration a', { hasText: 'Topology' }).first().click();
    const panel = new Panel(window);
    await panel.done();
    assert.equal(await panel.selectedLayer.getAttribute('data-layer'), 'fc1');
  });
});
