import { Random } from '../base/random';
import { marginOf, within, type AttackOptions } from './attacks';

/** Answers rows of numbers with scores, a batch at a time: rows × width in, rows × classes out. */
export type AskScores = (rows: Float32Array, count: number) => Promise<Float32Array>;

/** Rows of more values than this are moved along random directions, those of fewer along each value by itself. */
const MOST_VALUES = 64;
const DIRECTIONS = 32;
/** Values that one question may hold. */
const MOST_ASKED = 2 ** 22;
/** Of epsilon: how far the differences reach. */
const REACH = 0.1;

/** How gradients are estimated of rows of so many values. */
export function estimateKind(width: number): 'finite-differences' | 'random-directions' {
  return width <= MOST_VALUES ? 'finite-differences' : 'random-directions';
}

/**
 * Projected gradient descent for a network whose gradient is not known: differences of the margin along each value, or along random directions of signs (simultaneous perturbation, Spall
 * 1992), for all rows together. Weaker than with gradients, the more values a row has. Gives the row with the smallest margin for each.
 */
export async function attackByDifferences(
  ask: AskScores,
  given: { readonly rows: Float32Array; readonly width: number; readonly labels: ArrayLike<number> },
  { epsilon, steps, range }: Omit<AttackOptions, 'restarts'>,
  seed: number,
): Promise<Float32Array> {
  const { rows, width, labels } = given;
  const count = labels.length;
  const best = Float32Array.from(rows);
  const margins = new Float64Array(count).fill(Infinity);
  const current = Float32Array.from(rows);
  const random = new Random(seed, 'directions');
  const isEach = estimateKind(width) === 'finite-differences';
  const directions = isEach ? width : DIRECTIONS;
  const size = steps === 1 ? epsilon : (2.5 * epsilon) / steps;
  const together = Math.max(1, Math.floor(MOST_ASKED / (2 * directions * width)));
  for (let step = 0; step <= steps; step++) {
    const scores = await ask(current, count);
    const classes = scores.length / count;
    for (let i = 0; i < count; i++) {
      const { margin } = marginOf(scores.subarray(i * classes, (i + 1) * classes), labels[i]!);
      if (!(margin < margins[i]!)) continue;
      margins[i] = margin;
      best.set(current.subarray(i * width, (i + 1) * width), i * width);
    }
    if (step === steps) break;
    for (let from = 0; from < count; from += together) {
      const part = Math.min(together, count - from);
      const signs = Int8Array.from({ length: part * directions * width }, () => (random.uniform() < 0.5 ? -1 : 1));
      const asked = new Float32Array(part * directions * 2 * width);
      const direction = (i: number, d: number, k: number) =>
        isEach ? Number(k === d) : signs[(i * directions + d) * width + k]!;
      for (let i = 0; i < part; i++)
        for (let d = 0; d < directions; d++)
          for (let k = 0; k < width; k++) {
            const at = (i * directions + d) * 2 * width + k;
            const moved = REACH * epsilon * direction(i, d, k);
            asked[at] = current[(from + i) * width + k]! + moved;
            asked[at + width] = current[(from + i) * width + k]! - moved;
          }
      const answers = await ask(asked, part * directions * 2);
      for (let i = 0; i < part; i++) {
        const gradient = new Float64Array(width);
        for (let d = 0; d < directions; d++) {
          const at = (i * directions + d) * 2 * classes;
          const ahead = marginOf(answers.subarray(at, at + classes), labels[from + i]!).margin;
          const behind = marginOf(answers.subarray(at + classes, at + 2 * classes), labels[from + i]!).margin;
          for (let k = 0; k < width; k++) gradient[k] = gradient[k]! + (ahead - behind) * direction(i, d, k);
        }
        for (let k = 0; k < width; k++) {
          const place = (from + i) * width + k;
          current[place] = within(current[place]! - size * Math.sign(gradient[k]!), rows[place]!, epsilon, range);
        }
      }
    }
  }
  return best;
}
