/** Rips persistence: what a thread does with the memory that `space.as` describes. */
export { packPanels, measureBlocks } from './distances';
export {
  measureRows,
  countLengths,
  startBuckets,
  placeEdges,
  sortBuckets,
  clearRanks,
  placeRanks,
  mirrorRanks,
} from './edges';
export {
  clearNeighbours,
  listNeighbours,
  findNeighbourhoods,
  neighbourhoodCount,
  startDividing,
  divideNeighbourhoods,
} from './neighbourhoods';
export {
  openHeap,
  firstNeighbour,
  openWindow,
  pushCofacetsOfEdge,
  popPivot,
  pivotRank,
  pivotRest,
  restorePivot,
} from './columns';
export {
  edgeRowsBytes,
  openEdgeRows,
  moveEdgeRows,
  flipEdge,
  seekCofacet,
  cofacetRank,
  cofacetThird,
  edgesOfVertices,
  takeEdges,
} from './edgeRows';
export { joinEdges, fillLevel } from './levels';
export { columnRank } from './simplexColumns';
export { openReduction, clearSimplex, openDimension, reduceColumns, toldPairs, takeToldPairs } from './reduction';
