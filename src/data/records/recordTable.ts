import type { Fault } from '../../base/fault';

/** What the rows of a table hold under one name; a table of plain arrays or texts has one field, whose name is empty. */
export interface Field {
  readonly name: string;
  readonly kind: 'number' | 'text' | 'array' | 'ragged' | 'other';
  /** Of an array: the shape that it has in every row. */
  readonly shape: readonly number[];
  /** Whether every number is an integer. */
  readonly integers: boolean;
  /** How a message calls what is neither numbers, texts nor arrays of numbers: "dates". */
  readonly what?: string;
}

/** A value of a field: nested arrays hold numbers. `null` where a row has none. */
export type FieldValue = number | string | null | readonly unknown[];

/** Records with named fields, or values without names, of whatever format. */
export interface RecordTable {
  /** Of the file, for messages. */
  readonly source: string;
  readonly rows: number;
  /** False where only the beginning of the file was looked at. */
  readonly rowsExact: boolean;
  /** Whether rows have named fields. */
  readonly named: boolean;
  readonly fields: readonly Field[];
  /** Goes over the rows once, with the values of these fields; throws what reading them throws. `row` counts from 0. */
  visit(fields: readonly Field[], visit: (values: readonly FieldValue[], row: number) => void): void;
  /** A fault that names the row as people find it in the file. */
  faultAt(row: number, what: string): Fault;
  /** Warnings of what was read so far. */
  warnings?(): readonly { readonly code: string; readonly message: string }[];
}
