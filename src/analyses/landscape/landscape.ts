import { Fault, type Warning } from '../../base/fault';
import { formatNumber, formatPercent } from '../../base/numbers';
import { subProgress, type Progress } from '../../base/progress';
import type { ChainLayer } from '../../probes/onnx/denseChain';
import type { Loss } from '../../probes/onnx/lossSession';
import type { NetworkWeights } from '../../probes/onnx/networkWeights';
import { cubicalPersistence } from '../../topology/cubicalPersistence';
import type { PersistenceDiagram } from '../../topology/diagram';
import { mergeTree } from '../../topology/mergeTree';
import type { AnalysisContext, Provenance } from '../analysis';
import { trainBezier, type BatchGradient } from './bezier';
import { landscapeChecks, type LandscapeChecks } from './checks';
import { difference, norm, randomDirection, type DirectionKind } from './directions';
import { largestDeviation, type Sharpness } from './sharpness';

export interface LandscapeParameters {
  readonly around: DirectionKind;
  /** Points along each axis. */
  readonly side: number;
  /** Of a slice around one minimum, in units of its directions. */
  readonly radius: number;
  readonly bezier: boolean;
}

export interface LandscapeAxis {
  readonly name: string;
  readonly low: number;
  readonly high: number;
  /** Euclidean length of the direction, over all weights. */
  readonly length: number;
}

export interface LandscapeMinimum {
  /** Coordinates along the axes. */
  readonly at: readonly [number, number];
  readonly loss: number;
  /** How far the loss rises on the way to a deeper one; infinite for the deepest. */
  readonly prominence: number;
  /** Where that way is highest. */
  readonly saddle: readonly [number, number] | undefined;
  /** Place in the list of the deeper one; −1 for the deepest. */
  readonly into: number;
}

export interface PathPoint extends Loss {
  readonly t: number;
}

export interface LandscapeResult {
  readonly axes: readonly [LandscapeAxis, LandscapeAxis];
  readonly side: number;
  /** side × side, the first axis varying fastest; infinite where the network answers what is no number. */
  readonly losses: Float64Array;
  /** Of sublevel sets of the loss. */
  readonly diagram: PersistenceDiagram;
  /** The merge tree of those sets, deepest first. */
  readonly minima: readonly LandscapeMinimum[];
  /** Where the given networks are. */
  readonly networks: readonly {
    readonly name: string;
    readonly at: readonly [number, number];
    readonly loss: number;
    readonly accuracy: number;
  }[];
  readonly barrier?: number;
  readonly path?: readonly PathPoint[];
  readonly pathKind?: 'linear' | 'bezier';
  /** How gradients were had, where a curve was trained, and how long it was. */
  readonly curve?: { readonly gradients: string; readonly steps: number };
  readonly pathDiagram?: PersistenceDiagram;
  readonly sharpness: {
    /** Noise of one deviation for all weights; and noise that is normalised filter by filter, which rescaling does not change. */
    readonly isotropic: Sharpness;
    readonly filter: Sharpness;
    /** Share of the slice whose loss is at most the threshold above the first network's. */
    readonly sublevelShare: number;
  };
  readonly checks: LandscapeChecks;
  readonly rows: number;
  readonly weights: number;
  readonly warnings: readonly Warning[];
  readonly provenance: Provenance;
}

/** Losses at origin + Σ coefficient · direction: of `coefficients`, one row for each point. */
export type LossesAt = (
  request: {
    readonly origin: Float32Array;
    readonly directions: readonly Float32Array[];
    readonly coefficients: Float64Array;
  },
  progress?: Progress,
) => Promise<{ readonly loss: Float64Array; readonly accuracy: Float64Array }>;

export interface LandscapeSubject {
  readonly names: readonly string[];
  readonly weights: NetworkWeights;
  /** Weights of up to two further networks of the same form. */
  readonly others: readonly Float32Array[];
  readonly lossesAt: LossesAt;
  /** Of the first network, run as it is. */
  readonly own: Loss;
  /** Of a network that is dense layers one after the other. */
  readonly chain: readonly ChainLayer[] | undefined;
  readonly gradient: BatchGradient | undefined;
  readonly rows: number;
  readonly parameters: LandscapeParameters;
  readonly warnings: readonly Warning[];
  readonly provenance: Provenance;
}

export const THRESHOLD = 0.1;
const DRAWS = 10;
const MOST_NOISE = 1 << 26;
/** So that a half and the ends are among them. */
const PATH_STEPS = 50;
const BEZIER_STEPS = 800;
const BEYOND = 0.25;
const MOST_MINIMA = 100;

/**
 * Slices of the loss over a network's weights: around one minimum, between two (with the path from one to the other, straight or along a trained curve), or through three. Throws `usage` for more, `unsupported` for a
 * curve without gradients.
 */
