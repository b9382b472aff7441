import {
  bucketBits,
  bucketTables,
  count,
  edges,
  longest,
  matrix,
  pointTable,
  shares,
  shortestBits,
  stride,
} from './space';

/**
 * From distances to ranks: edges are thrown into buckets by length, sorted bucket by bucket, and their places written to where the distances were.
 */

/** Tables of points: the largest, smallest and summed distances of a point; the vertex that a point becomes. */
export const MAXIMA = 0;
export const MINIMA = 1;
export const SUMS = 2;
export const VERTICES = 0;

/** Buckets, and one more for edges that are too long. */
const BUCKETS = 4096;
const TABLE_BYTES: usize = (BUCKETS + 1) << 2;
/** So few edges are sorted by insertion. */
const FEW: u32 = 24;
const MOST_DIGITS = 1024;

/** The rank of a pair of points that no edge joins, and of a point with itself, has this in every byte. */
const ABSENT_BYTE: u8 = 0x7f;

/** A job over rows of distances: the largest and the sum of all, the smallest of those left of the diagonal. */
export function measureRows(from: i32, to: i32, member: i32): void {
  const points = <usize>count();
  const rowBytes = points << 2;
  for (let row = from; row < to; row++) {
    const at = matrix() + <usize>row * rowBytes;
    const diagonal = at + (<usize>row << 2);
    const end = at + rowBytes;
    let largest = f32x4.splat(0);
    let smallest = f32x4.splat(Infinity);
    let total = f32x4.splat(0);
    let entry = at;
    for (; entry + 16 <= diagonal; entry += 16) {
      const lengths = v128.load(entry);
      largest = f32x4.pmax(largest, lengths);
      smallest = f32x4.pmin(smallest, lengths);
      total = f32x4.add(total, lengths);
    }
    let high: f32 = 0;
    let low: f32 = Infinity;
    let sum: f32 = 0;
    for (; entry < diagonal; entry += 4) {
      const length = load<f32>(entry);
      high = max(high, length);
      low = min(low, length);
      sum += length;
    }
    for (; entry + 16 <= end; entry += 16) {
      const lengths = v128.load(entry);
      largest = f32x4.pmax(largest, lengths);
      total = f32x4.add(total, lengths);
    }
    for (; entry < end; entry += 4) {
      const length = load<f32>(entry);
      high = max(high, length);
      sum += length;
    }
    for (let lane = 0; lane < 4; lane++) {
      high = max(high, f32x4.extract_lane(largest, 0));
      low = min(low, f32x4.extract_lane(smallest, 0));
      sum += f32x4.extract_lane(total, 0);
      largest = i32x4.shuffle(largest, largest, 1, 2, 3, 0);
      smallest = i32x4.shuffle(smallest, smallest, 1, 2, 3, 0);
      total = i32x4.shuffle(total, total, 1, 2, 3, 0);
    }
    store<f32>(pointTable(MAXIMA) + (<usize>row << 2), high);
    store<f32>(pointTable(MINIMA) + (<usize>row << 2), low);
    store<f32>(pointTable(SUMS) + (<usize>row << 2), sum);
  }
}

/** The first row of a share: all shares have about as many pairs left of the diagonal. */
@inline
function firstRow(share: i32): i32 {
  return <i32>(<f64>count() * sqrt(<f64>share / <f64>shares()));
}

/** Of floats that are not negative, the bits have the order of the numbers; −0 is 0. */
@inline
function lengthBits(at: usize): u32 {
  return load<u32>(at) & 0x7fffffff;
}

/** A job over shares: counts the edges of every bucket. */
export function countLengths(from: i32, to: i32, member: i32): void {
  const shortest = shortestBits();
  const shift = bucketBits();
  const limit = longest();
  for (let share = from; share < to; share++) {
    const table = bucketTables() + <usize>share * TABLE_BYTES;
    memory.fill(table, 0, TABLE_BYTES);
    for (let row = firstRow(share), last = firstRow(share + 1); row < last; row++) {
      const at = matrix() + <usize>row * (<usize>count() << 2);
      const end = at + (<usize>row << 2);
      for (let entry = at; entry < end; entry += 4) {
        if (!(load<f32>(entry) <= limit)) continue;
        increment(table + (<usize>((lengthBits(entry) - shortest) >>> shift) << 2));
      }
    }
  }
}

