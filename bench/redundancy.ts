import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { layerDiagrams } from '../src/analyses/layerDiagramsTask';
import { pointsOf } from '../src/analyses/layerPairsTask';
import { Cancellation } from '../src/base/cancellation';
import { noProgress } from '../src/base/progress';
import { Random } from '../src/base/random';
import { writeNpy } from '../src/data/writeNpz';
import { inTurn } from './inTurn';
import type { Measurement } from './measurement';
import { gudhi } from './peers';

/** Distances between all pairs of diagrams, by a plain loop: the diagrams are given to it. */
const ALL_PAIRS = `
import sys, json, numpy, gudhi
layers = [[numpy.array([[b, numpy.inf if d is None else d] for b, d in bars]).reshape(-1, 2) for bars in layer] for layer in json.load(open(sys.argv[1]))]
total = 0
for i in range(len(layers)):
    for j in range(i):
        for dimension in range(2):
            total += gudhi.bottleneck_distance(layers[i][dimension], layers[j][dimension], 0)
print(repr(total))
`;

const POINTS = 1000;
const WIDTH = 64;
const PAIRED_LAYERS = 6;

/** All pairs of the layers of a network, from saved activations: distances, diagrams, intervals, CKA and RTD, in one process on two threads. */
export function run(): Promise<Measurement[]> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'neural-topology-bench-'));
  try {
    const clouds = driftingClouds(30);
    const write = (count: number): string => {
      const to = path.join(folder, `${count} layers`);
      fs.mkdirSync(to);
      clouds.slice(0, count).forEach((values, at) => {
        fs.writeFileSync(
          path.join(to, `layer${String(at).padStart(2, '0')}.npy`),
          writeNpy({ shape: [POINTS, WIDTH], values }),
        );
      });
      return to;
    };
    const diagrams = path.join(folder, 'diagrams.json');
    fs.writeFileSync(diagrams, JSON.stringify(clouds.slice(0, PAIRED_LAYERS).map(barsOf)));
    const asked = (count: number, more: readonly string[] = []) => ['redundancy', write(count), ...more];
    return Promise.resolve([
      inTurn({
        what: 'Redundancy of 30 layers × 1000 × 64: 435 pairs, H0 and H1 with intervals from 5 halves, CKA, RTD',
        arguments: asked(30),
        threads: 2,
        answer: sumOf,
        repetitions: 3,
        bounds: [{ of: 'milliseconds', atMost: 10_000 }],
      }),
      inTurn({
        what: 'Bottleneck distances of 15 pairs of layers × 1000 × 64, H0 and H1, without halves; the peer is given the diagrams',
        arguments: asked(PAIRED_LAYERS, ['--subsamples', '0']),
        threads: 2,
        answer: sumOf,
        peer: gudhi('GUDHI, all pairs in a loop', ['gudhi'], ALL_PAIRS, [diagrams], 1e-6),
        repetitions: 3,
        bounds: [{ of: 'ratio', atMost: 1 }],
      }),
    ]);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** Ten clusters that go through a ReLU, with some noise, again and again. */
function driftingClouds(layers: number): readonly Float64Array[] {
  const random = new Random(1, 'bench/redundancy');
  let current = Float64Array.from({ length: POINTS * WIDTH }, (_, at) => {
    const [row, column] = [Math.floor(at / WIDTH), at % WIDTH];
    return random.normal() + (((row % 10) * 7 + column) % 10 === 0 ? 4 : 0);
  });
  return Array.from({ length: layers }, () => {
    const now = current;
    current = now.map(value => Math.max(0, value + 0.3 * random.normal()));
    return now;
  });
}

function barsOf(values: Float64Array) {
  const cloud = { name: 'layer', count: POINTS, width: WIDTH, values: Float32Array.from(values) };
  const { diagrams } = layerDiagrams(
    { ...cloud, subsamples: [], divergencePoints: Uint32Array.of(0) },
    Cancellation.never,
    noProgress,
  );
  return [0, 1].map(dimension => {
    const { birth, death } = pointsOf(diagrams[0]!, dimension);
    return Array.from(birth, (value, at) => [value, Number.isFinite(death[at]) ? death[at]! : null]);
  });
}

/** Of all bottleneck distances, each pair once. */
function sumOf(json: unknown): number {
  const { bottleneck } = json as { bottleneck: Readonly<Record<string, readonly (readonly number[])[]>> };
  return Object.values(bottleneck)
    .flatMap(rows => rows.flatMap((row, i) => row.slice(0, i)))
    .reduce((sum, value) => sum + value, 0);
}
