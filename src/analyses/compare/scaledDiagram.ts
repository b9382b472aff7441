import { rangeOfDimension, type PersistenceDiagram } from '../../topology/diagram';
import type { DiagramPoints } from '../../topology/diagramPoints';

/** Lengths in units of the median distance; as they are where that is 0. */
export function overUnit({ dimension, birth, death }: PersistenceDiagram, unit: number): PersistenceDiagram {
  if (!(unit > 0)) return { dimension, birth, death };
  return { dimension, birth: birth.map(value => value / unit), death: death.map(value => value / unit) };
}

export function pointsOf(diagram: PersistenceDiagram, dimension: number): DiagramPoints {
  const [from, to] = rangeOfDimension(diagram, dimension);
  return { birth: diagram.birth.subarray(from, to), death: diagram.death.subarray(from, to) };
}
