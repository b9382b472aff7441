import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { MemorySource, type Siblings } from '../../src/base/bytes';
import { alignLabels, outputsOfLabels } from '../../src/data/labels';
import { describeData, openData, openLabels } from '../../src/data/openData';
import { previewLayout } from '../../src/data/preview';
import { openModel } from '../../src/models/formats';

const folder = path.join(import.meta.dirname, '..', '..', 'samples');
const read = (file: string) => fs.readFileSync(path.join(folder, file));
const source = (file: string) => new MemorySource(file, new Uint8Array(read(file)));
const alone: Siblings = { open: name => assert.fail(`the sample needs ${name} beside it`) };
const model = (file: string) => openModel(source(file), alone);

/** `self.fc1 = nn.Linear(…)` of a class, in order. */
function attributes(file: string, className: string): string[] {
  const text = read(file).toString('utf8');
  const body = text.slice(text.indexOf(`class ${className}`)).split(/\n\S/)[0] ?? '';
  return [...body.matchAll(/self\.(\w+) = nn\./g)].map(match => match[1]!);
}

const networks = [
  { file: 'models/digits-mlp.onnx', source: 'digits/model.py', className: 'DigitsMLP', test: 'data/digits-test.npz', labels: 'y' },
  { file: 'models/digits-cnn.onnx', source: 'digits/model.py', className: 'DigitsCNN', test: 'data/digits-images-test.npz', labels: 'y' },
  { file: 'models/iris.onnx', source: 'iris/model.py', className: 'IrisMLP', test: 'data/iris-test.csv', labels: 'species' },
] as const;

describe('the sample workspace', () => {
  for (const network of networks) {
    it(`${network.file}: its layers are named as its source names them`, () => {
      assert.deepEqual(
        model(network.file).layers.map(layer => layer.name),
        attributes(network.source, network.className),
      );
    });

    it(`${network.file}: is right on the test data as often as the README says`, async () => {
      const data = openData(source(network.test), { without: [network.labels] });
      const labels = alignLabels(openLabels(source(network.test), { part: network.labels }), data);
      const session = await InferenceSession.create(read(network.file));
      const input = new Tensor('float32', Float32Array.from(data.values), [data.rows, ...data.rowShape]);
      const result = await session.run({ [session.inputNames[0]!]: input });
      const output = result[session.outputNames[0]!]!;
      const scores = output.data as Float32Array;
      const outputs = output.dims[1]!;
      const expected = outputsOfLabels(labels, outputs);
      let right = 0;
      for (let row = 0; row < data.rows; row++) {
        const own = scores.subarray(row * outputs, (row + 1) * outputs);
        if (own.indexOf(Math.max(...own)) === expected[row]) right++;
      }
      await session.release();
      const line = read('README.md')
        .toString('utf8')
        .split('\n')
        .find(text => text.startsWith(`| \`${network.file}\``));
      assert.equal(line?.split('|').at(-2)?.trim(), `${((100 * right) / data.rows).toFixed(1)} % of ${data.rows}`);
    });
  }

  it('holds earlier states of the same networks', () => {
    const shape = (file: string) => model(file).layers.map(layer => [layer.name, layer.parameters]);
    for (const file of ['digits-mlp/epoch0.onnx', 'digits-mlp/epoch5.onnx', 'digits-cnn/epoch0.onnx'])
      assert.deepEqual(shape(`checkpoints/${file}`), shape(`models/${file.split('/')[0]!}.onnx`));
  });

  it('holds data that is seen to have labels', () => {
    for (const file of fs.readdirSync(path.join(folder, 'data')))
      assert.equal(describeData(source(`data/${file}`)).labels[0], file.endsWith('.csv') ? 'species' : 'y', file);
  });

  it('holds digits that are drawn as images', () => {
    for (const file of ['digits-train.npz', 'digits-test.npz', 'digits-images-test.npz'])
      assert.equal(previewLayout(openData(source(`data/${file}`))).kind, 'image', file);
  });

  it('is small', () => {
    const files = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).map(name => fs.statSync(path.join(folder, name)));
    const bytes = files.reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0);
    assert.ok(bytes < 1.5e6, `${bytes} bytes`);
  });
});
