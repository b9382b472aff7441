import type { Cancellation } from '../../base/cancellation';
import type { Progress } from '../../base/progress';
import { Random } from '../../base/random';
import { predictedClasses } from '../../probes/accuracy';
import { attackRow, within, type AttackOptions } from '../../probes/attacks';
import { attackByDifferences, estimateKind } from '../../probes/estimatedGradients';
import { PiecewisePass } from '../../probes/piecewise/piecewiseNetwork';
import type { Attackable } from './attackable';
import type { GradientSource, RobustnessParameters } from './robustnessTypes';

/** Rows that are attacked, as the network takes them. */
export interface AttackedRows {
  readonly values: Float32Array;
  /** The output of the network that each row should get. */
  readonly outputs: Int32Array;
  /** 1 where the network gives it to the row as it is. */
  readonly correct: Uint8Array;
  readonly range: readonly [number, number];
}

/** What came of the attacks: for each row, 1 where it is still handled correctly. */
export interface AttackOutcome {
  readonly noise: Uint8Array;
  readonly fgsm: Uint8Array;
  readonly pgd: Uint8Array;
  readonly ladder: readonly number[];
  /** Of each row: the smallest epsilon of the ladder that broke it; 0 where it is wrong as it is, ∞ where none did. */
  readonly brokenAt: Float64Array;
  readonly gradients: GradientSource;
}

/** Shares of epsilon at which rows that broke are attacked again. */
const LADDER = [1, 0.5, 0.25, 0.125];
/** Networks whose gradients are estimated are asked often for each step. */
const ESTIMATED_STEPS = 10;

/** Attacks rows; whether one is broken is decided by the runtime's answer to the very row, never by our own steps. */
export async function attackRows(
  attackable: Attackable,
  rows: AttackedRows,
  parameters: RobustnessParameters,
  seed: number,
  { cancellation, progress }: { readonly cancellation: Cancellation; readonly progress: Progress },
): Promise<AttackOutcome> {
  const { width, network } = attackable;
  const { values, outputs, correct, range } = rows;
  const count = correct.length;
  const { epsilon, steps, restarts } = parameters;
  const attack = 'reason' in network ? undefined : new PiecewisePass(network);
  const alive = (after: Float32Array) => survivors(attackable, after, outputs, correct);
  const work = LADDER.length + 1;

  const moved = async (part: number, options: AttackOptions, chosen: Uint8Array, phrase: string) => {
    const result = Float32Array.from(values);
    const places = Uint32Array.from(chosen.keys()).filter(i => chosen[i] === 1);
    if (attack === undefined) {
      const some = new Float32Array(places.length * width);
      places.forEach((i, at) => some.set(values.subarray(i * width, (i + 1) * width), at * width));
      const given = { rows: some, width, labels: places.map(i => outputs[i]!) };
      const fewer = { ...options, steps: Math.min(options.steps, ESTIMATED_STEPS) };
      const ask = async (asked: Float32Array, asking: number) => {
        cancellation.throwIfCancelled();
        return (await attackable.answers(asked, asking)).values;
      };
      const found = places.length === 0 ? some : await attackByDifferences(ask, given, fewer, seed);
      places.forEach((i, at) => result.set(found.subarray(at * width, (at + 1) * width), i * width));
      progress((part + 1) / work, phrase);
      return result;
    }
    for (const [at, i] of places.entries()) {
      cancellation.throwIfCancelled();
      if (at % 8 === 0) progress((part + at / places.length) / work, phrase);
      const random = new Random(seed, `attack ${options.epsilon} ${i}`);
      const own = values.subarray(i * width, (i + 1) * width);
      result.set(attackRow(attack, own, outputs[i]!, options, random).row, i * width);
    }
    return result;
  };

  const noisy = Float32Array.from(values);
  const random = new Random(seed, 'noise');
  for (let k = 0; k < noisy.length; k++)
    noisy[k] = within(values[k]! + (random.uniform() < 0.5 ? -epsilon : epsilon), values[k]!, epsilon, range);
  const noise = await alive(noisy);
  const fgsm = await alive(await moved(0, { epsilon, steps: 1, restarts: 1, range, cancellation }, correct, 'one step along the gradient')); // prettier-ignore
  const ladder = LADDER.map(share => share * epsilon);
  const brokenAt = Float64Array.from(correct, right => (right === 1 ? Infinity : 0));
  let pgd = Uint8Array.from(correct);
  let open = correct;
  for (const [rung, own] of ladder.entries()) {
    const options = { epsilon: own, steps, restarts, range, cancellation };
    const left = await alive(await moved(rung + 1, options, open, `attacking within ${own}`));
    if (rung === 0) pgd = left;
    const broken = Uint8Array.from(open, (was, i) => (was === 1 && left[i] === 0 ? 1 : 0));
    for (let i = 0; i < count; i++) if (broken[i] === 1) brokenAt[i] = own;
    open = broken;
  }
  for (let i = 0; i < count; i++)
    if (brokenAt[i] === Infinity && (fgsm[i] === 0 || noise[i] === 0)) brokenAt[i] = epsilon;
  const gradients: GradientSource =
    'reason' in network ? { kind: estimateKind(width), reason: network.reason } : { kind: 'network' };
  return { noise, fgsm, pgd, ladder, brokenAt, gradients };
}

async function survivors(
  attackable: Attackable,
  rows: Float32Array,
  outputs: Int32Array,
  correct: Uint8Array,
): Promise<Uint8Array<ArrayBuffer>> {
  const predicted = predictedClasses(await attackable.answers(rows, outputs.length));
  return Uint8Array.from(correct, (right, i) => (right === 1 && predicted[i] === outputs[i] ? 1 : 0));
}
