import assert from 'node:assert/strict';
import { journey } from '../harness/journey';
import { files } from '../harness/workspace';

/** What the heads of a transformer attend to: the grid, a head's graph, a node's sentences, the attention of one. */
journey('attention heads', { theme: 'light', content: 'transformer' }, step => {
  step('are shown from the menu of a model, once its sentences are chosen', async window => {
    await window.chooseFromMenu(await window.file(files.transformer), 'Neural Topology', 'Attention Heads');
    await window.pick('sentences.jsonl');
    await window.view.locator('.head-cell').first().waitFor({ timeout: 120_000 });
    assert.equal(await window.view.locator('.head-cell').count(), 8);
    assert.match(await window.view.locator('.findings').innerText(), /SUBJ, VERB and OBJ apart beyond position/);
    assert.deepEqual(await window.accessibilityProblems(), []);
  });

  step('lead from a head to a node, its sentences, and the attention of one', async window => {
    const { view } = window;
    await view.locator('[data-head="1.2"]').click();
    await view.locator('.network:not(.laying-out)').waitFor();
    await view.locator('.network .mirror').press('ArrowDown');
    await view.locator('.text-line mark').first().waitFor();
    await view.locator('.text-line').first().click();
    await view.locator('.map-stage canvas').waitFor();
    await window.screenshot('attention-light');
    await window.theme('dark');
    await window.screenshot('attention-dark');
    await window.theme('high-contrast');
    await window.resize(700);
    await window.screenshot('attention-narrow');
    await window.resize(1400);
    assert.deepEqual(await window.accessibilityProblems(), []);
  });

  step('are there again after the window is reloaded', async window => {
    await window.reloadKeeping();
    await window.view.locator('[data-head="1.2"][aria-pressed="true"]').waitFor({ timeout: 120_000 });
  });
});
