/** Points as rows of one flat array: coordinate k of point i is `values[i * width + k]`. */
export interface PointCloud {
  readonly count: number;
  readonly width: number;
  readonly values: Float32Array | Float64Array;
}
