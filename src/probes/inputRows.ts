/** Rows of numbers to feed a network: a DataSet is one. */
export interface InputRows {
  /** As the user gave it: for messages. */
  readonly name?: string | undefined;
  readonly rows: number;
  /** Shape of one row. */
  readonly rowShape: readonly number[];
  /** rows × the product of rowShape, in C order; not asked for where there is `readRow`. */
  readonly values: Float32Array | Float64Array;
  /** Of texts: how many tokens of each row are its own, the others being padding. */
  readonly lengths?: Uint32Array;
  /** Writes one row into `target` from `at` on: of rows that are read when they are asked for. */
  readonly readRow?: (row: number, target: Float32Array | Float64Array, at: number) => void;
}
