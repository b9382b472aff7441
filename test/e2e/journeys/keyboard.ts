import assert from 'node:assert/strict';
import { journey } from '../harness/journey';
import { Panel } from '../harness/panel';
import { files } from '../harness/workspace';

/** All of the main job, without a mouse. */
journey('use the keyboard alone', { theme: 'high-contrast' }, step => {
  step('inspects from the explorer', async window => {
    const { keyboard } = window.page;
    const row = await window.file(files.mlp);
    await window.command('File: Focus on Files Explorer');
    for (let presses = 0; presses < 30 && !(await row.evaluate(element => element.matches('.focused'))); presses++)
      await keyboard.press('ArrowDown');
    await keyboard.press('Shift+F10');
    await window.menuItem('Inspect Layer Topology').waitFor();
    const entry = window.menuItem('Inspect Layer Topology');
    for (let presses = 0; presses < 30 && !(await entry.evaluate(element => element.matches('.focused'))); presses++)
      await keyboard.press('ArrowDown');
    await keyboard.press('Enter');
    await window.quickInput.pressSequentially('digits-test');
    await window.picks.filter({ hasText: 'digits-test.npz' }).first().waitFor();
    await keyboard.press('Enter');
    await new Panel(window).done();
  });

  step('reaches the layers with Tab and moves through them with arrows', async window => {
    const panel = new Panel(window);
    const { keyboard } = window.page;
    await window.tabTo(panel.frame.locator('tr[data-layer]'));
    const before = await panel.selectedLayer.getAttribute('data-layer');
    await keyboard.press((await panel.layers.first().getAttribute('data-layer')) === before ? 'ArrowDown' : 'Home');
    await window.until(async () => (await panel.selectedLayer.getAttribute('data-layer')) !== before);
  });

  step('reaches the bars with Tab, and arrows light them', async window => {
    const panel = new Panel(window);
    const { keyboard } = window.page;
    await window.tabTo(panel.mirror('barcode'));
    await keyboard.press('ArrowDown');
    await panel.plot('barcode').locator('.plot-body.lit').waitFor();
    const described = await panel.mirror('barcode').locator('[aria-selected="true"]').innerText();
    assert.match(described, /H|component|loop/i);
    await window.screenshot('keyboard-high-contrast');
    await keyboard.press('Escape');
    await panel.plot('barcode').locator('.plot-body:not(.lit)').waitFor();
  });
});
