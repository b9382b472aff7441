import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { inTurn } from './inTurn';
import type { Measurement } from './measurement';
import { scikitLearn } from './peers';
import { activations, npyOf } from './ripsClouds';

const INTERVALS = 20;
const OVERLAP = 0.3;
const MINIMUM_POINTS = 5;

/** The same cover, and DBSCAN above each of its intervals; prints nodes and members of all nodes, summed up. */
const DBSCAN = `
import sys, numpy
from sklearn.cluster import DBSCAN
points = numpy.load(sys.argv[1]).astype(numpy.float64)
intervals, overlap, radius, minimum = int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4]), int(sys.argv[5])
lens = numpy.sqrt((points ** 2).sum(axis=1))
low, high = lens.min(), lens.max()
width = (high - low) / (1 + (intervals - 1) * (1 - overlap))
total = 0
for k in range(intervals):
    start = low + k * width * (1 - overlap)
    end = high if k == intervals - 1 else start + width
    above = points[(lens >= start) & (lens <= end)]
    if len(above):
        labels = DBSCAN(eps=radius, min_samples=minimum).fit(above).labels_
        total += labels.max() + 1 + (labels >= 0).sum()
print(int(total))
`;

/** Mapper of activation-like points beside DBSCAN of scikit-learn on the same cover, at a radius near the knee; and with the radius chosen. */
export function run(): Promise<Measurement[]> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'neural-topology-bench-'));
  try {
    const rows: Measurement[] = [];
    for (const [count, radius] of [
      [10_000, 22],
      [100_000, 20],
    ] as const) {
      const file = path.join(folder, `${count}.npy`);
      fs.writeFileSync(file, npyOf(activations(count, 64)));
      const cover = ['--intervals', INTERVALS, '--overlap', OVERLAP, '--min-points', MINIMUM_POINTS].map(String);
      const what = `Mapper, activations ${count} × 64, ${INTERVALS} intervals`;
      rows.push(
        inTurn({
          what: `${what}, radius ${radius}`,
          arguments: ['mapper', file, ...cover, '--eps', String(radius)],
          answer: nodesAndMembers,
          peer: scikitLearn(DBSCAN, [file, ...[INTERVALS, OVERLAP, radius, MINIMUM_POINTS].map(String)]),
          bounds: [
            { of: 'ratio', atMost: 1 },
            { of: 'megabytes', atMost: 4096 },
          ],
        }),
        inTurn({
          what: `${what}, automatic radius`,
          arguments: ['mapper', file, ...cover],
          answer: nodesAndMembers,
          bounds: [{ of: 'megabytes', atMost: 4096 }],
        }),
      );
    }
    return Promise.resolve(rows);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function nodesAndMembers(json: unknown): number {
  const { nodes } = json as { readonly nodes: readonly { readonly members: readonly number[] }[] };
  return nodes.reduce((sum, { members }) => sum + members.length, nodes.length);
}
