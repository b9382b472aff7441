/** Types of array elements, by numpy's names (bfloat16 where numpy has none). */
export type ElementType =
  | 'bool'
  | 'int8'
  | 'uint8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64'
  | 'float16'
  | 'bfloat16'
  | 'float32'
  | 'float64'
  | 'complex64'
  | 'complex128'
  | 'str';

/** A dense array in C order, as float64 or float32 whatever it was stored as (`type` says which). */
export interface NumericArray {
  readonly shape: readonly number[];
  readonly values: Float32Array | Float64Array;
  /** The element type in the file. */
  readonly type: ElementType;
}
