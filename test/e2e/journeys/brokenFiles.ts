import assert from 'node:assert/strict';
import { journey } from '../harness/journey';
import { Panel } from '../harness/panel';
import { files } from '../harness/workspace';

/** A file that cannot be read ends in a sentence, never in a blank panel. */
journey('open broken files', { content: 'broken' }, step => {
  for (const file of [files.truncated, files.text]) {
    step(`says what is wrong with ${file}`, async window => {
      await window.chooseFromMenu(await window.file(file), 'Inspect Layer Topology');
      const panel = new Panel(window);
      // Where data is asked for first, any answer leads to the sentence.
      await Promise.race([panel.card.waitFor(), window.picks.first().waitFor()]);
      if (await window.picks.first().isVisible()) await window.pick('Random input');
      await panel.frame.locator('.card.failed').waitFor();
      const sentence = await panel.card.locator('.lead').innerText();
      assert.match(sentence, /\w+ .*\w+/);
      assert.doesNotMatch(sentence, /undefined|NaN|\[object|TypeError|at \w+ \(/);
      assert.match(await panel.card.locator('.code').innerText(), /^(?:corrupt|not-a-model|empty|unsupported)$/);
      await window.screenshot(`broken-${file.split('/').at(-1)}`);
      await window.closeEditors();
    });
  }
});
