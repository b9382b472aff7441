import fs from 'node:fs';
import path from 'node:path';
import { after } from 'node:test';
import { journey, stopEditors } from './harness/journey';
import { Panel } from './harness/panel';

/** The README's pictures, taken in the real VS Code: `node --import tsx --test test/e2e/pictures.ts`. */
const folder = path.join(import.meta.dirname, '..', '..', 'docs', 'images');

after(stopEditors);

journey('pictures', {}, step => {
  step('are those of a loop in the digit classifier', async window => {
    fs.mkdirSync(folder, { recursive: true });
    const { page } = window;
    const shoot = (name: string) => page.screenshot({ path: path.join(folder, `${name}.png`) });
    await page.setViewportSize({ width: 1400, height: 1080 });
    await window.chooseFromMenu(await window.file('models/digits-cnn.onnx'), 'Inspect Layer Topology');
    await window.pick('digits-images-test.npz');
    const panel = new Panel(window);
    await panel.done();
    await window.command('View: Toggle Primary Side Bar Visibility');
    await panel
      .button(/^Show: .*loop/)
      .first()
      .click();
    await panel.tiles.locator('canvas.image').first().waitFor();
    await panel.frame.locator('h1').hover();
    await window.theme('dark');
    await shoot('inspect-dark');
    await window.theme('light');
    await shoot('inspect-light');
    await window.theme('high-contrast');
    await page.setViewportSize({ width: 700, height: 1080 });
    await shoot('inspect-contrast-narrow');
  });
});

journey('pictures of a comparison', {}, step => {
  step('are those of two checkpoints', async window => {
    const second = await window.file('checkpoints/digits-mlp/epoch0.onnx');
    const first = await window.file('models/digits-mlp.onnx');
    await window.selectTogether(second, first);
    await window.chooseFromMenu(first, 'Compare Topology');
    await window.pick(/digits-test\.npz/);
    await window.view.locator('.compare .strip.done').waitFor();
    await window.command('View: Toggle Primary Side Bar Visibility');
    await window.view.locator('.detail-title h2').hover();
    await window.page.screenshot({
      path: path.join(folder, 'compare-dark.png'),
      clip: { x: 48, y: 70, width: 1352, height: 760 },
    });
  });
});

const linked = { 'models/digits-mlp.onnx': { data: 'data/digits-train.npz#X', labels: 'data/digits-train.npz#y' } };

journey('pictures next to the code', { settings: { 'neuralTopology.data': linked } }, step => {
  step('are those of a measured source', async window => {
    const { page } = window;
    await (await window.file('digits/model.py')).dblclick();
    await window.lensLink('128 units').click();
    await window.lens(/128 units · \d+ can go/).waitFor({ timeout: 120_000 });
    const clip = { x: 345, y: 255, width: 900, height: 330 };
    await page.screenshot({ path: path.join(folder, 'code-dark.png'), clip });
  });
});
