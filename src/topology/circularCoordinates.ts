import { Cancellation } from '../base/cancellation';
import { noProgress, subProgress, type Progress } from '../base/progress';
import { distanceMatrix, type DistanceMatrix } from './distances';
import { maxminLandmarks } from './landmarks';
import { pointDistances } from './pointDistances';
import type { PointCloud } from './pointCloud';
import { rips } from './rips';

export interface CircularOptions {
  /** Loops whose coordinates are wanted, the longest bars first; 1 unless given. */
  readonly loops?: number;
  /** Points that the homology is computed on; 250 unless given, all points where there are fewer. */
  readonly landmarks?: number;
  /** Of the field Z/p; a large prime leaves little chance of a cocycle that has no integer lift. 47 unless given. */
  readonly prime?: number;
  /** Of the first landmark. */
  readonly seed?: number;
  /** Points of the same space that get coordinates, where those are others than the cloud's own. */
  readonly extendTo?: PointCloud;
  readonly cancellation?: Cancellation;
  readonly progress?: Progress;
}

export interface CircularCoordinate {
  readonly birth: number;
  /** Infinity for a loop that nothing fills. */
  readonly death: number;
  /** Edges up to this length are the graph that the coordinate is smoothed on. */
  readonly scale: number;
  /** Of each point, in turns: [0, 1). `undefined` where the cocycle is none over the integers. */
  readonly values: Float64Array | undefined;
}

export interface CircularCoordinates {
  /** Bars of dimension 1, the longest first. */
  readonly loops: readonly CircularCoordinate[];
  /** Points that the homology was computed on. */
  readonly landmarks: number;
}

/** Where on its bar a cocycle is smoothed: half way, where the graph holds together and the loop is far from filled. */
const ALONG_BAR = 0.5;
const MOST_ROUNDS = 2000;
const RESIDUAL = 1e-10;

/**
 * Circular coordinates: a map of the points to the circle for each long bar of H¹ (de Silva, Morozov, Vejdemo-Johansson 2011, "Persistent cohomology and circular coordinates"). The cocycle of the bar over
 * Z/p, or a small multiple of it, is lifted to the integers between −p/2 and p/2, and made as smooth as can be: τ minimises Σ w_jk (η_jk + τ_k − τ_j)² over the edges jk up to a scale, by conjugate gradients; weights even out the density of the points. Landmarks j get τ_j; a point b that is none gets
 * τ_j + Σ_k φ_k(b) (η_jk + τ_k − τ_j), with j the landmark nearest to b and φ a partition of unity on landmarks near b (Perea 2020, "Sparse circular coordinates via principal Z-bundles").
 * O(landmarks³) for the homology, O(points · landmarks · width) for the rest. Throws `cancelled`.
 */
export function circularCoordinates(cloud: PointCloud, options: CircularOptions = {}): CircularCoordinates {
  const { loops = 1, landmarks: most = 250, prime = 47, seed = 0 } = options;
  const { cancellation = Cancellation.never, progress = noProgress } = options;
  if (cloud.count < 4) return { loops: [], landmarks: cloud.count };
  const chosen =
    cloud.count <= most
      ? Uint32Array.from({ length: cloud.count }, (_, point) => point)
      : maxminLandmarks(pointDistances(cloud, 'euclidean'), most, { seed, cancellation }).indices.slice().sort();
  const some = subcloud(cloud, chosen);
  const distances = distanceMatrix(some, 'euclidean');
  const { diagram, cocycles } = rips(distances, {
    maxDimension: 1,
    coefficients: prime,
    cocycles: [1],
    maxRepresentatives: loops,
    cancellation,
    progress: subProgress(progress, 0, 0.8),
  });
  const first = diagram.dimension.indexOf(1);
  const found = cocycles.map(({ pair, simplices, coefficients }) => {
    const [birth, death] = [diagram.birth[first + pair]!, diagram.death[first + pair]!];
    const end = Number.isFinite(death) ? death : 2 * birth;
    const scale = birth + ALONG_BAR * (end - birth);
    const cochain = integerLift(distances, scale, simplices, coefficients, prime, cancellation);
    if (cochain === undefined) return { birth, death, scale, values: undefined };
    const tau = cochain.smoothing(cancellation);
    return {
      birth,
      death,
      scale,
      values: extended(options.extendTo ?? cloud, some, cochain, tau, scale, cancellation),
    };
  });
  const lengthOf = ({ birth, death }: CircularCoordinate): number => death - birth;
  return { loops: found.sort((a, b) => lengthOf(b) - lengthOf(a)), landmarks: chosen.length };
}

/** Multiples of a cocycle that are tried: one whose values are halves or thirds modulo p is whole when it is doubled or tripled. */
const MULTIPLES = [1, 2, 3, 4, 5, 6];

/** The first multiple of a cocycle over Z/p that is one over the integers, too, when its values are taken between −p/2 and p/2. */
function integerLift(
  distances: DistanceMatrix,
  scale: number,
  simplices: Uint32Array,
  coefficients: Uint16Array,
  prime: number,
  cancellation: Cancellation,
): IntegerCochain | undefined {
  for (const multiple of MULTIPLES) {
    const multiplied = coefficients.map(coefficient => (coefficient * multiple) % prime);
    const cochain = new IntegerCochain(distances, scale, simplices, multiplied, prime);
    if (cochain.isCocycle(cancellation)) return cochain;
  }
  return undefined;
}

/** An integer for each edge up to a scale, from its smaller vertex to its larger one. */
class IntegerCochain {
  private readonly values: Int32Array;
  private readonly count: number;