/** Turns numbers of edges into the places of the first ones; returns how many edges there are. Those that are too long get a place of their own in every share. */
export function startBuckets(): i32 {
  let place = 0;
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    for (let share = 0; share < shares(); share++) {
      const entry = bucketTables() + <usize>share * TABLE_BYTES + (<usize>bucket << 2);
      const size = load<i32>(entry);
      store<i32>(entry, place);
      place += size;
    }
  }
  for (let share = 0; share < shares(); share++)
    store<i32>(bucketTables() + <usize>share * TABLE_BYTES + (BUCKETS << 2), place + share);
  return place;
}

/** A job over shares: places every edge in its bucket. What is too long goes where nobody looks, which makes a branch that nobody could predict needless. */
export function placeEdges(from: i32, to: i32, member: i32): void {
  const shortest = shortestBits();
  const shift = bucketBits();
  const limit = longest();
  const vertices = pointTable(VERTICES);
  const out = edges();
  for (let share = from; share < to; share++) {
    const table = bucketTables() + <usize>share * TABLE_BYTES;
    for (let row = firstRow(share), last = firstRow(share + 1); row < last; row++) {
      const at = matrix() + <usize>row * (<usize>count() << 2);
      const own = load<u32>(vertices + (<usize>row << 2));
      for (let offset: usize = 0, end = <usize>row << 2; offset < end; offset += 4) {
        const inside = load<f32>(at + offset) <= limit;
        const bits = lengthBits(at + offset);
        const other = load<u32>(vertices + offset);
        const start = table + (<usize>(inside ? (bits - shortest) >>> shift : BUCKETS) << 2);
        const place = load<u32>(start);
        store<u32>(start, place + <u32>inside);
        store<u64>(out + (<usize>place << 3), (<u64>bits << 32) | (<u64>max(own, other) << 16) | <u64>min(own, other));
      }
    }
  }
}

/** A job over buckets, once all edges are placed: equal lengths stay in their order. The matrix takes what is being sorted. */
export function sortBuckets(from: i32, to: i32, member: i32): void {
  // Every place of the last share has come to where the next bucket begins.
  const ends = bucketTables() + <usize>(shares() - 1) * TABLE_BYTES;
  const counts = bucketTables() + <usize>shares() * TABLE_BYTES + <usize>member * (2 * MOST_DIGITS * 4);
  for (let bucket = from; bucket < to; bucket++) {
    const begin = bucket === 0 ? 0 : load<u32>(ends + (<usize>(bucket - 1) << 2));
    const end = load<u32>(ends + (<usize>bucket << 2));
    if (end - begin <= FEW) insertionSort(begin, end);
    else radixSort(begin, end, counts);
  }
}

function insertionSort(begin: u32, end: u32): void {
  const first = edges() + (<usize>begin << 3);
  const last = edges() + (<usize>end << 3);
  for (let next = first + 8; next < last; next += 8) {
    const edge = load<u64>(next);
    let at = next;
    for (; at > first && load<u64>(at - 8) >> 32 > edge >> 32; at -= 8) store<u64>(at, load<u64>(at - 8));
    store<u64>(at, edge);
  }
}

