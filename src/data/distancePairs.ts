import type { ByteSource } from '../base/bytes';
import type { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import { quoted } from '../base/text';
import { linesOf } from './lines';
import { readNpy } from './npy';
import { openNpz, type NpzArchive } from './npz';
import { sniffFormat } from './sniff';

/** A sparse matrix in coordinates, as a file has it. */
export interface DistancePairs {
  readonly rows: ArrayLike<number>;
  readonly columns: ArrayLike<number>;
  readonly values: ArrayLike<number>;
  /** Number of points, where the file says it. */
  readonly count: number | undefined;
}

/**
 * Reads distances of pairs: an .npz that scipy.sparse.save_npz wrote (coordinates or compressed rows or columns), an array of three columns (.npy, .npz), or a text of lines "i j distance",
 * separated by spaces, tabs, commas or semicolons, as Ripser's sparse format has them; a first line of names and lines that begin with # are passed over. Throws
 * `shape-mismatch`, `usage`, `corrupt`, `unsupported`.
 */
export function readDistancePairs(
  source: ByteSource,
  part: string | undefined,
  cancellation: Cancellation,
): DistancePairs {
  const { name } = sniffFormat(source);
  if (name === 'npz') {
    const archive = openNpz(source);
    const has = (...names: readonly string[]) => names.every(array => archive.names.includes(array));
    if (part === undefined && has('data', 'shape') && (has('row', 'col') || has('indices', 'indptr')))
      return ofScipy(archive, source.name, cancellation);
  }
  if (name === 'npz' || name === 'npy') {
    const { shape, values } = sniffFormat(source).readArray(source, { part, cancellation });
    if (shape.length !== 2 || shape[1] !== 3)
      throw new Fault(
        'shape-mismatch',
        `Pairs are an array of three columns, but this one has shape (${shape.join(', ')}).`,
        {
          hint: 'A row is two points, counted from 0, and their distance.',
          source: source.name,
        },
      );
    const column = (k: number) => Float64Array.from({ length: shape[0]! }, (_, row) => values[3 * row + k]!);
    return { rows: column(0), columns: column(1), values: column(2), count: undefined };
  }
  return ofText(source, cancellation);
}

function ofScipy(archive: NpzArchive, source: string, cancellation: Cancellation): DistancePairs {
  const read = (name: string) => readNpy(archive.open(name), archive.where(name), cancellation).values;
  const shape = read('shape');
  const values = read('data');
  const refuse = (message: string) => new Fault('shape-mismatch', message, { source });
  if (shape.length !== 2 || shape[0] !== shape[1])
    throw refuse(`A distance matrix must be square, but this one has shape (${[...shape].join(', ')}).`);
  const [count] = shape;
  if (archive.names.includes('row')) {
    const [rows, columns] = [read('row'), read('col')];
    if (rows.length !== values.length || columns.length !== values.length)
      throw refuse('The sparse matrix has another number of rows, columns and entries.');
    return { rows, columns, values, count };
  }
  // Compressed rows, or columns: of a symmetric matrix both are the same.
  const [columns, starts] = [read('indices'), read('indptr')];
  const ascending = starts.every((start, i) => start >= (i === 0 ? 0 : starts[i - 1]!));
  if (starts.length !== count! + 1 || !ascending || starts.at(-1) !== values.length || columns.length !== values.length)
    throw refuse('The compressed rows of the sparse matrix do not fit its entries.');
  const rows = new Float64Array(values.length);
  for (let row = 0; row < count!; row++) rows.fill(row, starts[row], starts[row + 1]);
  return { rows, columns, values, count };
}

function ofText(source: ByteSource, cancellation: Cancellation): DistancePairs {
  const [rows, columns, values]: [number[], number[], number[]] = [[], [], []];
  let first = true;
  for (const { text, line } of linesOf(source)) {
    if (line % 4096 === 0) cancellation.throwIfCancelled();
    const content = text.trim();
    if (content.startsWith('#')) continue;
    const fields = content.split(/\s*[,;\s]\s*/);
    const numbers = fields.map(field => (/^inf(inity)?$/i.test(field) ? Infinity : field === '' ? NaN : Number(field)));
    const names = first && numbers.every(number => Number.isNaN(number));
    first = false;
    if (names) continue;
    if (numbers.length !== 3 || numbers.some(number => Number.isNaN(number)))
      throw new Fault('shape-mismatch', `Line ${line} is no pair: ${quoted(content.slice(0, 60))}.`, {
        hint: 'A line is two points, counted from 0, and their distance.',
        source: source.name,
      });
    rows.push(numbers[0]!);
    columns.push(numbers[1]!);
    values.push(numbers[2]!);
  }
  return { rows, columns, values, count: undefined };
}
