import type { FailureScanInput } from './failures/failureScanTask';
import type { WeightedEdges } from '../topology/lightestForest';
import type { AttentionHeadInput, AttentionHeadOutput } from './attention/headTask';
import type { ComparedLayer, LayerDiagramsInput } from './layerDiagramsTask';
import type { LayerPairsInput, LayerPairsOutput } from './layerPairsTask';
import type { PairMeasures } from './compare/comparedPair';
import type { PairTaskInput } from './compare/pairTask';
import type { LayerTaskInput } from './layerTask';
import type { LayerTopology } from './layerTopology';
import type { SpanningTreeTaskInput } from './spanningTreeTask';

/**
 * The pure pieces of work that an analysis spreads over cores: name → input and output, both structured-cloneable.
 * The table of their implementations is beside it, so that a worker needs nothing else.
 */
export interface Tasks {
  readonly attentionHead: { readonly input: AttentionHeadInput; readonly output: AttentionHeadOutput };
  readonly spanningTree: { readonly input: SpanningTreeTaskInput; readonly output: WeightedEdges };
  readonly layerDiagrams: { readonly input: LayerDiagramsInput; readonly output: ComparedLayer };
  readonly layerPairs: { readonly input: LayerPairsInput; readonly output: LayerPairsOutput };
  readonly pair: { readonly input: PairTaskInput; readonly output: PairMeasures };
  readonly failureScan: { readonly input: FailureScanInput; readonly output: { readonly scores: Float64Array } };
  readonly layer: { readonly input: LayerTaskInput; readonly output: LayerTopology };
}

export type TaskName = keyof Tasks;
export type TaskInput<Name extends TaskName> = Tasks[Name]['input'];
export type TaskOutput<Name extends TaskName> = Tasks[Name]['output'];
