import type { MapperLoops, MapperPoints, UnitCommunities } from '../../analyses/mapperView';
import { formatCount } from '../../base/numbers';
import { Random } from '../../base/random';
import { circularCoordinates } from '../../topology/circularCoordinates';
import { cliqueCommunities } from '../../topology/cliqueCommunities';
import { gaussianDraw, nullThreshold } from '../../topology/gaussianNull';
import type { PointCloud } from '../../topology/pointCloud';
import { varianceSpectrum } from '../../topology/varianceSpectrum';
import type { OperationContext } from '../operationContext';

/** Points that landmarks are chosen from, and landmarks: the same for the points and for each draw of the null. */
const SAMPLE = 3000;
const LANDMARKS = 200;
/** Fewest for a level of 95 %. */
const DRAWS = 19;

/** The longest loops with circular coordinates, beside what Gaussian points with the same covariance have: the landmarks of those are chosen, and their loops found, in the same way. */
export function mapperLoops(
  { points, loops, seed }: { readonly points: MapperPoints; readonly loops: number; readonly seed: number },
  { cancellation, progress }: OperationContext<never>,
): MapperLoops {
  const sample = new Random(seed, 'loops').sample(points.count, SAMPLE);
  const cloud = subcloud(points, sample);
  const options = { loops, landmarks: LANDMARKS, seed, cancellation };
  const found = circularCoordinates(cloud, { ...options, extendTo: points });
  const spectrum = varianceSpectrum(cloud, cancellation);
  const longest = Array.from({ length: DRAWS }, (_, draw) => {
    progress(0.2 + (0.8 * draw) / DRAWS, `loops of Gaussian points, draw ${draw + 1} of ${DRAWS}`);
    const drawn = circularCoordinates(gaussianDraw(spectrum, cloud.count, seed, draw), { ...options, loops: 1 });
    const [loop] = drawn.loops;
    return loop === undefined || loop.death === Infinity ? 0 : loop.death - loop.birth;
  });
  const { threshold, level } = nullThreshold(longest);
  return {
    loops: found.loops.map(({ birth, death, values }) => ({
      birth,
      death,
      isSignificant: death - birth > threshold,
      turns: values,
    })),
    landmarks: found.landmarks,
    sample: sample.length,
    threshold,
    draws: DRAWS,
    level,
  };
}

/** Units that take part in communities: those that vary most, where there are more. */
const MOST_UNITS = 200;
const MOST_COMMUNITIES = 200;
const MOST_CLIQUES = 60_000;
const SHOWN_POINTS = 24;

/** Clique communities of the absolute correlations between a layer's units. */
export function unitCommunities(
  { points, largest }: { readonly points: MapperPoints; readonly largest: number },
  { cancellation, progress }: OperationContext<never>,
): UnitCommunities {
  const { count, width } = points;
  const scores = standardised(points);
  const varying = scores.order.filter(unit => scores.deviation[unit]! > 0);
  const units = Uint32Array.from(varying.slice(0, MOST_UNITS)).sort();
  const correlations = new Float64Array(units.length ** 2).fill(NaN);
  const columns = Array.from(units, unit => Float64Array.from({ length: count }, (_, i) => scores.at(i, unit)));
  for (let a = 0; a < units.length; a++) {
    cancellation.throwIfCancelled();
    for (let b = 0; b < a; b++) {
      let sum = 0;
      for (let i = 0; i < count; i++) sum += columns[a]![i]! * columns[b]![i]!;
      correlations[a * units.length + b] = correlations[b * units.length + a] = sum / count;
    }
  }
  const { communities, leastWeights } = cliqueCommunities(correlations.map(Math.abs), units.length, {
    largest,
    mostCliques: MOST_CLIQUES,
    cancellation,
    progress,
  });
  const chosen = [...communities.keys()]
    .sort(
      (a, b) =>
        communities[b]!.birth - communities[b]!.death - (communities[a]!.birth - communities[a]!.death) || a - b,
    ) // prettier-ignore
    .slice(0, MOST_COMMUNITIES)
    .sort((a, b) => a - b);
  const placeOf = new Map(chosen.map((at, place) => [at, place]));
  /** The nearest community around it that is listed. */
  const parentOf = (at: number): number => {
    let parent = communities[at]!.parent;
    while (parent >= 0 && !placeOf.has(parent)) parent = communities[parent]!.parent;
    return parent < 0 ? -1 : placeOf.get(parent)!;
  };
  return {
    communities: chosen.map(at => {
      const { k, birth, death, isEssential, members } = communities[at]!;
      return {
        k,
        birth,
        death,
        isEssential,
        units: Uint32Array.from(members, member => units[member]!),
        parent: parentOf(at),
        points: highest(columns, correlations, members, units.length),
      };
    }),
    total: communities.length,
    units: units.length,
    width,
    leastCorrelation: leastWeights,
    note:
      varying.length < width || units.length < varying.length
        ? `${formatCount(units.length)} of ${formatCount(width)} units: ${varying.length < width ? `${formatCount(width - varying.length)} never vary` : ''}${varying.length < width && units.length < varying.length ? ', and of the others ' : ''}${units.length < varying.length ? `the ${formatCount(MOST_UNITS)} that vary most are taken` : ''}.`
        : `All ${formatCount(width)} units.`,
  };
}

function standardised({ count, width, values }: MapperPoints) {
  const mean = new Float64Array(width);
  const deviation = new Float64Array(width);
  for (let i = 0; i < count; i++)
    for (let unit = 0; unit < width; unit++) mean[unit] = mean[unit]! + values[i * width + unit]! / count;
  for (let i = 0; i < count; i++)
    for (let unit = 0; unit < width; unit++)
      deviation[unit] = deviation[unit]! + (values[i * width + unit]! - mean[unit]!) ** 2 / count;
  deviation.forEach((variance, unit) => (deviation[unit] = variance < 1e-18 ? 0 : Math.sqrt(variance)));
  return {
    deviation,
    order: [...deviation.keys()].sort((a, b) => deviation[b]! - deviation[a]! || a - b),
    at: (point: number, unit: number) => (values[point * width + unit]! - mean[unit]!) / deviation[unit]!,
  };
}

/** Points whose standardised activations of some units are highest on average; a unit that runs against the first one counts against. */
function highest(
  columns: readonly Float64Array[],
  correlations: Float64Array,
  members: Uint32Array,
  units: number,
): Uint32Array {
  const [first] = members;
  const count = columns[0]?.length ?? 0;
  const sums = new Float64Array(count);
  for (const member of members) {
    const sign = member === first || correlations[first! * units + member]! >= 0 ? 1 : -1;
    columns[member]!.forEach((value, i) => (sums[i] = sums[i]! + sign * value));
  }
  return Uint32Array.from([...sums.keys()].sort((a, b) => sums[b]! - sums[a]! || a - b).slice(0, SHOWN_POINTS));
}

function subcloud({ width, values }: PointCloud, points: Uint32Array): PointCloud {
  const chosen = new Float64Array(points.length * width);
  points.forEach((point, at) => chosen.set(values.subarray(point * width, (point + 1) * width), at * width));
  return { count: points.length, width, values: chosen };
}
