import type { ElementType } from '../base/array';
import type { Warning } from '../base/fault';

/** Rows of numbers, as read from a file. */
export interface DataSet {
  /** As the user gave it. */
  readonly name: string;
  readonly rows: number;
  /** Shape of one row: [64], [1, 8, 8]. */
  readonly rowShape: readonly number[];
  /** rows × the product of rowShape, in C order. */
  readonly values: Float32Array | Float64Array;
  /** Element type in the file. */
  readonly type: ElementType;
  /** Names of the columns, where the file has them. */
  readonly columns: readonly string[] | undefined;
  /** What was done to the values, as a sentence part ("taken as they are", "scaled to 0–1"). */
  readonly treatment: string;
  /** Rows of the file that were left out, such as those that are not finite. */
  readonly dropped: readonly number[];
  readonly warnings: readonly Warning[];
}

/** One class a row. */
export interface Labels {
  readonly name: string;
  /** Index into `classes`, a row each. */
  readonly values: Int32Array;
  readonly classes: readonly string[];
}
