import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { journey } from '../harness/journey';
import { Panel } from '../harness/panel';
import { files } from '../harness/workspace';
import { writeNpy } from '../../../src/data/writeNpz';
import { Random } from '../../../src/base/random';
import { graph, model, node, tensor, value } from '../../models/onnxBuilder';
import { CNN, dense, weights } from '../../models/layerList/weightFiles';

/** What a right-click does on files of every kind. */
journey('open other formats', { content: 'formats' }, step => {
  step('inspects a Keras network', async window => {
    await window.chooseFromMenu(await window.file(files.kerasH5), 'Inspect Layer Topology');
    await window.pick('Random input');
    const panel = new Panel(window);
    await panel.done();
    assert.equal(await panel.layer('conv2d').count(), 1);
    await window.screenshot('keras-dark');
  });

  step('inspects one of Keras 3', async window => {
    await window.chooseFromMenu(await window.file(files.kerasArchive), 'Inspect Layer Topology');
    await window.pick('Random input');
    await new Panel(window).done();
  });

  step('lists a folder of images with what will be done to them, and takes it as data', async window => {
    await window.chooseFromMenu(await window.file(files.cnn), 'Inspect Layer Topology');
    const listed = window.picks.filter({ hasText: 'pictures' }).first();
    await listed.waitFor();
    assert.match(await listed.innerText(), /60 rows.*images of 8 × 8 pixels, in grey, scaled from 0–255 to 0–1/s);
    await window.screenshot('images-listed-dark');
    await window.pick('pictures');
    const panel = new Panel(window);
    await panel.frame.locator('h1').filter({ hasText: 'digits-cnn.onnx' }).waitFor();
    await panel.done();
    assert.match(await panel.facts.innerText(), /pictures/);
    assert.match((await panel.findings.allInnerTexts()).join('\n'), /right for \d+/);
    await window.screenshot('images-as-data-dark');
  });

  step('lets other values stand for the pixels, and remembers them', async window => {
    await window.chooseFromMenu(await window.file(files.cnn), 'Neural Topology', 'Select Data…');
    const listed = window.picks.filter({ hasText: 'pictures' }).first();
    await listed.hover();
    await listed.locator('.codicon-settings-gear').click();
    await window.picks.filter({ hasText: '−1 to 1' }).first().waitFor();
    await window.screenshot('pixels-dark');
    await window.pick('−1 to 1');
    await window.until(() => /"pixels":"signed"/.test(JSON.stringify(window.settings['neuralTopology.data'])));
    const panel = new Panel(window);
    const described = panel.facts.locator('[title*="−1–1"]');
    await described.waitFor();
    await panel.done();
  });

  step('describes weights that have no program, and says what is missing to run them', async window => {
    await window.chooseFromMenu(await window.file(files.stateDict), 'Neural Topology', 'Describe Model');
    await window.view.locator('table').first().waitFor();
    assert.match(await window.view.locator('body').innerText(), /Linear|Conv2d/);
    await window.screenshot('state-dict-dark');
  });
});

/** A network that takes rows for two inputs, of files of their own. */
journey('give rows to several inputs', { content: 'formats' }, step => {
  step('asks for each input, remembers what was chosen, and runs on them', async window => {
    writePair(path.join(window.folder, 'other'));
    await window.chooseFromMenu(await window.file('other/pair.onnx'), 'Inspect Layer Topology');
    await window.pick('left.npy');
    await window.page.locator('.quick-input-title').getByText('Data for input right of pair.onnx').waitFor();
    await window.picks.filter({ hasText: 'right.npy' }).first().waitFor();
    await window.screenshot('second-input-dark');
    await window.pick('right.npy');
    const panel = new Panel(window);
    await panel.done();
    assert.equal(await panel.layer('joined').count(), 1);
    const kept = JSON.stringify(window.settings['neuralTopology.data']);
    assert.match(kept, /"inputs":\{"right":"other\/right\.npy"\}/);
  });

  step('asks again once that is forgotten', async window => {
    await window.closeEditors();
    await window.chooseFromMenu(
      await window.file('other/pair.onnx'),
      'Neural Topology',
      'Forget Choices for This File',
    );
    await window.until(() => !JSON.stringify(window.settings['neuralTopology.data']).includes('pair.onnx'));
    await window.chooseFromMenu(await window.file('other/pair.onnx'), 'Inspect Layer Topology');
    await window.picks.filter({ hasText: 'left.npy' }).first().waitFor();
    await window.page.keyboard.press('Escape');
  });
});

/** Texts, for a network whose vocabulary lies elsewhere. */
journey('choose a tokenizer', { content: 'formats' }, step => {
  step('asks which vocabulary the network was trained with, remembers it, and runs on texts', async window => {
    const folder = path.join(window.folder, 'other');
    writeTexts(folder);
    await window.chooseFromMenu(await window.file('other/texts.onnx'), 'Inspect Layer Topology');
    await window.pick('texts.jsonl');
    await window.page.locator('.quick-input-title').getByText('Tokenizer for texts.onnx').waitFor();
    await window.picks.filter({ hasText: 'vocab.txt' }).nth(1).waitFor();
    await window.screenshot('tokenizer-dark');
    await window.pick('words-b');
    const panel = new Panel(window);
    await panel.done();
    assert.equal(await panel.layer('embed').count(), 1);
    assert.match(JSON.stringify(window.settings['neuralTopology.data']), /"vocabulary":"other\/words-b\/vocab\.txt"/);
  });
});

