import { Cancellation } from '../base/cancellation';
import { Fault, type Warning } from '../base/fault';
import { formatCount } from '../base/numbers';
import { centredKernelAlignment } from '../topology/centredKernelAlignment';
import { distanceMatrix, medianDistance, type DistanceMatrix } from '../topology/distances';
import type { PointCloud } from '../topology/pointCloud';
import {
  representationTopologyDivergence,
  type RepresentationTopologyDivergence,
} from '../topology/representationTopologyDivergence';
import { rips } from '../topology/rips';
import { bottleneckOverMedians, type MeasuredDiagram } from '../topology/unitDiagram';
import type { Provenance } from './analysis';

/** How alike two clouds are whose rows are the same things. */
export interface SimilarityResult {
  readonly points: number;
  /** Linear CKA; `null` where a cloud has no variance. */
  readonly cka: number | null;
  readonly rtd: RepresentationTopologyDivergence;
  /** Of the Rips diagrams (edge lengths) of each cloud's distances over their median, by dimension. */
  readonly bottleneck: readonly number[];
  readonly warnings: readonly Warning[];
  readonly provenance: Provenance;
}

/** Bytes a point² takes: distances and Rips complexes of both clouds and of their union. */
const BYTES_PER_PAIR = 64;

/**
 * Euclidean distances; H0 and H1. A small distance does not say that one cloud can stand for the other: CKA and RTD do not see rotations, which a
 * following layer does. Throws `shape-mismatch` for other numbers of rows, `too-large`.
 */
export function similarityOf(
  a: PointCloud,
  b: PointCloud,
  memoryLimitBytes: number,
  provenance: Provenance,
  cancellation = Cancellation.never,
): SimilarityResult {
  const points = a.count;
  if (points !== b.count)
    throw new Fault(
      'shape-mismatch',
      `The clouds have ${formatCount(points)} and ${formatCount(b.count)} rows, but must have the same rows.`,
      {
        hint: 'Both files must hold the same inputs, in the same order.',
      },
    );
  if (BYTES_PER_PAIR * points * points > memoryLimitBytes)
    throw new Fault(
      'too-large',
      `Distances among ${formatCount(points)} points and their copies do not fit into memory.`,
      {
        hint: `Take at most ${formatCount(Math.floor(Math.sqrt(memoryLimitBytes / BYTES_PER_PAIR)))} rows.`,
      },
    );
  const cka = centredKernelAlignment(a, b, cancellation);
  const [distancesA, distancesB] = [a, b].map(cloud => distanceMatrix(cloud, 'euclidean', cancellation)) as [
    DistanceMatrix,
    DistanceMatrix,
  ];
  const [measuredA, measuredB] = [distancesA, distancesB].map(distances => ({
    diagram: rips(distances, { maxDimension: 1, cancellation }).diagram,
    medianDistance: medianDistance(distances, cancellation),
  })) as [MeasuredDiagram, MeasuredDiagram];
  const bottleneck = bottleneckOverMedians(measuredA, measuredB, 1, cancellation);
  return {
    points,
    cka: Number.isNaN(cka) ? null : cka,
    rtd: representationTopologyDivergence(distancesA, distancesB, cancellation),
    bottleneck,
    warnings: Number.isNaN(cka)
      ? [{ code: 'no-variance', message: 'All points of one cloud are equal: CKA is not defined.' }]
      : [],
    provenance,
  };
}
