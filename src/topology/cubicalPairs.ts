import type { Cancellation } from '../base/cancellation';
import type { TakePair } from './cubicalForests';
import type { CubicalGrid } from './cubicalGrid';
import type { PersistenceDiagram } from './diagram';
import { IntList } from './intList';
import { radixOrder } from './radixOrder';

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

const PAIRS_BETWEEN_POLLS = 1 << 14;
const NEVER = -1;

/** Pairs as they are found; those of zero persistence are left out. */
export class CubicalPairs {
  /** By dimension: birth and death of one pair after the other, as vertices. */
  private readonly lists = Array.from({ length: 3 }, () => new IntList());

  constructor(private readonly grid: CubicalGrid) {}

  get count(): number {
    return this.lists.reduce((sum, list) => sum + list.length / 2, 0);
  }

  readonly take: TakePair = (dimension, birth, death) => {
    const { dual, strides, values } = this.grid;
    if (death >= 0 && values[birth] === values[death]) return;
    if (!dual) this.add(dimension, birth, death);
    // What is born in the complement dies among the cubes. The component of the layer around is no class, and what the layer encloses is the whole grid.
    else if (death >= 0) this.add(strides.length - 1 - dimension, death, values[birth] === -Infinity ? NEVER : birth);
  };

  private add(dimension: number, birth: number, death: number): void {
    const list = this.lists[dimension]!;
    list.push(birth);
    list.push(death);
  }

  /** By dimension, birth and death as numbers, essential classes last. The pairs are used up. */
  diagram(entries: ArrayLike<number>, superlevel: boolean, cancellation: Cancellation): CubicalDiagram {
    const { count } = this;
    const { entryOf } = this.grid;
    const diagram = {
      dimension: new Uint8Array(count),
      birth: new Float64Array(count),
      death: new Float64Array(count),
      birthCell: new Int32Array(count),
      deathCell: new Int32Array(count),
    };
    let from = 0;
    this.lists.forEach((list, dimension) => {
      const pairs = list.view();
      const size = pairs.length / 2;
      const [births, deaths] = [new Float64Array(size), new Float64Array(size)];
      for (let i = 0; i < size; i++) {
        if (i % PAIRS_BETWEEN_POLLS === 0) cancellation.throwIfCancelled();
        pairs[2 * i] = entryOf(pairs[2 * i]!);
        // Adding 0 turns −0 into 0.
        births[i] = entries[pairs[2 * i]!]! + 0;
        if (pairs[2 * i + 1] === NEVER) deaths[i] = Infinity;
        else {
          pairs[2 * i + 1] = entryOf(pairs[2 * i + 1]!);
          deaths[i] = entries[pairs[2 * i + 1]!]! + 0;
        }
      }
      const byDeath = radixOrder(deaths, size, cancellation);
      const order = radixOrder(births, size, cancellation, byDeath);
      for (let k = 0; k < size; k++) {
        if (k % PAIRS_BETWEEN_POLLS === 0) cancellation.throwIfCancelled();
        const i = order[k]!;
        const deathCell = pairs[2 * i + 1]!;
        diagram.birth[from + k] = births[i]!;
        diagram.birthCell[from + k] = pairs[2 * i]!;
        diagram.death[from + k] = deathCell === NEVER && superlevel ? -Infinity : deaths[i]!;
        diagram.deathCell[from + k] = deathCell;
      }
      diagram.dimension.fill(dimension, from, from + size);
      from += size;
    });
    return diagram;
  }
}
