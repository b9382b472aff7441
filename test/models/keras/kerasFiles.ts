import fs from 'node:fs';
import path from 'node:path';
import { zipSync, type Zippable } from 'fflate';
import { MemorySource } from '../../../src/base/bytes';
import { Fault } from '../../../src/base/fault';
import { openModel } from '../../../src/models/formats';
import type { Model } from '../../../src/models/model';
import { FakeSiblings } from '../openBytes';

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * Files written by Keras 3.15 (and, named keras2, in the layout of Keras 2.11), with what TensorFlow computed from them: small networks with
 * random weights that between them have most kinds of layers.
 */
export function kerasFile(name: string): Bytes {
  return new Uint8Array(fs.readFileSync(path.join(__dirname, 'files', name)));
}

export function openKeras(bytes: Bytes, name = 'model.keras'): Model {
  return openModel(new MemorySource(name, bytes), new FakeSiblings());
}

export function openKerasFile(name: string): Model {
  return openKeras(kerasFile(name), name);
}

/** A layer of a configuration. */
export interface LayerConfig {
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly [key: string]: unknown;
}

/** An archive of Keras 3 with this configuration, or its text, and a file of weights. */
export function kerasArchive(config: unknown, weightsOf = 'noinput.weights.h5', isText = false): Bytes {
  const json = (value: unknown) =>
    new TextEncoder().encode(isText && typeof value === 'string' ? value : JSON.stringify(value));
  const files: Zippable = {
    'metadata.json': [json({ keras_version: '3.3.3' }), { level: 0 }],
    'config.json': [json(config), { level: 0 }],
    'model.weights.h5': [kerasFile(weightsOf), { level: 0 }],
  };
  return new Uint8Array(zipSync(files, { mtime: '2000-01-01' }));
}

/** A stack of layers that takes three numbers. */
export function stack(...layers: readonly LayerConfig[]): unknown {
  const input = { class_name: 'InputLayer', config: { batch_shape: [null, 3], name: 'x' } };
  return { module: 'keras', class_name: 'Sequential', config: { name: 's', layers: [input, ...layers] } };
}

/** The layers whose weights noinput.weights.h5 holds. */
export const denseLayers: readonly LayerConfig[] = [
  { module: 'keras.layers', class_name: 'Dense', config: { name: 'dense_10', units: 5, activation: 'relu' } },
  { module: 'keras.layers', class_name: 'Dense', config: { name: 'dense_11', units: 2 } },
];

/** The fault of opening, warnings included; `undefined` where it opens. Anything else that is thrown goes through. */
export function faultOfOpening(bytes: Bytes): Fault | undefined {
  try {
    void openKeras(bytes).warnings;
    return undefined;
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
}
