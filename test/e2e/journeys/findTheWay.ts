import assert from 'node:assert/strict';
import { journey } from '../harness/journey';
import { Panel } from '../harness/panel';

/** The ways in, besides the context menu. */
journey('find the way', {}, step => {
  step('lists models and data in a view of its own', async window => {
    await window.openView('Neural Topology');
    await window.treeRow('digits-mlp.onnx').waitFor();
    await window.treeRow('digits-test.npz').waitFor();
    await window.screenshot('tree');
  });

  step('has its commands in the palette', async window => {
    await window.page.keyboard.press('F1');
    await window.quickInput.fill('>Neural Topology: ');
    await window.picks.filter({ hasText: 'Inspect Layer Topology' }).first().waitFor();
    const commands = (await window.picks.allInnerTexts()).join('\n');
    assert.match(commands, /Get Started/);
    assert.doesNotMatch(commands, /Cancel|Remove from List/, 'offers what does nothing now');
    await window.page.keyboard.press('Escape');
  });

  step('teaches in a walkthrough', async window => {
    await window.command('Neural Topology: Get Started');
    const page = window.page.locator('.gettingStartedContainer');
    await page.getByText('Open the sample').first().waitFor();
    await page.getByText('Share the result').first().waitFor();
    const picture = window.page
      .locator('iframe.webview.ready')
      .first()
      .contentFrame()
      .locator('iframe#active-frame')
      .contentFrame();
    await picture.locator('svg').first().waitFor();
    await window.screenshot('walkthrough');
    await window.closeEditors();
  });

  step('inspects from the tree, and lists the result', async window => {
    await window.openView('Neural Topology');
    const row = window.treeRow('digits-mlp.onnx').first();
    await window.chooseFromMenu(row, 'Inspect Layer Topology');
    await window.pick('digits-test.npz');
    await new Panel(window).done();
    await window
      .treeRow(/digits-mlp/)
      .nth(1)
      .waitFor();
    await window.screenshot('results');
  });

  step('is quick once it is awake', async window => {
    await window.chooseFromMenu(window.treeRow('epoch5.onnx').first(), 'Inspect Layer Topology');
    await window.picks.filter({ hasText: 'digits-test.npz' }).first().waitFor();
    // As long as a person takes to read the list.
    await window.page.waitForTimeout(1500);
    const chosen = Date.now();
    await window.pick('digits-test.npz');
    await window.tab('epoch5.onnx').waitFor();
    const panel = new Panel(window);
    await panel.frame.locator('h1', { hasText: 'epoch5.onnx' }).waitFor();
    await panel.finished.first().waitFor();
    console.log(`    data chosen → first barcode, the extension being active: ${Date.now() - chosen} ms`);
    await panel.done();
  });
});

journey('welcome to an empty folder', { content: 'empty', theme: 'light' }, step => {
  step('says what to do next', async window => {
    await window.openView('Neural Topology');
    await window.page.getByText('This workspace holds no saved model').waitFor();
    await window.page.locator('.welcome-view a').filter({ hasText: 'sample workspace' }).waitFor();
    await window.screenshot('welcome-light');
  });

  step('opens the sample from there', async window => {
    const opened = window.page
      .context()
      .waitForEvent('page')
      .catch(() => undefined);
    await window.page.locator('.welcome-view a').filter({ hasText: 'sample workspace' }).click();
    const other = (await opened) ?? window.page;
    await other.locator('.explorer-folders-view .monaco-list-row[aria-label^="models"]').waitFor();
  });
});
