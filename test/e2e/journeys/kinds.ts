import assert from 'node:assert/strict';
import path from 'node:path';
import { described, runnable } from '../harness/everyKind';
import { journey } from '../harness/journey';
import { Panel } from '../harness/panel';

/** A right-click on a file of each kind that the menus are on. */
journey('every kind of model', { content: 'kinds' }, step => {
  for (const name of runnable)
    step(`runs ${name} and shows its layers`, async window => {
      await window.chooseFromMenu(await window.file(`kinds/${name}`), 'Inspect Layer Topology');
      await window.pick('Random input');
      const panel = new Panel(window);
      await window.tab(path.basename(name)).first().waitFor();
      await panel.frame
        .locator('h1')
        .filter({ hasText: path.basename(name) })
        .waitFor();
      await panel.done();
      await panel.finished.first().waitFor();
      await window.until(async () => (await panel.finished.count()) === (await panel.layers.count()));
      if (name === 'saved_model') await window.screenshot('saved-model-folder-dark');
      await window.closeEditors();
    });

  for (const name of described)
    step(`describes ${name}`, async window => {
      await window.chooseFromMenu(await window.file(`kinds/${name}`), 'Neural Topology', 'Describe Model');
      await window.tab(path.basename(name)).first().waitFor();
      await window.view.locator('table').first().waitFor();
      assert.match(await window.view.locator('body').innerText(), /parameters/i);
      await window.closeEditors();
    });
});
