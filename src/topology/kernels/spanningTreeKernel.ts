import { spanningTreeBytes } from './spanningTreeBytes';
import { instantiateKernel } from './webAssembly';

/** The kernel of `kernels/spanningTree.as`, where its function is described. */
export interface SpanningTreeKernel {
  nearPairs(
    row: number,
    columns: number,
    panels: number,
    coordinatePairs: number,
    rowNorms: number,
    columnNorms: number,
    rowLimits: number,
    columnLimits: number,
    rowNumber: number,
    columnNumber: number,
    count: number,
    out: number,
  ): number;
}

export function spanningTreeKernel(memoryBytes: number) {
  return instantiateKernel<SpanningTreeKernel>(spanningTreeBytes, memoryBytes);
}