/** Weights alone, and each way to a result of them. */
journey('run weights alone', { content: 'formats' }, step => {
  const place = (window: { readonly folder: string }, name: string) => path.join(window.folder, 'other', name);

  step(
    'says what is missing before data is asked for, and runs a chain once its activation is chosen',
    async window => {
      const mlp = weights(dense({ fc1: [64, 24], fc2: [24, 10] }));
      fs.writeFileSync(place(window, 'mlp.safetensors'), mlp);
      fs.writeFileSync(place(window, 'again.safetensors'), mlp);
      await window.chooseFromMenu(await window.file('other/mlp.safetensors'), 'Inspect Layer Topology');
      const panel = new Panel(window);
      await panel.button('Choose the activation…').waitFor();
      assert.match(await panel.card.innerText(), /weights without the program[^]*activation between its layers/);
      await window.screenshot('weights-ways-dark');
      await panel.button('Choose the activation…').click();
      await window.pick('tanh');
      await window.pick('digits-test.npz');
      await panel.done();
      assert.equal(await panel.layer('fc1_tanh').count(), 1);
      // Beside the numbers of every layer.
      assert.match(await panel.frame.locator('.caveats').innerText(), /Activation tanh: chosen by you/);
      await window.screenshot('weights-chain-dark');
    },
  );

  step('shows in an open description what was chosen, and that it was forgotten', async window => {
    await window.chooseFromMenu(await window.file('other/mlp.safetensors'), 'Neural Topology', 'Describe Model');
    const assumed = window.view.locator('.notice').filter({ hasText: 'Activation tanh: chosen by you.' });
    await assumed.waitFor();
    await window.view.locator('.node-focus').waitFor();
    await window.screenshot('weights-assumed-dark');
    await assumed.getByRole('button', { name: 'Forget Choices for This File' }).click();
    await window.view.locator('.mark').filter({ hasText: 'choice of the activation changed' }).waitFor();
    await window.view.locator('.notice').getByText('weights without the program').waitFor();
    await window.view.getByRole('button', { name: 'Choose its activation…' }).click();
    await window.pick('tanh');
    await window.pick('Random input');
    await new Panel(window).done();
    await window.tab('mlp.safetensors').filter({ hasNotText: 'topology' }).click();
    await assumed.waitFor();
  });

  step('marks and renews an open description when its file changes or goes', async window => {
    const file = place(window, 'mlp.safetensors');
    const before = fs.readFileSync(file);
    fs.writeFileSync(file, weights(dense({ fc1: [64, 20], fc2: [20, 10] })));
    await window.view.locator('.mark').filter({ hasText: 'The file changed' }).waitFor();
    fs.rmSync(file);
    await window.view.locator('.mark.warning').filter({ hasText: 'no longer there' }).waitFor();
    fs.writeFileSync(file, before);
    await window.view.locator('.notice').filter({ hasText: 'Activation tanh: chosen by you.' }).waitFor();
  });

  step('does not ask again about the same weights', async window => {
    await window.closeEditors();
    await window.chooseFromMenu(await window.file('other/again.safetensors'), 'Inspect Layer Topology');
    await window.pick('Random input');
    const panel = new Panel(window);
    await panel.done();
    assert.equal(await panel.layer('fc1_tanh').count(), 1);
  });

  step('writes a first layer list, says what it leaves open, and runs once that is filled in', async window => {
    await window.closeEditors();
    fs.writeFileSync(place(window, 'cnn.safetensors'), CNN);
    await window.chooseFromMenu(await window.file('other/cnn.safetensors'), 'Inspect Layer Topology');
    const panel = new Panel(window);
    await panel.button('Create a layer list…').waitFor();
    assert.match(await panel.card.innerText(), /the stride and padding of "conv"/);
    assert.equal(await panel.button('Choose the activation…').count(), 0);
    await panel.button('Copy export code').click();
    await panel.button('Create a layer list…').click();
    const list = place(window, 'cnn.layers.json');
    await window.until(() => fs.existsSync(list));
    await window.page.locator('.monaco-editor').getByText('Conv2d').first().waitFor();
    // The list stays in front of the panel, which says what is open in it.
    await new Promise(resolve => setTimeout(resolve, 1500));
    assert.ok(await window.page.locator('.monaco-editor').getByText('Conv2d').first().isVisible());
    await window.screenshot('layer-list-dark');
    const draft = fs.readFileSync(list, 'utf8');
    assert.match(draft, /"stride": "\?"/);
    const filled = draft
      .replace('[1, "?", "?"]', '[1, 4, 4]')
      .replace('"stride": "?"', '"stride": 2')
      .replace('"padding": "?"', '"padding": 1')
      .replace('"activation": "?"', '"activation": "relu"');
    fs.writeFileSync(list, filled);
    // Before the data files were looked through, the choices still move.
    await window.picks.filter({ hasText: 'Random input' }).first().waitFor();
    await window.until(async () => {
      const before = await window.picks.allInnerTexts();
      await new Promise(resolve => setTimeout(resolve, 1000));
      return before.join() === (await window.picks.allInnerTexts()).join();
    });
    await window.pick('Random input');
    await panel.done();
    assert.equal(await panel.layer('conv_relu').count(), 1);
    await window.screenshot('weights-list-dark');
  });
});

