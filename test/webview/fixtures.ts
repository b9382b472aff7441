import { Random } from '../../src/base/random';
import type {
  Finding,
  InspectHead,
  InspectResult,
  LayerTopology,
  RepresentativeCycle,
} from '../../src/protocol/results';

/** Results that look like real ones, from seeds: clusters of points, some of them on rings. */

export interface LayerOptions {
  readonly name: string;
  readonly op?: string;
  readonly shape?: readonly number[];
  readonly points?: number;
  readonly loops?: number;
  readonly clusters?: number;
  readonly maxDimension?: number;
  readonly seed?: number;
  readonly caveats?: LayerTopology['caveats'];
  readonly withoutNull?: boolean;
}

function cloud(random: Random, points: number, clusters: number): { x: Float32Array; y: Float32Array } {
  const x = new Float32Array(points);
  const y = new Float32Array(points);
  for (let i = 0; i < points; i++) {
    const cluster = i % Math.max(1, clusters);
    const angle = (2 * Math.PI * cluster) / Math.max(1, clusters);
    const turn = 2 * Math.PI * random.uniform();
    const ring = cluster % 3 === 0 ? 0.5 : 0;
    x[i] = 3 * Math.cos(angle) + ring * Math.cos(turn) + 0.22 * random.normal();
    y[i] = 2 * Math.sin(angle) + ring * Math.sin(turn) + 0.22 * random.normal();
  }
  return { x, y };
}

/** Lengths of the edges of the minimum spanning tree (Prim), ascending. */
function spanningLengths(x: Float32Array, y: Float32Array): Float64Array {
  const n = x.length;
  const distance = new Float64Array(n).fill(Infinity);
  const done = new Uint8Array(n);
  const lengths = new Float64Array(Math.max(0, n - 1));
  let current = 0;
  for (let step = 0; step < n - 1; step++) {
    done[current] = 1;
    let next = -1;
    for (let j = 0; j < n; j++) {
      if (done[j] === 1) continue;
      distance[j] = Math.min(distance[j]!, Math.hypot(x[j]! - x[current]!, y[j]! - y[current]!));
      if (next < 0 || distance[j]! < distance[next]!) next = j;
    }
    lengths[step] = distance[next]!;
    current = next;
  }
  return lengths.sort();
}

export function makeLayer(options: LayerOptions): LayerTopology {
  const { points = 360, loops = 41, clusters = 10, maxDimension = 1, seed = 0 } = options;
  const random = new Random(seed, options.name);
  const { x, y } = cloud(random, points, clusters);
  const merges =
    points <= 4000 ? spanningLengths(x, y) : Float64Array.from({ length: points - 1 }, () => random.uniform()).sort();
  const bars: [dimension: number, birth: number, death: number][] = [];
  for (const length of merges) if (length > 0) bars.push([0, 0, length]);
  if (points > 0) bars.push([0, 0, Infinity]);
  const radius = points === 0 ? 0 : 3.4;
  for (let dimension = 1; dimension <= maxDimension; dimension++) {
    const many: [number, number, number][] = [];
    for (let i = 0; i < (dimension === 1 ? loops : Math.ceil(loops / 5)); i++) {
      const birth = 0.2 + 1.4 * random.uniform() ** 1.5 + 0.2 * dimension;
      const long = i % 19 === 3 ? 0.9 : 0.12;
      many.push([dimension, birth, birth + 0.004 + long * random.uniform() ** 2]);
    }
    bars.push(...many.sort((a, b) => a[1] - b[1] || a[2] - b[2]));
  }
  const scales = Float64Array.from({ length: 200 }, (_, k) => (k * radius) / 199);
  const counts = new Float64Array(200 * (maxDimension + 1));
  for (const [dimension, birth, death] of bars) {
    for (let k = 0; k < 200; k++) if (birth <= scales[k]! && scales[k]! < death) counts[dimension * 200 + k]!++;
  }
  const first = bars.findIndex(bar => bar[0] === 1);
  const loopBars = bars.filter(bar => bar[0] === 1).map((bar, pair) => ({ pair, length: bar[2] - bar[1] }));
  const longest = loopBars.sort((a, b) => b.length - a.length).slice(0, 300);
  const cycles = first < 0 || points < 8 ? [] : longest.map(({ pair }) => cycle(pair, points, clusters, random));
  const threshold = 0.3;
  const total = (k: number): number =>
    bars.reduce((sum, bar) => (bar[0] === k && bar[2] < Infinity ? sum + bar[2] - bar[1] : sum), 0);
  return {
    name: options.name,
    op: options.op ?? 'Gemm',
    shape: options.shape ?? [64],
    reduction: (options.shape?.length ?? 1) > 1 ? 'mean' : 'none',
    points,
    width: options.shape?.[0] ?? 64,
    diagram: {
      dimension: Uint8Array.from(bars, bar => bar[0]),
      birth: Float64Array.from(bars, bar => bar[1]),
      death: Float64Array.from(bars, bar => bar[2]),
    },
    cycles,
    enclosingRadius: radius,
    medianDistance: points === 0 ? NaN : 2.6,
    totalPersistence: Array.from({ length: maxDimension + 1 }, (_, k) => total(k)),
    dense0: { count: points === 0 ? 0 : clusters, share: 0.03, scaleFrom: 0.62, scaleTo: 0.97 },
    band: { width: 0.55, subsamples: 40, subsampleSize: 52 },
    loopNull: options.withoutNull === true || maxDimension < 1 ? undefined : { threshold, draws: 20, points },
    significant: {
      components: bars.filter(bar => bar[0] === 0 && bar[2] - bar[1] > 0.55).length,
      loops:
        options.withoutNull === true || maxDimension < 1
          ? undefined
          : bars.filter(bar => bar[0] === 1 && bar[2] - bar[1] > threshold).length,
    },
    betti: { scales, counts },
    projection: { x, y, explained: [0.29, 0.12] },
    caveats: options.caveats ?? [],
    milliseconds: 120 + seed,
  };
}

