import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DisposableStore } from '../src/base/lifecycle';
import { writeNpz } from '../src/data/writeNpz';
import { openModelFile } from '../src/engine/openModelFile';
import { inTurn } from './inTurn';
import type { Report } from './measurement';
import { numpy } from './peers';

const samples = path.join(import.meta.dirname, '..', 'samples');

/** Neurons of the smallest absolute incoming weights go, the same share of each layer, and the next layer is fitted anew by least squares. */
const MAGNITUDE = `
import sys, numpy
weights, train, test, ratio = numpy.load(sys.argv[1]), numpy.load(sys.argv[2]), numpy.load(sys.argv[3]), float(sys.argv[4])
layers = [(weights[f'fc{k}.weight'].astype(float), weights[f'fc{k}.bias'].astype(float)) for k in range(1, 5)]
x, kept, small = train['X'].astype(float), None, []
for k, (w, b) in enumerate(layers):
    new, bias = w, b
    if kept is not None:
        a = numpy.hstack([x[:, kept], numpy.ones((len(x), 1))])
        fit = numpy.linalg.lstsq(a, x @ w.T + b, rcond=None)[0]
        new, bias = fit[:-1].T, fit[-1]
    x = x @ w.T + b
    kept = None
    if k < 3:
        x = numpy.maximum(x, 0)
        kept = numpy.sort(numpy.argsort(numpy.abs(w).sum(axis=1))[round(ratio * len(w)):])
        new, bias = new[kept], bias[kept]
    small.append((new, bias))
x = test['X'].astype(float)
for k, (w, b) in enumerate(small):
    x = x @ w.T + b
    if k < 3: x = numpy.maximum(x, 0)
print((x.argmax(axis=1) == test['y']).mean())
`;

interface Network {
  readonly name: string;
  readonly model: string;
  readonly train: string;
  readonly test: string;
}

const MLP: Network = {
  name: 'digits-mlp',
  model: 'models/digits-mlp.onnx',
  train: 'data/digits-train.npz',
  test: 'data/digits-test.npz',
};

/** What `prune` takes, beside the same by magnitude in NumPy. What it keeps of the accuracy is in pruneAccuracy. */
export function run(): Promise<Report> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'neural-topology-bench-'));
  try {
    const weights = path.join(folder, 'weights.npz');
    fs.writeFileSync(weights, weightsOf(path.join(samples, MLP.model)));
    const asked = (network: Network, ...more: readonly string[]) => {
      const [train, test] = [path.join(samples, network.train), path.join(samples, network.test)];
      return [
        'prune',
        path.join(samples, network.model),
        '--data',
        `${train}#X`,
        '--labels',
        `${train}#y`,
        '--holdout',
        `${test}#X`,
        '--holdout-labels',
        `${test}#y`,
        ...more,
      ];
    };
    const rows = [
      inTurn({
        what: 'prune, digits-mlp, 40 % by magnitude with the refit',
        arguments: asked(MLP, '--ratio', '0.4', '--method', 'magnitude'),
        answer: json => (json as { readonly accuracyAfter: number }).accuracyAfter,
        peer: numpy(MAGNITUDE, [weights, path.join(samples, MLP.train), path.join(samples, MLP.test), '0.4'], 0.02),
      }),
      inTurn({
        what: 'prune, digits-mlp, 40 % by merging with the refit',
        arguments: asked(MLP, '--ratio', '0.4'),
        answer: json => (json as { readonly accuracyAfter: number }).accuracyAfter,
        bounds: [{ of: 'milliseconds', atMost: 5000 }],
      }),
    ];
    return Promise.resolve({ rows, remark: '', images: new Map() });
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function weightsOf(file: string): Uint8Array {
  const store = new DisposableStore();
  try {
    const { model } = openModelFile(file, store);
    return writeNpz(
      model.layers
        .flatMap(layer => layer.weights)
        .map(({ name }) => {
          const { shape, values } = model.readWeight(name);
          return { name, shape: [...shape], values };
        }),
    );
  } finally {
    store.dispose();
  }
}
