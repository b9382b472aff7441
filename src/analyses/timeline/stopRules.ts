import {
  formatCount,
  formatNumber,
  formatPercent,
  formatQuantity,
  formatRoundPercent,
  formatShareRange,
} from '../../base/numbers';
import { isMeasured, type Checkpoint, type Stop, type StopRule, type TimelineEntry } from './timeline';

/** Neural persistence rests when the next two checkpoints do not raise it by this share. */
const PLATEAU_SHARE = 0.01;
/** Checkpoints after one that must agree with what is said of it. */
const PATIENCE = 2;
/** Total persistence rises when the next two checkpoints lie above the least by this share. */
const RISE_SHARE = 0.1;
/** Beyond this, neural persistence follows the variance of the weights (Girrbach et al. 2023). */
const FOLLOWS = 0.95;

/**
 * Which checkpoint to keep: the most accurate on the rows that were given; without labels the one where neural persistence came to rest (Rieck et al. 2019), else the one after which total
 * persistence of the features rose, else the last. Each rule says what it found, and that it never fired where it did not. `null` where no checkpoint could be read.
 */
export function whichToKeep(entries: readonly TimelineEntry[]): Stop | null {
  const checkpoints = entries.filter(isMeasured);
  const last = checkpoints.at(-1);
  if (last === undefined) return null;
  const rules = [byAccuracy(checkpoints), byNeuralPersistence(checkpoints), byTotalPersistence(checkpoints)];
  const chosen = rules.find(rule => rule.rule === 'accuracy' && rule.file !== null) ?? rules.find(rule => rule.fired);
  if (chosen !== undefined) return { file: chosen.file!, reason: chosen.reason, rules };
  const reason = `No rule says to stop before it: it is the last of ${formatQuantity(checkpoints.length, 'checkpoint')}. Labels of rows that were not trained on would tell more.`;
  return { file: last.file, reason, rules };
}

function byAccuracy(checkpoints: readonly Checkpoint[]): StopRule {
  const measured = checkpoints.flatMap(({ file, accuracy }) => (accuracy === null ? [] : [{ file, accuracy }]));
  const [first] = measured;
  if (first === undefined)
    return { rule: 'accuracy', fired: false, file: null, reason: 'Accuracy is not known: there are no labels.' };
  const best = measured.reduce((a, b) => (b.accuracy.value > a.accuracy.value ? b : a), first);
  const { value, low, high, samples } = best.accuracy;
  const near = measured.find(({ accuracy }) => accuracy.value >= low)!;
  const parts = [
    `Highest accuracy on the rows given: ${formatPercent(value)} (${formatShareRange(low, high)} %) of ${formatQuantity(samples, 'row')}, the best of ${formatQuantity(measured.length, 'checkpoint')}`,
    ...(near.file === best.file
      ? []
      : [`${near.file} has ${formatPercent(near.accuracy.value)} already, which lies within that interval`]),
    ...(best.file === measured.at(-1)!.file && measured.length > 1
      ? ['it is the last one, so accuracy may rise further']
      : []),
  ];
  return {
    rule: 'accuracy',
    fired: best.file !== measured.at(-1)!.file,
    file: best.file,
    reason: `${parts.join('; ')}.`,
  };
}

function byNeuralPersistence(checkpoints: readonly Checkpoint[]): StopRule {
  const rule = 'neural-persistence';
  const measured = checkpoints.flatMap(({ file, weights }) =>
    weights === null
      ? []
      : [
          {
            file,
            value: weights.neuralPersistence.mean,
            variance: meanOf(weights.neuralPersistence.layers.map(layer => layer.variance)),
          },
        ],
  );
  const never = (why: string): StopRule => ({
    rule,
    fired: false,
    file: null,
    reason: `Neural persistence never fired: ${why}.`,
  });
  if (measured.length < PATIENCE + 2)
    return never(
      `${formatQuantity(measured.length, 'checkpoint')} with dense layers, fewer than the ${PATIENCE + 2} that a plateau takes`,
    );
  const start = measured[0]!.value;
  const values = measured.map(one => one.value);
  if (!values.some(value => value > start * (1 + PLATEAU_SHARE))) return never('it did not rise from its start');
  const at = values.findIndex(
    (value, k) =>
      k > 0 &&
      k + PATIENCE < values.length &&
      value > start * (1 + PLATEAU_SHARE) &&
      values.slice(k + 1, k + 1 + PATIENCE).every(next => next <= value * (1 + PLATEAU_SHARE)),
  );
  if (at < 0) return never('it rose to the end');
  const r = correlation(
    values,
    measured.map(one => one.variance),
  );
  const confounder =
    r === undefined
      ? 'read it beside the variance of the weights'
      : Math.abs(r) >= FOLLOWS
        ? `it follows the variance of the weights (r = ${r.toFixed(2)}) and says little of its own`
        : `its correlation with the variance of the weights is ${r.toFixed(2)}`;
  return {
    rule,
    fired: true,
    file: measured[at]!.file,
    reason: `Neural persistence came to rest at ${formatNumber(values[at])}: the next ${PATIENCE} checkpoints raise it by less than ${formatRoundPercent(PLATEAU_SHARE)}; ${confounder}.`,
  };
}

function byTotalPersistence(checkpoints: readonly Checkpoint[]): StopRule {
  const rule = 'total-persistence';
  const measured = checkpoints.flatMap(({ file, featureLayer, layers }) => {
    const layer = layers.find(one => one.name === featureLayer);
    return layer === undefined ? [] : [{ file, layer: layer.name, value: layer.relativePersistence[0]! }];
  });
  const never = (why: string): StopRule => ({
    rule,
    fired: false,
    file: null,
    reason: `Total persistence never fired: ${why}.`,
  });
  if (measured.length < PATIENCE + 2)
    return never(
      `${formatQuantity(measured.length, 'checkpoint')} whose features were measured, fewer than the ${PATIENCE + 2} that a rise takes`,
    );
  // The untrained network is no candidate.
  const least = measured.slice(1).reduce((a, b) => (b.value < a.value ? b : a));
  const after = measured.slice(measured.indexOf(least) + 1);
  const rises =
    after.length >= PATIENCE && after.slice(0, PATIENCE).every(({ value }) => value > least.value * (1 + RISE_SHARE));
  if (!rises)
    return never(
      `at ${least.layer} it does not rise by ${formatRoundPercent(RISE_SHARE)} after its least value (${formatNumber(least.value)}, ${least.file})`,
    );
  return {
    rule,
    fired: true,
    file: least.file,
    reason: `Total persistence of H0 at ${least.layer} is least here (${formatNumber(least.value)} median distances) and rises by more than ${formatRoundPercent(RISE_SHARE)} in the next ${PATIENCE} checkpoints (to ${formatNumber(after[PATIENCE - 1]!.value)}): the features come apart again, as when single rows are memorised (${formatCount(measured.length)} checkpoints).`,
  };
}

/** Pearson's; `undefined` where one of them does not vary. */
export function correlation(a: readonly number[], b: readonly number[]): number | undefined {
  const [x, y] = [meanOf(a), meanOf(b)];
  let [both, first, second] = [0, 0, 0];
  a.forEach((value, k) => {
    const [u, v] = [value - x, b[k]! - y];
    both += u * v;
    first += u * u;
    second += v * v;
  });
  return first > 0 && second > 0 ? both / Math.sqrt(first * second) : undefined;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
