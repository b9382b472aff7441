import type { ByteSource, Siblings } from '../../base/bytes';
import { Fault } from '../../base/fault';
import { formatCount, formatShape } from '../../base/numbers';
import { elementBits } from '../elements';
import type { StoredType } from '../model';
import type { StoredTensor } from '../storedTensor';
import { elementTypeOf } from '../tensorflow/graph';
import { Message, Window } from '../wire';
import { readTable } from './table';
import { readStoredShape } from './tensorProto';

const FOLDER = 'variables';
const MOST_SHARDS = 10_000;

/** Variables by their keys in a checkpoint. */
export type Bundle = ReadonlyMap<string, StoredTensor>;

/** An entry of the index (tensor_bundle.proto, BundleEntryProto). */
interface Entry {
  readonly type: StoredType | undefined;
  readonly shape: readonly number[];
  readonly shard: number;
  readonly offset: number;
  readonly size: number;
  /** Whether its values lie under other keys, part by part. */
  readonly sliced: boolean;
}

/**
 * The variables of a SavedModel: variables.index, a table of what lies where, and its files of data. Values stay in the files. Variables that hold text,
 * or lie in parts, are left out. Throws `corrupt`, `not-found`, `unsafe`, `unsupported`.
 */
export function openBundle(siblings: Siblings): Bundle {
  const index = siblings.open(`${FOLDER}/variables.index`);
  const found = new Map<string, StoredTensor>();
  const shards = new Map<number, ByteSource>();
  let shardCount = 0;
  for (const [key, value] of readTable(index)) {
    const message = new Message(new Window(value, 'The index of variables'), 0, value.size);
    if (key === '') {
      shardCount = readHeader(message);
      if (!(shardCount > 0 && shardCount <= MOST_SHARDS)) throw broken(`it is said to have ${shardCount} files`, index);
      continue;
    }
    const { type, shape, shard, offset, size, sliced } = readEntry(message);
    if (type === undefined || type === 'str' || sliced) continue;
    const count = shape.reduce((product, dim) => product * dim, 1);
    if (!Number.isSafeInteger(count) || (count * elementBits(type)) / 8 !== size) {
      throw broken(
        `the variable ${JSON.stringify(key)} of ${formatShape(shape)} has ${formatCount(size)} bytes`,
        index,
      );
    }
    let file = shards.get(shard);
    if (file === undefined) {
      if (shard >= shardCount)
        throw broken(`the variable ${JSON.stringify(key)} is in file ${shard} of ${shardCount}`, index);
      const digits = (number: number) => String(number).padStart(5, '0');
      file = siblings.open(`${FOLDER}/variables.data-${digits(shard)}-of-${digits(shardCount)}`);
      shards.set(shard, file);
    }
    if (offset + size > file.size) {
      throw broken(
        `the variable ${JSON.stringify(key)} ends at byte ${offset + size} of ${file.name}, which has ${file.size}`,
        index,
      );
    }
    found.set(key, variable(key, type, shape, count, file, offset));
  }
  return found;
}

function variable(
  name: string,
  type: StoredType,
  shape: readonly number[],
  size: number,
  file: ByteSource,
  offset: number,
): StoredTensor {
  const width = elementBits(type) / 8;
  return { name, type, shape, size, bytes: (from, count) => file.read(offset + from * width, count * width) };
}

function readHeader(message: Message): number {
  let shards = 1;
  while (message.next()) {
    if (message.field === 1) shards = message.integer;
    if (message.field === 2 && message.integer !== 0) {
      throw new Fault(
        'unsupported',
        'The variables were written on a machine of the other byte order, which is not read here.',
      );
    }
  }
  return shards;
}

function readEntry(message: Message): Entry {
  let type: StoredType | undefined;
  let shape: readonly number[] = [];
  let [shard, offset, size] = [0, 0, 0];
  let sliced = false;
  while (message.next()) {
    switch (message.field) {
      case 1:
        type = elementTypeOf(message.enumeration);
        break;
      case 2:
        shape = readStoredShape(message.message(), 'a variable');
        break;
      case 3:
        shard = message.integer;
        break;
      case 4:
        offset = message.integer;
        break;
      case 5:
        size = message.integer;
        break;
      case 7:
        sliced = true;
        break;
    }
  }
  if (![shard, offset, size].every(number => number >= 0)) throw message.damaged('a variable lies nowhere');
  return { type, shape, shard, offset, size, sliced };
}

function broken(what: string, index: ByteSource): Fault {
  return new Fault('corrupt', `The variables of the SavedModel are broken: ${what}.`, {
    hint: 'Copy the whole folder again; its files belong together.',
    source: index.name,
  });
}