  constructor(
    private readonly distances: DistanceMatrix,
    private readonly scale: number,
    simplices: Uint32Array,
    coefficients: Uint16Array,
    prime: number,
  ) {
    this.count = distances.count;
    this.values = new Int32Array(this.count * this.count);
    coefficients.forEach((coefficient, edge) => {
      const lift = 2 * coefficient > prime ? coefficient - prime : coefficient;
      const [a, b] = [simplices[2 * edge]!, simplices[2 * edge + 1]!];
      this.values[a * this.count + b] = lift;
      this.values[b * this.count + a] = -lift;
    });
  }

  has(a: number, b: number): boolean {
    return a !== b && this.distances.at(a, b) <= this.scale;
  }

  /** From a to b. */
  at(a: number, b: number): number {
    return this.values[a * this.count + b]!;
  }

  /** Whether it sums up to 0 around every triangle, over the integers. */
  isCocycle(cancellation: Cancellation): boolean {
    const { count } = this;
    for (let a = 0; a < count; a++) {
      cancellation.throwIfCancelled();
      for (let b = a + 1; b < count; b++) {
        if (!this.has(a, b)) continue;
        const ab = this.at(a, b);
        for (let c = b + 1; c < count; c++)
          if (ab + this.at(b, c) + this.at(c, a) !== 0 && this.has(a, c) && this.has(b, c)) return false;
      }
    }
    return true;
  }

  /** The τ of least Σ w_jk (η_jk + τ_k − τ_j)²: the normal equations are those of the graph's Laplacian. */
  smoothing(cancellation: Cancellation): Float64Array {
    const { count } = this;
    const neighbours = Array.from({ length: count }, (_, a) => {
      const list: number[] = [];
      for (let b = 0; b < count; b++) if (this.has(a, b)) list.push(b);
      return Uint32Array.from(list);
    });
    // Where points are dense, each edge counts for less: otherwise the coordinate would hurry through sparse parts (Coifman, Lafon 2006, with α = 1).
    const weight = (a: number, b: number): number => 1 / (neighbours[a]!.length * neighbours[b]!.length);
    const laplacian = (vector: Float64Array): Float64Array =>
      vector.map((value, a) => {
        let sum = 0;
        for (const b of neighbours[a]!) sum += weight(a, b) * (value - vector[b]!);
        return sum;
      });
    const right = Float64Array.from({ length: count }, (_, a) => {
      let sum = 0;
      for (const b of neighbours[a]!) sum += weight(a, b) * this.at(a, b);
      return sum;
    });
    return conjugateGradients(laplacian, right, cancellation);
  }
}

/** Solves a symmetric, positive semidefinite system whose right side is in its range. */
function conjugateGradients(
  times: (vector: Float64Array) => Float64Array,
  right: Float64Array,
  cancellation: Cancellation,
): Float64Array {
  const solution = new Float64Array(right.length);
  const residual = right.slice();
  const direction = right.slice();
  let squared = dot(residual, residual);
  const enough = RESIDUAL * RESIDUAL * squared;
  for (let round = 0; round < MOST_ROUNDS && squared > enough; round++) {
    cancellation.throwIfCancelled();
    const image = times(direction);
    const step = squared / dot(direction, image);
    for (let i = 0; i < solution.length; i++) {
      solution[i] = solution[i]! + step * direction[i]!;
      residual[i] = residual[i]! - step * image[i]!;
    }
    const next = dot(residual, residual);
    for (let i = 0; i < direction.length; i++) direction[i] = residual[i]! + (next / squared) * direction[i]!;
    squared = next;
  }
  return solution;
}

/** The coordinate of every point, in [0, 1). */
function extended(
  cloud: PointCloud,
  landmarks: PointCloud,
  cochain: IntegerCochain,
  tau: Float64Array,
  scale: number,
  cancellation: Cancellation,
): Float64Array {
  const { width } = cloud;
  const values = new Float64Array(cloud.count);
  const away = new Float64Array(landmarks.count);
  for (let point = 0; point < cloud.count; point++) {
    if ((point & 63) === 0) cancellation.throwIfCancelled();
    let nearest = 0;
    for (let k = 0; k < landmarks.count; k++) {
      let squared = 0;
      for (let axis = 0; axis < width; axis++)
        squared += (cloud.values[point * width + axis]! - landmarks.values[k * width + axis]!) ** 2;
      const distance = Math.sqrt(squared);
      away[k] = distance;
      if (distance < away[nearest]!) nearest = k;
    }
    let [sum, weights] = [0, 0];
    // Landmarks within half the scale of a point are joined by edges.
    for (let k = 0; k < landmarks.count; k++) {
      const weight = scale / 2 - away[k]!;
      if (weight <= 0) continue;
      weights += weight;
      if (k !== nearest) sum += weight * (cochain.at(nearest, k) + tau[k]! - tau[nearest]!);
    }
    // A landmark is where its own τ says.
    const shift = away[nearest] === 0 || weights === 0 ? 0 : sum / weights;
    const turns = tau[nearest]! + shift;
    values[point] = turns - Math.floor(turns);
    if (values[point] === 1) values[point] = 0;
  }
  return values;
}

function subcloud({ width, values }: PointCloud, points: Uint32Array): PointCloud {
  const chosen = new Float64Array(points.length * width);
  points.forEach((point, at) => chosen.set(values.subarray(point * width, (point + 1) * width), at * width));
  return { count: points.length, width, values: chosen };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
