import { distancesBytes } from './distancesBytes';
import { instantiateKernel } from './webAssembly';

/** The kernel of `kernels/distances.as`, where every function is described. Addresses are in bytes. */
export interface DistanceKernel {
  squaredLengths(panel: number, width: number, to: number): void;
  products(
    panel: number,
    firstPanel: number,
    panels: number,
    width: number,
    out: number,
    across: number,
    stride: number,
    lengths: number,
    firstLengths: number,
    half: number,
  ): void;
  readonly manhattan: Differences;
  readonly chebyshev: Differences;
}

type Differences = (
  panel: number,
  firstPanel: number,
  panels: number,
  width: number,
  out: number,
  across: number,
  stride: number,
) => void;

export function distanceKernel(memoryBytes: number) {
  return instantiateKernel<DistanceKernel>(distancesBytes, memoryBytes);
}
