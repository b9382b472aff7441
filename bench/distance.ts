import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Random } from '../src/base/random';
import type { Measurement } from './measurement';
import { besideGudhi } from './peerProcess';

const GUDHI = `
import sys, json, numpy, gudhi
a, b = [numpy.array(json.load(open(name))["diagram"]["1"]) for name in sys.argv[1:]]
print(repr(gudhi.bottleneck_distance(a, b, 0)))
`;

/** The exact bottleneck distance of a diagram and of itself with noise, beside GUDHI. */
export function run(): Promise<Measurement[]> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'neural-topology-bench-'));
  try {
    return Promise.resolve(
      [1000, 5000].map(count => {
        const files = ['a.json', 'b.json'].map(name => path.join(folder, name));
        const random = new Random(7, 'bench/distance');
        const plain = Array.from(
          { length: count },
          () => [random.uniform(), -0.1 * Math.log(1 - random.uniform())] as const,
        );
        const moved = plain.map(([birth, length]) => {
          const bar = Math.max(1e-3, length + 0.01 * random.normal());
          return [birth + 0.01 * random.normal(), bar] as const;
        });
        [plain, moved].forEach((bars, k) => {
          const pairs = bars.map(([birth, length]) => [birth, birth + length]);
          fs.writeFileSync(files[k]!, JSON.stringify({ diagram: { '1': pairs } }));
        });
        return besideGudhi({
          what: `Bottleneck, ${count} points`,
          arguments: ['distance', ...files],
          python: [GUDHI, ...files],
          answer: json => (json as { distance: number }).distance,
          atMost: 0.5,
        });
      }),
    );
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
