import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { readZipDirectory } from '../../../src/base/archive/zip';
import { MemorySource } from '../../../src/base/bytes';
import type { ModelChanges, NewTensor } from '../../../src/models/changes';
import { findState } from '../../../src/models/torch/findState';
import { readPickleFile, TorchArchive } from '../../../src/models/torch/torchFile';
import { alone, codeOf, difference, newTensors, written } from '../written';
import { floats, torchLegacy, torchZip } from './archives';
import {
  dict,
  global,
  int,
  OP,
  pickle,
  proto,
  reduce,
  stackGlobal,
  tensor,
  text,
  tuple,
  u64,
  type Part,
} from './pickleBytes';

type Bytes = Uint8Array<ArrayBuffer>;

function tensorsOf(file: Bytes, legacy = false) {
  const source = new MemorySource('written.pt', file);
  const root = legacy ? readPickleFile(source).root : TorchArchive.open(source).unpickle('data.pkl');
  return new Map(
    (findState(root)?.tensors ?? []).map(one => [
      one.name,
      { shape: one.shape, type: one.type, bytes: one.bytes(0, one.size).slice() },
    ]),
  );
}

const STORAGES = { 0: floats(1, 2, 3, 4, 5, 6), 1: floats(7, 8), 2: floats(9, 10, 11, 12) };
const state = (): Part =>
  dict({
    'a.weight': tensor('0', 6, [2, 3]),
    'a.bias': tensor('1', 2, [2]),
    'b.weight': tensor('2', 4, [2, 2], { stride: [1, 2] }),
  });
const zip = () => torchZip(pickle(proto(), state(), OP.STOP), STORAGES);
const legacy = () =>
  torchLegacy(
    pickle(proto(), state(), OP.STOP),
    Object.fromEntries(Object.entries(STORAGES).map(([key, bytes]) => [key, new Float32Array(bytes.slice().buffer)])),
  );

const valuesOf = (change: NewTensor) => ('values' in change ? floats(...Array.from(change.values)) : change.bytes);

