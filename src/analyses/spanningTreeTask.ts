import type { Cancellation } from '../base/cancellation';
import type { Progress } from '../base/progress';
import { spanningTreePart } from '../topology/largeSpanningTree';
import type { WeightedEdges } from '../topology/lightestForest';
import type { SpanningTreePlan } from '../topology/spanningTreePlan';

/** One of `parts` equal shares of the pairs of a large cloud. */
export interface SpanningTreeTaskInput {
  readonly plan: SpanningTreePlan;
  readonly part: number;
  readonly parts: number;
}

export function spanningTreeOfShare(
  { plan, part, parts }: SpanningTreeTaskInput,
  cancellation: Cancellation,
  progress: Progress,
): WeightedEdges {
  return spanningTreePart(plan, part, parts, cancellation, progress);
}
