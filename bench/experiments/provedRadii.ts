import fs from 'node:fs';
import path from 'node:path';
import { MemorySource } from '../../src/base/bytes';
import { Random } from '../../src/base/random';
import { openData } from '../../src/data/openData';
import { openModelFile } from '../../src/engine/openModelFile';
import { DisposableStore } from '../../src/base/lifecycle';
import { predictedClasses } from '../../src/probes/accuracy';
import { attackRow } from '../../src/probes/attacks';
import { fitInput, product } from '../../src/probes/fitInput';
import { loadNetwork } from '../../src/probes/network';
import { networkAnswers } from '../../src/probes/networkAnswers';
import { BoxProof } from '../../src/probes/piecewise/boxProof';
import { PiecewisePass } from '../../src/probes/piecewise/piecewiseNetwork';
import { piecewiseOf } from '../../src/probes/piecewise/piecewiseOf';

/**
 * Whether a proved radius is ever broken: PGD with many restarts inside the box of each row, and the row with the smallest margin that it came by is given to the runtime as well.
 * `npx tsx bench/experiments/provedRadii.ts [restarts]` prints the figures of docs/analyses/robustness.md.
 */
const root = path.join(import.meta.dirname, '..', '..');
const samples = path.join(root, 'samples');
/** Beyond the radius, as a sign that the attack could break something. */
const BEYOND = 20;

const CASES = [
  { model: 'models/iris.onnx', data: 'data/iris-test.csv', without: ['species'], rows: 45, steps: 20 },
  { model: 'models/digits-mlp.onnx', data: 'data/digits-test.npz', without: [], rows: 40, steps: 20 },
  { model: 'models/digits-cnn.onnx', data: 'data/digits-images-test.npz', without: [], rows: 1, steps: 5 },
];

async function main(): Promise<void> {
  const restarts = Number(process.argv[2] ?? 1000);
  console.log(`| network | rows | restarts each | steps | median radius | broken | of them ${BEYOND} times as far |`);
  console.log('|---|---|---|---|---|---|---|');
  for (const one of CASES) {
    const store = new DisposableStore();
    const { model } = openModelFile(path.join(samples, one.model), store, undefined);
    const bytes = new Uint8Array(fs.readFileSync(path.join(samples, one.data)));
    const data = openData(new MemorySource(one.data, bytes), { without: one.without });
    const runtime = { folder: root };
    const network = await loadNetwork(model, runtime);
    const input = model.inputs[0]!;
    const { rowShape } = fitInput(data.rowShape, input);
    const width = product(rowShape);
    const steps = piecewiseOf(model, rowShape, input.name, network.classOutput!);
    if ('reason' in steps) throw new Error(steps.reason);
    const pass = new PiecewisePass(steps);
    const proof = new BoxProof(steps);
    const values = Float32Array.from(data.values);
    const ask = async (rows: Float32Array) =>
      predictedClasses((await networkAnswers(model, { rows: rows.length / width, rowShape, values: rows }, { runtime })).outputs!); // prettier-ignore
    const labels = await ask(values);
    const radii: number[] = [];
    let broken = 0;
    let beyond = 0;
    for (let row = 0; row < Math.min(one.rows, data.rows); row++) {
      const own = values.slice(row * width, (row + 1) * width);
      const label = labels[row]!;
      const radius = proof.radius(own, label, 1);
      if (radius === 0) continue;
      radii.push(radius);
      const range = [-Infinity, Infinity] as const;
      const inside = attackRow(pass, own, label, { epsilon: radius, steps: one.steps, restarts, range }, new Random(row, 'proofs')); // prettier-ignore
      const outside = attackRow(pass, own, label, { epsilon: BEYOND * radius, steps: 20, restarts: 5, range }, new Random(row, 'beyond')); // prettier-ignore
      const [found, far] = await ask(Float32Array.from([...inside.row, ...outside.row]));
      if (inside.margin <= 0 || found !== label) broken++;
      if (far !== label) beyond++;
    }
    const median = radii.sort((a, b) => a - b)[radii.length >> 1]!;
    console.log(
      `| ${path.basename(one.model)} | ${radii.length} | ${restarts} | ${one.steps} | ${median.toPrecision(3)} | ${broken} | ${beyond} |`,
    );
    store.dispose();
  }
}

void main();
