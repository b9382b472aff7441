import { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import { formatCount } from '../base/numbers';
import { noProgress, type Progress } from '../base/progress';
import { cavityPairs, componentPairs } from './cubicalForests';
import { cubicalGrid, CubicalMemory, type CubicalConstruction } from './cubicalGrid';
import { loopPairs } from './cubicalLoops';
import { CubicalPairs, type CubicalDiagram } from './cubicalPairs';
import type { IntList } from './intList';
import { planeLinks } from './planeLinks';
import { radixOrder } from './radixOrder';
import { spaceLinks } from './spaceLinks';

export interface CubicalOptions {
  readonly construction: CubicalConstruction;
  /** Persistence of superlevel sets: births are above deaths, and essential classes die at −∞. */
  readonly superlevel?: boolean;
  /** A grid that needs more is refused; 4 GB unless given. */
  readonly memoryLimitBytes?: number;
  readonly cancellation?: Cancellation;
  readonly progress?: Progress;
}

const DEFAULT_LIMIT_BYTES = 4 * 2 ** 30;
const SADDLES_BETWEEN_POLLS = 1 << 16;

/**
 * Persistent homology over Z/2 of the sublevel (or superlevel) sets of a grid of 1 to 3 dimensions d, in dimensions 0 … d − 1.
 *
 * Works on vertices in one total order (ties by place), cubes turned into vertices by duality. Most vertices change nothing when they come, which their neighbours say (the discrete gradient
 * of Robins, Wood, Sheppard 2011): only the critical ones are sorted. H0 is a spanning forest of the vertices. H of dimension d − 1 is one of the dual graph, whose nodes are the top cells and the
 * outside and whose edges are the cells between them, latest first (Alexander duality; Garin, Heiss, Maggs, Bleile, Robins 2020). What is left in 3-D, H1, is reduced, with the columns and rows
 * that the two forests have settled left out. No cell is stored; for memory see `cubicalMemoryBytes`.
 *
 * Throws `unsupported` for other dimensions, `not-finite` for NaN, `too-large`, `empty`.
 */
export function cubicalPersistence(
  shape: readonly number[],
  entries: ArrayLike<number>,
  options: CubicalOptions,
): CubicalDiagram {
  if (shape.length < 1 || shape.length > 3)
    throw new Fault('unsupported', `A grid must have 1 to 3 dimensions, but this one has ${shape.length}.`, {
      hint: 'Take a slice of it.',
    });
  const cancellation = options.cancellation ?? Cancellation.never;
  const progress = options.progress ?? noProgress;
  const superlevel = options.superlevel ?? false;
  const count = shape.reduce((product, length) => product * length, 1);
  if (count === 0) throw new Fault('empty', `The grid has shape (${shape.join(', ')}), so there is nothing in it.`);
  if (entries.length !== count)
    throw new Fault(
      'shape-mismatch',
      `A grid of shape (${shape.join(', ')}) has ${formatCount(count)} entries, not ${formatCount(entries.length)}.`,
    );
  const memory = new CubicalMemory(shape, options.construction, options.memoryLimitBytes ?? DEFAULT_LIMIT_BYTES);
  memory.forGrid();
  progress(0, 'reading the neighbours');
  const grid = cubicalGrid(shape, entries, options.construction, superlevel, cancellation);
  const dimensions = grid.strides.length;
  const space = dimensions === 3 ? spaceLinks(grid, cancellation) : undefined;
  const links = space ?? planeLinks(grid, cancellation);
  memory.forSaddles(links.saddles.length);
  progress(0.3, 'sorting the saddles');
  const saddles = inOrder(links.saddles, grid.values, cancellation);
  const pairs = new CubicalPairs(grid);
  progress(0.4, grid.dual ? 'highest dimension' : 'components');
  const closingEdges = componentPairs(grid, links, saddles, pairs.take, cancellation);
  progress(0.5, grid.dual ? 'components' : 'highest dimension');
  const closingWalls = cavityPairs(grid, links, saddles, pairs.take, cancellation);
  if (space !== undefined) {
    progress(0.6, 'loops');
    const takeBytes = (bytes: number) => memory.forSaddles(saddles.length, bytes);
    loopPairs(grid, space, closingEdges.view(), closingWalls.view().reverse(), pairs.take, takeBytes, cancellation);
  }
  progress(0.9, 'sorting the pairs');
  return pairs.diagram(entries, superlevel, cancellation);
}

function inOrder(vertices: IntList, values: Float64Array, cancellation: Cancellation): Int32Array {
  const given = vertices.view();
  const keys = new Float64Array(given.length);
  for (let k = 0; k < keys.length; k++) {
    if (k % SADDLES_BETWEEN_POLLS === 0) cancellation.throwIfCancelled();
    keys[k] = values[given[k]!]!;
  }
  const order = radixOrder(keys, keys.length, cancellation);
  const sorted = new Int32Array(keys.length);
  for (let k = 0; k < keys.length; k++) {
    if (k % SADDLES_BETWEEN_POLLS === 0) cancellation.throwIfCancelled();
    sorted[k] = given[order[k]!]!;
  }
  return sorted;
}
