import type { Cancellation } from '../base/cancellation';
import type { Progress } from '../base/progress';
import { failureScanNull } from './failures/failureScanTask';
import { attentionHead } from './attention/headTask';
import { layerDiagrams } from './layerDiagramsTask';
import { layerPairs } from './layerPairsTask';
import { comparePair } from './compare/pairTask';
import { computeLayer } from './layerTask';
import { spanningTreeOfShare } from './spanningTreeTask';
import type { TaskInput, TaskName, TaskOutput } from './tasks';

type RunTask<Name extends TaskName> = (
  input: TaskInput<Name>,
  cancellation: Cancellation,
  progress: Progress,
) => TaskOutput<Name>;

const TASKS: { readonly [Name in TaskName]: RunTask<Name> } = {
  failureScan: failureScanNull,
  attentionHead,
  layerDiagrams,
  layerPairs,
  layer: computeLayer,
  pair: comparePair,
  spanningTree: spanningTreeOfShare,
};

/** Runs a task in this thread. */
export function runTask<Name extends TaskName>(
  name: Name,
  input: TaskInput<Name>,
  cancellation: Cancellation,
  progress: Progress,
): TaskOutput<Name> {
  return TASKS[name](input, cancellation, progress);
}