/** A polygon through points of one ring. */
function cycle(pair: number, points: number, clusters: number, random: Random): RepresentativeCycle {
  const corners = 6 + random.integer(9);
  const ring = 3 * random.integer(Math.max(1, Math.ceil(clusters / 3)));
  const members = Math.floor((points - 1 - ring) / clusters) + 1;
  const vertices = Array.from(random.sample(Math.max(1, members), corners), i => ring + i * clusters).filter(
    i => i < points,
  );
  const edges = vertices.flatMap((vertex, i) => [vertex, vertices[(i + 1) % vertices.length]!]);
  return { pair, vertices: Uint32Array.from(vertices), edges: Uint32Array.from(edges) };
}

const LAYERS: readonly LayerOptions[] = [
  { name: 'conv1', op: 'Conv', shape: [40, 8, 8], clusters: 7, loops: 60 },
  { name: 'relu1', op: 'Relu', shape: [40, 8, 8], clusters: 7, loops: 41 },
  { name: 'conv2', op: 'Conv', shape: [48, 8, 8], clusters: 8, loops: 52 },
  { name: 'relu2', op: 'Relu', shape: [48, 8, 8], clusters: 8, loops: 38 },
  { name: 'pool1', op: 'MaxPool', shape: [48, 4, 4], clusters: 8, loops: 33 },
  { name: 'conv3', op: 'Conv', shape: [64, 4, 4], clusters: 9, loops: 71 },
  { name: 'relu3', op: 'Relu', shape: [64, 4, 4], clusters: 10, loops: 64 },
  { name: 'flatten', op: 'Flatten', shape: [1024], clusters: 9, loops: 57 },
  { name: 'fc1', op: 'Gemm', shape: [64], clusters: 10, loops: 29 },
  { name: 'relu4', op: 'Relu', shape: [64], clusters: 10, loops: 22 },
  { name: 'fc2', op: 'Gemm', shape: [10], clusters: 10, loops: 12, withoutNull: true },
];

export function makeHead(
  options: { points?: number; classes?: number; layers?: readonly LayerOptions[] } = {},
): InspectHead {
  const { points = 360, classes = 10, layers = LAYERS } = options;
  const random = new Random(7);
  const rows = Math.max(points, 1797);
  return {
    model: { name: 'digits-cnn/final.onnx', format: 'onnx', producer: 'pytorch 2.3.1', parameters: 87_402 },
    data: { name: 'test.npz', rows, rowShape: [1, 8, 8], treatment: 'taken as they are' },
    sampledRows: random.sample(rows, points),
    labels:
      classes === 0
        ? undefined
        : {
            name: 'y',
            values: Int32Array.from({ length: points }, (_, i) => i % classes),
            classes: Array.from({ length: classes }, (_, i) => String(i)),
          },
    accuracy: { value: 0.9639, low: 0.939, high: 0.9787, samples: rows },
    layers: layers.map(({ name, op = 'Gemm', shape = [64] }) => ({ name, op, shape: [...shape] })),
    parameters: { layers: undefined, points, maxDimension: 1, reduction: undefined, seed: 0 },
    forecast: { milliseconds: 3200, bytes: 80_000_000 },
  };
}

const FINDINGS: readonly Finding[] = [
  {
    kind: 'clusters',
    weight: 'strong',
    sentence: 'fc1 holds 10 clusters for 10 classes.',
    rule: 'β₀* = 10, share ≥ 3 %',
    target: { layer: 'fc1', view: 'betti', dimension: 0 },
  },
  {
    kind: 'loops',
    weight: 'strong',
    sentence: '3 significant loops in relu3, of 64.',
    rule: 'null: covariance-matched Gaussian, 95 %, 20 draws',
    target: { layer: 'relu3', view: 'barcode', dimension: 1, pair: 12 },
  },
  {
    kind: 'simplification',
    weight: 'note',
    sentence: 'Total persistence of H₀ falls from 182 to 96 along the layers, but not in every step.',
    rule: 'over the median distance',
    target: { layer: 'conv1', view: 'layers' },
  },
  {
    kind: 'caveat',
    weight: 'note',
    sentence: '360 points in up to 1,024 dimensions: single bars are not to be trusted.',
    rule: 'n < 2 × width in flatten',
    target: undefined,
  },
];

export function makeResult(layers: readonly LayerOptions[] = LAYERS, points = 360, classes = 10): InspectResult {
  return {
    head: makeHead({ points, classes, layers }),
    layers: layers.map((layer, seed) => makeLayer({ points, seed, ...layer })),
    failures: [],
    findings: FINDINGS,
    warnings: [],
    provenance: { version: '0.1.0', parameters: { points, maxDimension: 1 }, seed: 0 },
  };
}

/** The sizes at which every plot must hold. */
export const SIZES = {
  empty: makeLayer({ name: 'empty', points: 0, loops: 0, clusters: 0 }),
  one: makeLayer({ name: 'one', points: 1, loops: 0, clusters: 1 }),
  many: makeLayer({ name: 'many', points: 360, loops: 41, clusters: 10, maxDimension: 2 }),
  huge: makeLayer({ name: 'huge', points: 12_000, loops: 9000, clusters: 10, maxDimension: 1 }),
} as const;
