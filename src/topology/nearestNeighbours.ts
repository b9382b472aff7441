import { Cancellation } from '../base/cancellation';
import type { PairwiseDistances } from './pairwiseDistances';

/** count × k, nearest first. Of points that are equally far the one with the lower index is nearer. O(n² + n·k²) time. */
export function nearestNeighbours(
  distances: PairwiseDistances,
  neighbours: number,
  cancellation = Cancellation.never,
): Uint32Array {
  const { count } = distances;
  const found = new Uint32Array(count * neighbours);
  const lengths = new Float64Array(neighbours);
  for (let i = 0; neighbours > 0 && i < count; i++) {
    if (i % 64 === 0) cancellation.throwIfCancelled();
    lengths.fill(Infinity);
    const row = i * neighbours;
    let filled = 0;
    for (let j = 0; j < count; j++) {
      if (j === i) continue;
      const length = distances.at(i, j);
      if (filled === neighbours && !(length < lengths[neighbours - 1]!)) continue;
      let place = filled < neighbours ? filled++ : neighbours - 1;
      while (place > 0 && lengths[place - 1]! > length) {
        lengths[place] = lengths[place - 1]!;
        found[row + place] = found[row + place - 1]!;
        place--;
      }
      lengths[place] = length;
      found[row + place] = j;
    }
  }
  return found;
}
