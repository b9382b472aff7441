import { Cancellation } from '../base/cancellation';

const STEPS_BETWEEN_POLLS = 1 << 20;

/**
 * Of floats that are not negative, the one that `rank` others do not exceed, in two counting passes: their bits, read as integers, have
 * the order of the floats.
 */
export function floatOfRank(values: Float32Array, rank: number, cancellation = Cancellation.never): number {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const counts = new Uint32Array(1 << 16);
  const forEachPart = (count: (part: Uint32Array) => void) => {
    for (let from = 0; from < bits.length; from += STEPS_BETWEEN_POLLS) {
      cancellation.throwIfCancelled();
      count(bits.subarray(from, from + STEPS_BETWEEN_POLLS));
    }
  };
  forEachPart(part => {
    for (let k = 0; k < part.length; k++) counts[part[k]! >>> 16]!++;
  });
  let high = 0;
  while (counts[high]! <= rank) rank -= counts[high++]!;
  counts.fill(0);
  forEachPart(part => {
    for (let k = 0; k < part.length; k++) if (part[k]! >>> 16 === high) counts[part[k]! & 0xffff]!++;
  });
  let low = 0;
  while (counts[low]! <= rank) rank -= counts[low++]!;
  return new Float32Array(Uint32Array.of(high * 0x1_0000 + low).buffer)[0]!;
}
