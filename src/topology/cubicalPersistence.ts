import { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import { noProgress, type Progress } from '../base/progress';
import { cavityPairs, componentPairs, type TakePair } from './cubicalForests';
import { loopPairs } from './cubicalLoops';
import type { PersistenceDiagram } from './diagram';
import { radixOrder } from './radixOrder';
import { rankedGrid, type CubicalConstruction, type RankedGrid } from './rankedGrid';

export interface CubicalOptions {
  readonly construction: CubicalConstruction;
  /** Persistence of superlevel sets: births are above deaths, and essential classes die at −∞. */
  readonly superlevel?: boolean;
  /** A grid that needs more is refused; 4 GB unless given. */
  readonly memoryLimitBytes?: number;
  readonly cancellation?: Cancellation;
  readonly progress?: Progress;
}

/** A diagram with the place of every critical cell. */
export interface CubicalDiagram extends PersistenceDiagram {
  /**
   * Of each pair: the entry, in C order, at which the class is born: the latest vertex of its critical cell (vertex), or the earliest cube around it (cell).
   * `entries[birthCell[i]]` is the birth.
   */
  readonly birthCell: Int32Array;
  /** The same of the death; −1 where it never comes. */
  readonly deathCell: Int32Array;
}

const DEFAULT_LIMIT_BYTES = 4 * 2 ** 30;

/**
 * Persistent homology over Z/2 of the sublevel (or superlevel) sets of a grid of 1 to 3 dimensions d, in dimensions 0 … d − 1.
 *
 * Works on vertices in one total order (ties by place), cubes turned into vertices by duality. H0 is a spanning forest of the vertices. H of dimension d − 1
 * is a spanning forest of the dual graph, whose nodes are the top cells and the outside and whose edges are the cells between them, latest first
 * (Alexander duality; Garin, Heiss, Maggs, Bleile, Robins 2020). What is left in 3-D, H1, is reduced, with the columns and rows that the two forests have
 * settled left out. No cell is stored; memory is about 60 bytes an entry in 2-D, 90 in 3-D.
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
  const limit = options.memoryLimitBytes ?? DEFAULT_LIMIT_BYTES;
  progress(0, 'sorting the entries');
  const grid = rankedGrid(shape, entries, options.construction, superlevel, limit, cancellation);
  const pairs = new PairList(grid, entries);
  const dimensions = grid.strides.length;
  const inSpace = dimensions === 3;
  const joining = inSpace ? new Uint8Array(6 * grid.order.length) : undefined;
  const opening = inSpace ? new Uint8Array(12 * grid.order.length) : undefined;
  progress(0.2, grid.dual ? 'highest dimension' : 'components');
  componentPairs(grid, joining, pairs.take, cancellation);
  if (dimensions >= 2) {
    progress(0.4, grid.dual ? 'components' : 'highest dimension');
    cavityPairs(grid, opening, pairs.take, cancellation);
  }
  if (joining !== undefined && opening !== undefined) {
    progress(0.6, 'loops');
    loopPairs(grid, joining, opening, pairs.take, cancellation);
  }
  progress(0.95, 'sorting the pairs');
  return pairs.diagram(superlevel);
}

/** Pairs as they are found, by the ranks of their entries; those of zero persistence are left out. */
class PairList {
  private items = new Int32Array(3 * 1024);
  private size = 0;
  /** Of each rank: the number of smaller values, as they are sorted. */
  private readonly level: Int32Array;

  constructor(
    private readonly grid: RankedGrid,
    private readonly entries: ArrayLike<number>,
  ) {
    const { entry } = grid;
    this.level = new Int32Array(entry.length);
    for (let r = 1, level = 0; r < entry.length; r++) {
      if (entry[r - 1]! < 0 || entries[entry[r]!] !== entries[entry[r - 1]!]) level++;
      this.level[r] = level;
    }
  }

  readonly take: TakePair = (dimension, birth, death) => {
    const { entry, dual, strides } = this.grid;
    if (!dual) this.add(dimension, birth, death);
    // What is born in the complement dies among the cubes; the component of the layer around is no class, and what the layer encloses is the whole grid.
    else if (death >= 0 && entry[death]! >= 0)
      this.add(strides.length - 1 - dimension, death, entry[birth]! < 0 ? -1 : birth);
  };

  private add(dimension: number, birth: number, death: number): void {
    if (death >= 0 && this.level[birth] === this.level[death]) return;
    if (this.size + 3 > this.items.length) {
      const larger = new Int32Array(2 * this.items.length);
      larger.set(this.items);
      this.items = larger;
    }
    this.items[this.size++] = dimension;
    this.items[this.size++] = birth;
    this.items[this.size++] = death;
  }

  /** By dimension, birth and death as numbers, essential classes last. */
  diagram(superlevel: boolean): CubicalDiagram {
    const { items, entries, level } = this;
    const { entry, dual } = this.grid;
    const count = this.size / 3;
    const highest = level[level.length - 1]!;
    // Ranks ascend with the values, or against them.
    const height = (rank: number) => (superlevel === dual ? level[rank]! : highest - level[rank]!);
    const keys = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      const death = items[3 * i + 2]!;
      const lateness = death < 0 ? highest + 1 : height(death);
      keys[i] = (items[3 * i]! * (highest + 1) + height(items[3 * i + 1]!)) * (highest + 2) + lateness;
    }
    const order = radixOrder(keys, count);
    const diagram = {
      dimension: new Uint8Array(count),
      birth: new Float64Array(count),
      death: new Float64Array(count),
      birthCell: new Int32Array(count),
      deathCell: new Int32Array(count),
    };
    for (let k = 0; k < count; k++) {
      const i = 3 * order[k]!;
      const birth = entry[items[i + 1]!]!;
      const death = items[i + 2]! < 0 ? -1 : entry[items[i + 2]!]!;
      diagram.dimension[k] = items[i]!;
      diagram.birthCell[k] = birth;
      diagram.deathCell[k] = death;
      // Adding 0 turns −0 into 0.
      diagram.birth[k] = entries[birth]! + 0;
      diagram.death[k] = death < 0 ? (superlevel ? -Infinity : Infinity) : entries[death]! + 0;
    }
    return diagram;
  }
}
