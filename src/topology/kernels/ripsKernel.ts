import { ripsBytes } from './ripsBytes';
import { instantiateKernel } from './webAssembly';

/** The kernel of `kernels/rips.as`, where every function is described. Addresses are in bytes. */
export interface RipsKernel {
  configure(count: number, stride: number, matrix: number, edges: number, heap: number): void;
  rowMaximum(row: number, sum: number): number;
  countDigits(row: number, longest: number, counts: number): void;
  placeRow(row: number, vertices: number, longest: number, starts: number, to: number): void;
  sortPass(from: number, to: number, begin: number, end: number, shift: number, starts: number): void;
  placeRanks(begin: number, end: number): void;
  mirrorRows(first: number): void;
  listNearest(begin: number, end: number, lists: number): void;
  neighbourhoodEdges(a: number, lists: number, to: number): number;
  firstNeighbour(rank: number): number;
  columnTriangles(rank: number, to: number): number;
  isApparentTetrahedron(rank: number, larger: number, smaller: number): number;
  openWindow(low: number, high: number): void;
  pushCofacetsOfEdge(rank: number): void;
  pushCofacetsOfTriangle(rank: number, third: number): void;
  popPivot(): number;
  pivotRank(): number;
  pivotRest(): number;
  restorePivot(): void;
}

export function ripsKernel(memoryBytes: number) {
  return instantiateKernel<RipsKernel>(ripsBytes, memoryBytes);
}
