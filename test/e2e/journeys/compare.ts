import assert from 'node:assert/strict';
import { journey } from '../harness/journey';
import { files } from '../harness/workspace';

/** Two models, selected together, are compared beside each other. */
journey('compare', {}, step => {
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
});
