import { MemorySource } from '../../../src/base/bytes';
import { isBlockType } from '../../../src/models/elements';
import { openModel } from '../../../src/models/formats';
import { editBytes } from '../../fuzz/editBytes';
import { pick, type FuzzTarget } from '../../fuzz/target';
import { FakeSiblings } from '../openBytes';
import { F32, ggufBytes, smallGguf } from './ggufBytes';

const TYPES = [0, 1, 2, 8, 9, 12, 13, 30, 39, 99, 0xffffffff];

export const ggufTarget: FuzzTarget = {
  name: 'gguf',
  corpus: () => [
    smallGguf(),
    smallGguf({ bigEndian: true }),
    ggufBytes({
      version: 2,
      metadata: [['general.alignment', { type: 4, number: 8 }]],
      alignment: 8,
      tensors: [
        ['a.weight', { shape: [2, 3], type: F32 }],
        ['a.bias', { shape: [2], type: F32 }],
        ['empty', { shape: [0, 3], type: F32 }],
      ],
    }),
  ],
  mutate(content, random, other) {
    const view = new DataView(content.buffer, content.byteOffset);
    if (random.integer(4) === 0) {
      // A type of a value or tensor, or a length, at any place where one may stand.
      const bytes = content.slice();
      const at = 24 + random.integer(Math.max(1, Math.min(900, content.length) - 28));
      if (at + 4 <= bytes.length) new DataView(bytes.buffer).setUint32(at, pick(random, TYPES), true);
      return bytes;
    }
    if (content.length > 24 && random.integer(6) === 0) {
      // The counts, by one up or down.
      const bytes = content.slice();
      const at = pick(random, [8, 16]);
      new DataView(bytes.buffer).setBigUint64(
        at,
        BigInt.asUintN(64, view.getBigUint64(at, true) + BigInt(random.integer(3) - 1)),
        true,
      );
      return bytes;
    }
    return editBytes(
      content,
      random,
      other,
      0,
      random.integer(3) === 0 ? content.length : Math.min(900, content.length),
    );
  },
  read(content) {
    const model = openModel(new MemorySource('model.gguf', content), new FakeSiblings());
    void model.warnings;
    for (const layer of model.layers)
      for (const { name, type, shape } of layer.weights) {
        if (isBlockType(type)) continue;
        const { values } = model.readWeight(name);
        if (values.length !== shape.reduce((a, b) => a * b, 1)) throw new Error(`${name} has ${values.length} values`);
      }
  },
};
