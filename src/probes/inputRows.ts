/** Rows of numbers to feed a network: a DataSet is one. */
export interface InputRows {
  /** As the user gave it: for messages. */
  readonly name?: string | undefined;
  readonly rows: number;
  /** Shape of one row. */
  readonly rowShape: readonly number[];
  /** rows × the product of rowShape, in C order. */
  readonly values: Float32Array | Float64Array;
}