/** A network that takes tokens, 60 texts, and two vocabularies for them, neither beside the model. */
function writeTexts(folder: string): void {
  const random = new Random(0, 'texts');
  const words = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', ...Array.from({ length: 20 }, (_, i) => `word${i}`)];
  const width = 4;
  const embeddings = Float32Array.from({ length: words.length * width }, () => random.normal());
  const content = graph({
    nodes: [node('Gather', ['table', 'input_ids'], ['embedded'], { name: 'embed' })],
    initializers: [tensor('table', [words.length, width], embeddings)],
    inputs: [value('input_ids', ['batch', 'sequence'], 7)],
    outputs: [value('embedded', ['batch', 'sequence', width])],
  });
  fs.writeFileSync(path.join(folder, 'texts.onnx'), model(content));
  const text = () => Array.from({ length: 6 }, () => `word${random.integer(20)}`).join(' ');
  const lines = Array.from({ length: 60 }, () => JSON.stringify({ text: text() }));
  fs.writeFileSync(path.join(folder, 'texts.jsonl'), `${lines.join('\n')}\n`);
  for (const name of ['words-a', 'words-b']) {
    fs.mkdirSync(path.join(folder, name));
    fs.writeFileSync(path.join(folder, name, 'vocab.txt'), `${words.join('\n')}\n`);
  }
}

/** A network of two inputs as wide as each other, and 80 rows of each. */
function writePair(folder: string): void {
  const random = new Random(0, 'pair');
  const draws = (count: number) => Float32Array.from({ length: count }, () => random.normal());
  const nodes = [
    node('MatMul', ['left', 'a'], ['l'], { name: 'ofLeft' }),
    node('MatMul', ['right', 'b'], ['r'], { name: 'ofRight' }),
    node('Add', ['l', 'r'], ['sum'], { name: 'joined' }),
  ];
  const content = graph({
    nodes,
    initializers: ['a', 'b'].map(name => tensor(name, [6, 3], draws(18))),
    inputs: ['left', 'right'].map(name => value(name, ['batch', 6])),
    outputs: [value('sum', ['batch', 3])],
  });
  fs.writeFileSync(path.join(folder, 'pair.onnx'), model(content));
  for (const name of ['left', 'right'])
    fs.writeFileSync(path.join(folder, `${name}.npy`), writeNpy({ shape: [80, 6], values: draws(480) }));
}

const python = ['/usr/bin/python3', 'python3'].find(
  name => spawnSync(name, ['-c', 'import torch, numpy']).status === 0,
);
if (python === undefined) console.log('  run with the own Python: left out, no PyTorch is installed');
else {
  const settings = { 'neuralTopology.python': python };
  journey('run with the own Python', { content: 'formats', settings }, step => {
    step('chooses the class, shows the command, and inspects what came back', async window => {
      const source = path.join(window.folder, 'other', 'net.py');
      fs.writeFileSync(source, NETWORK);
      const save = 'import torch, net; torch.manual_seed(0); torch.save(net.Net().state_dict(), "net.pt")';
      const made = spawnSync(python, ['-c', save], { cwd: path.dirname(source), encoding: 'utf8' });
      assert.equal(made.status, 0, made.stderr);
      await window.chooseFromMenu(await window.file('other/net.pt'), 'Run with Your Python');
      await window.pick('Net');
      await window.quickInput.press('Enter');
      await window.until(async () => (await window.quickInput.inputValue()) === '1,64');
      await window.quickInput.press('Enter');
      const dialog = window.page.locator('.monaco-dialog-box');
      assert.match(await dialog.innerText(), /run_model\.py export --source=/);
      await window.screenshot('python-command-dark');
      await dialog.getByRole('button', { name: 'Run' }).click();
      await window.pick('digits-test.npz');
      const panel = new Panel(window);
      await panel.done();
      assert.ok(fs.existsSync(path.join(window.folder, 'other', 'net.onnx')));
      assert.equal(await panel.layer('fc1').count(), 1);
    });
  });
}

const NETWORK = `import torch.nn as nn


class Net(nn.Module):
    def __init__(self, hidden=32):
        super().__init__()
        self.fc1 = nn.Linear(64, hidden)
        self.relu = nn.ReLU()
        self.fc2 = nn.Linear(hidden, 10)

    def forward(self, x):
        return self.fc2(self.relu(self.fc1(x)))
`;
