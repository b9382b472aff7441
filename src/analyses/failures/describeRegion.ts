import type { InputRows } from '../../probes/inputRows';
import { subsetRows } from '../../probes/subsetRows';

/** In what a region's inputs differ from others: a feature of rows of numbers, or a word of texts. */
export interface RegionTrait {
  readonly kind: 'feature' | 'word';
  /** The column's name where there is one, else its place: "[3, 4]". */
  readonly name: string;
  /** Mean of the feature, or share of the texts that have the word. */
  readonly region: number;
  readonly others: number;
  /** `region` − `others`, in standard deviations of all rows. */
  readonly difference: number;
}

/** The rows that a region is described by: its members, those that they are held against, and all of which deviations are. */
export interface DescribedRows {
  readonly members: Uint32Array;
  readonly others: Uint32Array;
  readonly all: Uint32Array;
}

/** Traits of so many features at most: sums over all of them are kept. */
const MOST_FEATURES = 2 ** 22;
const SHOWN = 5;

/** The features in which the members' mean differs most from the others', by falling difference; features that never vary are none. Empty where either group is, and for rows of millions of values. */
export function typicalFeatures(
  data: InputRows,
  columns: readonly string[] | undefined,
  { members, others, all }: DescribedRows,
): readonly RegionTrait[] {
  const width = data.rowShape.reduce((a, b) => a * b, 1);
  if (members.length === 0 || others.length === 0 || width > MOST_FEATURES) return [];
  const region = means(data, members, width);
  const rest = means(data, others, width);
  const deviation = deviations(data, all, width);
  const traits: RegionTrait[] = [];
  for (let k = 0; k < width; k++) {
    if (!(deviation[k]! > 0)) continue;
    const difference = (region[k]! - rest[k]!) / deviation[k]!;
    if (difference === 0 || (traits.length === SHOWN && Math.abs(difference) <= Math.abs(traits.at(-1)!.difference)))
      continue;
    traits.push({
      kind: 'feature',
      name: columns?.[k] ?? placeOf(k, data.rowShape),
      region: region[k]!,
      others: rest[k]!,
      difference,
    });
    traits.sort(byDifference);
    traits.length = Math.min(SHOWN, traits.length);
  }
  return traits;
}

/** The words whose share of texts differs most. */
export function typicalWords(
  texts: readonly string[],
  { members, others, all }: DescribedRows,
): readonly RegionTrait[] {
  if (members.length === 0 || others.length === 0) return [];
  const [region, rest, everywhere] = [members, others, all].map(rows => textsWithWord(texts, rows));
  return [...everywhere!]
    .flatMap(([name, count]): RegionTrait[] => {
      const share = count / all.length;
      const deviation = Math.sqrt(share * (1 - share));
      if (deviation === 0) return [];
      const [inside, outside] = [(region!.get(name) ?? 0) / members.length, (rest!.get(name) ?? 0) / others.length];
      return [{ kind: 'word', name, region: inside, others: outside, difference: (inside - outside) / deviation }];
    })
    .filter(({ difference }) => difference !== 0)
    .sort((a, b) => byDifference(a, b) || (a.name < b.name ? -1 : 1))
    .slice(0, SHOWN);
}

function byDifference(a: RegionTrait, b: RegionTrait): number {
  return Math.abs(b.difference) - Math.abs(a.difference);
}

function means(data: InputRows, rows: Uint32Array, width: number): Float64Array {
  const sums = new Float64Array(width);
  eachRow(data, rows, width, row => row.forEach((value, k) => (sums[k] = sums[k]! + value)));
  return sums.map(sum => sum / rows.length);
}

/** In two passes, because squares of large values would cancel. */
function deviations(data: InputRows, rows: Uint32Array, width: number): Float64Array {
  const mean = means(data, rows, width);
  const squares = new Float64Array(width);
  eachRow(data, rows, width, row => row.forEach((value, k) => (squares[k] = squares[k]! + (value - mean[k]!) ** 2)));
  return squares.map(sum => Math.sqrt(sum / rows.length));
}

function eachRow(data: InputRows, rows: Uint32Array, width: number, use: (row: Float64Array) => void): void {
  const row = new Float64Array(width);
  const subset = subsetRows(data, rows);
  for (let i = 0; i < rows.length; i++) {
    subset.readRow?.(i, row, 0);
    use(row);
  }
}

function placeOf(index: number, shape: readonly number[]): string {
  const place: number[] = [];
  let rest = index;
  for (const size of shape.toReversed()) {
    place.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return `[${place.join(', ')}]`;
}

/** For each word, in how many of the texts it is. */
function textsWithWord(texts: readonly string[], rows: Uint32Array): Map<string, number> {
  const counts = new Map<string, number>();
  for (const row of rows)
    for (const word of new Set((texts[row] ?? '').toLowerCase().match(/[\p{L}\p{N}]+/gu)))
      counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}
