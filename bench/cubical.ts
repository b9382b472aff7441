import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Random } from '../src/base/random';
import type { Measurement } from './measurement';
import { besideGudhi } from './peerProcess';

const GUDHI = `
import sys, numpy, gudhi
grid = numpy.load(sys.argv[1])
complex = gudhi.CubicalComplex(top_dimensional_cells=grid)
complex.compute_persistence(homology_coeff_field=2, min_persistence=0)
bars = [complex.persistence_intervals_in_dimension(d) for d in range(grid.ndim)]
print(repr(float(sum((b[:, 1] - b[:, 0])[numpy.isfinite(b[:, 1])].sum() for b in bars if len(b)))))
`;

/** Cubical persistence of noise, the hardest of grids, beside GUDHI. */
export function run(): Promise<Measurement[]> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'neural-topology-bench-'));
  try {
    return Promise.resolve(
      [
        [2048, 2048],
        [128, 128, 128],
      ].map(shape => {
        const file = path.join(folder, `grid${shape.length}.npy`);
        fs.writeFileSync(file, noise(shape));
        return besideGudhi(
          {
            what: `Cubical, noise ${shape.join(' × ')}`,
            arguments: ['cubical', file, '--construction', 'cell'],
            python: [GUDHI, file],
            answer: totalOfDiagram,
            atMost: 0.3,
          },
          3,
        );
      }),
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

function noise(shape: readonly number[]): Uint8Array {
  const random = new Random(6, 'bench/cubical');
  const values = Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal());
  const header = `{'descr': '<f8', 'fortran_order': False, 'shape': (${shape.join(', ')}), }`.padEnd(117) + '\n';
  const magic = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length, 0]);
  return Buffer.concat([magic, Buffer.from(header, 'latin1'), new Uint8Array(values.buffer)]);
}
