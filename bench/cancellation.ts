import { Cancellation } from '../src/base/cancellation';
import { isCancelled } from '../src/base/fault';
import { noProgress } from '../src/base/progress';
import { Random } from '../src/base/random';
import { fitLinearMap } from '../src/probes/fitLinearMap';
import { layerDiagrams } from '../src/analyses/layerDiagramsTask';
import { layerPairs } from '../src/analyses/layerPairsTask';
import { similarityOf } from '../src/analyses/similarity';
import { bottleneckDistance, wassersteinDistance } from '../src/topology/diagramDistance';
import type { DiagramPoints } from '../src/topology/diagramPoints';
import { confidenceBand } from '../src/topology/confidenceBand';
import { cubicalPersistence } from '../src/topology/cubicalPersistence';
import { cycleBasis } from '../src/topology/cycleBasis';
import { distanceMatrix } from '../src/topology/distances';
import { distanceToMeasure } from '../src/topology/distanceToMeasure';
import { geodesicDistances, neighbourGraph } from '../src/topology/geodesic';
import { maxminLandmarks } from '../src/topology/landmarks';
import { largeSpanningTree } from '../src/topology/largeSpanningTree';
import { levelSetBetti } from '../src/topology/levelSet';
import { mapper } from '../src/topology/mapper';
import { LENS_NAMES, mapperLens } from '../src/topology/mapperLens';
import { mapperStability } from '../src/topology/mapperStability';
import { permutationTest } from '../src/topology/permutationTest';
import type { PointCloud } from '../src/topology/pointCloud';
import { pointDistances } from '../src/topology/pointDistances';
import { representationTopologyDivergence } from '../src/topology/representationTopologyDivergence';
import { slicedWassersteinDistance } from '../src/topology/slicedWasserstein';
import { sparseRips } from '../src/topology/sparseRips';
import { varianceSpectrum } from '../src/topology/varianceSpectrum';
import { witnessMatrix } from '../src/topology/witness';
import { timing, type Measurement } from './measurement';
import { activations } from './ripsClouds';

/** Whoever has not ended by then is stopped: what comes later is seen at a smaller size. The whole ends within a coffee break. */
const LONG_ENOUGH = 4_000;
const ASKED = 200;

/**
 * The longest that any kernel works without looking at the stop sign, at sizes near what fits: nobody who cancels waits longer. Rips has its own polls, in its kernels.
 * Of wall time and processor time the smaller, lest other programs count.
 */
export function run(): Promise<Measurement[]> {
  const only = process.env['ONLY'];
  return Promise.resolve(
    cases().flatMap(({ what, work }) => {
      if (only !== undefined && !what.includes(only)) return [];
      const stopwatch = new Stopwatch();
      try {
        work(stopwatch);
      } catch (error) {
        if (!isCancelled(error)) throw error;
      }
      stopwatch.look();
      if (only !== undefined) process.stderr.write(`${what}: ${stopwatch.longest.toFixed(0)} ms, ${stopwatch.where}\n`);
      return [{ what, timing: timing([stopwatch.longest]), bounds: [{ of: 'milliseconds', atMost: ASKED }] } as const];
    }),
  );
}

/** Knows the longest time between two looks. */
class Stopwatch extends Cancellation {
  longest = 0;
  where = '';
  private readonly began = performance.now();
  private wall = this.began;
  private processor = process.cpuUsage();
  private before = '';

  look(): void {
    const wall = performance.now();
    const { user, system } = process.cpuUsage(this.processor);
    const passed = Math.min(wall - this.wall, (user + system) / 1000);
    if (process.env['ONLY'] !== undefined) {
      const stack = new Error().stack?.split('\n').slice(3, 6).join(' < ') ?? '';
      if (passed > this.longest) this.where = `between ${this.before} and ${stack}`;
      this.before = stack;
    }
    this.longest = Math.max(this.longest, passed);
    this.wall = performance.now();
    this.processor = process.cpuUsage();
  }

  override throwIfCancelled(): void {
    if (performance.now() - this.wall > 1) this.look();
    if (this.wall - this.began > LONG_ENOUGH) this.cancel();
    super.throwIfCancelled();
  }

  override get cancelled(): boolean {
    if (performance.now() - this.wall > 1) this.look();
    return super.cancelled;
  }
}

interface Case {
  readonly what: string;
  readonly work: (cancellation: Cancellation) => unknown;
}

