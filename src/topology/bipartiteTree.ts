import type { Cancellation } from '../base/cancellation';

const UNITS_BETWEEN_POLLS = 64;

/**
 * The magnitudes of the edges of a maximum spanning tree of the complete bipartite graph between rows and columns, in no order, by Prim's algorithm: a new unit offers its edges to
 * the units of the other side. O(V²) time, O(V) memory for V = rows + columns. `values` is rows × columns; of an edge its magnitude counts.
 */
export function bipartiteTree(
  rows: number,
  columns: number,
  values: ArrayLike<number>,
  cancellation: Cancellation,
  use: (magnitude: number) => void,
): void {
  const units = rows + columns;
  // The strongest edge of each unit outside to the tree; −1 where there is none yet.
  const strongest = new Float64Array(units).fill(-1);
  const inside = new Uint8Array(units);
  let newest = 0;
  for (let step = 1; step < units; step++) {
    if (step % UNITS_BETWEEN_POLLS === 0) cancellation.throwIfCancelled();
    inside[newest] = 1;
    if (newest < rows)
      for (let c = 0; c < columns; c++)
        strongest[rows + c] = Math.max(strongest[rows + c]!, Math.abs(values[newest * columns + c]!));
    else
      for (let r = 0; r < rows; r++)
        strongest[r] = Math.max(strongest[r]!, Math.abs(values[r * columns + newest - rows]!));
    let next = -1;
    for (let unit = 0; unit < units; unit++)
      if (!inside[unit] && (next < 0 || strongest[unit]! > strongest[next]!)) next = unit;
    use(strongest[next]!);
    newest = next;
  }
}
