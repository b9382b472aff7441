import { Cancellation } from '../base/cancellation';
import { rangeOfDimension, type PersistenceDiagram } from './diagram';
import { bottleneckDistance } from './diagramDistance';
import type { DiagramPoints } from './diagramPoints';

/** A diagram whose values are divided by a length, so that clouds of different scales compare; as it is where the length is 0: then all points are one. */
export function inUnits({ dimension, birth, death }: PersistenceDiagram, length: number): PersistenceDiagram {
  if (!(length > 0)) return { dimension, birth, death };
  return { dimension, birth: birth.map(value => value / length), death: death.map(value => value / length) };
}

/** The pairs of one dimension as points. */
export function pointsOfDimension(diagram: PersistenceDiagram, dimension: number): DiagramPoints {
  const [from, to] = rangeOfDimension(diagram, dimension);
  return { birth: diagram.birth.subarray(from, to), death: diagram.death.subarray(from, to) };
}

/** A cloud's Rips diagram, and the median of its distances. */
export interface MeasuredDiagram {
  readonly diagram: PersistenceDiagram;
  readonly medianDistance: number;
}

/**
 * Bottleneck distances (L∞ ground) between Rips diagrams of distances over their median, by dimension 0 … maxDimension. Of clouds of points there is always a matching:
 * H0 has one essential class each, higher dimensions have none. They do not see rotations, which the next layer does.
 */
export function bottleneckOverMedians(
  a: MeasuredDiagram,
  b: MeasuredDiagram,
  maxDimension: number,
  cancellation = Cancellation.never,
): readonly number[] {
  const [first, second] = [a, b].map(one => inUnits(one.diagram, one.medianDistance)) as [
    PersistenceDiagram,
    PersistenceDiagram,
  ];
  return Array.from(
    { length: maxDimension + 1 },
    (_, dimension) =>
      bottleneckDistance(
        pointsOfDimension(first, dimension),
        pointsOfDimension(second, dimension),
        'linf',
        cancellation,
      ).distance!,
  );
}
