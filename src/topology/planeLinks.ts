import type { Cancellation } from '../base/cancellation';
import type { CubicalGrid } from './cubicalGrid';
import type { CubicalLinks } from './cubicalLinks';
import { IntList } from './intList';

const VERTICES_BETWEEN_POLLS = 1 << 16;
const NONE = -1;

/**
 *     3   2   1       Neighbours of a vertex, and the bits of a mask of those that came before it. Even ones are
 *      \  |  /        nodes of its link, odd ones arcs between two nodes: an arc came before where all three did.
 *     4 – v – 0
 *      /  |  \
 *     5   6   7
 *
 * For each mask: one neighbour for each piece of the part of the link that came before, and for each piece of the rest.
 */
const EARLIER: readonly (readonly number[])[] = Array.from({ length: 256 }, (_, mask) => pieces(mask, true));
const LATER: readonly (readonly number[])[] = Array.from({ length: 256 }, (_, mask) => pieces(mask, false));

function pieces(mask: number, earlier: boolean): number[] {
  const came = (k: number) => ((mask >> (k & 7)) & 1) === 1;
  const cells = Array.from({ length: 8 }, (_, k) => came(k) && (k % 2 === 0 || (came(k - 1) && came(k + 1))));
  // The first cell of each run around the circle; where all of it is one run, any.
  const firsts = cells.flatMap((cell, k) => (cell === earlier && cells[(k + 7) & 7] !== earlier ? [k] : []));
  if (firsts.length === 0 && cells[0] === earlier) firsts.push(0);
  // A run of what came begins with a node. A run of the rest may begin with an arc, one of whose nodes it is for.
  return firsts.map(k => [k, k + 7, k + 1].map(near => near & 7).find(near => came(near) === earlier)!);
}

/** Links of a grid of 2 dimensions. Takes 8 bytes a vertex, and 4 for each saddle. */
export function planeLinks({ strides, values }: CubicalGrid, cancellation: Cancellation): CubicalLinks {
  const [row] = strides as [number, number];
  const steps = Int32Array.of(1, row + 1, row, row - 1, -1, -row - 1, -row, 1 - row);
  const [down, up] = [EARLIER, LATER].map(table => Int8Array.from(table, list => list[0] ?? NONE)) as [Int8Array, Int8Array]; // prettier-ignore
  const saddle = Uint8Array.from(EARLIER, (list, mask) => Number(list.length > 1 || LATER[mask]!.length > 1));
  const descent = new Int32Array(values.length);
  const ascent = new Int32Array(values.length);
  const saddles = new IntList();

  /** Of two equal values the one before in the grid came before. */
  const maskAt = (vertex: number): number => {
    const value = values[vertex]!;
    return (
      (values[vertex + 1]! < value ? 1 : 0) |
      (values[vertex + row + 1]! < value ? 2 : 0) |
      (values[vertex + row]! < value ? 4 : 0) |
      (values[vertex + row - 1]! < value ? 8 : 0) |
      (values[vertex - 1]! <= value ? 16 : 0) |
      (values[vertex - row - 1]! <= value ? 32 : 0) |
      (values[vertex - row]! <= value ? 64 : 0) |
      (values[vertex - row + 1]! <= value ? 128 : 0)
    );
  };
  for (let vertex = row + 1; vertex < values.length - row - 1; vertex++) {
    if (vertex % VERTICES_BETWEEN_POLLS === 0) cancellation.throwIfCancelled();
    if (Number.isNaN(values[vertex])) continue;
    const mask = maskAt(vertex);
    const before = down[mask]!;
    const after = up[mask]!;
    descent[vertex] = before === NONE ? vertex : vertex + steps[before]!;
    ascent[vertex] = after === NONE ? vertex : vertex + steps[after]!;
    if (saddle[mask] === 1) saddles.push(vertex);
  }
  return {
    descent,
    ascent,
    saddles,
    steps,
    doors: (vertex, directions) => {
      const list = EARLIER[maskAt(vertex)]!;
      for (let k = 0; k < list.length; k++) directions[k] = list[k]!;
      return list.length;
    },
    walls: (vertex, walls) => {
      // Each piece of the rest is beyond one arc, and walls between them are as good as others.
      const list = LATER[maskAt(vertex)]!;
      for (let k = 1; k < list.length; k++) walls.set([0, list[k - 1]!, list[k]!], 3 * (k - 1));
      return Math.max(0, list.length - 1);
    },
  };
}
