import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { Fault } from '../../src/base/fault';
import { FolderFiles } from '../../src/engine/folderFiles';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'folder-files-'));
after(() => fs.rmSync(root, { recursive: true, force: true }));

function made(name: string, files: Readonly<Record<string, string>>): string {
  const folder = path.join(root, name);
  for (const [file, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    fs.writeFileSync(path.join(folder, file), text);
  }
  return folder;
}
const opened = (folder: string) => FolderFiles.open(folder) ?? assert.fail('no folder');

describe('a folder as data', () => {
  it('lists its files at any depth, in natural order', () => {
    const folder = opened(made('order', { '10/a': '1', '9/b10': '2', '9/b9': '3', '9/c/d': '4', top: '5' }));
    assert.deepEqual(
      folder.entries.map(entry => entry.path),
      ['9/b9', '9/b10', '9/c/d', '10/a', 'top'],
    );
    assert.equal(new TextDecoder().decode(folder.read(folder.entries[3]!)), '1');
  });
  it('is none where there is a file, or nothing', () => {
    const folder = made('none', { a: '1' });
    assert.equal(FolderFiles.open(path.join(folder, 'a')), undefined);
    assert.equal(FolderFiles.open(path.join(folder, 'b')), undefined);
  });
  it('follows no link, opens no pipe, and counts what it passed over', { skip: process.platform === 'win32' }, () => {
    const secret = made('outside', { secret: 'not to be read' });
    const folder = made('links', { a: '1' });
    fs.symlinkSync(path.join(secret, 'secret'), path.join(folder, 'file'));
    fs.symlinkSync(secret, path.join(folder, 'folder'));
    fs.symlinkSync('.', path.join(folder, 'circle'));
    execFileSync('mkfifo', [path.join(folder, 'pipe')]);
    const { entries, passedOver } = opened(folder);
    assert.deepEqual([entries.map(entry => entry.path), passedOver], [['a'], 4]);
  });
  it('notices a file that changes, or becomes a link, after it was listed', () => {
    const folder = opened(made('changing', { a: 'one', b: 'two' }));
    fs.writeFileSync(path.join(folder.path, 'a'), 'longer');
    assert.throws(
      () => folder.read(folder.entries[0]!),
      (error: unknown) => error instanceof Fault && error.code === 'corrupt',
    );
    fs.rmSync(path.join(folder.path, 'b'));
    fs.symlinkSync('a', path.join(folder.path, 'b'));
    assert.throws(() => folder.read(folder.entries[1]!), Fault);
  });
  it('has a hash of names and contents, not of where it lies or when it was written', () => {
    const hash = (name: string, files: Readonly<Record<string, string>>) => opened(made(name, files)).contentHash();
    const one = hash('one', { 'a/x': '1', 'b/y': '2' });
    assert.equal(hash('same', { 'b/y': '2', 'a/x': '1' }), one);
    assert.notEqual(hash('moved', { 'a/x': '1', 'a/y': '2' }), one);
    assert.notEqual(hash('other', { 'a/x': '1', 'b/y': '3' }), one);
    assert.notEqual(hash('cut', { 'a/x': '12', 'b/y': '' }), one);
  });
});
