import assert from 'node:assert/strict';
import { journey } from '../harness/journey';
import { Panel } from '../harness/panel';
import { files } from '../harness/workspace';

const slow = {
  // Long enough to be stopped on any machine; nobody asks first.
  'neuralTopology.points': 20000,
  'neuralTopology.confirmAboveSeconds': 100000,
  'neuralTopology.threads': 1,
};

/** Work that takes long says so, can be stopped, and keeps what it finished. */
journey('stop a run', { settings: slow }, step => {
  step('shows what runs in the status bar', async window => {
    await window.chooseFromMenu(await window.file(files.cnn), 'Inspect Layer Topology');
    await window.pick('digits-train.npz');
    await window.statusBarItem('digits-cnn.onnx').waitFor();
  });

  step('keeps the finished layers when it is stopped', async window => {
    const panel = new Panel(window);
    await panel.finished.first().waitFor();
    await window.screenshot('running');
    await panel.button('stop').click();
    const stopped = Date.now();
    await panel.frame.locator('.strip.cancelled').waitFor();
    console.log(`    stopped within ${Date.now() - stopped} ms`);
    const kept = await panel.finished.count();
    assert.ok(kept > 0);
    assert.ok(kept < (await panel.layers.count()), 'it had finished before it was stopped');
    assert.match(await panel.strip.innerText(), new RegExp(`\\b${kept} of \\d+ layers`));
    await panel.select(panel.finished.first());
    await panel.marks('barcode').first().waitFor({ state: 'attached' });
    await window.statusBarItem('digits-cnn.onnx').waitFor({ state: 'detached' });
    await window.screenshot('stopped');
  });
});

journey('ask before a long run', { settings: { 'neuralTopology.confirmAboveSeconds': 0 } }, step => {
  step('asks, and runs when told to', async window => {
    await window.chooseFromMenu(await window.file(files.mlp), 'Inspect Layer Topology');
    await window.pick('digits-test.npz');
    const panel = new Panel(window);
    await panel.button('Run anyway').waitFor();
    await window.screenshot('confirm');
    await panel.button('Run anyway').click();
    await panel.done();
  });
});
