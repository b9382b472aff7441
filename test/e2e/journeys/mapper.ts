import assert from 'node:assert/strict';
import fs from 'node:fs';
import { journey } from '../harness/journey';
import { files } from '../harness/workspace';

/** The Mapper graph of a layer: parameters that are moved, nodes that are cut out, their inputs, and the same graph after a reload. */
journey('Mapper graph', { theme: 'light', content: 'sample' }, step => {
  step('is drawn from the menu of a model, once its data is chosen, beside its baselines', async window => {
    await window.chooseFromMenu(await window.file(files.mlp), 'Neural Topology', 'Mapper Graph');
    await window.pick('digits-test.npz');
    await window.view.locator('.figure-row', { hasText: 'purity' }).waitFor({ timeout: 60_000 });
    await window.view.locator('.figure-row', { hasText: /untrained\s*0\.\d{3}/ }).waitFor({ timeout: 60_000 });
    await window.view.locator('.mapper-stands-out .sentence', { hasText: 'inputs' }).first().waitFor();
    assert.deepEqual(await window.accessibilityProblems(), []);
    await window.screenshot('mapper-light');
  });

  step('is another one with each step of a slider', async window => {
    const figure = window.view.locator('.figure-line');
    const before = await figure.innerText();
    const intervals = window.view.getByLabel('intervals', { exact: true });
    for (let k = 0; k < 10; k++) await intervals.press('ArrowRight');
    await window.view.locator('.figure-line', { hasNotText: before }).waitFor();
    assert.equal(await window.view.locator('.slider output').first().innerText(), '30');
  });

  step('has its nodes cut out with a lasso, and their inputs saved as CSV', async window => {
    const box = (await window.view.locator('.network-stage').boundingBox())!;
    await window.view.getByRole('button', { name: /^Lasso/ }).click();
    const { mouse } = window.page;
    await mouse.move(box.x + 4, box.y + 4);
    await mouse.down();
    for (const [x, y] of [[0.6, 0.01], [0.98, 0.5], [0.98, 0.98], [0.02, 0.98]] as const) await mouse.move(box.x + x * box.width, box.y + y * box.height); // prettier-ignore
    await mouse.move(box.x + 5, box.y + 12);
    await mouse.up();
    await window.view.locator('.drawer-header h2', { hasText: /inputs of \d+ nodes/ }).waitFor();
    await window.view.locator('.mapper-drawer canvas.image').first().waitFor();
    await window.screenshot('mapper-lasso');
    await window.view.getByRole('button', { name: 'Save as CSV' }).click();
    const target = await window.acceptSaveDialog();
    await window.until(() => fs.existsSync(target));
    assert.match(fs.readFileSync(target, 'utf8'), /^row,nodes,class,predicted,correct,confidence\r\n\d+,/);
  });

  step('is coloured by a slice that was kept, and by the place on a loop, in each theme and narrow', async window => {
    await window.view.getByLabel('Name of the slice').fill('cut out');
    await window.view.getByRole('button', { name: 'Keep as slice' }).click();
    await window.view.getByLabel('Colour of the nodes').selectOption({ label: 'slice cut out' });
    await window.view.getByRole('button', { name: 'Find loops' }).click();
    await window.view.locator('.sentence', { hasText: /^Loop 1: length/ }).waitFor({ timeout: 60_000 });
    await window.view.getByRole('button', { name: 'Compare covers' }).click();
    await window.view.locator('.mapper-map td button[aria-pressed="true"]').waitFor();
    await window.theme('dark');
    await window.screenshot('mapper-dark');
    await window.theme('high-contrast');
    await window.screenshot('mapper-contrast');
    await window.resize(700);
    await window.screenshot('mapper-narrow');
    await window.resize(1400);
  });

  step('is there again after the window is reloaded, with its parameters and colour', async window => {
    await window.reloadKeeping();
    await window.view.locator('.figure-row', { hasText: 'purity' }).waitFor({ timeout: 60_000 });
    assert.equal(await window.view.locator('.slider output').first().innerText(), '30');
    assert.equal(await window.view.getByLabel('Colour of the nodes').inputValue(), 'slice cut out');
  });
});
