import { diagonalDistance, type MatchingProblem, type PartnerOfA } from './diagramPoints';

/**
 * A bottleneck matching of points that were all born at one value, as those of H0 are; undefined where they were not. Both lists are in order of death.
 *
 * The k-th longest of one is matched with the k-th longest of the other, or both go to the diagonal where that is nearer. This is optimal: within a bound t, let the k-th longest of `a` be
 * farther than t from the diagonal. Then so are the k − 1 before it, all k are matched, and the k-th longest of `b` dies at most t before it. Nor can that die more than t after it:
 * then k of `b` would have to be matched with points that die later than the k-th of `a`, of which there are k − 1. So either the two are within t, or both are within t of the diagonal.
 */
export function equalBirthMatching({ metric, a, b, cancellation }: MatchingProblem): PartnerOfA | undefined {
  const birth = a.birth[0] ?? b.birth[0];
  if (birth === undefined) return undefined;
  for (const { birth: births } of [a, b]) for (const other of births) if (other !== birth) return undefined;
  // Of superlevel diagrams the longest bars have the least deaths.
  if ([a, b].some(({ death }) => death.length > 0 && death[0]! < birth)) return undefined;
  cancellation.throwIfCancelled();
  const partner: PartnerOfA = new Int32Array(a.death.length).fill(-1);
  const common = Math.min(a.death.length, b.death.length);
  for (let k = 1; k <= common; k++) {
    const i = a.death.length - k;
    const j = b.death.length - k;
    const [deathA, deathB] = [a.death[i]!, b.death[j]!];
    const longer = Math.max(diagonalDistance(metric, birth, deathA), diagonalDistance(metric, birth, deathB));
    if (Math.abs(deathA - deathB) <= longer) partner[i] = j;
  }
  return partner;
}
