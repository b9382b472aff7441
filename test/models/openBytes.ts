import { MemorySource, type Siblings } from '../../src/base/bytes';
import { Fault } from '../../src/base/fault';
import { openModel } from '../../src/models/formats';
import type { Model } from '../../src/models/model';
import { OnnxModel } from '../../src/models/onnx/onnxModel';
import type { Bytes } from './onnxBuilder';

/** Files beside a model in memory; `opened` says which were asked for. */
export class FakeSiblings implements Siblings {
  readonly opened: string[] = [];

  constructor(private readonly files: Readonly<Record<string, Bytes>> = {}) {}

  open(relativeName: string): MemorySource {
    this.opened.push(relativeName);
    const file = Object.hasOwn(this.files, relativeName) ? this.files[relativeName] : undefined;
    if (file === undefined) throw new Fault('not-found', `There is no file ${relativeName}.`);
    return new MemorySource(relativeName, file);
  }
}

export function openBytes(content: Bytes, siblings: Siblings = new FakeSiblings()): Model {
  return openModel(new MemorySource('model.onnx', content), siblings);
}

export function openOnnx(content: Bytes, siblings: Siblings = new FakeSiblings()): OnnxModel {
  const opened = openBytes(content, siblings);
  if (!(opened instanceof OnnxModel)) throw new Error('not an ONNX model');
  return opened;
}

/** The fault of opening, or `undefined` where it opens. Anything else that is thrown goes through. */
export function faultOf(content: Bytes, siblings: Siblings = new FakeSiblings()): Fault | undefined {
  try {
    // Warnings read all weights.
    void openBytes(content, siblings).warnings;
    return undefined;
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
}
