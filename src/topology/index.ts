/**
 * Exact persistent homology, distances between diagrams, Mapper and their kin, for Node and browsers: the package's export `neural-topology/topology`.
 * Everything is synchronous, deterministic, and works on flat typed arrays; docs/library.md shows it at work.
 */
export { Cancellation } from '../base/cancellation';
export { Fault, isCancelled, type FaultCode, type FaultData } from '../base/fault';
export { noProgress, type Progress } from '../base/progress';

export type { PointCloud } from './pointCloud';
export type { PairwiseDistances } from './pairwiseDistances';
export { METRICS, type CoordinateMetric, type Metric } from './metric';
export { DistanceMatrix, distanceMatrix, medianDistance, precomputedDistances } from './distances';
export { pointDistances } from './pointDistances';

export { rangeOfDimension, totalPersistence, type PersistenceDiagram } from './diagram';
export { forecastRipsBytes, rips, type RipsOptions, type RipsResult } from './rips';
export type { Representative } from './representative';
export { ripsOfPairs, type PairsOptions } from './ripsOfPairs';
export { sparseDistances, type SparseDistances } from './sparseDistances';
export { landmarkBound, maxminLandmarks, randomLandmarks, type LandmarkOptions, type Landmarks } from './landmarks';
export { forecastWitnessBytes, witnessMatrix, type WitnessNu, type WitnessOptions } from './witness';
export { sparseRips, type SparseRipsOptions, type SparseRipsResult } from './sparseRips';
export { geodesicDistances, neighbourGraph, type NeighbourGraph } from './geodesic';
export { minimumSpanningTree, minimumSpanningTreeOfCloud, type SpanningTree } from './minimumSpanningTree';
export { componentsAt, dense0, type DenseComponents } from './dense0';

export { cubicalPersistence, type CubicalOptions } from './cubicalPersistence';
export type { CubicalDiagram } from './cubicalPairs';
export { CUBICAL_CONSTRUCTIONS, cubicalMemoryBytes, type CubicalConstruction } from './cubicalGrid';
export { levelSetBetti, type LevelSetBetti } from './levelSet';

export {
  GROUND_METRICS,
  type DiagramDistance,
  type DiagramMatching,
  type DiagramPoints,
  type GroundMetric,
} from './diagramPoints';
export { bottleneckDistance, wassersteinDistance } from './diagramDistance';
export { slicedWassersteinDistance } from './slicedWasserstein';

export { bettiCurve, bettiScales, type BettiCurve } from './bettiCurve';
export { meanLandscape, persistenceLandscape, type PersistenceLandscape } from './persistenceLandscape';
export { imageGrid, persistenceImage, type ImageGrid, type PersistenceImage } from './persistenceImage';
export { persistentEntropy, type PersistentEntropy } from './persistentEntropy';
export { confidenceBand, type ConfidenceBand, type ConfidenceBandOptions } from './confidenceBand';
export { permutationTest, type PermutationTest, type PermutationTestOptions } from './permutationTest';

export { centredKernelAlignment } from './centredKernelAlignment';
export {
  representationTopologyDivergence,
  type RepresentationTopologyDivergence,
} from './representationTopologyDivergence';

export {
  CLUSTERINGS,
  clusteringRadius,
  mapper,
  type ClusteringMethod,
  type MapperEdge,
  type MapperGraph,
  type MapperNode,
  type MapperOptions,
} from './mapper';
export type { NerveSimplices } from './mapperNerve';
export { mapperStability, type MapperStability, type MapperStabilityOptions } from './mapperStability';
export { graphFeatures, type Flare, type GraphFeatures } from './graphFeatures';
export {
  circularCoordinates,
  type CircularCoordinate,
  type CircularCoordinates,
  type CircularOptions,
} from './circularCoordinates';
export {
  cliqueCommunities,
  type CliqueCommunities,
  type CliqueCommunity,
  type CliqueCommunityOptions,
} from './cliqueCommunities';
export { cycleBasis, type CycleBasis, type Graph } from './cycleBasis';
export { LENS_NAMES, mapperLens, type LensName } from './mapperLens';
