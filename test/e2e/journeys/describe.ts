import assert from 'node:assert/strict';
import { journey } from '../harness/journey';
import { files } from '../harness/workspace';

/** A model as an editor shows it, without running it. */
journey('describe a model', { theme: 'light' }, step => {
  step('opens beside other editors for the file', async window => {
    await window.chooseFromMenu(await window.file(files.mlp), 'Open With...');
    await window.pick('Neural Topology');
    await window.tab('digits-mlp.onnx').waitFor();
    await window.view.locator('table').first().waitFor();
    const text = await window.view.locator('body').innerText();
    assert.match(text, /parameters/i);
    assert.match(text, /Gemm/);
    await window.screenshot('describe-light');
    assert.deepEqual(await window.accessibilityProblems(), []);
  });

  step('opens from the submenu, too', async window => {
    await window.closeEditors();
    await window.chooseFromMenu(await window.file(files.cnn), 'Neural Topology', 'Describe Model');
    await window.view.locator('table').first().waitFor();
    assert.match(await window.view.locator('body').innerText(), /Conv/);
  });
});
