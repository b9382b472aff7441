import { formatCount, formatNumber, formatPercent } from '../base/numbers';
import type { Estimate } from './inspect';
import type { Candidate, LayerDistances, RedundancyFinding, RedundancyHead } from './redundancy';

const MOST_SUGGESTED = 4;
/** Layers that lie this near are said to look alike, where taking one out was measured to cost. */
const LOOKS_ALIKE = 0.05;

/** What was found, in plain sentences, what matters most first: each with its number and its rule. */
export function redundancyFindings(
  head: RedundancyHead,
  distances: LayerDistances,
  candidates: readonly Candidate[],
  accuracy: Estimate | undefined,
): readonly RedundancyFinding[] {
  const removable = candidates.filter(one => one.removable);
  const measured = candidates.filter(one => one.ablation !== undefined);
  const { tolerance } = head.parameters;
  const rule = `A layer or block is suggested when the network without it was run and costs at most ${pointsOf(tolerance)} points of ${accuracy === undefined ? 'its own answers' : 'accuracy'}; small distances only say where to look.`;
  const shown = outermost(removable).sort((a, b) => b.parameters - a.parameters || a.distance - b.distance);
  const found: RedundancyFinding[] = shown.slice(0, MOST_SUGGESTED).map(one => ({
    kind: 'removable',
    weight: 'strong',
    sentence: suggestion(one),
    rule,
    target: { candidate: one.name },
  }));
  if (shown.length > MOST_SUGGESTED)
    found.push({
      kind: 'removable',
      weight: 'note',
      sentence: `${formatCount(shown.length - MOST_SUGGESTED)} more can go, each by itself.`,
      rule,
      target: undefined,
    });
  if (shown.length > 1)
    found.push({
      kind: 'caveat',
      weight: 'note',
      sentence: 'Each was taken out alone: what two cost together is measured when you remove both.',
      rule: 'Costs do not add up, because layers can stand in for each other.',
      target: undefined,
    });
  if (removable.length === 0 && measured.length > 0)
    found.push({
      kind: 'nothing',
      weight: 'strong',
      sentence: `${measured.length === 1 ? 'The one layer or block that was taken out cannot' : `None of the ${formatCount(measured.length)} layers and blocks that were taken out can`} go for ${pointsOf(tolerance)} points.`,
      rule,
      target: undefined,
    });
  const deceptive = measured
    .filter(one => !one.removable && one.distance <= LOOKS_ALIKE && costOf(one) > 0.05)
    .sort((a, b) => a.distance - b.distance)[0];
  if (deceptive !== undefined)
    found.push({
      kind: 'needed',
      weight: 'strong',
      sentence: `${deceptive.name} looks like ${deceptive.entry} (distance ${formatNumber(deceptive.distance)}), and is needed: ${lower(deceptive.reason)}`,
      rule: 'Distances, CKA and RTD do not see rotations and scales, which the next layer does: the measured cost decides.',
      target: { candidate: deceptive.name },
    });
  const pair = nearestPair(distances);
  if (pair !== undefined)
    found.push({
      kind: 'alike',
      weight: 'note',
      sentence: `Of all layers ${pair.a} and ${pair.b} are nearest: H0 ${formatNumber(pair.h0)}, H1 ${formatNumber(pair.h1)} of the median distance${Number.isNaN(pair.cka) ? '' : `, CKA ${pair.cka.toFixed(3)}`}.`,
      rule: 'Bottleneck distance between diagrams of distances over their median, the larger of H0 and H1, on the same rows.',
      target: { a: pair.a, b: pair.b },
    });
  return found;
}

function suggestion(one: Candidate): string {
  const { ablation } = one;
  const what = one.layers.length > 1 ? `${one.name} (${formatCount(one.layers.length)} layers)` : one.name;
  const how = ablation!.replacement === 'bypass' ? 'can go' : 'can be a linear map';
  const saved = `${formatCount(ablation!.parametersBefore - ablation!.parametersAfter)} parameters less`;
  const { accuracy, agreement } = ablation!;
  if (accuracy === undefined)
    return `${what} ${how}: ${formatPercent(agreement.value)} of ${formatCount(agreement.samples)} answers stay, ${saved}.`;
  const { before, after, change } = accuracy;
  return `${what} ${how}: accuracy ${formatPercent(before.value)} → ${formatPercent(after.value)} on ${formatCount(before.samples)} rows (95 % interval of the change ${points(change.low)} to ${points(change.high)} points), ${saved}.`;
}

function points(share: number): string {
  const digits = Math.abs(100 * share).toFixed(1);
  return Number(digits) === 0 ? '0.0' : `${share < 0 ? '−' : '+'}${digits}`;
}

/** What a removal costs, as a share. */
function costOf({ ablation }: Candidate): number {
  if (ablation === undefined) return 0;
  return ablation.accuracy === undefined ? 1 - ablation.agreement.value : -ablation.accuracy.change.value;
}

/** Those that are in no other that can go. */
function outermost(candidates: readonly Candidate[]): Candidate[] {
  const within = (one: Candidate, other: Candidate) =>
    other.layers.length > one.layers.length && one.layers.every(name => other.layers.includes(name));
  return candidates.filter(one => !candidates.some(other => other !== one && within(one, other)));
}

function nearestPair({ layers, bottleneck, cka }: LayerDistances) {
  const size = layers.length;
  let best: { a: string; b: string; h0: number; h1: number; cka: number } | undefined;
  for (let i = 0; i < size; i++) {
    for (let j = i + 1; j < size; j++) {
      const [h0, h1] = [bottleneck[0]![i * size + j]!, bottleneck[1]![i * size + j]!];
      if (best === undefined || Math.max(h0, h1) < Math.max(best.h0, best.h1))
        best = { a: layers[i]!, b: layers[j]!, h0, h1, cka: cka[i * size + j]! };
    }
  }
  return best;
}

function lower(sentence: string): string {
  return sentence.slice(0, 1).toLowerCase() + sentence.slice(1);
}

/** A share that somebody chose, in percentage points without needless digits: 0.5. */
export function pointsOf(share: number): string {
  return String(Number((100 * share).toPrecision(3)));
}
