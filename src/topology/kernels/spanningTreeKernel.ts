import { spanningTreeBytes } from './spanningTreeBytes';
import { instantiateKernel, PAGE_BYTES } from './webAssembly';

/** The kernel of `kernels/spanningTree.as`, where its function is described. */
export interface SpanningTreeKernel {
  nearPairs(
    row: number,
    columns: number,
    panels: number,
    coordinatePairs: number,
    leadingPairs: number,
    rowNorms: number,
    columnNorms: number,
    rowLeads: number,
    columnLeads: number,
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

/** An instance whose memory grows, for who needs it again and again: every memory takes addresses until the garbage collector comes. */
export class SpanningTreeWorkspace {
  private readonly instance = spanningTreeKernel(PAGE_BYTES);

  get kernel(): SpanningTreeKernel {
    return this.instance.exports;
  }

  /** Memory of at least so many bytes, in which anything may be; what was given before is gone. */
  reserve(bytes: number): ArrayBuffer {
    const { memory } = this.instance;
    const missing = Math.ceil((bytes - memory.buffer.byteLength) / PAGE_BYTES);
    if (missing > 0) memory.grow(missing);
    return memory.buffer;
  }
}
