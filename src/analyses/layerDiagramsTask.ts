import type { Cancellation } from '../base/cancellation';
import { subProgress, type Progress } from '../base/progress';
import { rangeOfDimension, type PersistenceDiagram } from '../topology/diagram';
import { DistanceMatrix, distanceMatrix, medianDistance } from '../topology/distances';
import { centredGram } from '../topology/gramAlignment';
import { scaledDistances } from '../topology/representationTopologyDivergence';
import { rips } from '../topology/rips';

/** One layer's points, and the parts of them that are looked at by themselves. */
export interface LayerDiagramsInput {
  readonly name: string;
  readonly count: number;
  readonly width: number;
  /** count × width. */
  readonly values: Float32Array;
  /** Points of each half, ascending. */
  readonly subsamples: readonly Uint32Array[];
  /** Points that representation topology divergence is computed on, ascending. */
  readonly divergencePoints: Uint32Array;
  /** Of an earlier run on the same points, by edge lengths as they are. */
  readonly known?: { readonly diagram: PersistenceDiagram; readonly medianDistance: number };
  readonly memoryLimitBytes?: number;
}

/** A layer as pairs of layers are compared by. All arrays are in shared memory, so that they cross threads without a copy. */
export interface ComparedLayer {
  readonly name: string;
  readonly medianDistance: number;
  /** Of the whole sample, then of each half; each of distances over its own median. */
  readonly diagrams: readonly SharedDiagram[];
  /** Undefined where all points are equal. */
  readonly gram: Float32Array | undefined;
  /** Distances among `divergencePoints`, scaled as representation topology divergence takes them. */
  readonly divergence: Float32Array;
}

/** Bars of H0, then of H1 from `loopsFrom` on. */
export interface SharedDiagram {
  readonly birth: Float64Array;
  readonly death: Float64Array;
  readonly loopsFrom: number;
}

/** The highest dimension that layers are compared in. */
export const COMPARED_DIMENSION = 1;

/** Diagrams of a layer and of the halves of its points, and what CKA and RTD take. Throws `too-large`, `not-finite`, `cancelled`. */
export function layerDiagrams(
  input: LayerDiagramsInput,
  cancellation: Cancellation,
  progress: Progress,
): ComparedLayer {
  const { name, count, width, values, subsamples, divergencePoints, known, memoryLimitBytes } = input;
  const say = subProgress((fraction, phrase) => progress(fraction, `${name}: ${phrase}`), 0, 1);
  say(0, 'distances');
  const measured = distanceMatrix({ count, width, values }, 'euclidean', cancellation);
  // The kernel's memory is used again for each complex: the matrix that parts are taken from must be out of it.
  const distances = new DistanceMatrix(count, copied(measured.values, new Float32Array(count * count), cancellation));
  const gram = centredGram(distances, cancellation);
  const options = {
    maxDimension: COMPARED_DIMENSION,
    cancellation,
    ...(memoryLimitBytes === undefined ? {} : { memoryLimitBytes }),
  };
  const unit = known?.medianDistance ?? medianDistance(distances, cancellation);
  const steps = subsamples.length + 1;
  const whole = overMedian(known?.diagram ?? rips(measured, options).diagram, unit);
  const halves = subsamples.map((points, k) => {
    say((k + 1) / steps, `half ${k + 1} of ${subsamples.length}`);
    const part = among(distances, points, cancellation);
    const median = medianDistance(part, cancellation);
    return overMedian(rips(part, options).diagram, median);
  });
  return {
    name,
    medianDistance: unit,
    diagrams: [whole, ...halves],
    gram: gram && sharedFloats(gram, cancellation),
    divergence: sharedFloats(
      scaledDistances(among(distances, divergencePoints, cancellation), cancellation).values,
      cancellation,
    ),
  };
}

function among({ count, values }: DistanceMatrix, points: Uint32Array, cancellation: Cancellation): DistanceMatrix {
  const size = points.length;
  const part = new Float32Array(size * size);
  points.forEach((i, a) => {
    cancellation.throwIfCancelled();
    points.forEach((j, b) => {
      part[a * size + b] = values[i * count + j]!;
    });
  });
  return new DistanceMatrix(size, part);
}

/** Where all points are one there is no length to measure by, and nothing but the essential class. */
function overMedian(diagram: PersistenceDiagram, median: number): SharedDiagram {
  const unit = median > 0 ? median : 1;
  const [loopsFrom, to] = rangeOfDimension(diagram, 1);
  return {
    birth: sharedDoubles(diagram.birth.subarray(0, to).map(value => value / unit)),
    death: sharedDoubles(diagram.death.subarray(0, to).map(value => value / unit)),
    loopsFrom,
  };
}

function sharedDoubles(array: Float64Array): Float64Array {
  const copy = new Float64Array(new SharedArrayBuffer(array.byteLength));
  copy.set(array);
  return copy;
}

function sharedFloats(array: Float32Array, cancellation: Cancellation): Float32Array {
  return copied(array, new Float32Array(new SharedArrayBuffer(array.byteLength)), cancellation);
}

/** A copy of hundreds of megabytes would be deaf for as long. */
function copied(from: Float32Array, into: Float32Array, cancellation: Cancellation): Float32Array {
  for (let at = 0; at < from.length; at += COPIED_AT_ONCE) {
    cancellation.throwIfCancelled();
    into.set(from.subarray(at, at + COPIED_AT_ONCE), at);
  }
  return into;
}

const COPIED_AT_ONCE = 1 << 20;
