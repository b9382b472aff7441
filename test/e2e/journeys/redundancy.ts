import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { journey } from '../harness/journey';
import { files } from '../harness/workspace';

/** Which blocks of a residual network can go, and the network without one of them. */
journey('redundant layers', { theme: 'light', content: 'residual' }, step => {
  step('are found from the menu of a model, once its data is chosen', async window => {
    window.changeSettings({ 'neuralTopology.points': 50 });
    await window.chooseFromMenu(await window.file(files.residual), 'Neural Topology', 'Find Redundant Layers');
    await window.pick('digits-test.npz');
    await window.view.locator('tr[data-candidate="blocks.5"] .verdict.free').waitFor({ timeout: 120_000 });
    await window.view.locator('.strip').getByText('done in').waitFor({ timeout: 120_000 });
    const findings = await window.view.locator('.findings .sentence').allInnerTexts();
    assert.match(findings.join('\n'), /blocks\.[35] .*can go: accuracy 97\.8 %/);
    assert.deepEqual(await window.accessibilityProblems(), []);
  });

  step('show both diagrams of a candidate with the matching, in each theme and narrow', async window => {
    await window.view.locator('tr[data-candidate="blocks.7"]').click();
    await window.view.locator('.pair-plot line[stroke="var(--nt-accent)"]').waitFor();
    await window.screenshot('redundancy-light');
    await window.theme('dark');
    await window.screenshot('redundancy-dark');
    await window.theme('high-contrast');
    await window.screenshot('redundancy-contrast');
    await window.resize(700);
    await window.screenshot('redundancy-narrow');
    await window.resize(1400);
  });

  step('are removed into a smaller model, which says what that costs', async window => {
    await window.view.locator('tr[data-candidate="blocks.5"] input').check();
    await window.view.getByRole('button', { name: 'Remove layer…' }).click();
    await window.acceptSaveDialog();
    await window
      .notification(/resmlp-smaller\.onnx is written without blocks\.5: accuracy 97\.8 % → 97\.8 %/)
      .waitFor();
    const [before, after] = [files.residual, 'models/resmlp-smaller.onnx'].map(file => fs.statSync(path.join(window.folder, file)).size); // prettier-ignore
    assert.ok(after! < before! - 4 * 2 * 64 * 65);
    await window.screenshot('redundancy-removed');
  });

  step('are there again after the window is reloaded', async window => {
    await window.reloadKeeping();
    await window.view.locator('tr[data-candidate="blocks.5"] .verdict.free').waitFor();
    assert.equal(await window.view.locator('.pair h2').innerText(), '/blocks.6/Add and /blocks.7/Add');
  });
});