export async function landscapeOf(subject: LandscapeSubject, context: AnalysisContext): Promise<LandscapeResult> {
  const { weights, lossesAt, parameters, provenance } = subject;
  const { cancellation, progress } = context;
  const { side } = parameters;
  const slice = await sliceOf(subject, context);
  const { directions, axes, places } = slice;
  const origin = weights.values;
  const coordinate = (axis: 0 | 1, step: number) => {
    const { low, high } = axes[axis];
    return low + ((high - low) * step) / (side - 1);
  };
  const coefficients = new Float64Array(2 * side * side);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) coefficients.set([coordinate(0, x), coordinate(1, y)], 2 * (y * side + x));
  const { loss: losses } = await lossesAt({ origin, directions, coefficients }, subProgress(progress, 0.3, 0.85));
  const at = (vertex: number) => [coordinate(0, vertex % side), coordinate(1, Math.floor(vertex / side))] as const;
  const found = await lossesAt({ origin, directions, coefficients: Float64Array.from(places.flat()) });
  const diagram = cubicalPersistence([side, side], losses, { construction: 'vertex', cancellation });
  const minima = mergeTree([side, side], losses, cancellation).slice(0, MOST_MINIMA);
  const path = await pathOf(subject, slice, cancellation);
  progress(0.87, 'shaking the weights');
  const sharpness = await sharpnessOf(subject, losses);
  progress(0.95, 'checking the picture');
  const checks = await landscapeChecks(subject, { losses, diagram, centre: found.loss[0]! }, cancellation);
  return {
    axes,
    side,
    losses,
    diagram,
    minima: minima.map(({ minimum, birth, saddle, death, into }) => ({
      at: at(minimum),
      loss: birth,
      prominence: death - birth,
      saddle: saddle < 0 ? undefined : at(saddle),
      into,
    })),
    networks: places.map((place, k) => ({
      name: subject.names[k]!,
      at: place,
      loss: found.loss[k]!,
      accuracy: found.accuracy[k]!,
    })),
    ...path,
    ...(slice.middle === undefined ? {} : { curve: { gradients: 'backpropagation', steps: BEZIER_STEPS } }),
    sharpness,
    checks,
    rows: subject.rows,
    weights: origin.length,
    warnings: [...subject.warnings, ...warningsOf(subject, checks)],
    provenance,
  };
}

interface LossSlice {
  readonly directions: readonly [Float32Array, Float32Array];
  readonly axes: readonly [LandscapeAxis, LandscapeAxis];
  /** Coordinates of the networks, the first at the origin. */
  readonly places: readonly (readonly [number, number])[];
  /** Of a curve. */
  readonly middle: Float32Array | undefined;
}

async function sliceOf(subject: LandscapeSubject, { cancellation, progress }: AnalysisContext): Promise<LossSlice> {
  const { weights, others, parameters, names, provenance, gradient, rows } = subject;
  const { around, radius, bezier } = parameters;
  const { values, tensors } = weights;
  const [second, third] = others;
  const random = (k: number) => randomDirection(around, values, tensors, provenance.seed, `direction ${k}`);
  const axis = (name: string, direction: Float32Array, low: number, high: number) => ({
    name,
    low,
    high,
    length: norm(direction),
  });
  if (others.length > 2) throw new Fault('usage', 'A plane goes through three networks at most.', { source: '--with' });
  if (bezier && (second === undefined || third !== undefined))
    throw new Fault('usage', 'A curve leads from one network to another: name one more with --with.', {
      source: '--bezier',
    });
  if (second === undefined) {
    const directions = [random(0), random(1)] as const;
    const kind = around === 'filter' ? 'random, filters normalised' : 'random';
    return {
      directions,
      axes: [axis(kind, directions[0], -radius, radius), axis(kind, directions[1], -radius, radius)],
      places: [[0, 0]],
      middle: undefined,
    };
  }
  const first = difference(second, values);
  let [direction, name, middle]: [Float32Array, string, Float32Array | undefined] = [first, '', undefined];
  if (third !== undefined) [direction, name] = [difference(third, values), `towards ${names[2]!}`];
  else if (bezier) {
    if (gradient === undefined)
      throw new Fault(
        'unsupported',
        'The curve is trained by gradients, which are computed for networks of dense layers one after the other alone.',
        {
          hint: 'Without --bezier the straight path is measured for every network.',
          source: '--bezier',
        },
      );
    middle = trainBezier(values, second, {
      rows,
      gradient,
      steps: BEZIER_STEPS,
      seed: provenance.seed,
      cancellation,
      progress: subProgress(progress, 0.05, 0.3),
    });
    [direction, name] = [difference(middle, values), 'towards the middle of the curve'];
  } else {
    direction = random(1);
    // As long as the way between the two, so that both axes show as much of the space.
    const scale = norm(first) / (norm(direction) || 1);
    for (let k = 0; k < direction.length; k++) direction[k] = direction[k]! * scale;
    name = 'random, as long as the way between the two';
  }
  await Promise.resolve();
  const isRandom = third === undefined && middle === undefined;
  return {
    directions: [first, direction],
    axes: [
      axis(`towards ${names[1]!}`, first, -BEYOND, 1 + BEYOND),
      isRandom ? axis(name, direction, -0.75, 0.75) : axis(name, direction, -BEYOND, 1 + BEYOND),
    ],
    places: [[0, 0], [1, 0], ...(third === undefined ? [] : [[0, 1] as const])],
    middle,
  };
}

