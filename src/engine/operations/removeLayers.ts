import type { Ablation, RemovalCandidate } from '../../analyses/redundancy';
import { removalCandidates } from '../../analyses/removalCandidates';
import { Fault } from '../../base/fault';
import { DisposableStore } from '../../base/lifecycle';
import { nearestNames } from '../../base/nearest';
import { Ablations, type ChangedNetwork } from '../ablations';
import type { OperationContext } from '../operationContext';
import { checkOutput } from '../outputFile';
import type { RemovedLayers, RemoveLayersInput } from '../redundancyTypes';
import { writeModelFile } from '../writeModelFile';
import { networkLayers, openRedundancySource } from './redundancy';

/**
 * Takes layers or blocks out of a model, measures what is left in the bytes that are written, and writes it. Throws `exists` before any work is done, `usage` for a name that is none of a candidate, and
 * `unsupported` where the format or the shapes do not allow the change.
 */
export async function removeLayers(input: RemoveLayersInput, context: OperationContext<never>): Promise<RemovedLayers> {
  checkOutput(input.out, input.force === true);
  const store = new DisposableStore();
  try {
    context.progress(0, 'reading the model and the data');
    const { source, parameters } = openRedundancySource(input, context, store);
    const { network } = source;
    if (network === undefined)
      throw new Fault('unsupported', 'Saved activations have no network to take a layer out of.', {
        source: input.model,
      });
    const ablations = new Ablations(network, source.labels, parameters, context);
    if (ablations.refusal !== undefined) throw new Fault('unsupported', ablations.refusal, { source: input.model });
    const chosen = chosenOf(removalCandidates(networkLayers(network.opened.model)), input.remove);
    let changed: ChangedNetwork | undefined;
    let last: Awaited<ReturnType<Ablations['remove']>> | undefined;
    let fittedRows: number | undefined;
    for (const [at, one] of chosen.entries()) {
      context.progress((0.8 * at) / chosen.length, `taking out ${one.name}`);
      last = await ablations.remove(one, changed);
      changed = last.changed;
      fittedRows ??= last.fittedRows;
    }
    context.progress(0.8, 'running the smaller network');
    const replacement: Ablation['replacement'] = fittedRows === undefined ? 'bypass' : 'linear';
    const ablation = await ablations.compare(changed!, replacement, fittedRows);
    const files = writeModelFile(last!.of, last!.changes, input.out, {
      force: input.force === true,
      cancellation: context.cancellation,
    });
    return {
      removed: chosen.map(one => one.name).reverse(),
      layers: network.opened.model.layers.flatMap(({ name }) =>
        chosen.some(one => one.layers.includes(name)) ? [name] : [],
      ),
      ablation,
      files,
      format: changed!.model.format,
    };
  } finally {
    store.dispose();
  }
}

/** From the network's end to its beginning: so what an earlier part gives is still there when a later one is taken out. Parts of others go with them. */
function chosenOf(candidates: readonly RemovalCandidate[], names: readonly string[]): readonly RemovalCandidate[] {
  const known = candidates.map(one => one.name);
  const chosen = names.map(name => {
    const at = known.indexOf(name);
    if (at >= 0) return at;
    const nearest = nearestNames(name, known);
    throw new Fault(
      'usage',
      `There is no layer or block ${name} that can be taken out; the nearest are ${(nearest.length > 0 ? nearest : known.slice(0, 8)).join(', ')}.`,
      {
        hint: `Those of this model: ${known.slice(0, 12).join(', ')}${known.length > 12 ? `, … (${known.length} in all)` : ''}.`,
        source: '--remove',
      },
    );
  });
  const parts = [...new Set(chosen)].sort((a, b) => b - a).map(at => candidates[at]!);
  return parts.filter(
    one =>
      !parts.some(
        other =>
          other !== one &&
          other.layers.length > one.layers.length &&
          one.layers.every(name => other.layers.includes(name)),
      ),
  );
}
