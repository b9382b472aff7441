import assert from 'node:assert/strict';
import { journey } from '../harness/journey';
import { files } from '../harness/workspace';

/** Two models, selected together, are compared beside each other. */
journey('compare', { content: 'twoFormats' }, step => {
  step('compares two models that are selected in the explorer', async window => {
    // Before the folder whose files have names that begin like this folder's.
    const second = await window.file('checkpoints/digits-mlp/epoch0.onnx');
    const first = await window.file(files.mlp);
    await window.selectTogether(second, first);
    await window.chooseFromMenu(first, 'Compare Topology');
    await window.pick(/digits-test\.npz/);
    const frame = window.view;
    await frame.locator('.compare .strip.done').waitFor();
    assert.equal(await frame.locator('tr .line-button').count(), 7);
    assert.match(await frame.locator('.findings li .sentence').first().innerText(), /is right for/);
    assert.match(await frame.locator('.findings').innerText(), /changed most: bottleneck/);
    assert.ok((await frame.locator('.plot-diagram .features circle').count()) > 20);
    assert.ok((await frame.locator('.plot-stage').first().boundingBox())!.height >= 200);
    await window.screenshot('compare-dark');
  });

  step('shows the layer that is clicked, its rows, and the command line', async window => {
    const frame = window.view;
    await frame.getByRole('button', { name: 'fc1', exact: true }).click();
    await frame.locator('.detail-title h2').filter({ hasText: 'fc1' }).waitFor();
    await frame.getByRole('button', { name: 'H₁', exact: true }).click();
    await frame.locator('.changed .tile canvas').first().waitFor();
    await frame.locator('.changed .tile').first().click();
    await frame.locator('.near-row').first().waitFor();
    assert.equal(await frame.locator('.near-row').count(), 2);
    assert.deepEqual(await window.accessibilityProblems(), []);
    await window.theme('high-contrast');
    await window.screenshot('compare-high-contrast');
    await window.theme('light');
    await window.resize(700);
    await window.screenshot('compare-light-700');
    await window.resize(1400);
    await window.screenshot('compare-light');
    await frame.getByRole('button', { name: 'More', exact: true }).click();
    await frame.getByRole('menuitem', { name: /command line/i }).click();
    await window.until(async () => /neural-topology compare \S+ \S+ --data \S+/.test(await window.clipboard()));
  });

  step('runs again with the points and the reduction that are chosen in the panel', async window => {
    const frame = window.view;
    await frame.getByLabel('points').selectOption('100');
    await frame.getByLabel('reduce').selectOption('flatten');
    await frame.getByRole('button', { name: 'Run again with these settings' }).click();
    await frame.locator('.facts').filter({ hasText: '100 points' }).waitFor();
    await frame.locator('.compare .strip.done').waitFor();
    assert.equal(await frame.getByLabel('reduce').inputValue(), 'flatten');
    await frame.getByRole('button', { name: 'Run again', exact: true }).waitFor();
  });

  step('compares three models of two formats: one that was selected for it with two others', async window => {
    window.changeSettings({ 'neuralTopology.points': 60 });
    await window.chooseFromMenu(
      await window.file('checkpoints/digits-mlp/epoch0.onnx'),
      'Neural Topology',
      'Select for Compare',
    );
    const keras = await window.file(files.mlpKeras);
    const onnx = await window.file(files.mlp);
    await window.selectTogether(onnx, keras);
    await window.chooseFromMenu(keras, 'Neural Topology', 'Compare with Selected');
    const frame = window.view;
    await frame.locator('.pair-matrix tbody tr').nth(2).waitFor();
    await frame.locator('.compare .strip.done').waitFor();
    assert.match(
      await frame.locator('.compare-header').innerText(),
      /digits-mlp-other\.keras keras, 18,986 parameters/,
    );
    await frame.getByRole('button', { name: /^relu2 / }).click();
    // The trained network is the same in either format.
    const same = frame.getByTitle('digits-mlp.onnx and digits-mlp-other.keras').first();
    await same.click();
    await frame.locator('.model.side-b').filter({ hasText: 'digits-mlp-other.keras' }).waitFor();
    assert.match(await same.innerText(), /^0$|10⁻/);
    // Of Keras, an activation belongs to its layer: what ONNX gives before it has no counterpart.
    assert.match((await frame.locator('tr.alone').allInnerTexts()).join('\n'), /fc1\s+in digits-mlp\.onnx alone/);
    assert.deepEqual(await window.accessibilityProblems(), []);
    await window.screenshot('compare-three-light');
    await window.theme('dark');
    await window.resize(700);
    await window.screenshot('compare-three-dark-700');
    await window.resize(1400);
  });

  step('brings the comparison back after a reload', async window => {
    await window.reloadKeeping();
    await window.view.locator('.pair-matrix tbody tr').nth(2).waitFor();
    await window.view.locator('.compare .strip.done').waitFor();
  });
});
