import path from 'node:path';
import { formatShare } from '../../base/numbers';
import { sayCount } from '../base/numbers';
import type { Translate } from '../base/translate';
import type { LayerTopology } from '../../protocol/results';
import { shortName } from '../data/reference';
import type { CodeLayer, DefinedLayer } from './codeLayers';
import type { MeasuredLayer, MeasuredModel, MeasuredPruning } from '../results/measuredModel';
import { changeText, measuredLayer, redundantPart, redundantText, signed, unitWord } from './lensText';

/** What a hover says of one layer: lines of plain text, which the host escapes. */
export interface HoverLines {
  readonly title: string;
  readonly figures: readonly string[];
  readonly caveats: readonly string[];
}

export function hoverLines(
  layer: CodeLayer,
  defined: DefinedLayer,
  measured: MeasuredModel | undefined,
  isStale: boolean,
  topology: LayerTopology | undefined,
  t: Translate,
): HoverLines {
  const { network } = layer;
  const { pruning, removal } = measured ?? {};
  const known = measuredLayer(defined, pruning);
  const redundant = redundantPart(defined, removal);
  const restsOn = new Set([...(known ? [pruning!.data] : []), ...(redundant === undefined ? [] : [removal!.data])]);
  const confidence = t(
    '{0} of the layers with weights were found by name, or by order and sizes',
    formatShare(network.match.confidence),
  );
  return {
    title: titleOf(network.model, defined, t),
    figures: [
      ...(topology ? [topologyLine(topology, t)] : []),
      ...(known ? [figureLine(layer, known, pruning!, t)] : []),
      ...(redundant === undefined ? [] : [redundantText(redundant, t)]),
    ],
    caveats: [
      ...(known
        ? [t('Measured with the other layers whole: what goes of several layers costs more than of one.')]
        : []),
      ...[...restsOn].map(data => t('Measured on {0}.', shortName(data))),
      ...(measured?.isOlder === true ? [t('The model was written anew since it was measured.')] : []),
      ...(isStale ? [t('The code has changed since this was measured.')] : []),
      ...(defined.agrees ? [] : [t('The model has other sizes than the code: it is older.')]),
      ...(network.match.confidence < 1 ? [`${confidence}.`] : []),
    ],
  };
}

/** The layer and its model; both names where the model has another one. */
function titleOf(model: string | undefined, defined: DefinedLayer, t: Translate): string {
  const file = path.basename(model ?? '');
  return defined.path === defined.model
    ? t('{0} in {1}', defined.path, file)
    : t('{0} is {1} in {2}', defined.path, defined.model, file);
}

/** What the panel found of the layer's activations, where it is open. */
function topologyLine({ dense0, significant, points }: LayerTopology, t: Translate): string {
  const loops = significant.loops;
  return loops === undefined
    ? t(
        '{0} dense components (share ≥ {1}) · {2} points',
        sayCount(dense0.count),
        formatShare(dense0.share),
        sayCount(points),
      )
    : t(
        '{0} dense components (share ≥ {1}) · {2} significant loops · {3} points',
        sayCount(dense0.count),
        formatShare(dense0.share),
        sayCount(loops),
        sayCount(points),
      );
}

/** The numbers of a layer on one line, each with what it rests on. */
function figureLine(layer: CodeLayer, known: MeasuredLayer, pruning: MeasuredPruning, t: Translate): string {
  const { change, removable, units } = known;
  const scale = pruning.measure === 'fit' ? 1 : 100;
  const digits = pruning.measure === 'fit' ? 3 : 1;
  return t(
    '{0} of {1} {2} can go · {3} held-out (95 %: {4} to {5}) · {6} rows',
    sayCount(removable),
    sayCount(units),
    unitWord(layer.unit, units, t),
    changeText(known, pruning.measure, t),
    signed(change.low * scale, digits),
    signed(change.high * scale, digits),
    sayCount(pruning.heldOutRows),
  );
}
