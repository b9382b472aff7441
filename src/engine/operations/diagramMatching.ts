import { bottleneckDistance } from '../../topology/diagramDistance';
import type { DiagramPoints } from '../../topology/diagramPoints';
import type { OperationContext } from '../operationContext';
import type { DiagramMatched } from '../redundancyTypes';

/** Which bars of two diagrams go to which. Both have as many essential bars. */
export function diagramMatching(
  { a, b }: { readonly a: DiagramPoints; readonly b: DiagramPoints },
  { cancellation }: OperationContext<never>,
): DiagramMatched {
  const { distance, matching } = bottleneckDistance(a, b, 'linf', cancellation);
  return { distance: distance ?? 0, pairs: Int32Array.from((matching ?? []).flatMap(([i, j]) => [i ?? -1, j ?? -1])) };
}
