import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { contentHash, FileSiblings, FileSource } from '../../src/engine/files';
import { checkOutput, writeWhole } from '../../src/engine/outputFile';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'files-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));
const at = (...parts: string[]) => path.join(folder, ...parts);
fs.writeFileSync(at('a.bin'), '0123456789');

describe('FileSource', () => {
  it('reads parts, and nothing past the end', () => {
    const source = FileSource.open(at('a.bin'), 'a.bin');
    assert.equal(Buffer.from(source.read(3, 4)).toString(), '3456');
    assert.throws(() => source.read(8, 3), { code: 'corrupt', source: 'a.bin' });
    assert.throws(() => source.read(-1, 3), { code: 'corrupt' });
    source.dispose();
  });

  it('names what is not there', () => {
    assert.throws(() => FileSource.open(at('none'), 'none'), { code: 'not-found', source: 'none', message: /none/ });
  });

  it('refuses folders, pipes and devices without waiting for them', () => {
    execFileSync('mkfifo', [at('pipe')]);
    for (const file of [folder, at('pipe'), '/dev/zero'])
      assert.throws(() => FileSource.open(file), { code: 'unsupported' }, file);
  });

  it('refuses a dangling link', () => {
    fs.symlinkSync(at('gone'), at('dangling'));
    assert.throws(() => FileSource.open(at('dangling')), { code: 'not-found' });
  });

  it('refuses a file that changes while it is read', () => {
    fs.writeFileSync(at('growing'), 'x'.repeat(100));
    const source = FileSource.open(at('growing'));
    source.read(0, 10);
    fs.appendFileSync(at('growing'), 'more');
    assert.throws(() => source.read(10, 10), { code: 'corrupt', message: /changed/ });
    source.dispose();
  });
});

describe('FileSiblings', () => {
  fs.mkdirSync(at('model', 'inner'), { recursive: true });
  fs.writeFileSync(at('model', 'm.onnx'), 'm');
  fs.writeFileSync(at('model', 'inner', 'weights.bin'), 'inside');
  fs.writeFileSync(at('secret'), 'outside');
  fs.symlinkSync(at('secret'), at('model', 'link'));
  fs.symlinkSync(folder, at('model', 'up'));
  fs.linkSync(at('secret'), at('model', 'hard'));
  const siblings = new FileSiblings(at('model', 'm.onnx'));
  after(() => siblings.dispose());

  it('opens a plain file in the model’s folder or below', () => {
    assert.equal(Buffer.from(siblings.open('inner/weights.bin').read(0, 6)).toString(), 'inside');
    assert.equal(siblings.open('./inner/weights.bin').size, 6);
  });

  it('refuses every way out', () => {
    for (const name of [
      '../secret',
      'inner/../../secret',
      at('secret'),
      'link',
      'up/secret',
      'hard',
      '',
      'C:\\x',
      'a\0b',
    ])
      assert.throws(() => siblings.open(name), { code: 'unsafe' }, JSON.stringify(name));
  });

  it('says what is missing', () => {
    assert.throws(() => siblings.open('other.bin'), { code: 'not-found', message: /other\.bin/ });
  });
});

describe('contentHash', () => {
  it('is the sha256 of the content, and follows a change', () => {
    const hash = () => {
      const source = FileSource.open(at('hashed'));
      try {
        return contentHash(source);
      } finally {
        source.dispose();
      }
    };
    const expected = (text: string) => createHash('sha256').update(text).digest('hex');
    fs.writeFileSync(at('hashed'), 'one');
    assert.equal(hash(), expected('one'));
    assert.equal(hash(), expected('one'));
    fs.writeFileSync(at('hashed'), 'other');
    assert.equal(hash(), expected('other'));
  });
});

describe('output files', () => {
  it('are refused where they exist, unless forced', () => {
    assert.throws(() => checkOutput(at('a.bin'), false), { code: 'exists', hint: /--force/ });
    checkOutput(at('a.bin'), true);
    assert.throws(() => checkOutput(folder, true), { code: 'exists' });
    assert.throws(() => checkOutput(at('no', 'x.npz'), true), { code: 'not-found' });
    checkOutput(at('new.npz'), false);
  });

  it('are whole or not there: nothing else is left behind', () => {
    writeWhole(at('whole.txt'), 'content');
    writeWhole(at('whole.txt'), 'again');
    assert.equal(fs.readFileSync(at('whole.txt'), 'utf8'), 'again');
    assert.throws(() => writeWhole(at('model'), 'a folder is in the way'));
    assert.deepEqual(
      fs.readdirSync(folder).filter(name => name.includes('part')),
      [],
    );
  });
});
