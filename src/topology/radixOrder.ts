import { Cancellation } from '../base/cancellation';

const DIGIT_BITS = 11;
const DIGITS = 1 << DIGIT_BITS;
const STEPS_BETWEEN_POLLS = 1 << 18;

/** Up to so many numbers are sorted by insertion. */
const FEW = 96;

/** A number that lies farther than this from its place among those with the same upper half says that there are many of them. */
const FAR = 48;

/**
 * The order of the first `size` numbers, ascending; equal ones stay in order, or in that of `order`, which is given to sort by one number within another. No NaN; −0 comes before 0.
 *
 * Sorts by the upper halves of the doubles, three passes over digits of 11 bits that carry the words along, so that memory is read from first to last; then by insertion where
 * upper halves are equal, which is through at once where all of them come from single precision. Where it is not, lower halves are sorted first. Takes 16 bytes a number.
 */
export function radixOrder(
  keys: Float64Array,
  size: number,
  cancellation = Cancellation.never,
  order?: Uint32Array<ArrayBuffer>,
): Uint32Array<ArrayBuffer> {
  const given = order ?? identity(size);
  if (size <= FEW) return insertionOrder(keys, given.slice());
  const sorted = orderOfWords(halves(keys, given, UPPER, cancellation), given.slice(), cancellation);
  let moves = 0;
  for (let k = 1; k < size; k++) {
    if (k % STEPS_BETWEEN_POLLS === 0) cancellation.throwIfCancelled();
    const moving = sorted[k]!;
    const key = keys[moving]!;
    // Where upper halves differ they are in order, so that no number moves past its like.
    let at = k;
    for (; at > 0 && keys[sorted[at - 1]!]! > key; at--) sorted[at] = sorted[at - 1]!;
    sorted[at] = moving;
    moves += k - at;
    if (k - at <= FAR && moves <= size) continue;
    const byLower = orderOfWords(halves(keys, given, LOWER, cancellation), given.slice(), cancellation);
    return orderOfWords(halves(keys, byLower, UPPER, cancellation), byLower, cancellation);
  }
  return sorted;
}

/** What radix passes do, for lists that are shorter than the tables of their digits. */
function insertionOrder(keys: Float64Array, order: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  for (let k = 1; k < order.length; k++) {
    const moving = order[k]!;
    const key = keys[moving]!;
    let at = k;
    for (; at > 0 && isBefore(key, keys[order[at - 1]!]!); at--) order[at] = order[at - 1]!;
    order[at] = moving;
  }
  return order;
}

function isBefore(a: number, b: number): boolean {
  return a < b || (a === 0 && b === 0 && 1 / a < 1 / b);
}

/** 0, 1, 2 …. */
export function identity(size: number): Uint32Array<ArrayBuffer> {
  const order = new Uint32Array(size);
  for (let i = 0; i < size; i++) order[i] = i;
  return order;
}

const LOWER = 0;
const UPPER = 1;

/** Halves of the doubles, in the given order, that are ordered as whole numbers where the doubles are: the sign of the others set, negative ones turned over. */
function halves(
  keys: Float64Array,
  order: Uint32Array,
  half: typeof LOWER | typeof UPPER,
  cancellation: Cancellation,
): Uint32Array<ArrayBuffer> {
  // Little-endian, as typed arrays are wherever JavaScript runs.
  const bits = new Int32Array(keys.buffer, keys.byteOffset, 2 * keys.length);
  const sign = half === UPPER ? -0x80000000 : 0;
  const words = new Uint32Array(order.length);
  for (let k = 0; k < words.length; k++) {
    if (k % STEPS_BETWEEN_POLLS === 0) cancellation.throwIfCancelled();
    const at = 2 * order[k]!;
    words[k] = bits[at + half]! ^ ((bits[at + UPPER]! >> 31) | sign);
  }
  return words;
}

/** Sorts the order by its words, which are lost: 32 bits in three passes, equal ones in order. */
function orderOfWords(
  words: Uint32Array<ArrayBuffer>,
  order: Uint32Array<ArrayBuffer>,
  cancellation: Cancellation,
): Uint32Array<ArrayBuffer> {
  const count = words.length;
  const places = new Uint32Array(DIGITS);
  let [spareOrder, spareWords] = [new Uint32Array(count), new Uint32Array(count)];
  for (let shift = 0; shift < 32; shift += DIGIT_BITS) {
    places.fill(0);
    for (let from = 0; from < count; from += STEPS_BETWEEN_POLLS) {
      cancellation.throwIfCancelled();
      countDigits(words, shift, places, from, Math.min(count, from + STEPS_BETWEEN_POLLS));
    }
    let place = 0;
    for (let digit = 0; digit < DIGITS; digit++) {
      const size = places[digit]!;
      places[digit] = place;
      place += size;
    }
    for (let from = 0; from < count; from += STEPS_BETWEEN_POLLS) {
      cancellation.throwIfCancelled();
      const to = Math.min(count, from + STEPS_BETWEEN_POLLS);
      scatter(words, order, shift, places, from, to, spareWords, spareOrder);
    }
    [order, spareOrder, words, spareWords] = [spareOrder, order, spareWords, words];
  }
  return order;
}

function countDigits(words: Uint32Array, shift: number, places: Uint32Array, from: number, to: number): void {
  for (let k = from; k < to; k++) places[(words[k]! >>> shift) & (DIGITS - 1)]!++;
}

function scatter(
  words: Uint32Array,
  order: Uint32Array,
  shift: number,
  places: Uint32Array,
  from: number,
  to: number,
  intoWords: Uint32Array,
  intoOrder: Uint32Array,
): void {
  for (let k = from; k < to; k++) {
    const word = words[k]!;
    const place = places[(word >>> shift) & (DIGITS - 1)]!++;
    intoWords[place] = word;
    intoOrder[place] = order[k]!;
  }
}
