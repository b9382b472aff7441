import { sayCount } from '../base/numbers';
import type { Translate } from '../base/translate';
import type { CodeLayer, DefinedLayer, UnitWord } from './codeLayers';
import type {
  MeasuredLayer,
  MeasuredModel,
  MeasuredPruning,
  MeasuredRemoval,
  RedundantPart,
} from '../results/measuredModel';

/** What the line above a layer says and does: one thing at a time, and always one of them, so that no line comes or goes. */
export type LensState =
  | { readonly kind: 'choose'; readonly text: string }
  | { readonly kind: 'measure'; readonly text: string }
  | { readonly kind: 'measured'; readonly text: string }
  | { readonly kind: 'stale'; readonly text: string };

/** A lens is read at a glance: no longer than this. */
export const MOST_LETTERS = 60;

export function lensState(
  layer: CodeLayer,
  measured: MeasuredModel | undefined,
  isStale: boolean,
  t: Translate,
): LensState {
  const units = unitsText(layer, t);
  const { network } = layer;
  if (network.model === undefined)
    return { kind: 'choose', text: t('{0} · {1} models fit, choose one', units, network.choices.length) };
  const [first] = layer.layers;
  if (layer.layers.some(({ agrees }) => !agrees)) {
    const theirs = first?.modelUnits;
    return theirs === undefined || theirs === first?.units
      ? { kind: 'stale', text: t('{0} · the model is older than the code', units) }
      : { kind: 'stale', text: t('{0} · the model has {1}', units, sayCount(theirs)) };
  }
  if (measured?.isOlder === true) return { kind: 'stale', text: t('{0} · model changed since it was measured', units) };
  const pruning = measured?.pruning;
  const known = measuredLayers(layer.layers, pruning);
  if (known.length === 0)
    return {
      kind: 'measure',
      text: pruning && !isStale ? t('{0} · stays whole', units) : t('{0} · Measure what can go', units),
    };
  if (isStale) return { kind: 'stale', text: t('{0} · code changed since it was measured', units) };
  const removable = known.map(one => one.removable);
  const [least, most] = [Math.min(...removable), Math.max(...removable)];
  if (most === 0) return { kind: 'measured', text: t('{0} · none can go', units) };
  const count = least === most ? sayCount(most) : t('{0} to {1}', sayCount(least), sayCount(most));
  const worst = known.reduce((a, b) => (b.change.value < a.change.value ? b : a));
  const change = changeText(worst, pruning!.measure, t);
  return { kind: 'measured', text: t('{0} · {1} can go · {2} held-out', units, count, change) };
}

/** 32 filters; 3 × 64 units, where a line makes several layers. */
export function unitsText({ layers, unit }: Pick<CodeLayer, 'layers' | 'unit'>, t: Translate): string {
  const sizes = [...new Set(layers.map(({ units, modelUnits }) => units ?? modelUnits))];
  const size = sizes.length === 1 ? sizes[0] : undefined;
  const many = layers.length > 1;
  const word = unitWord(unit, size === undefined || many ? 2 : size, t);
  if (size === undefined) {
    const known = sizes.filter(one => one !== undefined);
    if (known.length === 0) return many ? t('{0} layers', layers.length) : word;
    return `${layers.length} × ${sayCount(Math.min(...known))}–${sayCount(Math.max(...known))} ${word}`;
  }
  return many ? `${layers.length} × ${sayCount(size)} ${word}` : `${sayCount(size)} ${word}`;
}

export function unitWord(unit: UnitWord, count: number, t: Translate): string {
  switch (unit) {
    case 'filters':
      return count === 1 ? t('filter') : t('filters');
    case 'units':
      return count === 1 ? t('unit') : t('units');
    case 'dimensions':
      return count === 1 ? t('dimension') : t('dimensions');
  }
}

export function measuredLayers(
  layers: readonly DefinedLayer[],
  pruning: MeasuredPruning | undefined,
): readonly MeasuredLayer[] {
  return layers.flatMap(layer => measuredLayer(layer, pruning) ?? []);
}

export function measuredLayer(
  { model }: Pick<DefinedLayer, 'model'>,
  pruning: MeasuredPruning | undefined,
): MeasuredLayer | undefined {
  return pruning && Object.hasOwn(pruning.layers, model) ? pruning.layers[model] : undefined;
}

export function redundantPart(
  { model }: Pick<DefinedLayer, 'model'>,
  removal: MeasuredRemoval | undefined,
): RedundantPart | undefined {
  return removal && Object.hasOwn(removal.redundant, model) ? removal.redundant[model] : undefined;
}

/** What can go, and what that was measured to cost. */
export function redundantText({ name, reason }: RedundantPart, t: Translate): string {
  return t('{0} can go. {1}', name, reason);
}

/** In points where it is a share of rows, and as R² where it is that. */
export function changeText(
  { change }: Pick<MeasuredLayer, 'change'>,
  measure: MeasuredPruning['measure'],
  t: Translate,
): string {
  return measure === 'fit' ? t('{0} R²', signed(change.value, 3)) : t('{0} pt', signed(change.value * 100, 1));
}

/** With its sign; what rounds to nothing has none. */
export function signed(value: number, digits: number): string {
  const rounded = Math.abs(value).toFixed(digits);
  if (Number(rounded) === 0) return '±0';
  return `${value < 0 ? '−' : '+'}${rounded}`;
}
