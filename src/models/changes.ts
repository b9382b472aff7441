import type { ByteSource, Siblings } from '../base/bytes';
import { Fault } from '../base/fault';
import { formatCount, formatShape } from '../base/numbers';
import { quoted } from '../base/text';
import { elementBits } from './elements';
import { encodeElements } from './encodeElements';
import type { StoredType } from './model';
import type { KerasChanges } from './keras/kerasChanges';
import type { OnnxChanges } from './onnx/onnxChanges';
import type { GraphChanges } from './tfjs/graphChanges';

/**
 * What a stored tensor becomes: numbers, written as the element type that the file has for it, or the very bytes of such elements (little-endian,
 * packed). Both in C order.
 */
export type NewTensor = { readonly shape: readonly number[] } & (
  { readonly values: ArrayLike<number> } | { readonly bytes: Uint8Array<ArrayBuffer> }
);

/**
 * What is to be another in a model file. Tensors go by the names that the file's reader gives them (`WeightInfo.name`); everything that is not
 * named here stays as it is, byte for byte.
 */
export interface ModelChanges {
  readonly tensors?: ReadonlyMap<string, NewTensor>;
  /** Tensors that are no longer there. */
  readonly removed?: ReadonlySet<string>;
  /** Refused for networks of other formats, as the others of this kind are. */
  readonly onnx?: OnnxChanges;
  /** Of Keras, and of TensorFlow.js where it has layers. */
  readonly keras?: KerasChanges;
  /** Of TensorFlow.js where it has a graph. */
  readonly graph?: GraphChanges;
}

/** The parts of `ModelChanges` that only some formats have. */
const STRUCTURES = ['onnx', 'keras', 'graph'] as const;

export function changesNothing(changes: ModelChanges): boolean {
  const { tensors, removed } = changes;
  return (tensors?.size ?? 0) + (removed?.size ?? 0) === 0 && STRUCTURES.every(kind => changes[kind] === undefined);
}

/** Throws `unsupported` for changes of a structure that a format does not have. */
export function refuseStructure(changes: ModelChanges, format: string, known?: (typeof STRUCTURES)[number]): void {
  if (STRUCTURES.some(kind => kind !== known && changes[kind] !== undefined))
    throw new Fault('unsupported', `A model of the format ${format} has no structure that such a change is of.`);
}

/** A model as it will be written. Its bytes come from the file that it was made of when they are read, so that one must stay open. */
export interface WrittenModel {
  readonly content: ByteSource;
  /** Files that go beside it, by the names that its content has for them. */
  readonly beside: ReadonlyMap<string, ByteSource>;
}

/** Gives the file beside a model that was called `name` the one that it will have: the same, or another where that is taken. */
export type BesideName = (name: string) => string;

/** Writes one format: reads the model as its reader does, so that a damaged file is refused, and gives the changed one. */
export type ModelWriter = (
  source: ByteSource,
  siblings: Siblings,
  changes: ModelChanges,
  besideName: BesideName,
) => WrittenModel;

/** Throws `not-found` for the names of tensors that the file does not have, `usage` for those that are both changed and removed. */
export function checkNames(changes: ModelChanges, has: (name: string) => boolean): void {
  for (const name of [...(changes.tensors?.keys() ?? []), ...(changes.removed ?? [])])
    if (!has(name)) throw new Fault('not-found', `The model stores no tensor named ${quoted(name, 80)}.`);
  for (const name of changes.removed ?? [])
    if (changes.tensors?.has(name)) throw new Fault('usage', `Tensor ${quoted(name, 80)} is both changed and removed.`);
}

/** The bytes of a tensor that is stored as elements of a type. Throws `shape-mismatch`, `unsupported`. */
export function bytesOfNew(name: string, type: StoredType, tensor: NewTensor): Uint8Array<ArrayBuffer> {
  const { shape } = tensor;
  const size = shape.reduce((product, dim) => product * dim, 1);
  if (!shape.every(dim => Number.isSafeInteger(dim) && dim >= 0) || !Number.isSafeInteger(size))
    throw new Fault('shape-mismatch', `Tensor ${quoted(name, 80)} cannot have the shape ${formatShape(shape)}.`);
  const wanted = Math.ceil((size * elementBits(type)) / 8);
  const bytes = 'bytes' in tensor ? tensor.bytes : encodeElements(type, tensor.values);
  if (bytes.length !== wanted || ('values' in tensor && tensor.values.length !== size))
    throw new Fault(
      'shape-mismatch',
      `Tensor ${quoted(name, 80)} of shape ${formatShape(shape)} takes ${formatCount(wanted)} bytes of ${type}, but ${formatCount(bytes.length)} are given.`,
    );
  return bytes;
}
