import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DisposableStore } from '../src/base/lifecycle';
import { openModelFile } from '../src/engine/openModelFile';
import { bigOnnx, writeBigSafetensors, writeBigTorch, writeSparse } from '../test/engine/bigFiles';
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
      const memoryBytes = process.memoryUsage().rss - before;
      return { what, timing: taken, memoryBytes, bounds: [{ of: 'milliseconds', atMost: 100 }, { of: 'megabytes', atMost: 100 }] }; // prettier-ignore
    };
    const described = Array.from({ length: 3 }, () => runCommandLine(['describe', at('deep.onnx')]));
    const most = Math.max(...described.map(run => run.memoryBytes ?? NaN));
    return [
      await opening('safetensors of 1 GB: header and one tensor of 16 MB', { 'a.safetensors': 'layers.40.weight' }),
      await opening('two safetensors of 1 GB, both open, one tensor of each', { 'a.safetensors': 'layers.40.weight', 'b.safetensors': 'layers.7.weight' }), // prettier-ignore
      await opening('PyTorch archive of 5 GB (ZIP64): layers and one small tensor', { 'model.pt': 'fc.weight' }),
      await opening('ONNX with 3 GB of weights beside it: layers and shapes', { 'big.onnx': '' }),
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
