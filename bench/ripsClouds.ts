import fs from 'node:fs';
import path from 'node:path';
import { unzipSync } from 'fflate';
import { Random } from '../src/base/random';
import { orthogonalMatrix } from '../test/topology/clouds';

/** Rows of numbers: points, or the distances of a metric that has no coordinates. */
export interface BenchCloud {
  readonly name: string;
  readonly count: number;
  readonly width: number;
  readonly values: Float32Array;
  /** Whether `values` are the distances themselves. */
  readonly matrix?: boolean;
}

/** All 1,797 digits of the samples. */
export function digits(): BenchCloud {
  const parts = ['train', 'test'].map(part => {
    const npz = fs.readFileSync(path.resolve(import.meta.dirname, '..', 'samples', 'data', `digits-${part}.npz`));
    const array = unzipSync(npz)['X.npy'];
    if (array === undefined) throw new Error('The sample has no array X.');
    const headerEnd = 10 + array[8]! + 256 * array[9]!;
    if (!Buffer.from(array.subarray(10, headerEnd)).includes("'<f4'")) throw new Error('The sample is not float32.');
    return new Float32Array(array.slice(headerEnd).buffer);
  });
  const values = Float32Array.from(parts.flatMap(part => [...part]));
  return { name: 'digits', count: values.length / 64, width: 64, values };
}

/** Like a layer's activations: ReLU of a random linear map of 24 latent numbers. */
export function activations(count: number, width: number): BenchCloud {
  const random = new Random(5, 'bench/rips');
  const map = Float64Array.from({ length: 24 * width }, () => random.normal());
  const values = new Float32Array(count * width);
  for (let i = 0; i < count; i++) {
    const latent = Float64Array.from({ length: 24 }, () => random.normal());
    for (let j = 0; j < width; j++) {
      const sum = latent.reduce((total, value, k) => total + value * map[k * width + j]!, 0);
      values[i * width + j] = Math.max(0, sum);
    }
  }
  return { name: 'activations', count, width, values };
}

/** Uniform on the unit sphere of space. */
export function sphere(count: number): BenchCloud {
  const random = new Random(1, 'bench/sphere');
  return rows('sphere', count, 3, () => {
    const point = [random.normal(), random.normal(), random.normal()];
    const length = Math.hypot(...point);
    return point.map(value => value / length);
  });
}

/** A flat torus in four dimensions, with noise. */
export function torus(count: number): BenchCloud {
  const random = new Random(2, 'bench/torus');
  return rows('torus', count, 4, () => {
    const [a, b] = [2 * Math.PI * random.uniform(), 2 * Math.PI * random.uniform()];
    return [Math.cos(a), Math.sin(a), Math.cos(b), Math.sin(b)].map(value => value + 0.05 * random.normal());
  });
}

/** The unit circle with noise: one loop that lives long. */
export function noisyCircle(count: number): BenchCloud {
  const random = new Random(3, 'bench/circle');
  return rows('noisy circle', count, 2, () => {
    const angle = 2 * Math.PI * random.uniform();
    return [Math.cos(angle) + 0.1 * random.normal(), Math.sin(angle) + 0.1 * random.normal()];
  });
}

/** Orthogonal 3 × 3 matrices, uniformly. */
export function orthogonalMatrices(count: number): BenchCloud {
  const random = new Random(4, 'bench/orthogonal');
  return rows('orthogonal matrices', count, 9, () => orthogonalMatrix(random));
}

/**
 * Shortest paths in a network that looks the same on every scale (Sporns 2006): groups of 16 nodes are complete, and of the edges between
 * the halves of a group of the next level half as many are there as within. Edges have random lengths.
 */
export function fractalNetwork(levels: number): BenchCloud {
  const random = new Random(6, 'bench/fractal');
  const count = 2 ** levels;
  const lengths = new Float64Array(count * count).fill(Infinity);
  for (let i = 0; i < count; i++) {
    lengths[i * count + i] = 0;
    for (let j = 0; j < i; j++) {
      const level = Math.max(0, 32 - Math.clz32(i ^ j) - 4);
      if (random.uniform() >= 2 ** -level) continue;
      lengths[i * count + j] = lengths[j * count + i] = random.uniform();
    }
  }
  for (let k = 0; k < count; k++) {
    for (let i = 0; i < count; i++) {
      const first = lengths[i * count + k]!;
      for (let j = 0; j < count; j++) {
        const through = first + lengths[k * count + j]!;
        if (through < lengths[i * count + j]!) lengths[i * count + j] = through;
      }
    }
  }
  // Sums of single precision in another order would not be symmetric.
  const values = new Float32Array(count * count);
  for (let i = 0; i < count; i++)
    for (let j = 0; j < i; j++) values[i * count + j] = values[j * count + i] = lengths[i * count + j]!;
  return { name: 'fractal network', count, width: count, values, matrix: true };
}

function rows(name: string, count: number, width: number, row: () => readonly number[]): BenchCloud {
  const values = Float32Array.from(Array.from({ length: count }, row).flat());
  return { name, count, width, values };
}

/** As NumPy writes it. */
export function npyOf({ values, count, width }: BenchCloud): Uint8Array {
  const dictionary = `{'descr': '<f4', 'fortran_order': False, 'shape': (${count}, ${width}), }`;
  const header = `${dictionary.padEnd(117)}\n`;
  const magic = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length, 0]);
  return Buffer.concat([magic, Buffer.from(header, 'latin1'), new Uint8Array(values.buffer)]);
}

/** As Ripser reads it: rows of numbers; of a matrix what is below the diagonal. */
export function ripserText({ values, count, width, matrix }: BenchCloud): string {
  const rowOf = (i: number) => values.subarray(i * width, i * width + (matrix === true ? i : width)).join(' ');
  return Array.from({ length: count }, (_, i) => rowOf(i)).join('\n');
}
