import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { Fault } from '../../src/base/fault';
import { DisposableStore } from '../../src/base/lifecycle';
import { modelHash, openModelFile } from '../../src/engine/openModelFile';
import { layersFiles } from '../models/tfjs/tfjsFiles';

describe('a model that is a folder', () => {
  let folder = '';
  let store = new DisposableStore();

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'model-'));
    store = new DisposableStore();
    const { json, shards } = layersFiles(2);
    fs.writeFileSync(path.join(folder, 'model.json'), JSON.stringify(json));
    for (const [name, bytes] of Object.entries(shards)) fs.writeFileSync(path.join(folder, name), bytes);
  });
  afterEach(() => {
    store.dispose();
    fs.rmSync(folder, { recursive: true });
  });
  const refusal = (given: string): Fault => {
    try {
      openModelFile(given, store);
    } catch (error) {
      if (error instanceof Fault) return error;
    }
    return assert.fail('it was opened');
  };

  it('opens by the folder as by the file in it', () => {
    const whole = openModelFile(folder, store);
    assert.equal(whole.model.format, 'tfjs-layers');
    assert.equal(whole.name, folder);
    assert.equal(openModelFile(path.join(folder, 'model.json'), store).model.parameters, whole.model.parameters);
  });

  it('is another model when one of its files of weights is another', () => {
    const before = modelHash(openModelFile(folder, store));
    assert.equal(modelHash(openModelFile(folder, store)), before);
    const shard = path.join(folder, 'group1-shard2of2.bin');
    const bytes = fs.readFileSync(shard);
    bytes[5]! ^= 1;
    fs.writeFileSync(shard, bytes);
    assert.notEqual(modelHash(openModelFile(folder, store)), before);
  });

  it('has its weights within it, and through no link', () => {
    const outside = fs.mkdtempSync(path.join(os.tmpdir(), 'outside-'));
    const shard = path.join(folder, 'group1-shard2of2.bin');
    const canary = path.join(outside, 'canary.bin');
    fs.renameSync(shard, canary);
    fs.symlinkSync(canary, shard);
    assert.equal(refusal(folder).code, 'unsafe');
    fs.rmSync(shard);
    fs.linkSync(canary, shard);
    assert.equal(refusal(folder).code, 'unsafe');
    fs.rmSync(shard);
    const json = path.join(folder, 'model.json');
    fs.writeFileSync(json, fs.readFileSync(json, 'utf8').replace('group1-shard2of2.bin', '../canary.bin'));
    const fault = refusal(folder);
    assert.equal(fault.code, 'unsafe');
    assert.equal(fault.source, folder);
    fs.rmSync(outside, { recursive: true });
  });

  it('that holds no model is refused, saying which files would make it one', () => {
    fs.rmSync(path.join(folder, 'model.json'));
    const fault = refusal(folder);
    assert.equal(fault.code, 'not-a-model');
    assert.match(fault.message, /model\.json/);
    assert.equal(fault.source, folder);
  });
});