async function pathOf(
  { weights, others, lossesAt }: LandscapeSubject,
  { directions, middle }: LossSlice,
  cancellation: AnalysisContext['cancellation'],
): Promise<Pick<LandscapeResult, 'path' | 'barrier' | 'pathKind' | 'pathDiagram'>> {
  if (others.length !== 1) return {};
  const times = Array.from({ length: PATH_STEPS + 1 }, (_, k) => k / PATH_STEPS);
  // (1 − t)² a + 2t(1 − t) θ + t² b is a + t² (b − a) + 2t(1 − t) (θ − a).
  const coefficients = times.flatMap(t => (middle === undefined ? [t, 0] : [t * t, 2 * t * (1 - t)]));
  const { loss, accuracy } = await lossesAt({
    origin: weights.values,
    directions,
    coefficients: Float64Array.from(coefficients),
  });
  const [start, end] = [loss[0]!, loss[PATH_STEPS]!];
  return {
    path: times.map((t, k) => ({ t, loss: loss[k]!, accuracy: accuracy[k]! })),
    barrier: Math.max(...times.map((t, k) => loss[k]! - ((1 - t) * start + t * end))),
    pathKind: middle === undefined ? 'linear' : 'bezier',
    pathDiagram: cubicalPersistence([times.length], loss, { construction: 'vertex', cancellation }),
  };
}

async function sharpnessOf(
  { weights, lossesAt, own, provenance }: LandscapeSubject,
  losses: Float64Array,
): Promise<LandscapeResult['sharpness']> {
  const { values, tensors } = weights;
  const draws = Math.max(3, Math.min(DRAWS, Math.floor(MOST_NOISE / values.length)));
  const of = async (kind: DirectionKind): Promise<Sharpness> => {
    const directions = Array.from({ length: draws }, (_, k) =>
      randomDirection(kind, values, tensors, provenance.seed, `noise ${k}`),
    );
    const rises = async (sigma: number) => {
      const coefficients = new Float64Array(draws * draws);
      for (let k = 0; k < draws; k++) coefficients[k * draws + k] = sigma;
      const { loss } = await lossesAt({ origin: values, directions, coefficients });
      return loss.map(value => value - own.loss);
    };
    return largestDeviation(rises, THRESHOLD, kind === 'filter' ? 0.25 : 0.02);
  };
  const low = losses.reduce((count, loss) => count + (loss <= own.loss + THRESHOLD ? 1 : 0), 0);
  return { isotropic: await of('raw'), filter: await of('filter'), sublevelShare: low / losses.length };
}

function warningsOf({ parameters, others, own }: LandscapeSubject, checks: LandscapeChecks): Warning[] {
  const { centre, otherPlane, refinement } = checks;
  const warnings: Warning[] = [
    {
      code: 'slice',
      message:
        'A slice is two directions of all that there are: what is a minimum in it may be none beside it. Sharpness does not tell well how a network generalises (Andriushchenko et al. 2023).',
    },
  ];
  if (Math.abs(centre.slice - centre.model) > 1e-4 * Math.max(1, centre.model))
    warnings.push({
      code: 'centre',
      message: `The slice has loss ${formatNumber(centre.slice)} where the network is, which run as it is has ${formatNumber(centre.model)}: the picture is not of this network.`,
    });
  if (parameters.around === 'raw' && others.length === 0)
    warnings.push({
      code: 'raw-directions',
      message:
        'Directions are not normalised: the same function with its weights scaled otherwise looks sharper or flatter. Compare networks with --around filter.',
    });
  const ratio = otherPlane === undefined ? 1 : otherPlane.other / otherPlane.own;
  if (otherPlane !== undefined && !(ratio < 2 && ratio > 0.5))
    warnings.push({
      code: 'plane',
      message: `On another plane the loss rises by ${formatNumber(otherPlane.other)} at this radius, here by ${formatNumber(otherPlane.own)}: this plane misleads.`,
    });
  if (refinement.bottleneck > THRESHOLD)
    warnings.push({
      code: 'grid',
      message: `With every second point the diagram moves by ${formatNumber(refinement.bottleneck)}: the grid is too coarse for what is in it.`,
    });
  if (own.accuracy < 1 / 2)
    warnings.push({
      code: 'accuracy',
      message: `The network answers ${formatPercent(own.accuracy)} of the rows correctly: it is hardly at a minimum.`,
    });
  return warnings;
}
