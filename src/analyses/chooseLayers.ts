import { Fault } from '../base/fault';
import { nearestNames } from '../base/nearest';
import type { InnerLayer } from '../models/model';
import { innerLayerFault } from '../models/innerLayerFault';

/**
 * The layers asked for, in the network's order; all where none are named. `others` can be named too, and come after them: outputs that are no layers. Throws `empty` where there is none at all, `usage` for a name that is not there, with
 * the nearest ones, and `unsupported` for one of the `inner` layers, those of loops and branches.
 */
export function chooseLayers<L extends { readonly name: string }>(
  layers: readonly L[],
  names: readonly string[] | undefined,
  others: readonly L[] = [],
  inner: readonly InnerLayer[] = [],
  source = '--layers',
): readonly L[] {
  if (names === undefined) {
    if (layers.length === 0)
      throw new Fault('empty', 'The network has no layer: nothing in it computes with the values of its input.', {
        hint: 'Describe the model to see what is in it.',
      });
    return layers;
  }
  if (names.length === 0) throw new Fault('usage', 'No layer is named.', { source });
  const all = [...layers, ...others];
  const known = all.map(layer => layer.name);
  for (const name of names) {
    if (known.includes(name)) continue;
    const within = inner.find(layer => layer.name === name);
    if (within !== undefined) throw innerLayerFault(within, inner).at(source);
    const nearest = nearestNames(name, known);
    const few = known.slice(0, 12).join(', ') + (known.length > 12 ? `, … (${known.length} in all)` : '');
    throw new Fault(
      'usage',
      nearest.length > 0
        ? `There is no layer ${name}; the nearest are ${nearest.join(', ')}.`
        : `There is no layer ${name}; the layers are ${few}.`,
      { hint: `Layers of this model: ${few}.`, source },
    );
  }
  return all.filter(layer => names.includes(layer.name));
}
