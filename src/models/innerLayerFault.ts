import { Fault } from '../base/fault';
import { quoted } from '../base/text';
import type { InnerLayer } from './model';

/** Why a layer in the body of a loop or of a branch is not captured, and which layer has what comes out. */
export function innerLayerFault(layer: InnerLayer, inner: readonly InnerLayer[]): Fault {
  const { op } = layer.within;
  const why =
    op === 'If'
      ? 'it is computed only where the branch is taken'
      : 'it has another value in each turn, and the runtime gives none of them out';
  // The loop may itself be in the body of another.
  let outermost = layer;
  for (
    let at: InnerLayer | undefined = layer;
    at !== undefined;
    at = inner.find(one => one.name === outermost.within.layer)
  )
    outermost = at;
  return new Fault(
    'unsupported',
    `Layer ${quoted(layer.name, 80)} is within ${quoted(layer.within.layer, 80)} (${op}): ${why}, so its activations cannot be had.`,
    { hint: `Ask for ${quoted(outermost.within.layer, 80)}, which has what comes out of it.` },
  );
}
