import type { Cancellation } from '../base/cancellation';
import { Fault, type Warning } from '../base/fault';
import { formatBytes, formatCount } from '../base/numbers';
import {
  bottleneckDistance,
  forecastDistanceBytes,
  wassersteinDistance,
  type DistanceKind,
} from '../topology/diagramDistance';
import type { DiagramDistance, DiagramPoints, GroundMetric } from '../topology/diagramPoints';
import { SLICED_DIRECTIONS, slicedWassersteinDistance } from '../topology/slicedWasserstein';
import { pointsWithin } from './limits';

export interface DistanceParameters {
  readonly kind: DistanceKind;
  /** Of the Wasserstein distance alone. */
  readonly order: number;
  /** Of bottleneck and Wasserstein distances. */
  readonly ground: GroundMetric;
  /** For sentences. */
  readonly dimension: number;
}

/** The distance of two diagrams of one dimension, with its matching. Throws `too-large`, saying what would fit, before anything is taken. */
export function distanceOfDiagrams(
  a: DiagramPoints,
  b: DiagramPoints,
  { kind, order, ground, dimension }: DistanceParameters,
  memoryLimitBytes: number,
  cancellation: Cancellation,
): DiagramDistance & { readonly warnings: readonly Warning[] } {
  refuseTooMany(kind, a.birth.length, b.birth.length, memoryLimitBytes);
  const between = (): DiagramDistance => {
    switch (kind) {
      case 'bottleneck':
        return bottleneckDistance(a, b, ground, cancellation);
      case 'wasserstein':
        return wassersteinDistance(a, b, order, ground, cancellation);
      case 'sliced':
        return { distance: slicedWassersteinDistance(a, b, SLICED_DIRECTIONS, cancellation), matching: null };
    }
  };
  return { ...between(), warnings: essentialWarnings(a, b, dimension) };
}

function refuseTooMany(kind: DistanceKind, pointsA: number, pointsB: number, memoryLimitBytes: number): void {
  const bytes = forecastDistanceBytes(kind, pointsA, pointsB);
  if (bytes <= memoryLimitBytes) return;
  const fit = pointsWithin(Math.max(pointsA, pointsB), memoryLimitBytes, points => forecastDistanceBytes(kind, points, points)); // prettier-ignore
  throw new Fault(
    'too-large',
    `The ${kind} distance of ${formatCount(pointsA)} and ${formatCount(pointsB)} points would take about ${formatBytes(bytes)}, more than the ${formatBytes(memoryLimitBytes)} allowed.`,
    { hint: `About ${formatCount(fit)} points each would fit: leave out the shortest bars.` },
  );
}

function essentialWarnings(a: DiagramPoints, b: DiagramPoints, dimension: number): Warning[] {
  const essential = ({ death }: DiagramPoints) => death.filter(value => !Number.isFinite(value)).length;
  const [inA, inB] = [essential(a), essential(b)];
  if (inA === inB) return [];
  return [
    {
      code: 'essential-classes-differ',
      message: `There is no distance: the diagrams have ${inA} and ${inB} essential classes in dimension ${dimension}.`,
    },
  ];
}