describe('a PyTorch file that is written again', () => {
  for (const [name, make, old] of [
    ['of torch.save', zip, false],
    ['of before 1.6', legacy, true],
  ] as const) {
    it(`is the same file where nothing changes (${name})`, () => {
      assert.deepEqual(written(alone(make()), {}), alone(make()));
    });

    it(`gives what was asked for, whatever is changed, and leaves every other tensor bit by bit (${name})`, () => {
      const before = tensorsOf(make(), old);
      const names = [...before.keys()];
      const changes = fc.record(
        Object.fromEntries(names.map(one => [one, fc.option(newTensors(before.get(one)!.shape))])),
      );
      fc.assert(
        fc.property(changes, fc.subarray(names, { maxLength: 2 }), (chosen, drop) => {
          const removed = new Set(drop.filter(one => chosen[one] === null));
          const tensors = new Map(Object.entries(chosen).filter((one): one is [string, NewTensor] => one[1] !== null));
          const found = tensorsOf(written(alone(make()), { tensors, removed }).model, old);
          assert.deepEqual(
            [...found.keys()],
            names.filter(one => !removed.has(one)),
          );
          for (const [one, stored] of found) {
            const change = tensors.get(one);
            if (change === undefined) assert.deepEqual(stored, before.get(one));
            else assert.deepEqual([stored.shape, stored.bytes], [change.shape, valuesOf(change)]);
          }
        }),
      );
    });
  }

  it('differs in the bytes and checksums of the changed tensor alone, where that keeps its shape', () => {
    const { model } = written(alone(zip()), { tensors: new Map([['a.bias', { shape: [2], values: [70, 80] }]]) });
    const { first, last } = difference(zip(), model)!;
    assert.ok(first > 0 && last < model.length);
    const differing = [...model].filter((byte, i) => byte !== zip()[i]).length;
    assert.ok(differing <= 8 + 4 + 4, `${differing} bytes differ`);
  });

  it('gives a changed tensor a storage of its own where others stay in the old one', () => {
    const shared = dict({
      a: tensor('0', 6, [2, 3]),
      b: tensor('0', 6, [2, 3]),
      c: tensor('0', 6, [2], { offset: 4 }),
    });
    const file = torchZip(pickle(proto(), shared, OP.STOP), { 0: STORAGES[0] });
    const change: NewTensor = { shape: [1, 3], values: [1, 1, 1] };
    const one = tensorsOf(written(alone(file), { tensors: new Map([['a', change]]) }).model);
    assert.deepEqual(
      [...one.values()].map(found => [...new Float32Array(found.bytes.buffer)]),
      [
        [1, 1, 1],
        [1, 2, 3, 4, 5, 6],
        [5, 6],
      ],
    );
    // Tied ones that are changed alike share the new one.
    const two = written(alone(file), {
      tensors: new Map([
        ['a', change],
        ['b', change],
      ]),
    }).model;
    const added = readZipDirectory(new MemorySource('', two)).filter(entry => entry.name.startsWith('archive/data/'));
    assert.deepEqual(
      added.map(entry => entry.size),
      [24, 12],
    );
    const archive = TorchArchive.open(new MemorySource('', two));
    const { stored } = findState(archive.unpickle('data.pkl'))!;
    assert.equal(stored.get('a')!.storage, stored.get('b')!.storage);
  });

  it('keeps in the memo what others recall, and frames as long as they are', () => {
    // The shape of the first is recalled for the second; a frame spans both.
    const view = (key: string, size: Part): Part =>
      reduce(
        global('torch._utils', '_rebuild_tensor_v2'),
        [tuple(text('storage'), global('torch', 'FloatStorage'), text(key), text('cpu'), int(2)), OP.BINPERSID],
        int(0),
        size,
        tuple(int(1)),
        OP.NEWFALSE,
        reduce(stackGlobal(text('collections'), text('OrderedDict'))),
      );
    const body = pickle(
      dict({}),
      OP.POP,
      OP.EMPTY_DICT,
      OP.MARK,
      text('a'),
      view('0', [tuple(int(2)), OP.MEMOIZE]),
      text('b'),
      view('1', [OP.BINGET, 0]),
      OP.SETITEMS,
      OP.STOP,
    );
    const framed = pickle(proto(4), OP.FRAME, u64(body.length), body);
    const file = torchZip(framed, { 0: floats(1, 2), 1: floats(3, 4) });
    const found = tensorsOf(
      written(alone(file), { tensors: new Map([['a', { shape: [3], values: [7, 8, 9] }]]) }).model,
    );
    assert.deepEqual(
      [...found].map(([name, { shape }]) => [name, shape]),
      [
        ['a', [3]],
        ['b', [2]],
      ],
    );
  });

  it('refuses one of two names of a value, tensors that are not plain, and damaged archives', () => {
    const one = dict({ a: [tensor('0', 6, [6]), OP.BINPUT, 9], b: [OP.BINGET, 9] });
    const file = alone(torchZip(pickle(proto(), one, OP.STOP), { 0: STORAGES[0] }));
    const change: NewTensor = { shape: [2], values: [1, 2] };
    assert.equal(
      codeOf(() => written(file, { tensors: new Map([['a', change]]) })),
      'usage',
    );
    const both = tensorsOf(
      written(file, {
        tensors: new Map([
          ['a', change],
          ['b', change],
        ]),
      }).model,
    );
    assert.deepEqual(
      [...both.values()].map(found => found.shape),
      [[2], [2]],
    );
    assert.equal(
      codeOf(() => written(file, { tensors: new Map([['z', change]]) })),
      'not-found',
    );
    const damaged = zip();
    const at = damaged.findIndex(
      (_, i) => new DataView(damaged.buffer).getFloat32(Math.min(i, damaged.length - 4), true) === 7,
    );
    damaged[at] = 1;
    assert.equal(
      codeOf(() => written(alone(damaged), {})),
      'corrupt',
    );
  });
});

/** Debian's package python3-torch, or another PyTorch of the system's Python. */
const python = ['/usr/bin/python3', 'python3'].find(
  command => spawnSync(command, ['-c', 'import torch'], { timeout: 60_000 }).status === 0,
);

interface PeerFile {
  readonly tensors: Readonly<
    Record<string, { readonly shape: readonly number[]; readonly type: string; readonly values: readonly number[] }>
  >;
  readonly shared: readonly (readonly string[])[];
  readonly metadata: readonly string[];
  readonly rest: Readonly<Record<string, unknown>>;
}

