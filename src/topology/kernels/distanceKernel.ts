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
  lengths: number,
  firstLengths: number,
) => void;

/** The kernel of `kernels/distances.as`: one function a metric, and what two of them need. */
export interface DistanceKernel {
  squaredLengths(panel: number, width: number, to: number): void;
  readonly euclidean: Tiles;
  readonly halfSquared: Tiles;
  readonly manhattan: Tiles;
  readonly chebyshev: Tiles;
}

export function distanceKernel(memoryBytes: number) {
  return instantiateKernel<DistanceKernel>(distancesBytes, memoryBytes);
}
