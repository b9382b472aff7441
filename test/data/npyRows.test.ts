import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it, mock } from 'node:test';
import type { CaptureRequest } from '../../src/analyses/inspectModel';
import { MemorySource } from '../../src/base/bytes';
import { streamOf } from '../../src/base/byteStream';
import { Cancellation } from '../../src/base/cancellation';
import { Fault } from '../../src/base/fault';
import { DisposableStore } from '../../src/base/lifecycle';
import { openNpyRows, passRows, rowReader } from '../../src/data/npyRows';
import { readNpy } from '../../src/data/npy';
import { openData } from '../../src/data/openData';
import { writeNpz } from '../../src/data/writeNpz';
import { FileSource } from '../../src/engine/files';
import { describe as describeFile } from '../../src/engine/operations/describe';
import { captureStored, openStoredLayers } from '../../src/engine/storedLayers';
import type { LayerActivations } from '../../src/probes/layerCollector';
import { writeSparse } from '../engine/bigFiles';
import { npyBytes, npyHeader } from './support';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'npy-rows-'));
after(() => fs.rmSync(root, { recursive: true, force: true }));
const at = (...names: string[]) => path.join(root, ...names);

const raw = (bytes: number) => Uint8Array.from({ length: 42 * bytes }, (_, i) => (i * 37) % 61);
const npy = (descr: string, fortran = false) =>
  new MemorySource(
    'x.npy',
    npyBytes(
      `{'descr': '${descr}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': (7, 2, 3), }`,
      raw(Number(descr.at(-1))),
    ),
  );

const request = (
  layers: readonly string[],
  rows: Uint32Array,
  onLayer: (layer: LayerActivations) => void,
  reduction?: 'positions',
): CaptureRequest => ({
  layers,
  rows,
  onLayer,
  reduction,
  outputs: false,
  maxPoints: 1000,
  seed: 0,
  progress: () => undefined,
});

/** Counts what is read of files while `work` runs. */
function bytesReadBy(work: () => void): number {
  let bytes = 0;
  const read = fs.readSync.bind(fs);
  mock.method(
    fs,
    'readSync',
    (descriptor: number, buffer: NodeJS.ArrayBufferView, offset: number, length: number, position: number) => {
      bytes += length;
      return read(descriptor, buffer, offset, length, position);
    },
  );
  try {
    work();
  } finally {
    mock.restoreAll();
  }
  return bytes;
}

describe('rows of an .npy that stays in its file', () => {
  for (const descr of ['<f4', '>f4', '<f8', '>i2', '|u1', '<f2', '<i8'])
    it(`are those of the whole array (${descr}), in whichever order they are asked for`, () => {
      const source = npy(descr);
      const whole = readNpy(streamOf(source)).values;
      const rows = openNpyRows(source)!;
      assert.deepEqual([rows.rows, rows.rowShape, rows.rowSize], [7, [2, 3], 6]);
      const read = rowReader(rows);
      const row = new Float64Array(8);
      for (const index of [0, 1, 2, 5, 6, 3, 4, 4, 0]) {
        read(index, row, 1);
        assert.deepEqual([...row.subarray(1, 7)], [...whole.subarray(index * 6, index * 6 + 6)]);
      }
      const seen: number[][] = [];
      assert.ok(passRows(streamOf(source), 'x', Uint32Array.of(1, 4, 4, 6), (i, values) => seen.push([i, ...values])));
      assert.deepEqual(
        seen,
        [1, 4, 4, 6].map((index, i) => [i, ...whole.subarray(index * 6, index * 6 + 6)]),
      );
    });

  it('do not lie together in Fortran order, which is read whole', () => {
    assert.equal(openNpyRows(npy('<f4', true)), undefined);
  });
});

describe('a folder of activations of gigabytes', () => {
  it('is read where its chosen rows are', () => {
    const head = npyBytes(npyHeader('<f4', [1_250_000, 1024]), new Uint8Array(0));
    const size = head.length + 1_250_000 * 1024 * 4;
    const marked = 1_000_000;
    fs.mkdirSync(at('big'));
    for (const name of ['a.npy', 'b.npy'])
      writeSparse(at('big', name), size, [
        [0, head],
        [head.length + marked * 4096, new Uint8Array(Float32Array.of(3, 4).buffer)],
      ]);
    const store = new DisposableStore();
    const found: LayerActivations[] = [];
    const bytes = bytesReadBy(() => {
      const stored = openStoredLayers(at('big'), store, Cancellation.never)!;
      const rows = Uint32Array.from({ length: 100 }, (_, i) => i * 10_000 + 10_000);
      captureStored(
        stored,
        request(['a', 'b'], rows, layer => void found.push(layer)),
        Cancellation.never,
      );
    });
    store.dispose();
    assert.deepEqual(
      found.map(({ name, count, width, values }) => [name, count, width, ...values.subarray(99 * 1024, 99 * 1024 + 3)]),
      [
        ['a', 100, 1024, 3, 4, 0],
        ['b', 100, 1024, 3, 4, 0],
      ],
    );
    assert.ok(bytes < 2 * 100 * 4096 + 100_000, `${bytes} bytes were read`);
  });
});