describe('what is written, in PyTorch itself', { skip: python === undefined ? 'no PyTorch here' : false }, () => {
  let folder: string;
  const peer = (mode: string, at: string) => {
    const run = spawnSync(python!, [path.join(import.meta.dirname, 'writePeer.py'), mode, at], { encoding: 'utf8' });
    assert.equal(run.status, 0, run.stderr);
    return run.stdout === '' ? {} : (JSON.parse(run.stdout) as Readonly<Record<string, PeerFile>>);
  };
  const made = (name: string) => new Uint8Array(fs.readFileSync(path.join(folder, 'made', name)));
  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'torch-write-'));
    for (const name of ['made', 'written']) fs.mkdirSync(path.join(folder, name));
    peer('make', path.join(folder, 'made'));
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  it('loads with weights_only, and holds what was asked for', () => {
    const network: ModelChanges = {
      tensors: new Map<string, NewTensor>([
        ['fc1.weight', { shape: [2, 5], values: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] }],
        ['fc1.bias', { shape: [2], values: [0.5, -0.5] }],
        ['norm.weight', { shape: [2], values: [1, 2] }],
        ['norm.bias', { shape: [2], values: [3, 4] }],
        ['norm.running_mean', { shape: [2], values: [0, 0] }],
        ['norm.running_var', { shape: [2], values: [1, 1] }],
        ['norm.num_batches_tracked', { shape: [], values: [42] }],
        ['fc2.weight', { shape: [3, 2], values: [1, 0, 0, 1, 1, 1] }],
      ]),
    };
    const cases: Readonly<Record<string, ModelChanges>> = {
      'state.pt': { ...network },
      'legacy.pt': network,
      'protocol4.pt': network,
      'script.pt': network,
      'checkpoint.pt': {
        tensors: new Map([...network.tensors!].filter(([name]) => name.startsWith('fc2'))),
        removed: new Set(['fc1.weight', 'norm.bias']),
      },
      'tied.pt': {
        tensors: new Map<string, NewTensor>([
          ['a.weight', { shape: [2, 5], values: new Float32Array(10).fill(4) }],
          ['b.weight', { shape: [2, 5], values: new Float32Array(10).fill(4) }],
          ['e.half', { shape: [2], values: [1.5, 2.5] }],
        ]),
        removed: new Set(['f.count']),
      },
    };
    const before = peer('read', path.join(folder, 'made'));
    for (const [name, changes] of Object.entries(cases)) {
      const { model } = written(alone(made(name)), changes);
      fs.writeFileSync(path.join(folder, 'written', name), model);
      // Every record still begins at a multiple of 64.
      if (name === 'legacy.pt') continue;
      for (const entry of readZipDirectory(new MemorySource(name, model)))
        assert.equal(entry.offset % 64, 0, entry.name);
    }
    const found = peer('read', path.join(folder, 'written'));
    for (const [name, { tensors, removed }] of Object.entries(cases)) {
      const [was, is] = [before[name]!, found[name]!];
      assert.deepEqual(
        Object.keys(is.tensors),
        Object.keys(was.tensors).filter(one => removed?.has(one) !== true),
        name,
      );
      for (const [one, read] of Object.entries(is.tensors)) {
        const change = tensors!.get(one);
        if (change === undefined) assert.deepEqual(read, was.tensors[one]);
        else {
          assert.deepEqual([read.shape, read.type], [change.shape, was.tensors[one]!.type]);
          assert.ok('values' in change);
          assert.deepEqual(read.values, Array.from(change.values));
        }
      }
      assert.deepEqual([is.metadata, is.rest], [was.metadata, was.rest]);
    }
    assert.deepEqual(found['tied.pt']!.shared, [
      ['a.weight', 'b.weight'],
      ['c.weight', 'd.weight'],
    ]);
  });

  it('is the same bytes where nothing changes, and differs in one storage and its checksums where one tensor does', () => {
    for (const name of ['state.pt', 'legacy.pt', 'protocol4.pt', 'checkpoint.pt', 'tied.pt', 'script.pt'])
      assert.deepEqual(written(alone(made(name)), {}).model, made(name), name);
    const { model } = written(alone(made('state.pt')), {
      tensors: new Map([['fc1.bias', { shape: [4], values: [1, 2, 3, 4] }]]),
    });
    const differing = [...model].filter((byte, i) => byte !== made('state.pt')[i]).length;
    assert.equal(model.length, made('state.pt').length);
    assert.ok(differing <= 16 + 4 + 4, `${differing} bytes differ`);
  });
});