function cases(): Case[] {
  const random = new Random(9, 'bench/cancellation');
  const noise = (count: number) => Float64Array.from({ length: count }, () => random.normal());
  const plane = noise(3000 * 3000);
  const space = plane.subarray(0, 140 ** 3);
  const cloud = doubles(activations(30_000, 64));
  const many: PointCloud = { count: 2_000_000, width: 2, values: plane.subarray(0, 4_000_000) };
  const wide: PointCloud = { count: 1500, width: 4000, values: plane.subarray(0, 6_000_000) };
  const diagram = (count: number): DiagramPoints => {
    const birth = Float64Array.from({ length: count }, () => random.uniform());
    return { birth, death: birth.map(value => value + random.uniform()) };
  };
  const [a, b] = [diagram(300_000), diagram(300_000)];
  const [smallGraph, largeGraph] = [randomGraph(3000, 6000, random), randomGraph(500_000, 2_000_000, random)];
  const distances = pointDistances(cloud, 'euclidean');
  const some = { ...cloud, count: 4000 };
  const dbscan = { clustering: 'dbscan', minimumPoints: 5, intervals: 20, overlap: 0.3 } as const;
  return [
    ...(['vertex', 'cell'] as const).flatMap((construction): Case[] => [
      { what: `cubical, noise 3000 × 3000, ${construction}`, work: cancellation => cubicalPersistence([3000, 3000], plane, { construction, cancellation }) }, // prettier-ignore
      { what: `cubical, noise 140 × 140 × 140, ${construction}`, work: cancellation => cubicalPersistence([140, 140, 140], space, { construction, cancellation }) }, // prettier-ignore
    ]),
    { what: 'level set, noise 3000 × 3000', work: cancellation => levelSetBetti([3000, 3000], plane, 0, cancellation) },
    { what: 'level set, noise 140 × 140 × 140', work: cancellation => levelSetBetti([140, 140, 140], space, 0, cancellation) }, // prettier-ignore
    { what: 'bottleneck, 300,000 points', work: cancellation => bottleneckDistance(a, b, 'linf', cancellation) },
    { what: 'Wasserstein, 300,000 points', work: cancellation => wassersteinDistance(a, b, 1, 'linf', cancellation) },
    { what: 'sliced Wasserstein, 300,000 points', work: cancellation => slicedWassersteinDistance(a, b, 64, cancellation) }, // prettier-ignore
    ...LENS_NAMES.flatMap(lens => [
      { what: `lens ${lens}, 30,000 × 64`, work: (cancellation: Cancellation) => mapperLens(cloud, lens, 0, cancellation) }, // prettier-ignore
      { what: `lens ${lens}, 2,000,000 × 2`, work: (cancellation: Cancellation) => mapperLens(many, lens, 0, cancellation) }, // prettier-ignore
      { what: `lens ${lens}, 1500 × 4000`, work: (cancellation: Cancellation) => mapperLens(wide, lens, 0, cancellation) }, // prettier-ignore
    ]),
    { what: 'Mapper, 30,000 × 64', work: cancellation => mapper(cloud, mapperLens(cloud, 'l2', 0, cancellation), { ...dbscan, radius: undefined, cancellation }) }, // prettier-ignore
    { what: 'Mapper, 2,000,000 × 2', work: cancellation => mapper(many, mapperLens(many, 'column', 0, cancellation), { ...dbscan, radius: 0.001, cancellation }) }, // prettier-ignore
    { what: 'Mapper, 2,000,000 × 2, one cluster', work: cancellation => mapper(many, mapperLens(many, 'column', 0, cancellation), { ...dbscan, radius: 0.1, cancellation }) }, // prettier-ignore
    { what: 'Mapper with a nerve of dimension 3', work: cancellation => mapper(some, [0, 1, 2].map(k => mapperLens(some, 'column', k)), { ...dbscan, overlap: 0.5, intervals: 5, nerveDimension: 3, radius: 60, cancellation }) }, // prettier-ignore
    { what: 'Mapper’s stability', work: cancellation => mapperStability(cloud, mapperLens(cloud, 'l2', 0, cancellation), { clustering: 'dbscan', minimumPoints: 5, radius: 20, intervals: [20], overlaps: [0.3], cancellation }) }, // prettier-ignore
    { what: 'cycle basis, 3,000 vertices, 6,000 edges', work: cancellation => cycleBasis(smallGraph, cancellation) }, // prettier-ignore
    { what: 'cycle basis, 500,000 vertices, 2,000,000 edges', work: cancellation => cycleBasis(largeGraph, cancellation) }, // prettier-ignore
    { what: 'spanning tree, 30,000 × 64', work: cancellation => largeSpanningTree(cloud, 0, cancellation) },
    { what: 'spanning tree, 2,000,000 × 2', work: cancellation => largeSpanningTree(many, 0, cancellation) },
    { what: 'landmarks, 300 of 30,000 × 64', work: cancellation => maxminLandmarks(distances, 300, { seed: 0, cancellation }) }, // prettier-ignore
    { what: 'witness, 1,000 landmarks of 30,000 × 64', work: cancellation => witnessMatrix(distances, Uint32Array.from({ length: 1000 }, (_, k) => 30 * k), { cancellation }) }, // prettier-ignore
    { what: 'neighbours and geodesics, 4,000 × 64', work: cancellation => geodesicDistances(neighbourGraph(pointDistances(some, 'euclidean'), 14, cancellation), 'lengths', cancellation) }, // prettier-ignore
    { what: 'sparse Rips, 1,500 × 2', work: cancellation => sparseRips(pointDistances({ ...many, count: 1500 }, 'euclidean'), { seed: 0, epsilon: 0.5, maxDimension: 1, cancellation }) }, // prettier-ignore
    { what: 'similarity, 1,500 × 4,000', work: cancellation => similarityOf(wide, wide, 2 ** 40, { version: '', parameters: {}, seed: 0 }, cancellation) }, // prettier-ignore
    { what: 'similarity, 4,000 × 64', work: cancellation => similarityOf(some, some, 2 ** 40, { version: '', parameters: {}, seed: 0 }, cancellation) }, // prettier-ignore
    { what: 'representation topology divergence, 4,000 points', work: cancellation => representationTopologyDivergence(distanceMatrix(some, 'euclidean', cancellation), distanceMatrix({ ...cloud, count: 4000, values: cloud.values.subarray(4000 * 64) }, 'euclidean', cancellation), cancellation) }, // prettier-ignore
    ...[2000, 10_000].map((count): Case => ({ what: `redundancy, diagrams of a layer, ${count} × 64 and 5 halves`, work: cancellation => layerDiagrams({ ...layerOf(cloud, 0, count), subsamples: halves(count, random) }, cancellation, noProgress) })), // prettier-ignore
    { what: 'redundancy, pairs of 3 layers, 2,000 × 64 and 5 halves', work: cancellation => layerPairs({ layers: comparedLayers(cloud, random, cancellation), pairs: Uint32Array.of(0, 1, 0, 2, 1, 2) }, cancellation, noProgress) }, // prettier-ignore
    { what: 'redundancy, linear map, 4,096 × 512', work: cancellation => fitLinearMap(captured(4096, 512, plane), captured(4096, 512, plane.subarray(1)), { form: { kind: 'features' }, inputs: 512, outputs: 512 }, 0, cancellation) }, // prettier-ignore
    { what: 'confidence band, 10,000 points', work: cancellation => confidenceBand(distanceMatrix({ ...cloud, count: 10_000 }, 'euclidean', cancellation), { seed: 0, cancellation }) }, // prettier-ignore
    { what: 'variances, 1,500 × 4,000', work: cancellation => varianceSpectrum(wide, cancellation) },
    { what: 'permutation test, 3,000 diagrams', work: cancellation => permutationTest({ count: 3000, at: (i, j) => Math.abs(i - j) }, Uint8Array.from({ length: 3000 }, (_, i) => i & 1), { seed: 0, cancellation }) }, // prettier-ignore
    { what: 'distance to a measure, 30,000 points at 1,000 places', work: cancellation => distanceToMeasure(cloud, { ...cloud, count: 1000 }, 0.1, undefined, cancellation) }, // prettier-ignore
  ];
}

