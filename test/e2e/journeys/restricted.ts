import assert from 'node:assert/strict';
import { journey } from '../harness/journey';
import { Panel } from '../harness/panel';
import { files } from '../harness/workspace';

const settings = { 'neuralTopology.data': { [files.mlp]: { data: files.train, labels: `${files.train}#y` } } };

journey('follow what a trusted folder says', { settings }, step => {
  step('takes the data that the folder has linked', async window => {
    await window.chooseFromMenu(await window.file(files.mlp), 'Inspect Layer Topology');
    const panel = new Panel(window);
    await panel.finished.first().waitFor();
    assert.match(await panel.facts.innerText(), /digits-train\.npz/);
  });
});

/** A folder that nobody vouched for may not say what is read. */
journey('trust nobody', { settings, restricted: true }, step => {
  step('asks for the data that the folder has linked', async window => {
    await window.statusBarItem('Restricted Mode').waitFor();
    await window.chooseFromMenu(await window.file(files.mlp), 'Inspect Layer Topology');
    await window.pick('digits-test.npz');
    const panel = new Panel(window);
    await panel.done();
    assert.match(await panel.facts.innerText(), /digits-test\.npz/);
    await window.screenshot('restricted');
  });
});
