import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, afterEach, beforeEach, describe, it, mock } from 'node:test';
import { Fault } from '../../src/base/fault';
import { Cancellation } from '../../src/base/cancellation';
import { DisposableStore } from '../../src/base/lifecycle';
import { dataLibraries } from '../../src/engine/dataLibraries';
import { openDataFile } from '../../src/engine/openFiles';
import { FileSource } from '../../src/engine/files';
import { openModelFile } from '../../src/engine/openModelFile';
import { allocations, countAllocations } from '../fuzz/allocations';
import { readAll } from '../models/hdf5/files';
import { ARCHIVES } from './archives';
import { CANARY_RAN, SECRET } from './canary';
import type { HostileCase } from './cases';
import { NETWORKS } from './networks';
import { PICKLES } from './pickles';
import { TENSORS } from './tensors';

const MAX_BYTES = 64 * 2 ** 20;
const MAX_MILLISECONDS = 1000;
const libraries = dataLibraries(path.join(import.meta.dirname, '..', '..', 'node_modules'));

countAllocations();

describe('docs/security.md', () => {
  const page = fs.readFileSync(path.join(import.meta.dirname, '..', '..', 'docs', 'security.md'), 'utf8');

  it('lists every kind of hostile file that is tried here', () => {
    const kinds = [...PICKLES, ...ARCHIVES, ...TENSORS, ...NETWORKS].map(({ kind }) => kind);
    assert.deepEqual(
      kinds.filter(kind => !page.toLowerCase().includes(kind.toLowerCase())),
      [],
    );
  });

  it('names tests that are there', () => {
    const named = [...page.matchAll(/`(test\/[\w/.]+\.ts)`/g)].map(([, file]) => file!);
    assert.ok(named.length > 5);
    assert.deepEqual(
      named.filter(file => !fs.existsSync(path.join(import.meta.dirname, '..', '..', file))),
      [],
    );
  });
});

/** Each kind of attack that is in the public record, as real files in a folder: docs/security.md lists them. */
for (const { kind, cases } of [...PICKLES, ...ARCHIVES, ...TENSORS, ...NETWORKS])
  describe(kind, () => {
    const base = fs.mkdtempSync(path.join(os.tmpdir(), 'hostile-'));
    after(() => {
      fs.rmSync(base, { recursive: true });
    });
    const folder = path.join(base, 'model');
    let opened: string[] = [];
    let store = new DisposableStore();

    beforeEach(() => {
      fs.mkdirSync(folder);
      fs.writeFileSync(path.join(folder, SECRET), 'secret');
      fs.writeFileSync(path.join(base, SECRET), 'secret');
      store = new DisposableStore();
      opened = [];
    });
    afterEach(() => {
      mock.restoreAll();
      store.dispose();
      fs.rmSync(folder, { recursive: true });
    });

    for (const one of cases)
      it(`${one.what}: ${one.code}`, () => {
        const { file = 'model.pt', content, prepare, code, says = /./ } = one;
        const bytes = typeof content === 'function' ? content() : content;
        const given = path.join(folder, file);
        fs.writeFileSync(given, bytes);
        prepare?.(folder);
        const open = fs.openSync.bind(fs);
        mock.method(fs, 'openSync', (name: fs.PathLike, flags: fs.OpenMode = 'r', mode?: fs.Mode) => {
          opened.push(String(name));
          return open(name, flags, mode);
        });

        allocations.asked = 0;
        const started = process.cpuUsage();
        const fault = refusal(one, given, store);
        const { user, system } = process.cpuUsage(started);

        assert.equal(fault.code, code, fault.message);
        assert.match(fault.message, says);
        assert.match(fault.message, /^\S[^\n]{10,500}\.$/, 'is one sentence');
        assert.ok(allocations.asked < MAX_BYTES + 3 * bytes.length, `${allocations.asked} bytes were asked for`);
        assert.ok((user + system) / 1000 < MAX_MILLISECONDS, `took ${(user + system) / 1000} ms`);
        // Nothing ran, and nothing but the model and plain files beside it was opened.
        for (const where of [folder, base, process.cwd()]) assert.ok(!fs.existsSync(path.join(where, CANARY_RAN)));
        const allowed = fs.readdirSync(folder).filter(name => fs.lstatSync(path.join(folder, name)).nlink === 1 && name !== SECRET); // prettier-ignore
        assert.deepEqual(
          opened.filter(name => !allowed.includes(path.relative(folder, name))),
          [],
        );
      });
  });

function refusal(one: HostileCase, given: string, store: DisposableStore): Fault {
  try {
    if (one.as === 'data')
      void openDataFile(given, undefined, { dropNotFinite: false }, store, {
        cancellation: Cancellation.never,
        libraries,
      }).data.values;
    else if (one.as === 'arrays') readAll(store.add(FileSource.open(given)));
    else void openModelFile(given, store).model.warnings;
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  return assert.fail('it was opened');
}
