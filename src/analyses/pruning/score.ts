import { Random } from '../../base/random';
import { outputOfClass, predictedClasses, wilson, type RowLabels } from '../../probes/accuracy';
import type { NetworkOutputs } from '../../probes/outputs';
import { quantile } from '../../topology/quantile';
import type { PruneMeasure, PruneShare } from '../prune';

/** What a network answers to each row: its classes where it tells classes apart, else all values of its output. */
export interface Answers {
  readonly outputs: NetworkOutputs | undefined;
  readonly rows: number;
  readonly width: number;
  /** rows × width. */
  readonly values: Float32Array;
}

/** How well each row is answered, so that two networks can be compared row by row. */
export interface Score extends PruneShare {
  /** 1 or 0 a row; of `fit`, the squared error. */
  readonly rows: Float64Array;
}

export function measureOf(answers: Answers, labels: RowLabels | undefined): PruneMeasure {
  const kind = answers.outputs?.kind;
  if (kind === undefined) return 'fit';
  if (labels !== undefined) return 'accuracy';
  // A single number may be a class or a quantity: then all of it counts.
  return kind === 'logit' ? 'fit' : 'agreement';
}

/** Accuracy, agreement with the whole network, or share of its outputs' variance. Answers that are not finite are wrong. */
export function scoreOf(
  measure: PruneMeasure,
  answers: Answers,
  whole: Answers,
  labels: RowLabels | undefined,
  seed: number,
): Score {
  if (measure === 'fit') return fitScore(answers, whole, seed);
  const given = predictedClasses(answers.outputs!);
  const expected = measure === 'agreement' ? predictedClasses(whole.outputs!) : classesOf(answers.outputs!, labels!);
  const rows = Float64Array.from(given, (value, row) => (value === expected[row] ? 1 : 0));
  const { value, low, high } = wilson(
    rows.reduce((a, b) => a + b, 0),
    rows.length,
  );
  return { value, low, high, rows };
}

function classesOf(outputs: NetworkOutputs, labels: RowLabels): Int32Array {
  const expected = outputOfClass(outputs, labels.classes);
  return labels.values.map(value => expected[value]!);
}

const DRAWS = 200;

/** R² against the whole network's outputs, with the middle 95 % of bootstrap samples of the rows. */
function fitScore(answers: Answers, whole: Answers, seed: number): Score {
  const { rows, width } = whole;
  const mean = new Float64Array(width);
  for (let i = 0; i < rows * width; i++) mean[i % width]! += whole.values[i]! / rows;
  const errors = new Float64Array(rows);
  const spreads = new Float64Array(rows);
  for (let i = 0; i < rows * width; i++) {
    const row = Math.floor(i / width);
    const error = answers.values[i]! - whole.values[i]!;
    errors[row]! += Number.isFinite(error) ? error * error : 1e300;
    spreads[row]! += (whole.values[i]! - mean[i % width]!) ** 2;
  }
  const share = (pick: (i: number) => number) => {
    let [error, spread] = [0, 0];
    for (let i = 0; i < rows; i++) {
      error += errors[pick(i)]!;
      spread += spreads[pick(i)]!;
    }
    return error === 0 ? 1 : spread > 0 ? 1 - error / spread : 0;
  };
  const random = new Random(seed, 'rows of the fit');
  const draws = Float64Array.from({ length: DRAWS }, () => {
    const drawn = Uint32Array.from({ length: rows }, () => random.integer(rows));
    return share(i => drawn[i]!);
  }).sort();
  return { value: share(i => i), low: quantile(draws, 0.025), high: quantile(draws, 0.975), rows: errors };
}

/**
 * After less before over the same rows. Of shares with the 95 % interval of Agresti and Min (2005), Wald's for paired shares with half a row added to each cell; of fits from
 * the intervals of both.
 */
export function changeBetween(measure: PruneMeasure, before: Score, after: Score): PruneShare {
  const value = after.value - before.value;
  if (measure === 'fit') return { value, low: after.low - before.value, high: after.high - before.value };
  let [gained, lost] = [0.5, 0.5];
  before.rows.forEach((right, row) => {
    if (right < after.rows[row]!) gained++;
    else if (right > after.rows[row]!) lost++;
  });
  const n = before.rows.length + 2;
  const centre = (gained - lost) / n;
  const half = (1.959963984540054 * Math.sqrt(gained + lost - (gained - lost) ** 2 / n)) / n;
  return { value, low: Math.min(value, centre - half), high: Math.max(value, centre + half) };
}
