import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { unzipSync, zipSync } from 'fflate';
import { Engine } from '../src/engine';
import { time, type Measurement } from './measurement';

const root = path.resolve(import.meta.dirname, '..');
const dist = path.join(root, 'dist');
const samples = path.join(root, 'samples');

/** What a person waits for, cold: new workers, an empty cache. */
export async function run(): Promise<Measurement[]> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'neural-topology-bench-'));
  try {
    const images = path.join(folder, 'digits-images-train.npz');
    fs.writeFileSync(images, asImages(fs.readFileSync(path.join(samples, 'data', 'digits-train.npz'))));
    const first = await time(5, firstLayer);
    const cnn = await time(3, () => inspectWithCommandLine(images, folder));
    return [
      {
        what: 'digits MLP, 360 rows: from the request to the first layer',
        timing: first,
        bounds: [{ of: 'milliseconds', atMost: 1500 }],
      },
      {
        what: 'digits CNN, 1000 points: all layers, whole process of the command line, 2 threads',
        timing: cnn,
        bounds: [{ of: 'milliseconds', atMost: 6000 }],
      },
    ];
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

async function firstLayer(): Promise<void> {
  const engine = new Engine({
    threads: 2,
    workerPath: path.join(dist, 'worker.js'),
    runtimePath: path.join(dist, 'runtime', 'node_modules'),
  });
  const stop = new AbortController();
  const input = {
    model: path.join(samples, 'models', 'digits-mlp.onnx'),
    data: path.join(samples, 'data', 'digits-test.npz'),
    labels: `${path.join(samples, 'data', 'digits-test.npz')}#y`,
  };
  try {
    await new Promise<void>((resolve, reject) => {
      const onPartial = (part: { readonly kind: string }): void => {
        if (part.kind === 'layer') resolve();
      };
      engine.run('inspect', input, { signal: stop.signal, onPartial }).then(() => resolve(), reject);
    });
  } finally {
    stop.abort();
    engine.dispose();
  }
}

function inspectWithCommandLine(data: string, cache: string): void {
  const model = path.join(samples, 'models', 'digits-cnn.onnx');
  const input = [model, '--data', data, '--labels', `${data}#y`, '--points', '1000', '--threads', '2'];
  const cli = [path.join(dist, 'cli.js'), 'inspect', ...input, '--format', 'json', '--quiet'];
  // A cache of its own every time.
  const env = { ...process.env, XDG_CACHE_HOME: fs.mkdtempSync(path.join(cache, 'cache-')) };
  const { status, stderr } = spawnSync(process.execPath, cli, { env, encoding: 'utf8', maxBuffer: 2 ** 30 });
  if (status !== 0) throw new Error(stderr);
}

/** The same rows as images of 1 × 8 × 8: the header of X says so, its numbers stay. */
function asImages(npz: Uint8Array): Uint8Array {
  const arrays = unzipSync(npz);
  const X = arrays['X.npy'];
  if (!X) throw new Error('The sample has no array X.');
  const length = X[8]! + 256 * X[9]!;
  const header = Buffer.from(X.subarray(10, 10 + length)).toString('latin1');
  const reshaped = header.replace(/, 64\), }/, ', 1, 8, 8), }').trimEnd();
  arrays['X.npy'] = Buffer.concat([
    X.subarray(0, 10),
    Buffer.from(`${reshaped.padEnd(length - 1)}\n`),
    X.subarray(10 + length),
  ]);
  return zipSync(arrays);
}
