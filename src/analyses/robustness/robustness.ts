import { Fault, type Warning } from '../../base/fault';
import { formatCount, formatNumber, formatQuantity } from '../../base/numbers';
import { subProgress } from '../../base/progress';
import { Random } from '../../base/random';
import { correctRows, outputOfClass, shareOf } from '../../probes/accuracy';
import { subsetRows } from '../../probes/subsetRows';
import { stableRegions } from '../../topology/stableRegions';
import type { AnalysisContext } from '../analysis';
import { attackableOf, type Attackable } from './attackable';
import { attackRows } from './attackRows';
import { provedRadii, summaryOf } from './provedRadii';
import type { RobustnessResult, RobustnessSubject, Share, StableRegionResult } from './robustnessTypes';
import { uncertaintyOf } from './uncertaintyOf';

/** Multiplications that attacks may take in all; at least so many rows are attacked all the same. */
const MOST_PRODUCTS = 1e10;
const FEWEST_ROWS = 20;
/** What a region is at least. */
const FEWEST_MEMBERS = 5;
/** Values that the rows whose distances are taken may hold. */
const MOST_VALUES = 2 ** 27;

/**
 * How far a network's answers hold: under attack, in regions of correctly handled inputs, and of inputs that are shifted. Throws `usage` for an epsilon that is not positive, `unsupported` for
 * networks that have nothing to attack, `shape-mismatch`, and what a capture throws.
 */
export async function robustnessOf(subject: RobustnessSubject, context: AnalysisContext): Promise<RobustnessResult> {
  const { data, labels, parameters, seed } = subject;
  const { cancellation, progress } = context;
  if (!(parameters.epsilon > 0 && parameters.epsilon < Infinity))
    throw new Fault('usage', `Epsilon must be above 0, not ${parameters.epsilon}.`, { source: '--epsilon' });
  const attackable = await attackableOf(subject);
  progress(0, 'running the network');
  const { outputs, warnings, runtime } = await subject.answer(data);
  if (outputs === undefined)
    throw new Fault('unsupported', 'No output of the network names a class of each row.', {
      source: subject.modelName,
    });
  const allCorrect = correctRows(outputs, labels);
  const accuracy = shareOf(allCorrect);
  const range = rangeOf(subject);

  const sample = new Random(seed, 'rows').sample(
    data.rows,
    Math.max(1, Math.min(parameters.points, Math.floor(MOST_VALUES / attackable.width))),
  );
  const values = attackable.take(sample);
  const expected = outputOfClass(outputs, labels.classes);
  const wanted = Int32Array.from(sample, row => expected[labels.values[row]!]!);
  const correct = Uint8Array.from(sample, row => allCorrect[row]!);
  const attacked = new Random(seed, 'attacked').sample(sample.length, rowsToAttack(attackable, subject));
  const { width } = attackable;
  const ofAttacked = new Float32Array(attacked.length * width);
  attacked.forEach((i, at) => ofAttacked.set(values.subarray(i * width, (i + 1) * width), at * width));
  const attack = await attackRows(
    attackable,
    {
      values: ofAttacked,
      outputs: Int32Array.from(attacked, i => wanted[i]!),
      correct: Uint8Array.from(attacked, i => correct[i]!),
      range,
    },
    parameters,
    seed,
    { cancellation, progress: subProgress(progress, 0.05, 0.6) },
  );
  const brokenAt = new Float64Array(sample.length).fill(NaN);
  attacked.forEach((i, at) => (brokenAt[i] = attack.brokenAt[at]!));
  const proof = provedRadii(attackable, values, wanted, correct, range[1] - range[0] || 1, seed, {
    cancellation,
    progress: subProgress(progress, 0.6, 0.85),
  });
  progress(0.85, 'telling shifted rows from the others');
  const uncertainty = await uncertaintyOf(attackable, values, correct, range, seed, cancellation);
  progress(0.95, 'joining rows to stable regions');
  const radii = 'reason' in proof ? undefined : proof.radii;
  const regions = regionsOf(
    subject,
    attackable,
    { sample, values, correct, ladder: attack.ladder, brokenAt, radii },
    context,
  );
  const survived = Uint8Array.from(attack.brokenAt, at => (at === Infinity ? 1 : 0));
  const adversarial = share(survived);
  return {
    accuracy: accuracy.value,
    accuracyInterval: [accuracy.low, accuracy.high],
    rows: accuracy.samples,
    epsilon: parameters.epsilon,
    range,
    attacked: attacked.length,
    adversarialAccuracy: adversarial.value,
    adversarialInterval: adversarial.interval,
    attacks: {
      none: share(Uint8Array.from(attacked, i => correct[i]!)),
      noise: share(attack.noise),
      fgsm: share(attack.fgsm),
      pgd: share(attack.pgd),
    },
    gradients: attack.gradients,
    ladder: attack.ladder,
    proved: radii === undefined ? null : summaryOf(radii, [...radii.keys()]),
    unproved: 'reason' in proof ? proof.reason : null,
    uncertainty,
    stable: regions.stable,
    scattered: regions.scattered,
    warnings: [...subject.warnings, ...warnings, ...warningsOf(subject, attacked.length, range)],
    provenance: { ...subject.provenance, libraries: { [runtime.name]: runtime.version } },
  };
}

