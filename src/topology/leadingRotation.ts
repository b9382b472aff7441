import type { Cancellation } from '../base/cancellation';
import { Random } from '../base/random';
import type { PointCloud } from './pointCloud';

/** Points from which directions are taken, evenly spaced. */
const SAMPLE = 1024;
const ROUNDS = 3;
/** Fewer coordinates are compared at once. */
const FEW = 48;
/** Turning fewer points takes longer than it saves. */
const FEW_POINTS = 8192;
const LEAST = 24;
const MOST = 64;
/** A smaller share of the variance along the leading coordinates does not part points that are far from each other. */
const SHARE = 0.5;

/** An isometry after which points differ most in their first coordinates. */
export interface LeadingRotation {
  /** How many those are; even. */
  readonly leading: number;
  /** Turns a point, given relative to the mean, in place. */
  turn(point: Float64Array): void;
  /** At most how far rounding moves a point, as a share of its length. */
  readonly error: number;
}

/**
 * The first coordinates are along the directions of largest variance of a sample, nearly: a subspace that three rounds of subspace iteration give from a random one (Halko, Martinsson,
 * Tropp 2011), brought to the axes by one Householder reflection for each. Whatever the directions are, it is an isometry. Undefined where there are few coordinates or points, or
 * where all directions are much alike.
 */
export function leadingRotation(
  cloud: Pick<PointCloud, 'values' | 'width'>,
  points: Uint32Array,
  mean: Float64Array,
  cancellation: Cancellation,
): LeadingRotation | undefined {
  const { width } = cloud;
  if (width < FEW || points.length < FEW_POINTS) return undefined;
  const leading = Math.min(MOST, Math.max(LEAST, 8 * Math.round(width / 32)));
  const rows = sampleOf(cloud, points, mean);
  const random = new Random(0, 'leading rotation');
  const directions = Array.from({ length: leading }, () => Float64Array.from({ length: width }, () => random.normal()));
  let share = 0;
  for (let round = 0; round < ROUNDS; round++) {
    orthonormalise(directions);
    share = scatter(rows, directions, cancellation);
  }
  if (!(share >= SHARE)) return undefined;
  orthonormalise(directions);
  return reflections(directions, width);
}

function sampleOf(
  { width, values }: Pick<PointCloud, 'values' | 'width'>,
  points: Uint32Array,
  mean: Float64Array,
): Float64Array[] {
  return Array.from({ length: SAMPLE }, (_, k) => {
    const row = points[Math.floor((k * points.length) / SAMPLE)]! * width;
    return mean.map((middle, axis) => values[row + axis]! - middle);
  });
}

/** Gram and Schmidt, twice over. What depends on those before it is left nearly zero, and then an axis of its own. */
function orthonormalise(vectors: readonly Float64Array[]): void {
  vectors.forEach((vector, k) => {
    for (let pass = 0; pass < 2; pass++) {
      for (let before = 0; before < k; before++)
        subtract(vector, vectors[before]!, dot(vector, vectors[before]!, 0), 0);
      const length = Math.sqrt(dot(vector, vector, 0));
      if (length > 0) for (let axis = 0; axis < vector.length; axis++) vector[axis] = vector[axis]! / length;
    }
  });
}

/** Takes XᵀXv for each direction v, of orthonormal ones; returns which share of the variance is along them. */
function scatter(
  rows: readonly Float64Array[],
  directions: readonly Float64Array[],
  cancellation: Cancellation,
): number {
  const images = directions.map(direction => new Float64Array(direction.length));
  let along = 0;
  let all = 0;
  for (const row of rows) {
    cancellation.throwIfCancelled();
    all += dot(row, row, 0);
    directions.forEach((direction, k) => {
      const product = dot(row, direction, 0);
      along += product * product;
      subtract(images[k]!, row, -product, 0);
    });
  }
  directions.forEach((direction, k) => direction.set(images[k]!));
  return along / all;
}

/** Householder's reflections, each of which brings one more direction to its axis. */
function reflections(directions: readonly Float64Array[], width: number): LeadingRotation {
  const normals: Float64Array[] = [];
  const turn = (point: Float64Array) => {
    for (let k = 0; k < normals.length; k++) subtract(point, normals[k]!, 2 * dot(point, normals[k]!, k), k);
  };
  directions.forEach((direction, k) => {
    const normal = direction.slice();
    turn(normal);
    normal.fill(0, 0, k);
    const length = Math.sqrt(dot(normal, normal, k));
    normal[k] = normal[k]! + (normal[k]! < 0 ? -length : length);
    const size = Math.sqrt(dot(normal, normal, k));
    // One that is all but there would be no direction: it stays where it is.
    normals.push(length > 1e-6 ? normal.map(value => value / size) : new Float64Array(width));
  });
  return { leading: directions.length, turn, error: 8 * directions.length * width * Number.EPSILON };
}

function dot(a: Float64Array, b: Float64Array, from: number): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let k = from;
  for (; k + 3 < a.length; k += 4) {
    s0 += a[k]! * b[k]!;
    s1 += a[k + 1]! * b[k + 1]!;
    s2 += a[k + 2]! * b[k + 2]!;
    s3 += a[k + 3]! * b[k + 3]!;
  }
  for (; k < a.length; k++) s0 += a[k]! * b[k]!;
  return s0 + s1 + (s2 + s3);
}

function subtract(from: Float64Array, vector: Float64Array, times: number, start: number): void {
  for (let k = start; k < from.length; k++) from[k] = from[k]! - times * vector[k]!;
}
