import { diagonalDistance, type MatchingProblem, type PartnerOfA } from './diagramPoints';

/** Above this many pairs of points the choices would take more memory than the general algorithms. */
const MOST_PAIRS = 1 << 22;

const MATCH = 0;
const LEAVE_A = 1;
const LEAVE_B = 2;

/**
 * The optimal matching of two diagrams whose points are all born at one level, as all components of a Rips complex are at 0; `undefined` for others, and for very many points. The points then
 * lie on a line, where the cost |x − y|^q of a match is a Monge array: of two matches that cross, uncrossing them costs no more, in the sum as in the largest. So a best
 * matching is an alignment of the sorted lists, in which a point may be left to the diagonal, and dynamic programming finds it in O(|a|·|b|). `order` is q, ∞ for the bottleneck.
 */
export function levelMatching(problem: MatchingProblem, order: number): PartnerOfA | undefined {
  const { a, b, metric, cancellation } = problem;
  const [sizeA, sizeB] = [a.death.length, b.death.length];
  if ((sizeA + 1) * (sizeB + 1) > MOST_PAIRS || !isLevel(problem)) return undefined;
  const largest = Math.max(lengthOf(a, sizeA - 1), lengthOf(b, sizeB - 1));
  const widest = order === Infinity;
  const plain = widest || order === 1;
  const power = (cost: number) => (plain ? cost : (cost / largest) ** order);
  const add = (x: number, y: number) => (widest ? (x > y ? x : y) : x + y);
  const alone = ({ birth, death }: MatchingProblem['a']) =>
    death.map((value, i) => power(diagonalDistance(metric, birth[i]!, value)));
  const [aloneA, aloneB] = [alone(a), alone(b)];

  const width = sizeB + 1;
  const choices = new Uint8Array((sizeA + 1) * width);
  const best = new Float64Array(width);
  for (let j = 1; j <= sizeB; j++) {
    best[j] = add(best[j - 1]!, aloneB[j - 1]!);
    choices[j] = LEAVE_B;
  }
  for (let i = 1; i <= sizeA; i++) {
    if (i % 64 === 0) cancellation.throwIfCancelled();
    let corner = best[0]!;
    best[0] = add(corner, aloneA[i - 1]!);
    choices[i * width] = LEAVE_A;
    const death = a.death[i - 1]!;
    for (let j = 1; j <= sizeB; j++) {
      const above = best[j]!;
      let least = add(corner, power(Math.abs(death - b.death[j - 1]!)));
      let choice = MATCH;
      const withoutA = add(above, aloneA[i - 1]!);
      if (withoutA < least) {
        least = withoutA;
        choice = LEAVE_A;
      }
      const withoutB = add(best[j - 1]!, aloneB[j - 1]!);
      if (withoutB < least) {
        least = withoutB;
        choice = LEAVE_B;
      }
      corner = above;
      best[j] = least;
      choices[i * width + j] = choice;
    }
  }

  const partner = new Int32Array(sizeA).fill(-1);
  for (let i = sizeA, j = sizeB; i > 0;) {
    const choice = choices[i * width + j]!;
    if (choice === MATCH) partner[--i] = --j;
    else if (choice === LEAVE_A) i--;
    else j--;
  }
  return partner;
}

/** The lists are in order of birth, then death. */
function isLevel({ a, b }: MatchingProblem): boolean {
  const births = [a, b].flatMap(({ birth }) => (birth.length === 0 ? [] : [birth[0]!, birth[birth.length - 1]!]));
  const deathsAbove = [a, b].every(({ birth, death }) => death.length === 0 || death[0]! >= birth[0]!);
  return births.length > 0 && deathsAbove && births.every(birth => birth === births[0]);
}

function lengthOf({ birth, death }: MatchingProblem['a'], i: number): number {
  return i < 0 ? 0 : death[i]! - birth[i]!;
}
