import type { Checkpoint, TimelineEntry } from '../../src/protocol/timeline';
import { toCsv } from '../format/csv';
import { formatNumber, formatPercent, formatShareRange } from '../format/numbers';
import { isMeasured } from './series';

/** What is said of a checkpoint in numbers: name, and value as text. */
export type Fact = readonly [name: string, value: string];

/** The numbers of one checkpoint that are of no layer. */
export function factsOf(checkpoint: Checkpoint): readonly Fact[] {
  const { accuracy, weights, collapse } = checkpoint;
  const facts: Fact[] = [];
  if (accuracy !== null)
    facts.push(['accuracy', `${formatPercent(accuracy.value)} (${formatShareRange(accuracy.low, accuracy.high)} %)`]);
  if (weights !== null) {
    const { mean, meanOfficial, layers } = weights.neuralPersistence;
    facts.push(['neural persistence', `${formatNumber(mean)} (official ${formatNumber(meanOfficial)})`]);
    facts.push([
      'mean weight variance',
      formatNumber(layers.reduce((sum, one) => sum + one.variance, 0) / layers.length),
    ]);
    if (weights.deepGraphPersistence !== null)
      facts.push(['deep graph persistence', formatNumber(weights.deepGraphPersistence.value)]);
  }
  if (collapse !== null) {
    const { nc1, nc2Norm, nc2Angle, nc3, nc4 } = collapse;
    facts.push(['NC1', number(nc1)], ['NC2', `${number(nc2Norm)}, angles ${number(nc2Angle)}`], ['NC3', number(nc3)]);
    facts.push(['NC4', nc4 === null ? '–' : formatPercent(nc4)]);
  }
  return facts;
}

/** One row of a table for each layer: name, β0*, total persistence by dimension, distance from what it reads. */
export function layerRows({ layers }: Checkpoint): readonly (readonly string[])[] {
  return layers.map(({ name, dense0, relativePersistence, redundancy }) => [
    name,
    String(dense0),
    number(relativePersistence[0]),
    number(relativePersistence[1]),
    number(redundancy?.bottleneck[0]),
  ]);
}

/** All numbers, a row for each layer of each checkpoint. */
export function timelineCsv(entries: readonly TimelineEntry[]): string {
  const head = ['file', 'step', 'accuracy', 'accuracy_low', 'accuracy_high', 'neural_persistence', 'nc1', 'nc2_norm', 'nc2_angle', 'nc3', 'nc4', 'layer', 'dense0', 'total_h0', 'total_h1', 'median_distance', 'reads', 'from_input_h0', 'from_input_h1', 'error']; // prettier-ignore
  const rows: (string | number)[][] = [];
  for (const entry of entries) {
    if (!isMeasured(entry)) {
      rows.push([entry.file, entry.step ?? '', ...Array<string>(head.length - 3).fill(''), entry.error.message]);
      continue;
    }
    const { accuracy, weights, collapse } = entry;
    const own = [
      entry.file,
      entry.step ?? '',
      accuracy?.value ?? '',
      accuracy?.low ?? '',
      accuracy?.high ?? '',
      weights?.neuralPersistence.mean ?? '',
      collapse?.nc1 ?? '',
      collapse?.nc2Norm ?? '',
      collapse?.nc2Angle ?? '',
      collapse?.nc3 ?? '',
      collapse?.nc4 ?? '',
    ];
    if (entry.layers.length === 0) rows.push([...own, ...Array<string>(head.length - own.length).fill('')]);
    for (const { name, dense0, totalPersistence, medianDistance, redundancy } of entry.layers)
      rows.push([
        ...own,
        name,
        dense0,
        totalPersistence[0] ?? '',
        totalPersistence[1] ?? '',
        medianDistance,
        redundancy?.layer ?? '',
        redundancy?.bottleneck[0] ?? '',
        redundancy?.bottleneck[1] ?? '',
        '',
      ]);
  }
  return toCsv(head, rows);
}

function number(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : formatNumber(value);
}
