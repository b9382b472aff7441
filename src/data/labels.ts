import { Fault } from '../base/fault';
import type { DataSet, Labels } from './dataSet';
import { listed, listedRows, quoted } from '../base/text';
import { formatCount, formatQuantity } from '../base/numbers';

/** What a file holds for labels: the distinct values, where each comes first, and which one each row has. */
export interface RawLabels {
  /** Index into `distinct`, a row each. */
  readonly values: Int32Array;
  readonly distinct: readonly { readonly value: string | number; readonly row: number }[];
}

/**
 * Classes of raw values. Integers are classes by themselves, in their order; texts in the order of their characters. `classes` sets the
 * order; names in it that are none of the values name the integers 0, 1, 2 … in turn. `modelClasses` do the same where every label is
 * among them, and count for nothing where one is not.
 *
 * Throws `unsupported` for numbers that are no integers, `not-finite` for rows without a label, `usage` where `classes` lacks one, `empty`.
 */
export function toLabels(
  raw: RawLabels,
  name: string,
  source: string,
  classes: readonly string[] | undefined,
  modelClasses?: readonly string[],
): Pick<Labels, 'name' | 'values' | 'classes'> & { readonly integers: boolean } {
  if (raw.values.length === 0) throw new Fault('empty', 'There are no labels.', { source });
  const integers = raw.distinct.every(({ value }) => typeof value === 'number');
  for (const { value, row } of raw.distinct) {
    if (value === '' || Number.isNaN(value))
      throw new Fault('not-finite', `Row ${row} has no label.`, { hint: 'Give every row a label.', source });
    if (integers && !Number.isSafeInteger(value))
      throw new Fault('unsupported', `Labels must be classes, integers or names, but row ${row} has ${value}.`, {
        hint: 'Are these values to be predicted rather than classes? Then leave the labels out.',
        source,
      });
  }
  const keys = raw.distinct.map(({ value }) => String(value));
  if (classes) {
    if (new Set(classes).size !== classes.length)
      throw new Fault('usage', `The classes ${listed(classes)} name one twice.`, { source: '--classes' });
    const positions = positionsIn(classes, keys, integers);
    const missing = keys.filter((_, i) => positions[i]! < 0);
    if (missing.length > 0)
      throw new Fault(
        'usage',
        `The labels hold ${listed(missing)}, which ${missing.length === 1 ? 'is none' : 'are none'} of the classes ${listed(classes)}.`,
        { hint: 'Name every class, in the order of the outputs.', source: '--classes' },
      );
    return { name, values: raw.values.map(value => positions[value]!), classes, integers: false };
  }
  if (modelClasses && new Set(modelClasses).size === modelClasses.length) {
    const positions = positionsIn(modelClasses, keys, integers);
    if (positions.every(position => position >= 0))
      return { name, values: raw.values.map(value => positions[value]!), classes: modelClasses, integers: false };
  }
  const order = sorted(raw.distinct.map(({ value }) => value));
  const positions = positionsIn(order, keys, false);
  return { name, values: raw.values.map(value => positions[value]!), classes: order, integers };
}

/** Where each key is among the classes, −1 where it is not; integers that no class is called count the classes. */
function positionsIn(classes: readonly string[], keys: readonly string[], integers: boolean): Int32Array {
  const places = new Map(classes.map((name, i) => [name, i]));
  const counts = integers && keys.every(key => !places.has(key) && Number(key) >= 0 && Number(key) < classes.length);
  return Int32Array.from(keys, key => (counts ? Number(key) : (places.get(key) ?? -1)));
}

function sorted(values: readonly (string | number)[]): readonly string[] {
  const numbers = values.filter(value => typeof value === 'number').sort((a, b) => a - b);
  const texts = values.filter(value => typeof value === 'string').sort();
  return [...new Set([...numbers.map(String), ...texts])];
}

/** Raw labels of texts: taken for numbers where all of them are. */
export function rawLabelsOfTexts(texts: readonly string[]): RawLabels {
  return numbersWherePossible(collect(texts));
}

