import assert from 'node:assert/strict';
import { journey } from '../harness/journey';
import { Panel } from '../harness/panel';
import { files } from '../harness/workspace';

/** A model as an editor shows it, without running it. */
journey('describe a model', { theme: 'light' }, step => {
  step('opens on a click', async window => {
    await (await window.file(files.mlp)).click();
    await window.tab('digits-mlp.onnx').waitFor();
    await window.view.locator('.node-focus').waitFor();
    assert.match(await window.view.locator('body').innerText(), /parameters/i);
    await window.screenshot('describe-light');
    assert.deepEqual(await window.accessibilityProblems(), []);
    await window.view.getByRole('button', { name: 'Table' }).click();
    assert.match(await window.view.locator('table.layers').innerText(), /Gemm/);
  });

  step('opens from the submenu, too', async window => {
    await window.closeEditors();
    await window.chooseFromMenu(await window.file(files.cnn), 'Neural Topology', 'Describe Model');
    await window.view.locator('.node-focus').waitFor();
    assert.match((await window.view.locator('.node-focus').getAttribute('aria-label')) ?? '', /^conv1, Conv/);
  });

  step('shows the weights of a layer that was searched for', async window => {
    await window.view.getByRole('searchbox').fill('conv3');
    await window.view.getByRole('searchbox').press('Enter');
    await window.view.locator('.histogram svg').first().waitFor();
    assert.equal(await window.view.locator('.detail h2').innerText(), 'conv3');
    await window.screenshot('describe-layer-light');
  });

  step('goes to the topology of that layer, asking for data first', async window => {
    await window.view.getByRole('button', { name: 'Topology' }).last().click();
    await window.pick('digits-images-test.npz');
    const panel = new Panel(window);
    await panel.done();
    assert.equal(await panel.selectedLayer.getAttribute('data-layer'), 'conv3');
  });

  step('comes back from there to the layer in the graph', async window => {
    const panel = new Panel(window);
    await panel.select(panel.layer('fc1'));
    await panel.button('Show this layer in the graph of the network').click();
    await window.view.locator('.detail h2').getByText('fc1').waitFor();
    assert.match((await window.view.locator('.node-focus').getAttribute('aria-label')) ?? '', /^fc1, Gemm/);
  });
});

/** A network of hundreds of layers: folded at first, and quick. */
journey('describe a deep model', { theme: 'dark', content: 'deep' }, step => {
  step('shows its blocks', async window => {
    const row = await window.file(files.deep);
    const started = performance.now();
    await window.chooseFromMenu(row, 'Neural Topology', 'Describe Model');
    await window.view.locator('.node-focus').waitFor();
    console.log(`  502 layers: graph ${((performance.now() - started) / 1000).toFixed(1)} s after the menu was opened`);
    await window.screenshot('describe-deep-dark');
  });

  step('unfolds the block of a layer that is searched for, and walks on by keys', async window => {
    const { view } = window;
    await view.getByRole('searchbox').fill('stages.7.3.conv2');
    await view.getByRole('searchbox').press('Enter');
    const node = view.locator('.node-focus[aria-label^="stages.7.3.conv2, Conv"]');
    await node.waitFor();
    await view.locator('.histogram svg').first().waitFor();
    await node.focus();
    await node.press('ArrowDown');
    await view
      .locator('.node-focus[aria-label*="stages/7.3/Add"], .node-focus[aria-label*="stages.7.3/Add"]')
      .waitFor();
    await window.screenshot('describe-deep-layer-dark');
    assert.deepEqual(await window.accessibilityProblems(), []);
  });

  step('is as it was after the tab was hidden', async window => {
    const before = await window.view.locator('.node-focus').getAttribute('aria-label');
    await (await window.file('README.md')).dblclick();
    await window.tab('README.md').waitFor();
    await window.tab('deep.onnx').click();
    await window.view.locator('.node-focus').waitFor();
    await window.until(async () => (await window.view.locator('.node-focus').getAttribute('aria-label')) === before);
  });

  step('is drawn in every theme and narrow', async window => {
    await window.theme('high-contrast');
    await window.screenshot('describe-deep-contrast');
    await window.theme('light');
    await window.resize(700);
    await window.screenshot('describe-deep-light-narrow');
  });
});
