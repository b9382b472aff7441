import type { Cancellation } from '../../base/cancellation';
import type { Progress } from '../../base/progress';
import type { ErrorSliceOptions, SliceGround } from '../../topology/errorSlices';
import { FailureScan } from '../../topology/failureScan';

/** Some of the shufflings of a null: of activations, in shared memory, and of which of their rows are handled wrongly. */
export interface FailureScanInput {
  readonly count: number;
  readonly width: number;
  /** count × width. */
  readonly values: Float32Array;
  /** 1 for each point that is handled wrongly. */
  readonly errors: Uint8Array;
  readonly options: Omit<ErrorSliceOptions, 'cancellation'>;
  readonly ground: SliceGround;
  readonly seed: number;
  /** Number of the first shuffling, and how many. */
  readonly from: number;
  readonly shufflings: number;
}

/** The largest score of each shuffling. */
export function failureScanNull(
  input: FailureScanInput,
  cancellation: Cancellation,
  progress: Progress,
): { readonly scores: Float64Array } {
  const scan = new FailureScan(input, { ...input.options, cancellation }, input.ground);
  const scores = new Float64Array(input.shufflings);
  for (let k = 0; k < input.shufflings; k++) {
    progress(k / input.shufflings, 'shuffling errors');
    scores[k] = scan.nullScore(input.errors, input.seed, input.from + k);
  }
  return { scores };
}
