import type { Cancellation } from '../../base/cancellation';
import type { Progress } from '../../base/progress';
import { Random } from '../../base/random';
import { BoxProof } from '../../probes/piecewise/boxProof';
import { median } from '../../topology/quantile';
import type { Attackable } from './attackable';
import type { ProvedRadii } from './robustnessTypes';

/** Multiplications that proofs may take in all; at least so many rows are looked at all the same. */
const MOST_PRODUCTS = 4e9;
const FEWEST_ROWS = 10;
/** Radii that are tried for a row, about. */
const TRIES = 12;

/** The proved radius of each row, NaN for those that were not looked at; or why nothing is proved. */
export function provedRadii(
  { network, width }: Attackable,
  rows: Float32Array,
  outputs: Int32Array,
  correct: Uint8Array,
  most: number,
  seed: number,
  { cancellation, progress }: { readonly cancellation: Cancellation; readonly progress: Progress },
): { readonly radii: Float64Array; readonly looked: number } | { readonly reason: string } {
  if ('reason' in network) return network;
  if (!network.provable) {
    const smooth = network.steps.flatMap(step => (step.kind === 'function' && step.function.slopes === undefined ? [step.function.name] : [])); // prettier-ignore
    return { reason: `${smooth[0] ?? 'a function'} is not piecewise linear` };
  }
  const proof = new BoxProof(network, cancellation);
  const handled = Uint32Array.from(correct.keys()).filter(i => correct[i] === 1);
  const affordable = Math.max(FEWEST_ROWS, Math.floor(MOST_PRODUCTS / (proof.cost * TRIES)));
  const chosen = new Random(seed, 'proofs').sample(handled.length, affordable).map(at => handled[at]!);
  const radii = new Float64Array(correct.length).fill(NaN);
  for (const [at, i] of chosen.entries()) {
    cancellation.throwIfCancelled();
    progress(at / chosen.length, `proving radii, ${at + 1} of ${chosen.length} rows`);
    radii[i] = proof.radius(rows.subarray(i * width, (i + 1) * width), outputs[i]!, most);
  }
  return { radii, looked: chosen.length };
}

/** Of those of the rows that were looked at. */
export function summaryOf(radii: Float64Array, rows: ArrayLike<number>): ProvedRadii | null {
  const own = Array.from(rows, row => radii[row]!).filter(radius => !Number.isNaN(radius));
  return own.length === 0 ? null : { rows: own.length, smallest: Math.min(...own), median: median(own) };
}
