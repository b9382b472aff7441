import { describe } from 'node:test';
import { MemorySource } from '../../src/base/bytes';
import { Fault } from '../../src/base/fault';
import { elementBits } from '../../src/models/elements';
import { openModel, writeModel } from '../../src/models/formats';
import { checkFuzz } from '../fuzz/checkFuzz';
import { partsOf } from '../fuzz/bundle';
import type { Bytes } from '../fuzz/target';
import { kerasFileTarget } from './keras/fuzzTarget';
import { onnxTarget } from './onnx/fuzzTarget';
import { FakeSiblings } from './openBytes';
import { safetensorsTarget } from './safetensors/fuzzTarget';
import { pickleTarget, torchArchiveTarget } from './torch/fuzzTarget';
import { bytesOf } from './written';

/** More values than a run has time for. */
const MOST_VALUES = 100_000;

/**
 * Writes a file again that opens: without changes, which gives the same bytes or a fault, and with its first weights changed, of which a result opens, or there is a
 * fault. Anything else that is thrown is a defect.
 */
function writeAgain(content: Bytes, siblings = new FakeSiblings()): void {
  const source = new MemorySource('file', content);
  const model = openModel(source, siblings);
  const same = bytesOf(writeModel(source, siblings, {}).content);
  if (!same.every((byte, i) => byte === content[i]) || same.length !== content.length)
    throw new Error('a file without changes came to other bytes');
  for (const { name } of model.layers.flatMap(layer => layer.weights).slice(0, 2)) {
    const { shape, type, size } = model.storedWeight(name);
    if (size > MOST_VALUES || type === 'str') continue;
    const smaller = shape.map((dim, axis) => (axis === 0 ? Math.max(0, dim - 1) : dim));
    for (const dims of [shape, smaller]) {
      const bytes = new Uint8Array(Math.ceil((dims.reduce((a, b) => a * b, 1) * elementBits(type)) / 8));
      try {
        bytesOf(writeModel(source, siblings, { tensors: new Map([[name, { shape: dims, bytes }]]) }).content);
      } catch (error) {
        // A size that contradicts others is refused.
        if (!(error instanceof Fault)) throw error;
      }
    }
  }
}

/** Targets whose inputs are single files, as they are. */
const SINGLE = [safetensorsTarget, torchArchiveTarget, pickleTarget, kerasFileTarget];

describe('the writers of models', () => {
  for (const target of SINGLE)
    checkFuzz({ ...target, name: `${target.name}, written`, read: content => writeAgain(content) });
  checkFuzz({
    ...onnxTarget,
    name: 'onnx, written',
    read(content) {
      const [graph, weights] = partsOf(content);
      writeAgain(graph!, new FakeSiblings({ 'w.bin': weights! }));
    },
  });
});
