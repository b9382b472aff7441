import { distancesBytes } from './distancesBytes';
import { instantiateKernel } from './webAssembly';

type Tiles = (
  panel: number,
  firstPanel: number,
  panels: number,
  width: number,
  out: number,
  across: number,
  stride: number,
) => void;

/** The kernel of `kernels/distances.as`: one function a metric. */
export interface DistanceKernel {
  readonly euclidean: Tiles;
  readonly halfSquared: Tiles;
  readonly manhattan: Tiles;
  readonly chebyshev: Tiles;
}

export function distanceKernel(memoryBytes: number) {
  return instantiateKernel<DistanceKernel>(distancesBytes, memoryBytes);
}
