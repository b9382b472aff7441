import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MemorySource } from '../../../src/base/bytes';
import { openModel } from '../../../src/models/formats';
import { shardOf } from '../../../src/models/weightsOnly/shard';
import { smallGguf } from '../gguf/ggufBytes';
import { weights, dense } from '../layerList/weightFiles';
import { FakeSiblings } from '../openBytes';

const open = (name: string, bytes = weights(dense({ fc1: [4, 6], fc2: [6, 3] }))) =>
  openModel(new MemorySource(name, bytes), new FakeSiblings({}), { activation: 'relu', place: 'after' });

describe('a file of weights that is a part of a network', () => {
  it('is told by its name', () => {
    assert.deepEqual(shardOf('/models/a/model-00002-of-00003.safetensors'), {
      number: 2,
      of: 3,
      index: 'model.safetensors.index.json',
    });
    assert.deepEqual(shardOf('pytorch_model-00001-of-00002.bin'), { number: 1, of: 2, index: undefined });
    for (const whole of ['model.safetensors', 'model-00001-of-00001.safetensors', 'model-00003-of-00002.gguf', 'epoch-1-of-5.pt'])
      assert.equal(shardOf(whole), undefined, whole); // prettier-ignore
  });

  it('says so beside its numbers, and how the whole is opened', () => {
    const [warning] = open('m/model-00001-of-00002.safetensors').warnings;
    assert.equal(warning!.code, 'part-of-a-model');
    assert.equal(
      warning!.message,
      'The file is part 1 of 2: layers and parameters are those of this part alone. Open model.safetensors.index.json beside it for the whole network.',
    );
    assert.equal(open('language-00001-of-00002.gguf', smallGguf()).warnings[0]!.code, 'part-of-a-model');
    assert.deepEqual(open('model.safetensors').warnings.map(({ code }) => code), ['assumed-architecture']); // prettier-ignore
  });

  it('is not run, though its layers look like a chain', () => {
    assert.notEqual(open('model.safetensors').program, undefined);
    assert.equal(open('model-00001-of-00002.safetensors').program, undefined);
  });
});
