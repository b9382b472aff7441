import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { growthPlot, type GrowthCurve } from './growthPlot';
import type { Measured, Report } from './measurement';
import { activations } from './ripsClouds';
import { ripsRows } from './ripsRow';

const SIZES = [500, 1000, 2000, 4000, 8000];
const WIDTH = 64;
/** Ripser takes a third of a minute for so many points, and eight times as long for twice as many. */
const MOST_FOR_PEER = 4000;
/** Below, little is measured but the start of a process. */
const FIRST_FITTED = 1000;
/** What a process takes before its work begins is measured by so few points. */
const FEWEST = 3;
const IMAGE = 'rips-growth.svg';

/** How the cost of Rips persistence in dimension 1 grows with the number of points, beside Ripser. */
export function run(): Promise<Report> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'neural-topology-bench-'));
  try {
    const measured = [FEWEST, ...SIZES].map(size => {
      const comparison = {
        dimension: 1,
        threads: [{ threads: 1 }, { threads: 2 }],
        repetitions: 3,
        longEnough: 10_000,
        beside: size <= MOST_FOR_PEER,
      };
      return ripsRows(activations(size, WIDTH), comparison, folder);
    });
    const rows = measured.slice(1);
    const curves = [
      curve(
        '1 thread',
        measured.map(([one]) => one),
      ),
      curve(
        '2 threads',
        measured.map(([, two]) => two),
      ),
      curve(
        'Ripser',
        measured.map(([one]) => one?.peer),
      ),
    ].filter(({ points }) => points.length > 1);
    return Promise.resolve({
      rows: rows.flat(),
      remark: [
        `Points like activations with ${WIDTH} coordinates, dimension 1. Exponents are those of the line of least squares through the logarithms of the least of`,
        `three runs, once what a process takes for ${FEWEST} points is taken away, from ${FIRST_FITTED} points on:`,
        '',
        ...curves.map(({ name, points }) => exponentsOf(name, points)),
        '',
        `![Time and memory against the number of points, both on logarithmic axes](images/${IMAGE})`,
      ].join('\n'),
      images: new Map([[IMAGE, growthPlot(curves)]]),
    });
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** Of what was measured at all sizes, the smallest of which says what there is without any work. */
function curve(name: string, measured: readonly (Measured | undefined)[]): GrowthCurve {
  const [least, ...others] = measured;
  return {
    name,
    points: others.flatMap((at, k) => {
      if (at?.memoryBytes === undefined || least?.memoryBytes === undefined) return [];
      const [milliseconds, bytes] = [at.timing.minimum, at.memoryBytes];
      const work = { milliseconds: milliseconds - least.timing.minimum, bytes: bytes - least.memoryBytes };
      return [{ size: SIZES[k]!, milliseconds, bytes, work }];
    }),
  };
}

function exponentsOf(name: string, all: GrowthCurve['points']): string {
  const points = all.filter(({ size }) => size >= FIRST_FITTED);
  const of = (value: (point: GrowthCurve['points'][number]) => number) =>
    slope(points.map(point => [Math.log(point.size), Math.log(value(point))] as const)).toFixed(2);
  const sizes = points.map(({ size }) => size);
  const range = `${Math.min(...sizes)}–${Math.max(...sizes)} points`;
  return `- ${name}, ${range}: time n^${of(({ work }) => work.milliseconds)}, memory n^${of(({ work }) => work.bytes)}`;
}

/** Of the line of least squares; pairs that are no numbers, such as the logarithm of nothing, are left out. */
function slope(pairs: readonly (readonly [x: number, y: number])[]): number {
  const known = pairs.filter(pair => pair.every(Number.isFinite));
  const mean = (k: 0 | 1) => known.reduce((sum, pair) => sum + pair[k], 0) / known.length;
  const [x, y] = [mean(0), mean(1)];
  const above = known.reduce((sum, pair) => sum + (pair[0] - x) * (pair[1] - y), 0);
  return above / known.reduce((sum, pair) => sum + (pair[0] - x) ** 2, 0);
}
