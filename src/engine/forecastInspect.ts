import type { Forecast, InspectParameters } from '../analyses/inspect';
import { NULL_DRAWS, NULL_POINTS } from '../analyses/layerTask';
import { persistenceBytes } from '../analyses/limits';
import type { Shape } from '../models/model';

/** What costs: layers with their widths as points, rows that are run through the network. */
export interface InspectSize {
  readonly layers: readonly { readonly shape: Shape | undefined }[];
  readonly rows: number;
  readonly parameters: InspectParameters;
  readonly threads: number;
  /** Numbers in the model: one multiplication each, at least, for every row. */
  readonly modelParameters: number;
}

/*
 * Approximate, in milliseconds, calibrated on one core of 2020's servers: it tells a second from an hour, no more.
 */
const LOAD = 250;
const DISTANCE = 1.1e-6; // per pair and coordinate
const EDGE = 2.2e-4; // per pair: sorting and H0, H1
const TRIANGLE = 2.5e-5; // per triple, in dimension 2
const ROW = 0.05; // per row of a forward pass, beside its multiplications

/** Time and memory of an inspection, from shapes alone. Beyond dimension 2 the time is a lower bound. */
export function forecastInspect(size: InspectSize): Forecast {
  const { layers, rows, parameters, threads, modelParameters } = size;
  const points = Math.min(parameters.points, parameters.reduction === 'positions' ? Infinity : rows);
  let largest = 0;
  let work = 0;
  let activations = 0;
  for (const { shape } of layers) {
    const width = widthOf(shape, parameters.reduction);
    activations += 4 * points * width;
    largest = Math.max(largest, 8 * points * width);
    work += layerMilliseconds(points, width, parameters.maxDimension);
  }
  const running = Math.min(threads, layers.length);
  const forward = rows * (ROW + (modelParameters * 2) / 5e6);
  return {
    milliseconds: LOAD + forward + work / Math.max(1, running),
    bytes: activations + running * (persistenceBytes(points, parameters.maxDimension) + 3 * largest) + 120e6,
  };
}

function layerMilliseconds(points: number, width: number, maxDimension: number): number {
  const pairs = (points * points) / 2;
  let time = pairs * width * DISTANCE;
  if (maxDimension > 0) time += pairs * EDGE;
  if (maxDimension > 1) time += ((pairs * points) / 3) * TRIANGLE * points ** (maxDimension - 2);
  if (maxDimension > 0) {
    const drawn = Math.min(points, NULL_POINTS);
    time += NULL_DRAWS * ((drawn * drawn) / 2) * (width * DISTANCE + EDGE);
  }
  return time;
}

/** Coordinates of a point of a layer. */
function widthOf(shape: Shape | undefined, reduction: InspectParameters['reduction']): number {
  const sizes = (shape ?? []).slice(1).map(size => size ?? 1);
  if (sizes.length === 0) return 1;
  if (reduction === 'flatten') return sizes.reduce((product, size) => product * size, 1);
  // The mean over positions leaves the channels: the first axis of an image, the last of a sequence.
  return sizes.length === 2 ? sizes[1]! : sizes[0]!;
}
