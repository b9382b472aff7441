import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DisposableStore } from '../src/base/lifecycle';
import { Engine } from '../src/engine';
import { openModelFile } from '../src/engine/openModelFile';
import { bigOnnx, writeBigOnnx, writeBigSafetensors, writeBigTorch, writeSparse } from '../test/engine/bigFiles';
import { perceptron } from '../test/models/onnxBuilder';
import { time, timing, type Measurement } from './measurement';
import { runCommandLine } from './processes';

const REPETITIONS = 5;

/** Files of gigabytes, whose holes take no disk: what is read of them is what is asked for. Memory is what the process took beyond what it had before. */
export async function run(): Promise<readonly Measurement[]> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-big-'));
  const at = (name: string) => path.join(folder, name);
  try {
    writeBigSafetensors(at('a.safetensors'));
    writeBigSafetensors(at('b.safetensors'));
    writeBigTorch(at('model.pt'));
    writeBigOnnx(at('single.onnx'));
    const { graph, weights } = bigOnnx();
    fs.writeFileSync(at('big.onnx'), graph);
    writeSparse(at('weights.bin'), weights, []);
    fs.writeFileSync(at('deep.onnx'), perceptron(new Array<number>(501).fill(16)));
    const opening = async (what: string, files: Readonly<Record<string, string>>): Promise<Measurement> => {
      const before = process.memoryUsage().rss;
      const taken = await time(REPETITIONS, () => {
        const store = new DisposableStore();
        const models = Object.entries(files).map(([file, name]) => ({
          name,
          model: openModelFile(at(file), store).model,
        }));
        for (const { name, model } of models) if (name !== '') model.readWeight(name);
        store.dispose();
      });
      const memoryBytes = Math.max(0, process.memoryUsage().rss - before);
      return { what, timing: taken, memoryBytes, bounds: [{ of: 'milliseconds', atMost: 100 }, { of: 'megabytes', atMost: 100 }] }; // prettier-ignore
    };
    const described = Array.from({ length: 3 }, () => runCommandLine(['describe', at('deep.onnx')]));
    const most = Math.max(...described.map(run => run.memoryBytes ?? NaN));
    return [
      await opening('safetensors of 1 GB: header and one tensor of 16 MB', { 'a.safetensors': 'layers.40.weight' }),
      await opening('two safetensors of 1 GB, both open, one tensor of each', { 'a.safetensors': 'layers.40.weight', 'b.safetensors': 'layers.7.weight' }), // prettier-ignore
      await opening('PyTorch archive of 5 GB (ZIP64): layers and one small tensor', { 'model.pt': 'fc.weight' }),
      await opening('ONNX with 3 GB of weights beside it: layers and shapes', { 'big.onnx': '' }),
      await rightClick('safetensors of 1 GB', at('a.safetensors')),
      await rightClick('ONNX of 1 GB', at('single.onnx')),
      {
        what: 'ONNX of 500 layers: describe, whole process of the command line',
        timing: timing(described.map(run => run.milliseconds)),
        ...(Number.isFinite(most) ? { memoryBytes: most } : {}),
        bounds: [{ of: 'milliseconds', atMost: 2000 }],
      },
    ];
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

/** What the editor asks between a right-click and its list of data, with an engine that has to be started for it. */
async function rightClick(what: string, model: string): Promise<Measurement> {
  const dist = path.resolve(import.meta.dirname, '..', 'dist');
  const samples = path.resolve(import.meta.dirname, '..', 'samples', 'data');
  const files = fs.readdirSync(samples).map(name => path.join(samples, name));
  const taken = await time(REPETITIONS, async () => {
    const engine = new Engine({
      threads: 2,
      workerPath: path.join(dist, 'worker.js'),
      runtimePath: path.join(dist, 'runtime', 'node_modules'),
    });
    try {
      await engine.run('contents', { file: model });
      await engine.run('outline', { model });
      await engine.run('dataCandidates', { model, files });
    } finally {
      engine.dispose();
    }
  });
  return {
    what: `${what}: what a right-click asks before data is chosen, from a cold start`,
    timing: taken,
    bounds: [{ of: 'milliseconds', atMost: 1000 }],
  };
}
