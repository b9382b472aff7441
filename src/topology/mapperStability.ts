import { Cancellation } from '../base/cancellation';
import { noProgress, subProgress } from '../base/progress';
import { clusteringRadius, mapperInOrder, type MapperOptions } from './mapper';
import { inDoublePrecision, type PointCloud } from './pointCloud';
import { spatialOrder } from './spatialOrder';

export interface MapperStabilityOptions extends Omit<MapperOptions, 'intervals' | 'overlap' | 'nerveDimension'> {
  /** Rows of the grid: of every lens, or of each. */
  readonly intervals: readonly (number | readonly number[])[];
  /** Columns of the grid. */
  readonly overlaps: readonly (number | readonly number[])[];
}

/** What the graph is for every cover: cell (i, o) is at i·overlaps + o. */
export interface MapperStability {
  readonly nodes: Uint32Array;
  readonly components: Uint32Array;
  readonly loops: Uint32Array;
  readonly coverage: Float64Array;
  /** The one clustering radius of all cells. */
  readonly radius: number;
}

/**
 * The Mapper graphs of a grid of covers, at one clustering radius: a feature that few cells show is one of the cover rather than
 * of the points (Carrière, Michel, Oudot 2018 on the choice of parameters). Throws what `mapper` throws.
 */
export function mapperStability(
  given: PointCloud,
  lens: Float64Array | readonly Float64Array[],
  options: MapperStabilityOptions,
): MapperStability {
  const { clustering, minimumPoints, cancellation = Cancellation.never, progress = noProgress } = options;
  const cloud = inDoublePrecision(given);
  const order = spatialOrder(cloud, cancellation);
  const radius = options.radius ?? clusteringRadius(cloud, clustering, minimumPoints, cancellation, order);
  const size = options.intervals.length * options.overlaps.length;
  const result = {
    nodes: new Uint32Array(size),
    components: new Uint32Array(size),
    loops: new Uint32Array(size),
    coverage: new Float64Array(size),
    radius,
  };
  options.intervals.forEach((intervals, i) => {
    options.overlaps.forEach((overlap, o) => {
      const cell = i * options.overlaps.length + o;
      const cover = { clustering, minimumPoints, radius, intervals, overlap, cancellation };
      const cellProgress = subProgress(progress, cell / size, (cell + 1) / size);
      const graph = mapperInOrder(cloud, lens, { ...cover, progress: cellProgress }, order);
      result.nodes[cell] = graph.nodes.length;
      result.components[cell] = graph.components;
      result.loops[cell] = graph.loops;
      result.coverage[cell] = graph.coverage;
    });
  });
  return result;
}
