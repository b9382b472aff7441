import assert from 'node:assert/strict';
import fs from 'node:fs';
import { journey } from '../harness/journey';
import { files } from '../harness/workspace';

/** Journey 4 without the code: a smaller model, and what it costs. */
journey('prune a model', { theme: 'dark' }, step => {
  step('asks for data, then shows what was found, the curve and the groups', async window => {
    await window.chooseFromMenu(await window.file(files.mlp), 'Neural Topology', 'Prune Model…');
    await window.pick('digits-train.npz');
    await window.view.locator('svg.curve').waitFor();
    await window.view.locator('table.groups tbody tr').nth(2).waitFor();
    const found = await window.view.locator('.findings .sentence').allInnerTexts();
    assert.match(found[0] ?? '', /units removed.*accuracy goes from/);
    assert.match(found.join('\n'), /merging .*magnitude .*random removal/);
    assert.deepEqual(await window.accessibilityProblems(), []);
    await window.screenshot('prune-dark');
  });

  step('measures another share that the keyboard sets', async window => {
    const slider = window.view.locator('.slider input');
    await slider.focus();
    await slider.press('Home');
    await window.view.locator('table.groups tbody tr td:nth-of-type(3)').first().filter({ hasText: /^0$/ }).waitFor();
    await window.view
      .locator('.findings .sentence')
      .first()
      .filter({ hasText: /^0 of 224/ })
      .waitFor();
    await slider.press('End');
    await window.view
      .locator('.findings .sentence')
      .first()
      .filter({ hasText: /\(95\.1 %\)|\(94\.\d %\)|\(95\.\d %\)/ })
      .waitFor();
  });

  step('writes the smaller model where the person says', async window => {
    await window.view.getByRole('button', { name: 'Write pruned model…' }).click();
    const target = await window.acceptSaveDialog();
    await window.until(() => fs.existsSync(target) && fs.statSync(target).size > 0);
    const before = fs.statSync(`${window.folder}/${files.mlp}`).size;
    assert.ok(fs.statSync(target).size < before / 4);
    await window.view.locator('.notice').filter({ hasText: 'Written' }).waitFor();
  });

  step('is readable in light, in high contrast and narrow', async window => {
    await window.theme('light');
    await window.screenshot('prune-light');
    await window.theme('high-contrast');
    assert.deepEqual(await window.accessibilityProblems(), []);
    await window.screenshot('prune-high-contrast');
    await window.resize(700);
    await window.screenshot('prune-high-contrast-700');
    await window.resize(1000);
    await window.theme('dark');
    await window.view.locator('table.groups').scrollIntoViewIfNeeded();
    await window.screenshot('prune-dark-1000');
  });

  step('remembers the data that it is reported on when it is closed and opened again', async window => {
    await window.resize(1400);
    await window.view.locator('.menu-holder > button').click();
    await window.view.getByRole('menuitem', { name: 'Choose held-out data…' }).click();
    await window.pick('digits-test.npz');
    const header = window.view.locator('header').filter({ hasText: 'Held out: digits-test.npz' });
    await header.waitFor();
    await window.closeEditors();
    await window.chooseFromMenu(await window.file(files.mlp), 'Neural Topology', 'Prune Model…');
    await header.waitFor();
    await window.view
      .locator('.findings .sentence')
      .first()
      .filter({ hasText: /% → |accuracy goes from/ })
      .waitFor();
    assert.match(await window.view.locator('.findings').innerText(), /360 rows of the held-out data/);
  });
});
