import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Random } from '../src/base/random';
import { inTurn } from './inTurn';
import type { Measurement } from './measurement';
import { gudhi, type Peer } from './peers';

const READ = `
import sys, json, numpy
a, b = [numpy.array(json.load(open(name))["diagram"]["1"]) for name in sys.argv[1:3]]
`;
const BOTTLENECK = `${READ}
import gudhi
print(repr(gudhi.bottleneck_distance(a, b, 0)))
`;
const WASSERSTEIN = `${READ}
from gudhi.wasserstein import wasserstein_distance
print(repr(float(wasserstein_distance(a, b, matching=True, order=float(sys.argv[3]))[0])))
`;
const HERA = `${READ}
from gudhi.hera import wasserstein_distance
print(repr(float(wasserstein_distance(a, b, order=float(sys.argv[3]), delta=0.01))))
`;

type Bars = readonly (readonly [birth: number, length: number])[];

/** Exact distances of a diagram and of itself with noise, and of two in which all points move far, beside GUDHI. */
export function run(): Promise<Measurement[]> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'neural-topology-bench-'));
  try {
    const write = (name: string, bars: Bars): string => {
      const file = path.join(folder, name);
      const pairs = bars.map(([birth, length]) => [birth, birth + length]);
      fs.writeFileSync(file, JSON.stringify({ diagram: { '1': pairs } }));
      return file;
    };
    const rows: Measurement[] = [];
    for (const count of [1000, 5000]) {
      const random = new Random(7, 'bench/distance');
      const bars = usual(count, random);
      const noisy = [write('a.json', bars), write('b.json', withNoise(bars, random))];
      rows.push(bottleneck(`${count} points and the same with noise`, noisy));
      for (const order of [1, 2]) {
        rows.push(wasserstein(`${count} points and the same with noise`, order, noisy));
        if (count === 5000) rows.push(hera(`${count} points and the same with noise`, order, noisy));
      }
    }
    const random = new Random(8, 'bench/distance');
    const far = [write('a.json', long(5000, 1, random)), write('b.json', long(5000, 2, random))];
    rows.push(bottleneck('5000 points that all move far', far));
    for (const order of [1, 2]) rows.push(wasserstein('5000 points that all move far', order, far));
    return Promise.resolve(rows);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function bottleneck(of: string, files: readonly string[]): Measurement {
  return measure(`Bottleneck, ${of}`, ['distance', ...files], gudhi('GUDHI', ['gudhi'], BOTTLENECK, files));
}

function wasserstein(of: string, order: number, files: readonly string[]): Measurement {
  const peer = gudhi('GUDHI with POT', ['gudhi', 'ot'], WASSERSTEIN, [...files, String(order)]);
  return measure(`Wasserstein of order ${order}, ${of}`, asked(order, files), peer);
}

/** Hera finds no matching, and a distance that is at most 1 % too long. */
function hera(of: string, order: number, files: readonly string[]): Measurement {
  const peer = gudhi('Hera in GUDHI (within 1 %)', ['gudhi.hera'], HERA, [...files, String(order)], 0.01);
  return measure(`Wasserstein of order ${order}, ${of}`, asked(order, files), peer);
}

function asked(order: number, files: readonly string[]): string[] {
  return ['distance', ...files, '--kind', 'wasserstein', '--order', String(order)];
}

function measure(what: string, args: readonly string[], peer: Peer): Measurement {
  return inTurn({
    what,
    arguments: args,
    answer: json => (json as { readonly distance: number }).distance,
    peer,
    bounds: [{ of: 'ratio', atMost: 0.5 }],
  });
}

/** Bars as diagrams have them: many short ones. */
function usual(count: number, random: Random): Bars {
  return Array.from({ length: count }, () => [random.uniform(), -0.1 * Math.log(1 - random.uniform())] as const);
}

function withNoise(bars: Bars, random: Random): Bars {
  return bars.map(([birth, length]) => [
    birth + 0.01 * random.normal(),
    Math.max(1e-3, length + 0.01 * random.normal()),
  ]);
}

/** Bars so long that hardly one goes to the diagonal, the denser towards 0 the higher the power. */
function long(count: number, power: number, random: Random): Bars {
  return Array.from({ length: count }, () => [random.uniform() ** power, 1 + random.uniform() ** power] as const);
}
