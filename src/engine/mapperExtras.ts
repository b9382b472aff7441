import type { MapperExtras, MapperParameters } from '../analyses/mapper';
import type { Cancellation } from '../base/cancellation';
import type { Progress } from '../base/progress';
import { cycleBasis } from '../topology/cycleBasis';
import type { MapperGraph } from '../topology/mapper';
import { mapperStability } from '../topology/mapperStability';
import type { PointCloud } from '../topology/pointCloud';

/** Covers around the chosen one: intervals by these factors, overlap by these differences. */
const INTERVAL_FACTORS = [0.5, 0.75, 1, 1.5, 2];
const OVERLAP_STEPS = [-0.1, 0, 0.1, 0.2];
const MOST_OVERLAP = 0.95;

/** Nerve, cycles and stability of a Mapper graph, as far as they are asked for. */
export function mapperExtras(
  cloud: PointCloud,
  lenses: readonly Float64Array[],
  graph: MapperGraph,
  parameters: MapperParameters,
  how: { readonly cancellation: Cancellation; readonly progress: Progress },
): MapperExtras {
  return {
    ...(graph.nerve === undefined ? {} : nerveFields(graph.nerve)),
    ...(parameters.cycles === true ? cycleFields(graph, how.cancellation) : {}),
    ...(parameters.stability === true ? { stability: cells(cloud, lenses, graph, parameters, how) } : {}),
  };
}

function nerveFields({ simplices, betti }: NonNullable<MapperGraph['nerve']>): MapperExtras {
  return {
    simplices: Object.fromEntries(
      simplices.map(({ vertices, shared }, index) => [
        index + 2,
        Array.from(shared, (points, s) => ({
          vertices: [...vertices.subarray(s * (index + 3), (s + 1) * (index + 3))],
          shared: points,
        })),
      ]),
    ),
    betti: Object.fromEntries(betti.map((count, dimension) => [dimension, count])),
  };
}

function cycleFields({ nodes, edges }: MapperGraph, cancellation: Cancellation): MapperExtras {
  const basis = cycleBasis(
    {
      vertices: nodes.length,
      source: Uint32Array.from(edges, edge => edge.source),
      target: Uint32Array.from(edges, edge => edge.target),
    },
    cancellation,
  );
  return { cycles: basis.cycles.map(cycle => [...cycle]), cyclesShortest: basis.shortest };
}

function cells(
  cloud: PointCloud,
  lenses: readonly Float64Array[],
  graph: MapperGraph,
  { intervals, overlap, clustering, minimumPoints }: MapperParameters,
  how: { readonly cancellation: Cancellation; readonly progress: Progress },
) {
  const rows = distinct(INTERVAL_FACTORS.map(by => each(intervals, count => Math.max(1, Math.round(count * by)))));
  const columns = distinct(
    OVERLAP_STEPS.map(step =>
      // Rounded, for 0.3 − 0.1 to be 0.2.
      each(overlap, share => Math.min(MOST_OVERLAP, Math.max(0, Math.round((share + step) * 1e6) / 1e6))),
    ),
  );
  const options = { clustering, minimumPoints, radius: graph.radius, intervals: rows, overlaps: columns, ...how };
  const { nodes, components, loops, coverage } = mapperStability(cloud, lenses, options);
  return Array.from(nodes, (count, cell) => ({
    intervals: rows[Math.floor(cell / columns.length)]!,
    overlap: columns[cell % columns.length]!,
    nodes: count,
    components: components[cell]!,
    loops: loops[cell]!,
    coverage: coverage[cell]!,
  }));
}

function each(given: number | readonly number[], of: (value: number) => number): number | readonly number[] {
  return typeof given === 'number' ? of(given) : given.map(of);
}

function distinct<Value extends number | readonly number[]>(values: readonly Value[]): Value[] {
  return values.filter((value, i) => values.findIndex(other => String(other) === String(value)) === i);
}