describe('an archive of activations', () => {
  const values = Float32Array.from({ length: 60 }, (_, i) => Math.fround(Math.sin(i)));
  const file = at('acts.npz');
  const points = (archive: string, reduction?: 'positions') => {
    const store = new DisposableStore();
    const found: LayerActivations[] = [];
    try {
      const stored = openStoredLayers(archive, store, Cancellation.never)!;
      const rows = Uint32Array.of(0, 3, 4);
      captureStored(
        stored,
        request(['fc', 'seq'], rows, layer => void found.push(layer), reduction),
        Cancellation.never,
      );
    } finally {
      store.dispose();
    }
    return found[0]!;
  };

  it('gives the chosen rows, their means, and their positions, without holding the others', () => {
    fs.writeFileSync(file, writeNpz([{ name: 'fc', shape: [5, 12], values }]));
    assert.deepEqual(
      [...points(file).values],
      [0, 3, 4].flatMap(row => [...values.subarray(row * 12, row * 12 + 12)]),
    );
    fs.writeFileSync(at('sequences.npz'), writeNpz([{ name: 'seq', shape: [5, 4, 3], values }]));
    const positions = points(at('sequences.npz'), 'positions');
    assert.deepEqual(
      [...positions.values],
      [0, 3, 4].flatMap(row => [...values.subarray(row * 12, row * 12 + 12)]),
    );
    assert.deepEqual(
      [...positions.rowOfPoint],
      [0, 3, 4].flatMap(row => [row, row, row, row]),
    );
  });

  it('is refused where its checksum does not hold, though no chosen row is damaged', () => {
    const bytes = writeNpz([{ name: 'fc', shape: [5, 12], values }]);
    const damaged = new Uint8Array(bytes);
    const place = Buffer.from(damaged.buffer).indexOf(new Uint8Array(values.slice(20, 23).buffer));
    assert.ok(place > 0);
    damaged[place] = damaged[place]! ^ 1;
    fs.writeFileSync(at('damaged.npz'), damaged);
    const store = new DisposableStore();
    const stored = openStoredLayers(at('damaged.npz'), store, Cancellation.never)!;
    const outcome = captureStored(
      stored,
      request(['fc'], Uint32Array.of(0), () => undefined),
      Cancellation.never,
    );
    store.dispose();
    assert.deepEqual(
      outcome.failures.map(failure => failure.code),
      ['corrupt'],
    );
  });

  it('of arrays with different rows is described, and refused as activations with a hint', () => {
    const mixed = at('mixed.npz');
    fs.writeFileSync(
      mixed,
      writeNpz([
        { name: 'a', shape: [5, 12], values },
        { name: 'b', shape: [12, 5], values },
      ]),
    );
    const result = describeFile({ model: mixed }, { cancellation: Cancellation.never } as never);
    assert.deepEqual(
      result.layers.map(({ name, outputShape }) => [name, outputShape]),
      [
        ['a', [5, 12]],
        ['b', [12, 5]],
      ],
    );
    assert.deepEqual(
      result.warnings.map(one => one.code),
      ['rows-differ'],
    );
    const store = new DisposableStore();
    try {
      assert.throws(
        () => openStoredLayers(mixed, store, Cancellation.never),
        (error: unknown) =>
          error instanceof Fault && error.code === 'shape-mismatch' && error.hint?.includes('describe') === true,
      );
    } finally {
      store.dispose();
    }
  });
});

describe('data of many megabytes', () => {
  const rows = 20_000;
  const head = npyBytes(npyHeader('<f4', [rows, 1024]), new Uint8Array(0));
  const file = at('X.npy');

  it('stays in its file, and is scaled row by row', () => {
    writeSparse(file, head.length + rows * 4096, [
      [0, head],
      [head.length + 4096 * 19_999, new Uint8Array(Float32Array.of(2, 5).buffer)],
    ]);
    const store = new DisposableStore();
    const data = openData(store.add(FileSource.open(file)), { scale: 0.5 });
    const row = new Float64Array(1024);
    data.readRow!(19_999, row, 0);
    assert.deepEqual([data.rows, data.rowShape, ...row.subarray(0, 3)], [rows, [1024], 1, 2.5, 0]);
    assert.equal(data.treatment, 'multiplied by 0.5');
    store.dispose();
  });

  it('is refused for a row that is not finite, by its name, as small data is', () => {
    writeSparse(file, head.length + rows * 4096, [
      [0, head],
      [head.length + 4096 * 12_345 + 8, new Uint8Array(Float32Array.of(NaN).buffer)],
    ]);
    const store = new DisposableStore();
    try {
      assert.throws(
        () => openData(store.add(FileSource.open(file))),
        /Row 12345 holds values that are not finite: .*column 2/,
      );
    } finally {
      store.dispose();
    }
  });
});
