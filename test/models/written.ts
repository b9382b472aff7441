import assert from 'node:assert/strict';
import fc from 'fast-check';
import { MemorySource, type ByteSource, type Siblings } from '../../src/base/bytes';
import { Fault } from '../../src/base/fault';
import type { BesideName, ModelChanges, NewTensor } from '../../src/models/changes';
import { writeModel } from '../../src/models/formats';
import { FakeSiblings } from './openBytes';

type Bytes = Uint8Array<ArrayBuffer>;

/** The bytes of a model's files: its own, and those beside it. */
export interface Files {
  readonly model: Bytes;
  readonly beside: Readonly<Record<string, Bytes>>;
}

export function bytesOf(source: ByteSource): Bytes {
  return source.read(0, source.size).slice();
}

/** Writes a changed model from bytes to bytes. */
export function written({ model, beside }: Files, changes: ModelChanges, besideName?: BesideName): Files {
  const result = writeModel(new MemorySource('model', model), siblingsOf({ model, beside }), changes, besideName);
  return {
    model: bytesOf(result.content),
    beside: Object.fromEntries([...result.beside].map(([name, content]) => [name, bytesOf(content)])),
  };
}

export function siblingsOf({ beside }: Files): Siblings {
  return new FakeSiblings(beside);
}

export function alone(model: Bytes): Files {
  return { model, beside: {} };
}

/** The places at which two byte strings of one length differ: the first and the last of them. */
export function difference(a: Bytes, b: Bytes): { readonly first: number; readonly last: number } | undefined {
  assert.equal(a.length, b.length);
  const first = a.findIndex((byte, i) => byte !== b[i]);
  return first < 0 ? undefined : { first, last: a.findLastIndex((byte, i) => byte !== b[i]) };
}

/** New float values for a tensor, of its own shape or with some of its axes shorter. */
export function newTensors(shape: readonly number[]): fc.Arbitrary<NewTensor> {
  return fc
    .tuple(...shape.map(dim => fc.oneof(fc.constant(dim), fc.integer({ min: 1, max: Math.max(1, dim + 2) }))))
    .chain(dims => {
      const size = dims.reduce((a, b) => a * b, 1);
      return fc
        .infiniteStream(fc.float({ noNaN: true, noDefaultInfinity: true }))
        .map(stream => ({ shape: dims, values: Float32Array.from(stream.take(size)) }));
    });
}

/** The code of the fault that something ends in; anything else that is thrown goes through. */
export function codeOf(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof Fault) return error.code;
    throw error;
  }
}
