import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { Cancellation } from '../../src/base/cancellation';
import { pngBytes } from '../data/images/support';
import { dataLibraries } from '../../src/engine/dataLibraries';
import { dataCandidates, labelCandidates } from '../../src/engine/operations/dataCandidates';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'candidates-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

const iris = path.join(import.meta.dirname, '../../samples/models/iris.onnx');
const offered = (file: string) =>
  dataCandidates({ model: iris, files: [file] }, {
    cancellation: Cancellation.never,
    libraries: dataLibraries(''),
  } as Parameters<typeof dataCandidates>[1]);

describe('Data that could feed a model', () => {
  it('is offered with the labels that lie in a column of its own', () => {
    const table = path.join(import.meta.dirname, '../../samples/data/iris-test.csv');
    const [fitting] = offered(table).filter(candidate => candidate.fits);
    assert.ok(fitting?.labels?.startsWith(`${table}#`));
  });

  it('is not offered with labels that are a column it needs itself', () => {
    // Four columns of numbers, the last of which could be classes: with it the rows fit the model, without it they do not.
    const table = path.join(folder, 'table.csv');
    const rows = Array.from({ length: 30 }, (_, i) => `${i / 7},${i / 3},${i / 11},${i % 3}`);
    fs.writeFileSync(table, ['a,b,c,label', ...rows].join('\n') + '\n');
    const candidates = offered(table);
    assert.ok(candidates.length > 0);
    for (const candidate of candidates.filter(({ fits }) => fits)) assert.equal(candidate.labels, undefined);
  });

  it('is offered with every column that could be its labels', () => {
    const table = path.join(folder, 'two.csv');
    const rows = Array.from({ length: 30 }, (_, i) => `${i / 7},${i / 3},${i / 11},${i / 13},a${i % 3},b${i % 2}`);
    fs.writeFileSync(table, ['a,b,c,d,species,region', ...rows].join('\n') + '\n');
    const [fitting] = offered(table).filter(candidate => candidate.fits);
    assert.deepEqual(new Set(fitting?.labelsInside), new Set([`${table}#species`, `${table}#region`]));
    const context = { cancellation: Cancellation.never } as Parameters<typeof labelCandidates>[1];
    assert.deepEqual(
      labelCandidates({ files: [table, path.join(folder, 'no.csv')] }, context).map(one => [one.labels, one.rows]),
      fitting?.labelsInside.map(labels => [labels, 30]),
    );
  });

  it('says when the number of rows is a guess from the size of the file', () => {
    const table = path.join(folder, 'long.csv');
    const rows = Array.from({ length: 60_000 }, (_, i) => `${i},${i % 7},1,2`);
    fs.writeFileSync(table, ['a,b,c,d', ...rows].join('\n') + '\n');
    const [all] = offered(table);
    assert.equal(all?.rowsExact, false);
    assert.ok(Math.abs(all.rows - 60_000) < 30_000);
  });

  it('is a folder of images with its sub-folders for labels, for a network that takes images', () => {
    const images = path.join(folder, 'images');
    for (const [name, value] of [
      ['a/1.png', 0],
      ['b/2.png', 255],
    ] as const) {
      fs.mkdirSync(path.dirname(path.join(images, name)), { recursive: true });
      const values = new Uint8Array(4).fill(value);
      fs.writeFileSync(
        path.join(images, name),
        pngBytes({ width: 2, height: 2, depth: 8, colourType: 0, samples: 1, values }),
      );
    }
    const [candidate] = offered(images);
    // Four pixels are as many values as the four measures of an iris.
    assert.deepEqual(
      [candidate?.rows, candidate?.rowShape, candidate?.fits, candidate?.labels],
      [2, [1, 2, 2], true, images],
    );
  });

  it('is no text for a network that takes numbers', () => {
    const texts = path.join(folder, 'texts.jsonl');
    fs.writeFileSync(texts, '{"text":"a b"}\n{"text":"c"}\n');
    assert.deepEqual(
      offered(texts).map(({ fits }) => fits),
      [false],
    );
  });

  it('says whether it has the shape that the model takes, or only as many values', () => {
    const samples = path.join(import.meta.dirname, '../../samples');
    const files = ['digits-test.npz', 'digits-images-test.npz'].map(name => path.join(samples, 'data', name));
    const of = (model: string) =>
      dataCandidates({ model: path.join(samples, 'models', model), files }, {
        cancellation: Cancellation.never,
        libraries: dataLibraries(''),
      } as Parameters<typeof dataCandidates>[1])
        .filter(({ fits }) => fits)
        .map(({ rowShape, exact }) => [rowShape.join(), exact]);
    assert.deepEqual(of('digits-mlp.onnx'), [
      ['64', true],
      ['1,8,8', false],
    ]);
    assert.deepEqual(of('digits-cnn.onnx'), [
      ['64', false],
      ['1,8,8', true],
    ]);
  });
});
