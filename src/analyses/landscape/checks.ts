import type { Cancellation } from '../../base/cancellation';
import { cubicalPersistence } from '../../topology/cubicalPersistence';
import type { PersistenceDiagram } from '../../topology/diagram';
import { bottleneckDistance } from '../../topology/diagramDistance';
import type { DiagramPoints } from '../../topology/diagramPoints';
import { randomDirection } from './directions';
import type { LandscapeSubject } from './landscape';

/** Whether a picture of the loss is right. */
export interface LandscapeChecks {
  /** The loss where the network is: in the slice, and of the network run as it is. */
  readonly centre: { readonly slice: number; readonly model: number };
  /** Of slices around one minimum: the mean rise of the loss on the circle of the slice's radius, and on a plane of another seed. */
  readonly otherPlane?: { readonly own: number; readonly other: number };
  /** Of networks with a rectifier after a dense layer: the largest change of the slice, relative to the loss above 1, when the layer is multiplied by the factor and the next divided by it, which leaves the function as it is. */
  readonly scaleInvariance?: { readonly factor: number; readonly change: number };
  /** How far the diagram of components moves when every second point is left out (bottleneck). */
  readonly refinement: { readonly bottleneck: number };
}

const ON_CIRCLE = 24;
const FACTOR = 5;
const SIDE = 5;

export async function landscapeChecks(
  subject: LandscapeSubject,
  {
    losses,
    diagram,
    centre,
  }: { readonly losses: Float64Array; readonly diagram: PersistenceDiagram; readonly centre: number },
  cancellation: Cancellation,
): Promise<LandscapeChecks> {
  const { own, others, parameters } = subject;
  const isAround = others.length === 0;
  const scaled = isAround ? await scaleInvariance(subject) : undefined;
  return {
    centre: { slice: centre, model: own.loss },
    ...(isAround ? { otherPlane: { own: await meanRise(subject, 0), other: await meanRise(subject, 2) } } : {}),
    ...(scaled === undefined ? {} : { scaleInvariance: scaled }),
    refinement: { bottleneck: coarseDistance(losses, parameters.side, diagram, cancellation) },
  };
}

/** On the plane of the directions `first` and the next. */
async function meanRise(
  { weights, lossesAt, parameters, provenance, own }: LandscapeSubject,
  first: number,
): Promise<number> {
  const { around, radius } = parameters;
  const directions = [first, first + 1].map(k =>
    randomDirection(around, weights.values, weights.tensors, provenance.seed, `direction ${k}`),
  );
  const coefficients = Float64Array.from(
    Array.from({ length: ON_CIRCLE }, (_, k) => (2 * Math.PI * k) / ON_CIRCLE).flatMap(angle => [
      radius * Math.cos(angle),
      radius * Math.sin(angle),
    ]),
  );
  const { loss } = await lossesAt({ origin: weights.values, directions, coefficients });
  return loss.reduce((sum, value) => sum + value - own.loss, 0) / loss.length;
}

async function scaleInvariance(subject: LandscapeSubject): Promise<LandscapeChecks['scaleInvariance']> {
  const { chain, weights, parameters, lossesAt, provenance } = subject;
  const [first, second] = chain ?? [];
  if (first?.activation !== 'relu' || second === undefined) return undefined;
  const { values, tensors } = weights;
  const scaled = new Float32Array(new SharedArrayBuffer(values.byteLength));
  scaled.set(values);
  const scale = (from: number, size: number, by: number) => {
    for (let k = from; k < from + size; k++) scaled[k] = scaled[k]! * by;
  };
  scale(first.weight, first.inputs * first.outputs, FACTOR);
  if (first.bias >= 0) scale(first.bias, first.outputs, FACTOR);
  scale(second.weight, second.inputs * second.outputs, 1 / FACTOR);
  const steps = Array.from({ length: SIDE }, (_, k) => parameters.radius * ((2 * k) / (SIDE - 1) - 1));
  const coefficients = Float64Array.from(steps.flatMap(y => steps.flatMap(x => [x, y])));
  const on = async (origin: Float32Array) => {
    const directions = [0, 1].map(k =>
      randomDirection(parameters.around, origin, tensors, provenance.seed, `direction ${k}`),
    );
    return (await lossesAt({ origin, directions, coefficients })).loss;
  };
  const [before, after] = [await on(values), await on(scaled)];
  const change = before.reduce((most, loss, k) => Math.max(most, Math.abs(after[k]! - loss) / Math.max(1, loss)), 0);
  return { factor: FACTOR, change };
}

function coarseDistance(
  losses: Float64Array,
  side: number,
  diagram: PersistenceDiagram,
  cancellation: Cancellation,
): number {
  const coarse = Math.ceil(side / 2);
  const every = Float64Array.from(
    { length: coarse * coarse },
    (_, k) => losses[2 * Math.floor(k / coarse) * side + 2 * (k % coarse)]!,
  );
  const other = cubicalPersistence([coarse, coarse], every, { construction: 'vertex', cancellation });
  return bottleneckDistance(componentsOf(diagram), componentsOf(other), 'linf', cancellation).distance ?? Infinity;
}

function componentsOf({ dimension, birth, death }: PersistenceDiagram): DiagramPoints {
  const count = dimension.filter(one => one === 0).length;
  return { birth: birth.slice(0, count), death: death.slice(0, count) };
}
