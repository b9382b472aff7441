import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { timing, type Measurement } from './measurement';
import { activations, digits, npyOf, ripserText, type BenchCloud } from './ripsClouds';

const root = path.resolve(import.meta.dirname, '..');
const REPETITIONS = 5;
/** The largest share of Ripser's time that one thread may take. */
const RATIO = 0.15;

/** Rips persistence against Ripser (Bauer 2021): whole processes in turn, on the same points. */
export function run(): Promise<Measurement[]> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'neural-topology-bench-'));
  try {
    return Promise.resolve([
      measure(digits(), 1, folder),
      measure(activations(1000, 512), 1, folder),
      measure(activations(2000, 128), 1, folder),
      measure(activations(300, 512), 2, folder),
    ]);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function measure(cloud: BenchCloud, dimension: number, folder: string): Measurement {
  const { name, count, width } = cloud;
  const [npy, text] = [path.join(folder, 'cloud.npy'), path.join(folder, 'cloud.txt')];
  fs.writeFileSync(npy, npyOf(cloud));
  fs.writeFileSync(text, ripserText(cloud));
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let repetition = 0; repetition < REPETITIONS; repetition++) {
    const options = ['--max-dim', String(dimension), '--threads', '1', '--format', 'json', '--quiet'];
    const mine = timed(process.execPath, [path.join(root, 'dist', 'cli.js'), 'rips', npy, ...options]);
    if (mine === undefined) throw new Error('Node does not start.');
    ours.push(mine.milliseconds);
    const peer = timed('ripser', ['--format', 'point-cloud', '--dim', String(dimension), text]);
    if (peer === undefined) continue;
    theirs.push(peer.milliseconds);
    compare(name, ourPersistence(mine.output, dimension), peerPersistence(peer.output, dimension));
  }
  if (theirs.length === 0)
    process.stderr.write('ripser is not installed: measured without it (apt-get install ripser)\n');
  return {
    what: `Rips, ${name} ${count} × ${width}, dimension ${dimension}, whole process, 1 thread`,
    ours: timing(ours),
    ...(theirs.length === 0 ? {} : { peer: { name: 'Ripser', timing: timing(theirs) } }),
    bound: { of: 'ratio', atMost: RATIO },
  };
}

/** Wall time of a program that must succeed; undefined where it is not installed. */
function timed(program: string, args: readonly string[]): { milliseconds: number; output: string } | undefined {
  const start = performance.now();
  const { status, error, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 2 ** 28 });
  const milliseconds = performance.now() - start;
  if (error !== undefined && 'code' in error && error.code === 'ENOENT') return undefined;
  if (status !== 0) throw new Error(`${program} failed: ${stderr || stdout}`);
  return { milliseconds, output: stdout };
}

/** Sum of the lengths of the bars of one dimension. */
function ourPersistence(output: string, dimension: number): number {
  const { diagram } = JSON.parse(output) as { diagram: Record<string, [number, number | null][]> };
  return (diagram[dimension] ?? []).reduce((sum, [birth, death]) => sum + (death ?? birth) - birth, 0);
}

function peerPersistence(output: string, dimension: number): number {
  const [, part = ''] = output.split(`persistence intervals in dim ${dimension}:`);
  const bars = part.matchAll(/\[([\d.e+-]+),([\d.e+-]+)\)/g);
  return [...bars].reduce((sum, [, birth, death]) => sum + Number(death) - Number(birth), 0);
}

/** A fast wrong answer is none. */
function compare(name: string, ours: number, theirs: number): void {
  if (!(Math.abs(ours - theirs) <= 1e-4 * theirs)) {
    throw new Error(`${name}: bars of ours add up to ${ours}, Ripser's to ${theirs}.`);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  void run().then(rows => {
    for (const { what, ours, peer } of rows) {
      const ratio = peer && (ours.median / peer.timing.median).toFixed(3);
      const beside = peer ? `; ${peer.name} ${peer.timing.median.toFixed(0)} ms, ratio ${ratio}` : '';
      process.stdout.write(`${what}: ${ours.median.toFixed(0)} ms (minimum ${ours.minimum.toFixed(0)})${beside}\n`);
    }
  });
}
