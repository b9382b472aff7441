import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Measurement } from './measurement';
import {
  activations,
  digits,
  fractalNetwork,
  noisyCircle,
  orthogonalMatrices,
  sphere,
  torus,
  type BenchCloud,
} from './ripsClouds';
import { ripsRows } from './ripsRow';

/** The largest share of Ripser's time that threads may take: in dimension 1 one and two of them, and one above it. */
const ONE = { threads: 1, ratio: 0.15 };
const TWO = { threads: 2, ratio: 0.1 };
const ABOVE = 0.5;
/** So much more memory than Ripser may be taken: Node's own, and ours. */
const MEGABYTES = 80;
/** A peer that takes half a minute runs once. */
const LONG_ENOUGH = 20_000;

interface Above {
  readonly threshold?: number;
  readonly ratio?: number;
}

/** Rips persistence against Ripser (Bauer 2021): whole processes in turn, on the same points. */
export function run(): Promise<Measurement[]> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'neural-topology-bench-'));
  const shared = { megabytes: MEGABYTES, longEnough: LONG_ENOUGH };
  const loops = (cloud: BenchCloud, threads = [ONE, TWO]) =>
    ripsRows(cloud, { ...shared, dimension: 1, threads }, folder);
  const above = (cloud: BenchCloud, dimension: number, { ratio = ABOVE, ...limit }: Above = {}) =>
    ripsRows(cloud, { ...shared, ...limit, dimension, threads: [{ threads: 1, ratio }] }, folder);
  try {
    return Promise.resolve([
      ...loops(digits()),
      ...loops(activations(1000, 512)),
      ...loops(activations(2000, 128)),
      ...loops(activations(5000, 64)),
      ...loops(noisyCircle(1000), [ONE]),
      ...above(activations(300, 512), 2, { ratio: ONE.ratio }),
      ...above(sphere(192), 2),
      ...above(torus(500), 2),
      ...above(fractalNetwork(9), 2),
      ...above(orthogonalMatrices(1024), 3, { threshold: 1.8 }),
    ]);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
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