function layerOf({ width, values }: PointCloud, from: number, count: number) {
  const divergencePoints = Uint32Array.from({ length: 100 }, (_, k) => k);
  const rows = values.subarray(from * width, (from + count) * width);
  return { name: 'layer', count, width, values: Float32Array.from(rows), divergencePoints };
}

/** Halves of the points, as intervals of redundancy are drawn from. */
function halves(count: number, random: Random): readonly Uint32Array[] {
  return Array.from({ length: 5 }, () => random.sample(count, count / 2));
}

function comparedLayers(cloud: PointCloud, random: Random, cancellation: Cancellation) {
  const subsamples = halves(2000, random);
  return [0, 2000, 4000].map(from => {
    const layer = layerOf(cloud, from, 2000);
    return layerDiagrams({ ...layer, subsamples }, cancellation, noProgress);
  });
}

function captured(count: number, width: number, values: Float64Array) {
  return { count, width, shape: [width], values: Float32Array.from(values.subarray(0, count * width)) };
}

function doubles({ count, width, values }: PointCloud): PointCloud {
  return { count, width, values: Float64Array.from(values) };
}

function randomGraph(vertices: number, edges: number, random: Random) {
  const end = () => Uint32Array.from({ length: edges }, () => random.integer(vertices));
  return { vertices, source: end(), target: end() };
}