function share(ones: Uint8Array): Share {
  const { value, low, high } = shareOf(ones);
  return { value, interval: [low, high] };
}

/** Fewer than asked for where the network is large. From the network alone, never from a clock. */
function rowsToAttack({ network }: Attackable, { parameters, data }: RobustnessSubject): number {
  const { points, steps, restarts } = parameters;
  // Forward and back, and again on the lower rungs of the ladder, for rows that break.
  const passes = 2 * (steps + 1) * restarts * 2;
  const affordable = 'reason' in network ? points : Math.floor(MOST_PRODUCTS / (network.cost * passes));
  return Math.max(1, Math.min(data.rows, points, Math.max(FEWEST_ROWS, affordable)));
}

/** Smallest and largest value of all rows. */
function rangeOf({ data }: RobustnessSubject): readonly [number, number] {
  const rows = subsetRows(
    data,
    Uint32Array.from({ length: data.rows }, (_, row) => row),
  );
  const row = new Float64Array(data.rowShape.reduce((a, b) => a * b, 1));
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < data.rows; i++) {
    rows.readRow?.(i, row, 0);
    for (const value of row) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return [low, high];
}

interface Measured {
  readonly sample: Uint32Array;
  readonly values: Float32Array;
  readonly correct: Uint8Array;
  readonly ladder: readonly number[];
  /** NaN where it was not attacked. */
  readonly brokenAt: Float64Array;
  readonly radii: Float64Array | undefined;
}

function regionsOf(
  { labels }: RobustnessSubject,
  { width }: Attackable,
  { sample, values, correct, ladder, brokenAt, radii }: Measured,
  { cancellation }: AnalysisContext,
): { readonly stable: readonly StableRegionResult[]; readonly scattered: number } {
  const handled = Uint32Array.from(correct.keys()).filter(i => correct[i] === 1);
  const own = new Float64Array(handled.length * width);
  handled.forEach((i, at) => own.set(values.subarray(i * width, (i + 1) * width), at * width));
  const classes = Int32Array.from(handled, i => labels.values[sample[i]!]!);
  const found = stableRegions({ count: handled.length, width, values: own }, classes, cancellation);
  const stable = found.filter(({ members }) => members.length >= FEWEST_MEMBERS);
  return {
    stable: stable.map(({ label, members, mergesAt, density }) => {
      const rows = members.map(at => handled[at]!);
      const tried = rows.filter(i => !Number.isNaN(brokenAt[i]));
      const broken = (tried.length === 0 ? [] : ladder).map(
        epsilon => tried.reduce((sum, i) => sum + (brokenAt[i]! <= epsilon ? 1 : 0), 0) / tried.length,
      );
      const half = ladder.filter((_, rung) => (broken[rung] ?? 0) >= 0.5);
      return {
        class: labels.classes[label]!,
        radius: mergesAt === Infinity ? null : mergesAt / 2,
        density,
        members: rows.map(i => sample[i]!),
        proved: radii === undefined ? null : summaryOf(radii, rows),
        attacked: tried.length,
        broken,
        breaksAt: half.length === 0 ? null : Math.min(...half),
      };
    }),
    scattered: handled.length - stable.reduce((sum, { members }) => sum + members.length, 0),
  };
}

function warningsOf(
  { data, parameters }: RobustnessSubject,
  attacked: number,
  [low, high]: readonly [number, number],
): readonly Warning[] {
  const warnings: Warning[] = [];
  const wanted = Math.min(parameters.points, data.rows);
  if (attacked < wanted)
    warnings.push({
      code: 'fewer-rows',
      message: `${formatQuantity(attacked, 'row')} of the ${formatCount(wanted)} asked for are attacked, because the network is large.`,
    });
  if (parameters.epsilon > (high - low) / 2)
    warnings.push({
      code: 'large-epsilon',
      message: `The data lies between ${formatNumber(low)} and ${formatNumber(high)}: moving every value by ${formatNumber(parameters.epsilon)} can turn a row into any other.`,
    });
  if (parameters.epsilon < (high - low) / 1000)
    warnings.push({
      code: 'small-epsilon',
      message: `The data lies between ${formatNumber(low)} and ${formatNumber(high)}, so that moving a value by ${formatNumber(parameters.epsilon)} hardly changes it: epsilon is in the units of the data.`,
    });
  return warnings;
}
