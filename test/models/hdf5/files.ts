import fs from 'node:fs';
import path from 'node:path';
import { MemorySource, type ByteSource } from '../../../src/base/bytes';
import { Fault } from '../../../src/base/fault';
import { Hdf5Dataset } from '../../../src/models/hdf5/dataset';
import { readHdf5, type Hdf5Group } from '../../../src/models/hdf5/hdf5File';
import { readFloats } from '../../../src/models/storedTensor';

/** Files written by h5py 3.14 (HDF5 1.14): the same content in the library's early, ordered and latest forms, and hostile ones. */
export function bytesOf(name: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(fs.readFileSync(path.join(__dirname, 'files', `${name}.h5`)));
}

export function openHdf5(bytes: Uint8Array<ArrayBuffer>): Hdf5Group {
  return readHdf5(new MemorySource('file.h5', bytes));
}

export function datasetAt(root: Hdf5Group, where: string): Hdf5Dataset {
  let current: Hdf5Group | Hdf5Dataset | undefined = root;
  for (const part of where.split('/')) {
    if (current === undefined || current instanceof Hdf5Dataset) throw new Error(`nothing at ${where}`);
    current = current.get(part);
  }
  if (!(current instanceof Hdf5Dataset)) throw new Error(`no array at ${where}`);
  return current;
}

export function valuesOf(dataset: Hdf5Dataset): Float32Array {
  dataset.check();
  const { path: name, shape, type, size } = dataset;
  return readFloats({ name, shape, type: type!, size, bytes: (from, count) => dataset.bytes(from, count) }, 'file.h5');
}

/** Reads everything that there is in a file. */
export function readAll(file: Uint8Array<ArrayBuffer> | ByteSource): void {
  visit(file instanceof Uint8Array ? openHdf5(file) : readHdf5(file));
}

/** Reads everything in a file: the fault of doing so, if there is one. Anything else that is thrown goes through. */
export function faultOfReading(bytes: Uint8Array<ArrayBuffer>): Fault | undefined {
  try {
    readAll(bytes);
    return undefined;
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
}

function visit(group: Hdf5Group): void {
  for (const name of group.attributes.names) group.attributes.list(name);
  for (const name of group.names) {
    const object = group.get(name);
    if (object instanceof Hdf5Dataset) valuesOf(object);
    else if (object !== undefined) visit(object);
  }
}
