import { Crew, type Helpers, type Job } from './crew';
import { ripsBytes } from './ripsBytes';

/** The kernel of `kernels/rips.as`, where every function is described. Addresses are in bytes. */
export interface RipsKernel {
  readonly packPanels: Job;
  readonly measureBlocks: Job;
  readonly measureRows: Job;
  readonly countLengths: Job;
  startBuckets(): number;
  readonly placeEdges: Job;
  readonly sortBuckets: Job;
  readonly clearRanks: Job;
  readonly placeRanks: Job;
  readonly mirrorRanks: Job;
  clearNeighbours(): void;
  listNeighbours(begin: number, end: number): number;
  readonly findNeighbourhoods: Job;
  neighbourhoodCount(): number;
  startDividing(tree: number, rest: number): void;
  divideNeighbourhoods(begin: number, end: number): number;
  openHeap(at: number): void;
  firstNeighbour(rank: number): number;
  openWindow(low: number, high: number): void;
  pushCofacetsOfEdge(rank: number): void;
  popPivot(): number;
  pivotRank(): number;
  pivotRest(): number;
  restorePivot(): void;
  edgeRowsBytes(): number;
  openEdgeRows(at: number): void;
  moveEdgeRows(rank: number, most: number): number;
  flipEdge(rank: number): void;
  seekCofacet(end: number): number;
  cofacetRank(): number;
  cofacetThird(): number;
  edgesOfVertices(from: number, to: number): number;
  takeEdges(from: number, to: number, out: number): number;
  joinEdges(begin: number, end: number): void;
  fillLevel(level: number): void;
  openReduction(at: number, mostBytes: number, prime: number, topDimension: number, keepAll: number): number;
  clearSimplex(key: number): number;
  openDimension(dimension: number): number;
  reduceColumns(budget: number): number;
  columnRank(): number;
  toldPairs(): number;
  takeToldPairs(): number;
}

export type RipsCrew = Crew<RipsKernel>;

export function ripsCrew(helpers?: Helpers): RipsCrew {
  return new Crew<RipsKernel>(ripsBytes, helpers);
}