/** Two passes over half of the bits that differ within the bucket; none where it is in order, as one of a single length is, however large. */
function radixSort(begin: u32, end: u32, counts: usize): void {
  const bits = bucketBits();
  if (bits === 0) return;
  const lowBits = (bits + 1) >>> 1;
  const lowMask: u32 = (1 << lowBits) - 1;
  const highMask: u32 = (1 << (bits - lowBits)) - 1;
  const shortest = shortestBits();
  const first = edges() + (<usize>begin << 3);
  const last = edges() + (<usize>end << 3);
  const spare = matrix() + (<usize>begin << 3);
  const highCounts = counts + (<usize>(lowMask + 1) << 2);
  memory.fill(counts, 0, <usize>(lowMask + highMask + 2) << 2);
  let before: u32 = 0;
  let ordered = true;
  for (let at = first; at < last; at += 8) {
    const offset = load<u32>(at, 4) - shortest;
    ordered = ordered && offset >= before;
    before = offset;
    increment(counts + (<usize>(offset & lowMask) << 2));
    increment(highCounts + (<usize>((offset >>> lowBits) & highMask) << 2));
  }
  if (ordered) return;
  accumulate(counts, lowMask + 1);
  accumulate(highCounts, highMask + 1);
  for (let at = first; at < last; at += 8) {
    const edge = load<u64>(at);
    const place = increment(counts + (<usize>((<u32>(edge >> 32) - shortest) & lowMask) << 2));
    store<u64>(spare + (<usize>place << 3), edge);
  }
  for (let at = spare, spareEnd = spare + (last - first); at < spareEnd; at += 8) {
    const edge = load<u64>(at);
    const place = increment(highCounts + (<usize>(((<u32>(edge >> 32) - shortest) >>> lowBits) & highMask) << 2));
    store<u64>(first + (<usize>place << 3), edge);
  }
}

function accumulate(counts: usize, size: u32): void {
  let place: u32 = 0;
  for (const end = counts + (<usize>size << 2); counts < end; counts += 4) {
    const value = load<u32>(counts);
    store<u32>(counts, place);
    place += value;
  }
}

@inline
function increment(at: usize): u32 {
  const value = load<u32>(at);
  store<u32>(at, value + 1);
  return value;
}

/** A job over rows of ranks: nothing is joined yet. */
export function clearRanks(from: i32, to: i32, member: i32): void {
  memory.fill(matrix() + <usize>from * stride(), ABSENT_BYTE, <usize>(to - from) * stride());
}

/** A job over edges, once all rows are cleared: writes their ranks right of the diagonal. */
export function placeRanks(from: i32, to: i32, member: i32): void {
  const list = edges();
  const rows = matrix();
  const rowBytes = stride();
  for (let rank = from; rank < to; rank++) {
    const ends = load<u32>(list + (<usize>rank << 3));
    store<i32>(rows + <usize>(ends & 0xffff) * rowBytes + (<usize>(ends >>> 16) << 2), rank);
  }
}

/** A job over groups of four rows, once all ranks are placed: copies what is right of the diagonal to the columns left of it. */
export function mirrorRanks(from: i32, to: i32, member: i32): void {
  for (let group = from; group < to; group++) mirrorRows(4 * group);
}

/** Half of all places are written at random, this half in blocks. */
function mirrorRows(first: i32): void {
  const points = count();
  const rowBytes = stride();
  const rows = matrix() + <usize>first * rowBytes;
  const columns = matrix() + (<usize>first << 2);
  // The block on the diagonal, entry by entry; the last one may be smaller.
  const size = min(4, points - first);
  for (let i = 0; i < size; i++) {
    for (let j = i + 1; j < size; j++) {
      store<i32>(
        columns + <usize>(first + j) * rowBytes + (<usize>i << 2),
        load<i32>(rows + <usize>i * rowBytes + (<usize>(first + j) << 2)),
      );
    }
  }
  for (let column = first + 4; column < points; column += 4) {
    const at = rows + (<usize>column << 2);
    const r0 = v128.load(at);
    const r1 = v128.load(at + rowBytes);
    const r2 = v128.load(at + 2 * rowBytes);
    const r3 = v128.load(at + 3 * rowBytes);
    const t0 = i32x4.shuffle(r0, r1, 0, 4, 1, 5);
    const t1 = i32x4.shuffle(r2, r3, 0, 4, 1, 5);
    const t2 = i32x4.shuffle(r0, r1, 2, 6, 3, 7);
    const t3 = i32x4.shuffle(r2, r3, 2, 6, 3, 7);
    const to = columns + <usize>column * rowBytes;
    v128.store(to, i64x2.shuffle(t0, t1, 0, 2));
    if (column + 1 < points) v128.store(to + rowBytes, i64x2.shuffle(t0, t1, 1, 3));
    if (column + 2 < points) v128.store(to + 2 * rowBytes, i64x2.shuffle(t2, t3, 0, 2));
    if (column + 3 < points) v128.store(to + 3 * rowBytes, i64x2.shuffle(t2, t3, 1, 3));
  }
}
