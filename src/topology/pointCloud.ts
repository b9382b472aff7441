/** Points as rows of one flat array: coordinate k of point i is `values[i * width + k]`. */
export interface PointCloud {
  readonly count: number;
  readonly width: number;
  readonly values: Float32Array | Float64Array;
}

/** In double precision. */
export function euclideanDistance({ width, values }: PointCloud, i: number, j: number): number {
  let squared = 0;
  for (let k = 0, a = i * width, b = j * width; k < width; k++, a++, b++) {
    const difference = values[a]! - values[b]!;
    squared += difference * difference;
  }
  return Math.sqrt(squared);
}

/** The same points with float64 coordinates: loops over pairs run several times faster where all clouds are of one type. */
export function inDoublePrecision(cloud: PointCloud): PointCloud {
  return cloud.values instanceof Float64Array ? cloud : { ...cloud, values: Float64Array.from(cloud.values) };
}
