import { Fault } from '../base/fault';
import type { Shape, TensorInfo } from '../models/model';

/** How rows of data are laid out for a network's input. */
export interface InputFit {
  /** Shape of one row as the network takes it. */
  readonly rowShape: readonly number[];
  /** For each axis of `rowShape`, the axis of the data's row that it is; `undefined` where values stay in order. */
  readonly permutation: readonly number[] | undefined;
  /** Rows per pass: as many as one likes, or the one that the network was exported for; 'none' where it takes a row without a batch axis. */
  readonly batch: 'free' | 'none' | number;
  /** What was done, as a sentence part. */
  readonly treatment: string;
}

/**
 * Fits rows to an input by shape alone: [64] to [1, 8, 8], channels first to channels last where the sizes leave no doubt.
 * Throws `shape-mismatch`, naming both widths.
 */
export function fitInput(rowShape: readonly number[], input: TensorInfo, dataName?: string): InputFit {
  const { shape } = input;
  if (shape === undefined) return asTheyAre(rowShape, 'free');
  const first = shape[0];
  if (first !== undefined) {
    const fit = fitRow(rowShape, shape.slice(1));
    if (fit !== undefined) return { ...fit, batch: first ?? 'free' };
  }
  // A network of one row has no axis for the batch.
  const single = shape.every(dim => dim !== null) ? fitRow(rowShape, shape) : undefined;
  if (single !== undefined && first !== null) return { ...single, batch: 'none' };
  throw mismatch(rowShape, input.name, shape.slice(1), dataName);
}

type RowFit = Omit<InputFit, 'batch'>;

function asTheyAre(rowShape: readonly number[], batch: InputFit['batch']): InputFit {
  return { rowShape, permutation: undefined, batch, treatment: 'taken as they are' };
}

function fitRow(row: readonly number[], asked: Shape): RowFit | undefined {
  if (matches(row, asked)) return { rowShape: row, permutation: undefined, treatment: 'taken as they are' };
  for (const { order, words } of ORDERS) {
    if (order.length !== row.length || order.length !== asked.length) continue;
    const moved = order.map(axis => row[axis]!);
    if (matches(moved, asked)) {
      return {
        rowShape: moved,
        permutation: order,
        treatment: `${shapeText(row)} values taken as ${shapeText(moved)} (${words})`,
      };
    }
  }
  const filled = fill(product(row), asked);
  if (filled === undefined) return undefined;
  const from = row.length <= 1 ? `${product(row)}` : shapeText(row);
  const to = filled.length <= 1 ? `${product(filled)}` : shapeText(filled);
  return {
    rowShape: filled,
    permutation: undefined,
    treatment: from === to ? 'taken as they are' : `${from} values taken as ${to}`,
  };
}

/** Orders of axes that are told apart by sizes: images and sequences with the channels at the other end. */
const ORDERS: readonly { readonly order: readonly number[]; readonly words: string }[] = [
  { order: [2, 0, 1], words: 'channels first' },
  { order: [1, 2, 0], words: 'channels last' },
  { order: [1, 0], words: 'axes swapped' },
];

function matches(row: readonly number[], asked: Shape): boolean {
  return row.length === asked.length && asked.every((dim, axis) => dim === null || dim === row[axis]);
}

/** The shape asked for, with its free dimensions set so that `count` values fill it: one from the rest, two as a square. */
function fill(count: number, asked: Shape): number[] | undefined {
  const known = product(asked.filter(dim => dim !== null));
  const free = asked.filter(dim => dim === null).length;
  if (known === 0 || count % known !== 0) return undefined;
  const rest = count / known;
  if (free === 0) return rest === 1 ? asked.map(dim => dim ?? 1) : undefined;
  if (free === 1) return asked.map(dim => dim ?? rest);
  const side = Math.round(Math.sqrt(rest));
  return free === 2 && side * side === rest ? asked.map(dim => dim ?? side) : undefined;
}

function mismatch(row: readonly number[], name: string, asked: Shape, source: string | undefined): Fault {
  const free = asked.some(dim => dim === null);
  const takes = free ? shapeText(asked) : `${product(asked.map(dim => dim ?? 1))}`;
  const shape = (dims: Shape) => (dims.length > 1 ? ` (${shapeText(dims)})` : '');
  return new Fault(
    'shape-mismatch',
    `Each row of the data has ${product(row)} values${shape(row)}, but the network's input "${name}" takes ${takes}${free ? '' : shape(asked)}.`,
    {
      hint: 'Choose data of the width that the network was trained on; a column of labels may still be among the values.',
      ...(source === undefined ? {} : { source }),
    },
  );
}

export function shapeText(shape: Shape): string {
  return shape.length === 0 ? '1' : shape.map(dim => (dim === null ? 'any' : String(dim))).join(' × ');
}

export function product(dims: readonly number[]): number {
  return dims.reduce((a, b) => a * b, 1);
}
