import assert from 'node:assert/strict';
import { journey } from '../harness/journey';
import { Panel } from '../harness/panel';
import { files } from '../harness/workspace';

/** What a person's own code saved needs no model: a right-click on it opens the same panel. */
journey('saved activations', { content: 'activations' }, step => {
  step('opens an .npz of layers without asking for data, in the colours of its labels', async window => {
    await window.chooseFromMenu(await window.file('runs/acts.npz'), 'Inspect Layer Topology');
    const panel = new Panel(window);
    await panel.done();
    assert.deepEqual(await layerNames(panel), ['encoder', 'head']);
    assert.match(await panel.facts.innerText(), /labels y.*saved activations/s);
    await window.until(() => /"activations":true/.test(JSON.stringify(window.settings['neuralTopology.data'])));
    await window.screenshot('activations-npz-dark');
    await window.theme('light');
    await window.resize(700);
    await window.screenshot('activations-npz-light-700');
    await window.theme('dark');
    await window.resize(1400);
  });

  step('copies the command line that computes the same', async window => {
    const panel = new Panel(window);
    await panel.button('More actions').click();
    await panel.menuItem(/command line/i).click();
    await window.until(async () =>
      /neural-topology inspect \S*acts\.npz --labels '\S*acts\.npz#y'$/.test((await window.clipboard()).trim()),
    );
  });

  step('opens a .safetensors of the same', async window => {
    await window.chooseFromMenu(await window.file('runs/acts.safetensors'), 'Inspect Layer Topology');
    const panel = new Panel(window);
    await panel.frame.locator('h1').filter({ hasText: 'acts.safetensors' }).waitFor();
    await panel.done();
    assert.deepEqual(await layerNames(panel), ['encoder', 'head']);
  });

  step('opens a folder of .npy, and not a folder of other things', async window => {
    const onOthers = await window.openMenu(await window.file('models'));
    assert.ok(!(await onOthers.allInnerTexts()).includes('Inspect Layer Topology'));
    await window.page.keyboard.press('Escape');
    await window.chooseFromMenu(await window.file('runs/layers'), 'Inspect Layer Topology');
    const panel = new Panel(window);
    await window.tab('layers').waitFor();
    await panel.done();
    assert.deepEqual(await layerNames(panel), ['encoder', 'head']);
    await window.screenshot('activations-folder-dark');
  });

  step('comes back after the window is loaded again', async window => {
    await window.reloadKeeping();
    await window.tab('layers').waitFor();
    const panel = new Panel(window);
    await panel.done();
    assert.deepEqual(await layerNames(panel), ['encoder', 'head']);
  });

  step('asks what an array without a name is, once', async window => {
    await window.chooseFromMenu(await window.file('runs/unnamed.npz'), 'Inspect Layer Topology');
    await window.picks.filter({ hasText: 'Activations that were saved' }).first().waitFor();
    await window.screenshot('activations-asked-dark');
    await window.pick('Activations that were saved');
    await window.tab('unnamed.npz').waitFor();
    await new Panel(window).done();
    await window.closeEditors();
    await window.chooseFromMenu(await window.file('runs/unnamed.npz'), 'Inspect Layer Topology');
    await window.tab('unnamed.npz').waitFor();
    await new Panel(window).done();
  });

  step('asks again after it was told to forget', async window => {
    await window.closeEditors();
    const menu = ['Neural Topology', 'Forget Choices for This File'] as const;
    await window.chooseFromMenu(await window.file('runs/unnamed.npz'), ...menu);
    await window.until(() => !/unnamed/.test(JSON.stringify(window.settings['neuralTopology.data'])));
    await window.chooseFromMenu(await window.file('runs/unnamed.npz'), 'Inspect Layer Topology');
    await window.picks.filter({ hasText: 'Data for a model' }).first().waitFor();
    await window.page.keyboard.press('Escape');
  });

  step('takes data that was clicked for a model’s, and asks which', async window => {
    await window.chooseFromMenu(await window.file(files.test), 'Inspect Layer Topology');
    await window.pick('digits-mlp.onnx');
    await window.tab('digits-mlp.onnx').waitFor();
    await new Panel(window).done();
    assert.match(JSON.stringify(window.settings['neuralTopology.data']), /digits-test\.npz#X/);
  });
});

function layerNames(panel: Panel): Promise<string[]> {
  return panel.layers.evaluateAll(rows => rows.map(row => row.getAttribute('data-layer') ?? ''));
}
