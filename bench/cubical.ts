import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Random } from '../src/base/random';
import { inTurn } from './inTurn';
import type { Measurement } from './measurement';
import { gudhi } from './peers';

const GUDHI = `
import sys, numpy, gudhi
grid = numpy.load(sys.argv[1])
complex = gudhi.CubicalComplex(top_dimensional_cells=grid)
complex.compute_persistence(homology_coeff_field=2, min_persistence=0)
bars = [complex.persistence_intervals_in_dimension(d) for d in range(grid.ndim)]
print(repr(float(sum((b[:, 1] - b[:, 0])[numpy.isfinite(b[:, 1])].sum() for b in bars if len(b)))))
`;

/** Cubical persistence of noise, the hardest of grids, and of a smooth field beside GUDHI. */
export function run(): Promise<Measurement[]> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'neural-topology-bench-'));
  try {
    return Promise.resolve(
      [
        [2048, 2048],
        [128, 128, 128],
      ].flatMap(shape =>
        ['noise', 'smooth'].map(kind => {
          const file = path.join(folder, `${kind}${shape.length}.npy`);
          fs.writeFileSync(file, npyOf(shape, kind === 'noise' ? noise(shape) : smooth(shape, 6)));
          return inTurn({
            what: `Cubical, ${kind} ${shape.join(' × ')}`,
            arguments: ['cubical', file, '--construction', 'cell'],
            answer: totalOfDiagram,
            peer: gudhi('GUDHI', ['gudhi'], GUDHI, [file]),
            bounds: [{ of: 'ratio', atMost: 0.3 }],
          });
        }),
      ),
    );
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function totalOfDiagram(json: unknown): number {
  const { diagram } = json as { diagram: Record<string, [number, number | null][]> };
  let sum = 0;
  for (const bars of Object.values(diagram)) for (const [birth, death] of bars) sum += (death ?? birth) - birth;
  return sum;
}

function noise(shape: readonly number[]): Float64Array {
  const random = new Random(6, 'bench/cubical');
  return Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal());
}

/** Noise after three running means along each axis, over 2 · radius + 1 entries of a torus: nearly a Gaussian filter. */
function smooth(shape: readonly number[], radius: number): Float64Array {
  let values = noise(shape);
  shape.forEach((length, axis) => {
    const stride = shape.slice(axis + 1).reduce((product, side) => product * side, 1);
    for (let pass = 0; pass < 3; pass++) {
      const means = new Float64Array(values.length);
      for (let line = 0; line < values.length / length; line++) {
        const start = Math.floor(line / stride) * stride * length + (line % stride);
        const at = (k: number) => values[start + ((k + length) % length) * stride]!;
        let sum = 0;
        for (let k = -radius; k <= radius; k++) sum += at(k);
        for (let k = 0; k < length; k++) {
          means[start + k * stride] = sum / (2 * radius + 1);
          sum += at(k + radius + 1) - at(k - radius);
        }
      }
      values = means;
    }
  });
  return values;
}

function npyOf(shape: readonly number[], values: Float64Array): Uint8Array {
  const header = `{'descr': '<f8', 'fortran_order': False, 'shape': (${shape.join(', ')}), }`.padEnd(117) + '\n';
  const magic = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length, 0]);
  return Buffer.concat([magic, Buffer.from(header, 'latin1'), new Uint8Array(values.buffer)]);
}
