import { Fault } from '../base/fault';
import { formatQuantity } from '../base/numbers';
import type { NetworkOutputs } from './outputs';

/** One class a row: Labels of a data set are that. */
export interface RowLabels {
  readonly name?: string | undefined;
  /** Index into `classes`, a row each. */
  readonly values: Int32Array;
  readonly classes: readonly string[];
}

/** A share with its 95 % Wilson interval. */
export interface Accuracy {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly samples: number;
}

/**
 * The class that the network gives each row: the largest score; of a single score class 1 above 0.5 (a probability) or above 0
 * (a logit); a label as it is. −1 where the scores are not numbers.
 */
export function predictedClasses(outputs: NetworkOutputs): Int32Array {
  const { kind, rows, width, values } = outputs;
  const classes = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    const first = values[row * width]!;
    if (kind === 'label') classes[row] = first;
    else if (kind === 'classes') classes[row] = largest(values, row * width, width);
    else classes[row] = Number.isNaN(first) ? -1 : first > (kind === 'probability' ? 0.5 : 0) ? 1 : 0;
  }
  return classes;
}

function largest(values: Float32Array, from: number, width: number): number {
  let best = -1;
  for (let k = 0; k < width; k++)
    if (best < 0 ? !Number.isNaN(values[from + k]!) : values[from + k]! > values[from + best]!) best = k;
  return best;
}

/**
 * The output that stands for each class of the labels: by the model's own names, by number where all class names are whole numbers,
 * else in order.
 */
export function outputOfClass(outputs: NetworkOutputs, classes: readonly string[]): Int32Array {
  const names = outputs.classNames;
  if (names !== undefined && classes.every(name => names.includes(name))) {
    // The outputs of a label are the classes themselves, not their places.
    const whole = outputs.kind === 'label' && classes.every(isWhole);
    return Int32Array.from(classes, name => (whole ? Number(name) : names.indexOf(name)));
  }
  const numbers = classes.every(isWhole) ? classes.map(Number) : undefined;
  const count = outputs.kind === 'classes' ? outputs.width : outputs.kind === 'label' ? Infinity : 2;
  if (numbers?.every(number => number < count) === true) return Int32Array.from(numbers);
  return Int32Array.from(classes, (_, index) => index);
}

function isWhole(name: string): boolean {
  return /^\d{1,9}$/.test(name);
}

/** The share of rows whose predicted class is their label. Throws `shape-mismatch` for labels that do not fit. */
export function accuracy(outputs: NetworkOutputs, labels: RowLabels): Accuracy {
  return shareOf(correctRows(outputs, labels));
}

/** The share of ones, with its interval. */
export function shareOf(correct: Uint8Array): Accuracy {
  let hits = 0;
  for (const right of correct) hits += right;
  return wilson(hits, correct.length);
}

/** 1 for each row whose predicted class is its label. Throws `shape-mismatch` for labels that do not fit. */
export function correctRows(outputs: NetworkOutputs, labels: RowLabels): Uint8Array<ArrayBuffer> {
  const source = labels.name === undefined ? {} : { source: labels.name };
  if (labels.values.length !== outputs.rows) {
    throw new Fault(
      'shape-mismatch',
      `There are ${formatQuantity(labels.values.length, 'label')} for ${formatQuantity(outputs.rows, 'row')}.`,
      source,
    );
  }
  const scores = outputs.kind === 'classes' ? outputs.width : outputs.kind === 'label' ? Infinity : 2;
  if (labels.classes.length > scores) {
    throw new Fault(
      'shape-mismatch',
      `The labels have ${formatQuantity(labels.classes.length, 'class', 'classes')}, but the network tells ${scores} apart.`,
      {
        hint: 'Choose the labels of this data, or a column of classes.',
        ...source,
      },
    );
  }
  const predicted = predictedClasses(outputs);
  const expected = outputOfClass(outputs, labels.classes);
  return Uint8Array.from(predicted, (answer, row) => (answer === expected[labels.values[row]!] ? 1 : 0));
}

/** Wilson's score interval of a share (Wilson 1927), 95 %. */
export function wilson(hits: number, samples: number): Accuracy {
  const value = hits / samples;
  const z = 1.959963984540054;
  const scale = 1 + (z * z) / samples;
  const centre = (value + (z * z) / (2 * samples)) / scale;
  const half = (z / scale) * Math.sqrt((value * (1 - value)) / samples + (z * z) / (4 * samples * samples));
  // Exactly 0 and 1 at the ends, where rounding would miss them.
  return { value, low: hits === 0 ? 0 : centre - half, high: hits === samples ? 1 : centre + half, samples };
}
