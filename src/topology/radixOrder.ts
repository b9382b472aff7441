import { Cancellation } from '../base/cancellation';

const DIGIT_BITS = 16;
const DIGITS = 1 << DIGIT_BITS;

/**
 * The order of the first `size` keys, ascending; equal keys stay in order. Keys are not negative and not NaN: the bits of such doubles, read as a whole number, have the order of the
 * numbers. Four passes over digits of 16 bits, fewer where a digit is the same in all keys.
 */
export function radixOrder(keys: Float64Array, size: number, cancellation = Cancellation.never): Uint32Array {
  const bits = new Uint16Array(keys.buffer, keys.byteOffset, 4 * size);
  let order = Uint32Array.from({ length: size }, (_, i) => i);
  let spare = new Uint32Array(size);
  const places = new Uint32Array(DIGITS);
  // Little-endian, as typed arrays are wherever JavaScript runs.
  for (let digit = 0; digit < 4; digit++) {
    cancellation.throwIfCancelled();
    places.fill(0);
    for (let i = 0; i < size; i++) places[bits[4 * i + digit]!]!++;
    if (size === 0 || places[bits[digit]!] === size) continue;
    let place = 0;
    for (let d = 0; d < DIGITS; d++) {
      const count = places[d]!;
      places[d] = place;
      place += count;
    }
    for (let k = 0; k < size; k++) {
      const i = order[k]!;
      spare[places[bits[4 * i + digit]!]!++] = i;
    }
    [order, spare] = [spare, order];
  }
  return order;
}
