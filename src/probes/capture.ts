import type { Cancellation } from '../base/cancellation';
import type { FaultData, Warning } from '../base/fault';
import type { Progress } from '../base/progress';
import type { Reduction } from './reduction';
import type { RuntimeKind, RuntimeOptions } from './runtime';

/** Rows of numbers to feed a network: a DataSet is one. */
export interface InputRows {
  readonly rows: number;
  /** Shape of one row. */
  readonly rowShape: readonly number[];
  /** rows × the product of rowShape, in C order. */
  readonly values: Float32Array | Float64Array;
}

export interface CaptureOptions {
  readonly runtime: RuntimeOptions;
  /** Names of layers; all of them where undefined, none where empty. An unknown name is a `usage` fault. */
  readonly layers?: readonly string[] | undefined;
  /** Rows whose activations are kept, ascending; all where undefined. */
  readonly rows?: Uint32Array | undefined;
  /** Where undefined: the mean over positions or tokens for activations that have them, vectors as they are. */
  readonly reduction?: Reduction | undefined;
  /** With `positions`, the number of points that are drawn (with the seed) from all positions of all rows. 1000. */
  readonly maxPoints?: number | undefined;
  /** Whether the network's outputs are wanted too, over all rows. */
  readonly outputs?: boolean | undefined;
  /** Rows per forward pass; chosen from the activations' size where undefined. */
  readonly batchRows?: number | undefined;
  readonly seed?: number | undefined;
  /** Values of inputs other than the first, by name. */
  readonly otherInputs?: Readonly<Record<string, InputRows>> | undefined;
  readonly cancellation?: Cancellation | undefined;
  readonly progress?: Progress | undefined;
  /** Called with each layer that is finished, before outputs over the other rows are computed. */
  readonly onLayer?: ((layer: LayerActivations) => void) | undefined;
}

/** One layer's activations as points: coordinate k of point i is `values[i * width + k]`. */
export interface LayerActivations {
  readonly name: string;
  readonly op: string;
  /** Shape of the layer's output for one row, before reduction. */
  readonly shape: readonly number[];
  readonly reduction: Reduction | 'none';
  readonly count: number;
  readonly width: number;
  readonly values: Float32Array<SharedArrayBuffer>;
  /** Row of the data set that each point comes from. */
  readonly rowOfPoint: Uint32Array;
}

/** A layer that could not be captured, while the others were. */
export interface CaptureFailure {
  readonly name: string;
  readonly fault: FaultData;
}

/** A network's answer for every row: scores of `width` classes, or one score, or the class itself. */
export interface NetworkOutputs {
  readonly name: string;
  readonly kind: 'classes' | 'probability' | 'logit' | 'label';
  readonly rows: number;
  readonly width: number;
  /** rows × width. */
  readonly values: Float32Array<SharedArrayBuffer>;
  readonly classNames: readonly string[] | undefined;
}

export interface Capture {
  /** In the order of computation. */
  readonly layers: readonly LayerActivations[];
  readonly failures: readonly CaptureFailure[];
  /** `undefined` where not asked for, or where no output has one score, or one a class, for each row. */
  readonly outputs: NetworkOutputs | undefined;
  /** What was done to the rows to fit the input, as a sentence part: "64 values taken as 1 × 8 × 8". */
  readonly treatment: string;
  readonly warnings: readonly Warning[];
  readonly runtime: { readonly kind: RuntimeKind; readonly name: string; readonly version: string };
}
