import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { MemorySource } from '../src/base/bytes';
import { openModel } from '../src/models/formats';
import { timing, type Measurement } from './measurement';
import { runCommandLine, runProcess, runs } from './processes';

const SAMPLES = path.join(import.meta.dirname, '..', 'samples');
const NETWORK = path.join(SAMPLES, 'models', 'digits-mlp.onnx');
const DATA = path.join(SAMPLES, 'data', 'digits-train.npz');
const SIDE = 51;
const THREADS = 2;
const REPETITIONS = 3;
const LAYERS = ['fc1', 'fc2', 'fc3', 'fc4'];

/** The same slice by a loop in PyTorch: weights moved along two directions whose filters are normalised, and the loss of all rows. Prints the loss at the centre, and the seconds of the loop alone. */
const LOOP = `
import sys, time, numpy, torch
folder, data, threads, side = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
torch.set_num_threads(threads)
archive = numpy.load(data)
X, y = torch.tensor(archive['X']), torch.tensor(archive['y'])
tensors = []
for name in sys.argv[5:]:
    weight = numpy.fromfile(f'{folder}/{name}.weight', dtype='<f4')
    bias = numpy.fromfile(f'{folder}/{name}.bias', dtype='<f4')
    tensors += [torch.tensor(weight.reshape(len(bias), -1)), torch.tensor(bias)]
torch.manual_seed(0)
def direction():
    drawn = [torch.randn_like(w) for w in tensors]
    norms = lambda w: w.norm(dim=1, keepdim=True)
    return [torch.zeros_like(w) if w.dim() < 2 else d * norms(w) / (norms(d) + 1e-10) for w, d in zip(tensors, drawn)]
u, v = direction(), direction()
steps = numpy.linspace(-1, 1, side)
grid = numpy.zeros((side, side))
start = time.perf_counter()
with torch.no_grad():
    for i, b in enumerate(steps):
        for j, a in enumerate(steps):
            moved = [w + a * p + b * q for w, p, q in zip(tensors, u, v)]
            h = X
            for k in range(0, len(moved), 2):
                h = torch.nn.functional.linear(h, moved[k], moved[k + 1])
                if k + 2 < len(moved): h = torch.relu(h)
            grid[i, j] = torch.nn.functional.cross_entropy(h, y).item()
print(grid[side // 2, side // 2], time.perf_counter() - start)
`;

/** Our whole process, with the sharpness and the checks that come with a slice, beside the loop alone in PyTorch. */
export function run(): Promise<Measurement[]> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'neural-topology-bench-'));
  try {
    writeWeights(folder);
    const program = ['python3', '/usr/bin/python3'].find(one => runs(one, ['-c', 'import torch, numpy']));
    const call = ['landscape', NETWORK, '--data', `${DATA}#X`, '--labels', `${DATA}#y`, '--grid', String(SIDE)];
    const [ours, theirs]: [number[], number[]] = [[], []];
    let memoryBytes = 0;
    for (let k = 0; k < REPETITIONS; k++) {
      const ended = runCommandLine([...call, '--threads', String(THREADS)]);
      ours.push(ended.milliseconds);
      memoryBytes = Math.max(memoryBytes, ended.memoryBytes ?? 0);
      if (program === undefined) continue;
      const { grid } = JSON.parse(ended.output) as { readonly grid: readonly (readonly number[])[] };
      const centre = grid[SIDE >> 1]![SIDE >> 1]!;
      const loop = runProcess(program, ['-c', LOOP, folder, DATA, String(THREADS), String(SIDE), ...LAYERS]);
      const [expected = NaN, seconds = NaN] = loop.output.trim().split(' ').map(Number);
      if (!(Math.abs(centre - expected) <= 1e-4 * expected))
        throw new Error(`The loss at the centre is ${centre}, that of PyTorch ${expected}.`);
      theirs.push(1000 * seconds);
    }
    return Promise.resolve([
      {
        what: `loss landscape of digits-mlp, ${SIDE} × ${SIDE}, 1437 rows, ${THREADS} threads: whole process, beside the loop alone`,
        timing: timing(ours),
        ...(memoryBytes === 0 ? {} : { memoryBytes }),
        ...(theirs.length === 0 ? {} : { peer: { name: 'PyTorch', timing: timing(theirs) } }),
        bounds: [{ of: 'ratio', atMost: 0.5 }],
      },
    ]);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** Each tensor as bare floats, which NumPy reads. */
function writeWeights(folder: string): void {
  const siblings = {
    open: (): never => {
      throw new Error('the network is one file');
    },
  };
  const model = openModel(new MemorySource('digits-mlp.onnx', new Uint8Array(fs.readFileSync(NETWORK))), siblings);
  for (const layer of LAYERS)
    for (const kind of ['weight', 'bias'])
      fs.writeFileSync(path.join(folder, `${layer}.${kind}`), model.readWeight(`${layer}.${kind}`).values);
}
