import { Fault, type Warning } from '../base/fault';
import { listedRows, quoted } from '../base/text';
import { formatCount } from '../base/numbers';

/** Rows × width values, and how to name their columns. */
export interface RowsOfValues {
  readonly rows: number;
  readonly rowShape: readonly number[];
  readonly values: Float32Array | Float64Array;
  readonly columns: readonly string[] | undefined;
}

/** The rows that are finite, with those that were left out. */
export interface FiniteRows {
  readonly rows: number;
  readonly values: Float32Array | Float64Array;
  readonly dropped: readonly number[];
  readonly warnings: readonly Warning[];
}

/**
 * Refuses rows with NaN or infinity (`not-finite`, naming rows and columns, both counted from 0), or leaves them out where
 * `drop` says so, with a warning that names them. Throws `empty` where none would be left.
 */
export function finiteRows(data: RowsOfValues, drop: boolean, source: string): FiniteRows {
  const { rows, values } = data;
  // The common case, by what the engine does fastest.
  if (!values.includes(NaN) && !values.includes(Infinity) && !values.includes(-Infinity))
    return { rows, values, dropped: [], warnings: [] };
  const width = rows === 0 ? 0 : values.length / rows;
  const bad: number[] = [];
  const places: string[] = [];
  for (let row = 0; row < rows; row++) {
    let first = -1;
    for (let at = row * width; at < (row + 1) * width; at++) {
      // Every finite number less itself is 0.
      if (values[at]! - values[at]! === 0) continue;
      first = at;
      break;
    }
    if (first < 0) continue;
    bad.push(row);
    if (places.length < 3)
      places.push(`row ${row} has ${written(values[first]!)} in ${columnOf(first - row * width, data)}`);
  }
  if (bad.length === 0) return { rows, values, dropped: [], warnings: [] };
  const named = `${bad.length === 1 ? 'Row' : 'Rows'} ${listedRows(bad)}`;
  if (!drop)
    throw new Fault(
      'not-finite',
      `${named} ${bad.length === 1 ? 'holds' : 'hold'} values that are not finite: ${places.join('; ')}.`,
      {
        hint: 'Mend the rows, or leave them out with --drop-not-finite.',
        source,
      },
    );
  if (bad.length === rows)
    throw new Fault('empty', `None of the ${formatCount(rows)} rows is finite, so no row is left.`, { source });

  let kept = 0;
  let next = 0;
  for (let row = 0; row < rows; row++) {
    if (bad[next] === row) next++;
    else values.copyWithin(kept++ * width, row * width, (row + 1) * width);
  }
  return {
    rows: kept,
    values: values.slice(0, kept * width),
    dropped: bad,
    warnings: [
      { code: 'not-finite', message: `${named} ${bad.length === 1 ? 'was' : 'were'} left out: ${places.join('; ')}.` },
    ],
  };
}

function written(value: number): string {
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'infinity' : 'minus infinity';
}

function columnOf(index: number, { rowShape, columns }: RowsOfValues): string {
  if (columns) return `column ${index} (${quoted(columns[index] ?? '')})`;
  if (rowShape.length < 2) return `column ${index}`;
  const place: number[] = [];
  for (let axis = rowShape.length - 1; axis >= 0; axis--) {
    place.unshift(index % rowShape[axis]!);
    index = Math.floor(index / rowShape[axis]!);
  }
  return `place [${place.join(', ')}]`;
}
