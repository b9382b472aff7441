import fs from 'node:fs';
import path from 'node:path';
import { MemorySource } from '../../../src/base/bytes';
import { Fault } from '../../../src/base/fault';
import { openModel } from '../../../src/models/formats';
import type { Model } from '../../../src/models/model';
import { FakeSiblings } from '../openBytes';
import { bytes, int, join, type Bytes } from '../onnxBuilder';

/** The files of a SavedModel; `variables` by their names below the folder. */
export interface SavedModelFiles {
  readonly graph: Bytes;
  readonly variables: Readonly<Record<string, Bytes>>;
}

export const INDEX = 'variables/variables.index';
export const DATA = 'variables/variables.data-00000-of-00001';

/** Written by TensorFlow 2.21 (model.export of Keras 3.15) from the networks of test/models/keras/files, which have the same names. */
export function savedModel(name: string): SavedModelFiles {
  const read = (file: string) => new Uint8Array(fs.readFileSync(path.join(__dirname, 'files', name, file)));
  return { graph: read('saved_model.pb'), variables: { [INDEX]: read(INDEX), [DATA]: read(DATA) } };
}

export function openSavedModel({ graph, variables }: SavedModelFiles): Model {
  return openModel(new MemorySource('saved_model.pb', graph), new FakeSiblings(variables));
}

export function faultOfSavedModel(files: SavedModelFiles): Fault | undefined {
  try {
    void openSavedModel(files).warnings;
    return undefined;
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
}

/** A node of a graph or a function; `calls` names a function, or one for each attribute. */
export function node(
  name: string,
  op: string,
  inputs: readonly string[],
  calls: string | Readonly<Record<string, string>> = {},
): Bytes {
  const attribute = Object.entries(typeof calls === 'string' ? { f: calls } : calls).map(([key, called]) =>
    bytes(5, join(bytes(1, key), bytes(2, bytes(10, bytes(1, called))))),
  );
  return join(
    bytes(1, name),
    bytes(2, op),
    inputs.map(input => bytes(3, input)),
    attribute,
  );
}

/** A constant of one float that stands for all values of a shape. */
export function constant(name: string, shape: readonly number[]): Bytes {
  const dims = bytes(2, join(shape.map(dim => bytes(2, int(1, dim)))));
  const tensor = join(int(1, 1), dims, bytes(5, new Uint8Array(Float32Array.of(2).buffer)));
  return join(bytes(1, name), bytes(2, 'Const'), bytes(5, join(bytes(1, 'value'), bytes(2, bytes(8, tensor)))));
}

/** A function of one tensor, `x`, that gives `result`. */
export function functionOf(name: string, result: string, nodes: readonly Bytes[]): Bytes {
  const signature = join(bytes(1, name), bytes(2, bytes(1, 'x')), bytes(3, bytes(1, 'y')));
  return join(
    bytes(1, signature),
    nodes.map(one => bytes(3, one)),
    bytes(4, join(bytes(1, 'y'), bytes(2, result))),
  );
}

/** A graph from `x` to `y`, with functions. */
export function graphOf(nodes: readonly Bytes[], functions: readonly Bytes[] = []): SavedModelFiles {
  const port = (name: string, tensor: string) => join(bytes(1, name), bytes(2, join(bytes(1, tensor), int(2, 1))));
  const signature = join(bytes(1, port('x', 'x:0')), bytes(2, port('y', 'y:0')));
  const library = bytes(2, join(functions.map(one => bytes(1, one))));
  const graph = join(
    [node('x', 'Placeholder', []), ...nodes].map(one => bytes(1, one)),
    library,
  );
  const info = join(bytes(4, 'serve'), bytes(5, '2.16.1'));
  const meta = join(bytes(1, info), bytes(2, graph), bytes(5, join(bytes(1, 'serving_default'), bytes(2, signature))));
  return { graph: join(int(1, 1), bytes(2, meta)), variables: {} };
}
