import { Fault, isCancelled } from '../../base/fault';
import { DisposableStore } from '../../base/lifecycle';
import { Ablations } from '../ablations';
import type { OperationContext } from '../operationContext';
import type { MeasuredRemoval, MeasureRemovalsInput } from '../redundancyTypes';
import { openRedundancySource } from './redundancy';

/** Takes each of some candidates out of a network by itself and measures what is left. Throws `cancelled`, and what opening the files throws. */
export async function measureRemovals(
  { candidates, baseline, ...input }: MeasureRemovalsInput,
  context: OperationContext<never>,
): Promise<readonly MeasuredRemoval[]> {
  const store = new DisposableStore();
  try {
    const { source, parameters } = openRedundancySource(input, context, store);
    if (source.network === undefined)
      throw new Fault('unsupported', 'Saved activations have no network to take a layer out of.');
    const ablations = new Ablations(source.network, source.labels, parameters, context, baseline);
    const found: MeasuredRemoval[] = [];
    for (const running of ablations.measure(candidates)) {
      try {
        found.push({ ablation: await running });
      } catch (error) {
        if (!(error instanceof Fault) || isCancelled(error)) throw error;
        found.push({ fault: error.toData() });
      }
    }
    return found;
  } finally {
    store.dispose();
  }
}
