import { Cancellation } from '../base/cancellation';
import { splitPoints, type DiagramPoints } from './diagramPoints';
import { poll } from './filteredComplex';
import { sortedNumbers } from './sortedNumbers';

/** The number of directions unless another is given. */
export const SLICED_DIRECTIONS = 64;

/**
 * The sliced Wasserstein distance (Carrière, Cuturi, Oudot 2017): (1/π) ∫ over half a turn of the 1-dimensional transport cost, along direction
 * θ, between each diagram's points together with the projections of the other's onto the diagonal; by the midpoint rule over 64 directions. Essential
 * points match each other in order of birth and add |birth − birth′|; `null` where they differ in number.
 */
export function slicedWassersteinDistance(
  a: DiagramPoints,
  b: DiagramPoints,
  directions = SLICED_DIRECTIONS,
  cancellation = Cancellation.never,
): number | null {
  const indexA = splitPoints(a, cancellation);
  const indexB = splitPoints(b, cancellation);
  if (indexA.essential.length !== indexB.essential.length) return null;
  const size = indexA.finite.length + indexB.finite.length;
  const placesA = new Float64Array(size);
  const placesB = new Float64Array(size);
  let sum = 0;
  for (let k = 0; k < directions; k++) {
    const angle = Math.PI * ((k + 0.5) / directions - 0.5);
    const cosine = Math.cos(angle);
    const sine = Math.sin(angle);
    const alongA = project(placesA, a, indexA.finite, b, indexB.finite, cosine, sine, cancellation);
    const alongB = project(placesB, b, indexB.finite, a, indexA.finite, cosine, sine, cancellation);
    let cost = 0;
    for (let i = 0; i < size; i++) cost += Math.abs(alongA[i]! - alongB[i]!);
    sum += cost / directions;
  }
  indexA.essential.forEach((i, place) => {
    sum += Math.abs(a.birth[i]! - b.birth[indexB.essential[place]!]!);
  });
  return sum;
}

/** Places along a direction of the points and of the others' nearest points on the diagonal, ascending; in `target`, or elsewhere. */
function project(
  target: Float64Array,
  points: DiagramPoints,
  finite: Uint32Array,
  others: DiagramPoints,
  othersFinite: Uint32Array,
  cosine: number,
  sine: number,
  cancellation: Cancellation,
): Float64Array {
  finite.forEach((i, place) => {
    poll(place, cancellation);
    target[place] = points.birth[i]! * cosine + points.death[i]! * sine;
  });
  othersFinite.forEach((j, place) => {
    poll(place, cancellation);
    const middle = (others.birth[j]! + others.death[j]!) / 2;
    target[finite.length + place] = middle * cosine + middle * sine;
  });
  return sortedNumbers(target, cancellation);
}
