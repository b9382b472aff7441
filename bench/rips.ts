import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { inTurn } from './inTurn';
import type { Measurement } from './measurement';
import { ripser } from './peers';
import {
  activations,
  digits,
  fractalNetwork,
  npyOf,
  orthogonalMatrices,
  ripserText,
  sphere,
  torus,
  type BenchCloud,
} from './ripsClouds';

/** The largest share of Ripser's time that one thread may take, in dimension 1 and above it. */
const LOOPS_RATIO = 0.15;
const RATIO = 0.5;
/** So much more memory than Ripser may be taken: Node's own, and ours. */
const MEGABYTES = 80;

/** Rips persistence against Ripser (Bauer 2021): whole processes in turn, on the same points. */
export function run(): Promise<Measurement[]> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'neural-topology-bench-'));
  try {
    return Promise.resolve([
      measure(digits(), 1, folder),
      measure(activations(1000, 512), 1, folder),
      measure(activations(2000, 128), 1, folder),
      measure(activations(300, 512), 2, folder),
      measure(sphere(192), 2, folder),
      measure(torus(500), 2, folder),
      measure(fractalNetwork(9), 2, folder),
      measure(orthogonalMatrices(1024), 3, folder, 1.8),
    ]);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function measure(cloud: BenchCloud, dimension: number, folder: string, threshold?: number): Measurement {
  const { name, count, width, matrix = false } = cloud;
  const [npy, text] = [path.join(folder, 'cloud.npy'), path.join(folder, 'cloud.txt')];
  fs.writeFileSync(npy, npyOf(cloud));
  fs.writeFileSync(text, ripserText(cloud));
  const below = threshold === undefined ? [] : ['--threshold', String(threshold)];
  const size = matrix ? `${count} points` : `${count} × ${width}`;
  return inTurn({
    what: `Rips, ${name} ${size}, dimension ${dimension}${threshold === undefined ? '' : `, threshold ${threshold}`}`,
    arguments: ['rips', npy, '--max-dim', String(dimension), ...below, ...(matrix ? ['--metric', 'precomputed'] : [])],
    answer: json => ourPersistence(json, dimension),
    peer: ripser(
      ['--format', matrix ? 'lower-distance' : 'point-cloud', '--dim', String(dimension), ...below, text],
      output => peerPersistence(output, dimension),
    ),
    bounds: [
      { of: 'ratio', atMost: dimension === 1 ? LOOPS_RATIO : RATIO },
      { of: 'megabytes more', atMost: MEGABYTES },
    ],
  });
}

/** Sum of the lengths of the bars of one dimension. */
function ourPersistence(json: unknown, dimension: number): number {
  const { diagram } = json as { diagram: Record<string, [number, number | null][]> };
  return (diagram[dimension] ?? []).reduce((sum, [birth, death]) => sum + (death ?? birth) - birth, 0);
}

function peerPersistence(output: string, dimension: number): number {
  const [, part = ''] = output.split(`persistence intervals in dim ${dimension}:`);
  const bars = part.matchAll(/\[([\d.e+-]+),([\d.e+-]+)\)/g);
  return [...bars].reduce((sum, [, birth, death]) => sum + Number(death) - Number(birth), 0);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  void run().then(rows => {
    for (const { what, timing, peer } of rows) {
      const ratio = peer && (timing.median / peer.timing.median).toFixed(3);
      const beside = peer ? `; ${peer.name} ${peer.timing.median.toFixed(0)} ms, ratio ${ratio}` : '';
      process.stdout.write(`${what}: ${timing.median.toFixed(0)} ms (minimum ${timing.minimum.toFixed(0)})${beside}\n`);
    }
  });
}
