import fs from 'node:fs';
import path from 'node:path';
import { Random } from '../../../src/base/random';
import { writeNpy, writeNpz, type NamedArray } from '../../../src/data/writeNpz';
import { f32, safetensorsBytes } from '../../models/safetensors/safetensorsBytes';

const ROWS = 120;
const CLASSES = 3;

/** Writes what a person's own code saves of a network, in each of the forms: a layer an array, and a class a row. */
export function writeActivations(folder: string): void {
  const write = (name: string, bytes: Uint8Array) => {
    const file = path.join(folder, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, bytes);
  };
  const layers = [layer('encoder', 16), layer('head', 4)];
  const labels: NamedArray = { name: 'y', shape: [ROWS], values: Int32Array.from({ length: ROWS }, classOf) };
  write('acts.npz', writeNpz([...layers, labels]));
  write('unnamed.npz', writeNpz([{ ...layers[0]!, name: 'arr_0' }]));
  for (const array of [...layers, { ...labels, name: 'labels' }]) write(`layers/${array.name}.npy`, writeNpy(array));
  const tensors = layers.map(({ name, shape, values }) => [name, f32(shape, values)] as const);
  write('acts.safetensors', safetensorsBytes(Object.fromEntries(tensors)));
}

function classOf(_: unknown, row: number): number {
  return row % CLASSES;
}

/** Points around a ring, a part of it for each class. */
function layer(name: string, width: number): NamedArray & { readonly values: Float32Array } {
  const random = new Random(0, name);
  const values = new Float32Array(ROWS * width);
  for (let row = 0; row < ROWS; row++) {
    const angle = (2 * Math.PI * (classOf(undefined, row) + 0.8 * random.uniform())) / CLASSES;
    for (let k = 0; k < width; k++) values[row * width + k] = 0.1 * random.normal();
    values[row * width] = values[row * width]! + 3 * Math.cos(angle);
    values[row * width + 1] = values[row * width + 1]! + 3 * Math.sin(angle);
  }
  return { name, shape: [ROWS, width], values };
}
