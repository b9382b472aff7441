import assert from 'node:assert/strict';
import { journey } from '../harness/journey';
import { addCheckpoint, files } from '../harness/workspace';

/** A folder of checkpoints over training, while training goes on. */
journey('follow a training run', { theme: 'light', content: 'run' }, step => {
  step('lays the checkpoints of a folder out after data was chosen', async window => {
    await window.chooseFromMenu(await window.file(files.run), 'Checkpoint Timeline');
    await window.pick('iris-test.csv');
    const { view } = window;
    await view.locator('.timeline-status.watching').waitFor();
    assert.match(await view.locator('.timeline-facts').innerText(), /^5 checkpoints · iris-test\.csv/);
    const findings = await view.locator('.findings').innerText();
    assert.match(findings, /Keep step-40\.onnx\. Highest accuracy/);
    assert.match(findings, /step-20\.onnx: The file is plain text/);
    assert.equal(await view.locator('[data-chart]').count(), 7);
    assert.deepEqual(await window.accessibilityProblems(), []);
    await window.screenshot('timeline-light');
  });

  step('shows a checkpoint that is written while the folder is watched, by itself', async window => {
    const { view } = window;
    addCheckpoint(window.folder, 400);
    await view
      .locator('.timeline-facts')
      .filter({ hasText: /^6 checkpoints/ })
      .waitFor();
    await view.locator('.timeline-status.watching').waitFor();
    await view.getByRole('slider').press('End');
    assert.equal(await view.locator('.timeline-detail h2').innerText(), 'step-400.onnx');
  });

  step('pauses, and is as it was after a reload', async window => {
    await window.view.getByRole('button', { name: 'Pause' }).click();
    await window.view.locator('.timeline-status.paused').waitFor();
    await window.reloadKeeping();
    await window.view
      .locator('.timeline-facts')
      .filter({ hasText: /^6 checkpoints/ })
      .waitFor();
    await window.view.locator('.timeline-status.watching').waitFor();
    assert.equal(await window.view.locator('.timeline-detail h2').innerText(), 'step-400.onnx');
    await window.theme('dark');
    await window.resize(700);
    await window.screenshot('timeline-dark-narrow');
    await window.resize(1400);
    await window.theme('high-contrast');
    await window.screenshot('timeline-contrast');
  });

  step('opens the topology of the checkpoint that is chosen', async window => {
    await window.view.getByRole('slider').press('Enter');
    await window.tab('step-400.onnx').waitFor();
  });

  step('compares two checkpoints that are chosen, on the same data', async window => {
    window.changeSettings({ 'neuralTopology.points': 45 });
    await window.tab('iris-run · timeline').click();
    const slider = window.view.getByRole('slider');
    await slider.press('Home');
    await slider.press('Shift+End');
    await window.view.getByRole('button', { name: 'Compare step-0.onnx with step-400.onnx' }).click();
    await window.tab('step-0.onnx · step-400.onnx').waitFor();
    await window.view.locator('.compare .strip.done').waitFor();
    assert.match(await window.view.locator('.compare-header').innerText(), /iris-test\.csv/);
  });
});
