import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { FailuresResult } from '../../src/analyses/failures/failures';
import { Random } from '../../src/base/random';
import { writeNpz } from '../../src/data/writeNpz';
import { Engine } from '../../src/engine';
import { digits, rowsOf } from './digits';
import { answersOf, onnxOf, trainDenseNetwork, type Rows } from './denseNetwork';

/**
 * Whether `failures` finds what a network was never shown: one of four k-means clusters of a class of digits is left out of training, and all of it is among the rows
 * that are searched. And whether it finds nothing where the labels are wrong at random. `npx tsx bench/experiments/failures.ts [draws]` prints docs/analyses/failures.md's figures;
 * needs a build.
 */
const CLASSES = [1, 3, 8, 9];
const CLUSTERS = 4;
const TRAINED = 900;
const TOP = 10;
const root = path.join(import.meta.dirname, '..', '..');

/** Lloyd's algorithm from rows that are drawn. */
function clusterOf(all: Rows, rows: readonly number[], seed: number): number[] {
  const { width, values } = all;
  const at = (row: number) => values.subarray(row * width, (row + 1) * width);
  let centres = [...new Random(seed, 'k-means').sample(rows.length, CLUSTERS)].map(i =>
    Float64Array.from(at(rows[i]!)),
  );
  const squared = (a: ArrayLike<number>, b: ArrayLike<number>) => {
    let sum = 0;
    for (let k = 0; k < width; k++) sum += (a[k]! - b[k]!) ** 2;
    return sum;
  };
  let labels: number[] = [];
  for (let turn = 0; turn < 30; turn++) {
    labels = rows.map(row => {
      const far = centres.map(centre => squared(centre, at(row)));
      return far.indexOf(Math.min(...far));
    });
    centres = centres.map((centre, c) => {
      const own = rows.filter((_, i) => labels[i] === c);
      if (own.length === 0) return centre;
      const mean = new Float64Array(width);
      for (const row of own) for (let k = 0; k < width; k++) mean[k] = mean[k]! + at(row)[k]! / own.length;
      return mean;
    });
  }
  return labels;
}

async function main(): Promise<void> {
  const draws = Number(process.argv[2] ?? 12);
  const all = digits();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'failures-'));
  const engine = new Engine({
    threads: os.cpus().length,
    workerPath: path.join(root, 'dist', 'worker.js'),
    runtimePath: path.join(root, 'dist', 'runtime', 'node_modules'),
  });
  const search = async (
    network: Uint8Array,
    rows: Rows,
    classes: Int32Array,
    seed: number,
  ): Promise<FailuresResult> => {
    const [model, data] = [path.join(folder, 'model.onnx'), path.join(folder, 'data.npz')];
    fs.writeFileSync(model, network);
    const arrays = [
      { name: 'X', shape: [classes.length, rows.width], values: rows.values },
      { name: 'y', shape: [classes.length], values: classes },
    ];
    fs.writeFileSync(data, writeNpz(arrays));
    return engine.run('failures', { model, data: `${data}#X`, labels: `${data}#y`, seed });
  };
  console.log('| class | left out | their error | base error | regions | first region | of its first ten, left out |');
  console.log('|---|---|---|---|---|---|---|');
  let alarms = 0;
  let trials = 0;
  for (let draw = 0; draw < draws; draw++) {
    const seed = 100 + draw;
    const label = CLASSES[draw % CLASSES.length]!;
    const own = [...all.classes.keys()].filter(row => all.classes[row] === label);
    const clusters = clusterOf(all, own, seed);
    const dropped = new Set(own.filter((_, i) => clusters[i] === seed % CLUSTERS));
    const kept = [...new Random(seed, 'split').permutation(all.classes.length)].filter(row => !dropped.has(row));
    const searched = [...kept.slice(TRAINED), ...dropped].sort((a, b) => a - b);
    const network = trainDenseNetwork(rowsOf(all, kept.slice(0, TRAINED)), {
      hidden: [64, 32],
      classes: 10,
      epochs: 30,
      seed,
    });
    const rows = rowsOf(all, searched);
    const answers = answersOf(network, rows);
    const wrong = searched.filter((row, i) => dropped.has(row) && answers[i] !== rows.classes[i]).length;
    const found = await search(onnxOf(network), rows, rows.classes, seed);
    const [first] = found.regions;
    const top = [...(first?.members ?? [])].slice(0, TOP);
    const hits = top.filter(row => dropped.has(searched[row]!)).length;
    console.log(
      `| ${label} | ${dropped.size} | ${(wrong / dropped.size).toFixed(2)} | ${found.baseError.toFixed(3)} | ${found.regions.length} | ` +
        `${first === undefined ? '–' : `${[...first.wrong].filter(one => one === 1).length} of ${first.members.length} wrong, p = ${first.pValue.toFixed(3)}`} | ${first === undefined ? '–' : `${hits} of ${top.length}`} |`,
    );
    // The same network on the rows of which labels are wrong at random, and otherwise as it answers: it errs at the same rate everywhere.
    const random = new Random(seed, 'labels');
    const shuffled = answers.map(answer =>
      random.uniform() < found.baseError ? (answer + 1 + random.integer(9)) % 10 : answer,
    );
    trials++;
    if ((await search(onnxOf(network), rows, shuffled, seed)).regions.length > 0) alarms++;
  }
  console.log(`\nErrors at random: a region in ${alarms} of ${trials} searches.`);
  engine.dispose();
  fs.rmSync(folder, { recursive: true });
}

void main();