/** Raw labels of numbers. */
export function rawLabelsOfNumbers(numbers: ArrayLike<number>): RawLabels {
  return collect(numbers);
}

/** Takes the texts for numbers where all of them are integers or decimals. */
export function numbersWherePossible(raw: RawLabels): RawLabels {
  const isNumber = (value: string | number) =>
    /^\s*[+-]?(\d{1,15}(\.\d*)?|\.\d+)(e[+-]?\d{1,3})?\s*$/i.test(String(value));
  const present = raw.distinct.filter(({ value }) => value !== '');
  if (present.length === 0 || !present.every(({ value }) => isNumber(value))) return raw;
  // 1, 1.0 and 01 are the same class.
  const merged: { value: number; row: number }[] = [];
  const positions = new Map<number, number>();
  const indices = raw.distinct.map(({ value, row }) => {
    const number = value === '' ? NaN : Number(value) + 0;
    let position = positions.get(number);
    if (position === undefined) {
      position = merged.push({ value: number, row }) - 1;
      positions.set(number, position);
    }
    return position;
  });
  return { values: raw.values.map(value => indices[value]!), distinct: merged };
}

function collect<T extends string | number>(values: ArrayLike<T>): RawLabels {
  const positions = new Map<T, number>();
  const distinct: { value: T; row: number }[] = [];
  const indices = new Int32Array(values.length);
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    let position = positions.get(value);
    if (position === undefined) {
      position = distinct.push({ value, row }) - 1;
      positions.set(value, position);
    }
    indices[row] = position;
  }
  return { values: indices, distinct };
}

/**
 * The labels of the rows that the data set kept. Throws `shape-mismatch`, naming both lengths, where the file of labels has not one
 * for every row of the file of data.
 */
export function alignLabels(labels: Labels, data: Pick<DataSet, 'rows' | 'dropped' | 'name'>): Labels {
  const rows = data.rows + data.dropped.length;
  if (labels.values.length !== rows)
    throw new Fault(
      'shape-mismatch',
      `There are ${formatQuantity(labels.values.length, 'label')}, but the data has ${formatQuantity(rows, 'row')}.`,
      {
        hint: `Labels and ${quoted(data.name)} must have the same rows.`,
        source: labels.name,
      },
    );
  if (data.dropped.length === 0) return labels;
  const dropped = new Set(data.dropped);
  return { ...labels, values: labels.values.filter((_, row) => !dropped.has(row)) };
}

/**
 * The output of the network that each row's class stands for, of `outputs` outputs; a single output tells two classes. Integers are numbers of outputs
 * as they are where the file held integers (so that a class which no row has shifts none); names are in the order of `classes`.
 *
 * Throws `shape-mismatch` where there are more classes than outputs.
 */
export function outputsOfLabels(labels: Labels, outputs: number): Int32Array {
  const most = outputs === 1 ? 2 : outputs;
  const numbers = labels.classes.map(Number);
  const numbered = labels.integers === true && numbers.every(Number.isSafeInteger);
  const indices = numbered ? numbers : labels.classes.map((_, i) => i);
  const outside = indices.flatMap((index, i) => (index < 0 || index >= most ? [i] : []));
  if (outside.length > 0) {
    const row = labels.values.findIndex(value => outside.includes(value));
    throw new Fault(
      'shape-mismatch',
      numbered
        ? `The labels run from ${Math.min(...numbers)} to ${Math.max(...numbers)}, but the network tells ${formatCount(most)} classes, 0 to ${most - 1}${row >= 0 ? ` (row ${row} is the first outside)` : ''}.`
        : `The labels have ${formatQuantity(labels.classes.length, 'class', 'classes')}, but the network tells ${formatCount(most)}: ${listedRows(outside)} are left over.`,
      {
        hint: 'Are these the labels of this network? The order of the classes can be set with --classes.',
        source: labels.name,
      },
    );
  }
  return labels.values.map(value => indices[value]!);
}
