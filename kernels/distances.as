import { blockPanels, count, firstGiven, given, givenDoubles, matrix, metric, edges, origin, squaredLengths, width } from './space';

/**
 * Distances of all pairs of points, as float32, to both triangles of the matrix.
 *
 * Points come in panels of four, coordinate by coordinate: panel[k * 4 + r] is coordinate k of its r-th point, in double precision. Two panels make a
 * tile of 4 × 4 distances: eight accumulators of two doubles stay in registers.
 */

/** Euclidean, half its square (1 − cos of unit vectors), the sum of the coordinates' differences, and the largest of them. */
const EUCLIDEAN = 0;
const HALF_SQUARED = 1;
const MANHATTAN = 2;
const CHEBYSHEV = 3;

/**
 * A squared distance is |x|² + |y|² − 2 x·y, which takes two operations a coordinate instead of three, but loses digits where it is small beside
 * |x|² + |y|². Below this share of it (an error of 1e-11 of the distance at most), the tile is computed from differences instead.
 */
const CANCELLED = 1e-4;

@inline
function panelAddress(panel: i32): usize {
  return edges() + <usize>panel * (<usize>width() << 5);
}

// --- Packing ---------------------------------------------------------------------------------------------------------------------

/** A job over the panels that were given: packs their rows, relative to the origin, and writes their squared lengths. The last panel of all is filled up with zeros. */
export function packPanels(from: i32, to: i32, member: i32): void {
  for (let panel = firstGiven() + from, last = firstGiven() + to; panel < last; panel++) {
    const rows = min(4, count() - 4 * panel);
    if (rows < 4) packSome(panel, rows);
    else if (givenDoubles()) packDoubles(panel);
    else packFloats(panel);
  }
}

@inline
function givenRow(panel: i32, row: i32, bytes: usize): usize {
  return given() + <usize>((panel - firstGiven()) * 4 + row) * (<usize>width() * bytes);
}

function packSome(panel: i32, rows: i32): void {
  const doubles = givenDoubles();
  for (let row = 0; row < 4; row++) {
    let sum: f64 = 0;
    const to = panelAddress(panel) + (<usize>row << 3);
    const end = <usize>width();
    for (let k: usize = 0; k < end; k++) {
      let value: f64 = 0;
      if (row < rows) {
        value = doubles
          ? load<f64>(givenRow(panel, row, 8) + (k << 3))
          : <f64>load<f32>(givenRow(panel, row, 4) + (k << 2));
        value -= load<f64>(origin() + (k << 3));
      }
      store<f64>(to + (k << 5), value);
      sum += value * value;
    }
    store<f64>(squaredLengths() + (<usize>(4 * panel + row) << 3), sum);
  }
}

function packDoubles(panel: i32): void {
  const row = <usize>width() << 3;
  const r0 = givenRow(panel, 0, 8);
  const zero = origin();
  let to = panelAddress(panel);
  let low = f64x2.splat(0);
  let high = low;
  for (let k: usize = 0; k < row; k += 8) {
    const shift = v128.load64_splat(zero + k);
    const at = r0 + k;
    const a = f64x2.sub(v128.load64_lane(at + row, v128.load64_zero(at), 1), shift);
    const b = f64x2.sub(v128.load64_lane(at + 3 * row, v128.load64_zero(at + 2 * row), 1), shift);
    v128.store(to, a);
    v128.store(to, b, 16);
    low = f64x2.add(low, f64x2.mul(a, a));
    high = f64x2.add(high, f64x2.mul(b, b));
    to += 32;
  }
  v128.store(squaredLengths() + (<usize>panel << 5), low);
  v128.store(squaredLengths() + (<usize>panel << 5), high, 16);
}

function packFloats(panel: i32): void {
  const row = <usize>width() << 2;
  const r0 = givenRow(panel, 0, 4);
  let zero = origin();
  let to = panelAddress(panel);
  let low = f64x2.splat(0);
  let high = low;
  for (let k: usize = 0; k < row; k += 4) {
    const shift = v128.load64_splat(zero);
    const at = r0 + k;
    const ab = v128.load32_lane(at + row, v128.load32_zero(at), 1);
    const cd = v128.load32_lane(at + 3 * row, v128.load32_zero(at + 2 * row), 1);
    const a = f64x2.sub(f64x2.promote_low_f32x4(ab), shift);
    const b = f64x2.sub(f64x2.promote_low_f32x4(cd), shift);
    v128.store(to, a);
    v128.store(to, b, 16);
    low = f64x2.add(low, f64x2.mul(a, a));
    high = f64x2.add(high, f64x2.mul(b, b));
    to += 32;
    zero += 8;
  }
  v128.store(squaredLengths() + (<usize>panel << 5), low);
  v128.store(squaredLengths() + (<usize>panel << 5), high, 16);
}

// --- Measuring -------------------------------------------------------------------------------------------------------------------

/** A job over pairs of blocks of panels, at and above the diagonal: pair t is the (t − c (c + 1) / 2)-th of column c. */
export function measureBlocks(from: i32, to: i32, member: i32): void {
  const panels = (count() + 3) >> 2;
  const size = blockPanels();
  for (let pair = from; pair < to; pair++) {
    let column = <i32>((sqrt(8 * <f64>pair + 1) - 1) / 2);
    while ((column * (column + 1)) / 2 > pair) column--;
    while (((column + 1) * (column + 2)) / 2 <= pair) column++;
    const row = pair - (column * (column + 1)) / 2;
    const last = min((column + 1) * size, panels);
    for (let panel = row * size, end = min(panel + size, panels); panel < end; panel++) {
      measureTiles(panel, max(column * size, panel), last);
    }
  }
}

/** The tiles of one panel with those of [first, last). */
function measureTiles(panel: i32, first: i32, last: i32): void {
  const kind = metric();
  if (kind === MANHATTAN) manhattan(panel, first, last);
  else if (kind === CHEBYSHEV) chebyshev(panel, first, last);
  else products(panel, first, last, kind === HALF_SQUARED);
}

/** One small function for both that go by products, and differences apart: engines run slow code until they have optimised the whole of it. */
function products(panel: i32, first: i32, last: i32, half: bool): void {
  const i = panelAddress(panel);
  const end = panelAddress(panel + 1);
  const lengthsI = squaredLengths() + (<usize>panel << 5);
  let lengthsJ = squaredLengths() + (<usize>first << 5);
  let j = panelAddress(first);
  for (let other = first; other < last; other++) {
    let s00 = f64x2.splat(0);
    let s01 = s00;
    let s10 = s00;
    let s11 = s00;
    let s20 = s00;
    let s21 = s00;
    let s30 = s00;
    let s31 = s00;
    for (let a = i; a < end; a += 32) {
      const b0 = v128.load(j);
      const b1 = v128.load(j, 16);
      const a0 = v128.load64_splat(a);
      s00 = f64x2.add(s00, f64x2.mul(a0, b0));
      s01 = f64x2.add(s01, f64x2.mul(a0, b1));
      const a1 = v128.load64_splat(a, 8);
      s10 = f64x2.add(s10, f64x2.mul(a1, b0));
      s11 = f64x2.add(s11, f64x2.mul(a1, b1));
      const a2 = v128.load64_splat(a, 16);
      s20 = f64x2.add(s20, f64x2.mul(a2, b0));
      s21 = f64x2.add(s21, f64x2.mul(a2, b1));
      const a3 = v128.load64_splat(a, 24);
      s30 = f64x2.add(s30, f64x2.mul(a3, b0));
      s31 = f64x2.add(s31, f64x2.mul(a3, b1));
      j += 32;
    }
    const l0 = v128.load(lengthsJ);
    const l1 = v128.load(lengthsJ, 16);
    lengthsJ += 32;
    const n00 = f64x2.add(v128.load64_splat(lengthsI), l0);
    const n01 = f64x2.add(v128.load64_splat(lengthsI), l1);
    const n10 = f64x2.add(v128.load64_splat(lengthsI, 8), l0);
    const n11 = f64x2.add(v128.load64_splat(lengthsI, 8), l1);
    const n20 = f64x2.add(v128.load64_splat(lengthsI, 16), l0);
    const n21 = f64x2.add(v128.load64_splat(lengthsI, 16), l1);
    const n30 = f64x2.add(v128.load64_splat(lengthsI, 24), l0);
    const n31 = f64x2.add(v128.load64_splat(lengthsI, 24), l1);
    s00 = squared(n00, s00);
    s01 = squared(n01, s01);
    s10 = squared(n10, s10);
    s11 = squared(n11, s11);
    s20 = squared(n20, s20);
    s21 = squared(n21, s21);
    s30 = squared(n30, s30);
    s31 = squared(n31, s31);
    const lost = v128.or(
      v128.or(v128.or(cancelled(n00, s00), cancelled(n01, s01)), v128.or(cancelled(n10, s10), cancelled(n11, s11))),
      v128.or(v128.or(cancelled(n20, s20), cancelled(n21, s21)), v128.or(cancelled(n30, s30), cancelled(n31, s31))),
    );
    if (v128.any_true(lost)) {
      if (half) halfSquared(panel, other, other + 1);
      else euclidean(panel, other, other + 1);
    } else {
      storeTile(
        finished(half, s00, s01),
        finished(half, s10, s11),
        finished(half, s20, s21),
        finished(half, s30, s31),
        panel,
        other,
      );
    }
  }
}

@inline
function finished(half: bool, low: v128, high: v128): v128 {
  return half ? row(HALF_SQUARED, low, high) : row(EUCLIDEAN, low, high);
}

@inline
function squared(lengths: v128, product: v128): v128 {
  return f64x2.sub(lengths, f64x2.add(product, product));
}

@inline
function cancelled(lengths: v128, square: v128): v128 {
  return f64x2.le(square, f64x2.mul(lengths, f64x2.splat(CANCELLED)));
}

function euclidean(panel: i32, first: i32, last: i32): void {
  differences(EUCLIDEAN, panel, first, last);
}

function halfSquared(panel: i32, first: i32, last: i32): void {
  differences(HALF_SQUARED, panel, first, last);
}

function manhattan(panel: i32, first: i32, last: i32): void {
  differences(MANHATTAN, panel, first, last);
}

function chebyshev(panel: i32, first: i32, last: i32): void {
  differences(CHEBYSHEV, panel, first, last);
}

@inline
function differences(kind: i32, panel: i32, first: i32, last: i32): void {
  const i = panelAddress(panel);
  const end = panelAddress(panel + 1);
  let j = panelAddress(first);
  for (let other = first; other < last; other++) {
    let s00 = f64x2.splat(0);
    let s01 = s00;
    let s10 = s00;
    let s11 = s00;
    let s20 = s00;
    let s21 = s00;
    let s30 = s00;
    let s31 = s00;
    for (let a = i; a < end; a += 32) {
      const b0 = v128.load(j);
      const b1 = v128.load(j, 16);
      const a0 = v128.load64_splat(a);
      s00 = add(kind, s00, f64x2.sub(a0, b0));
      s01 = add(kind, s01, f64x2.sub(a0, b1));
      const a1 = v128.load64_splat(a, 8);
      s10 = add(kind, s10, f64x2.sub(a1, b0));
      s11 = add(kind, s11, f64x2.sub(a1, b1));
      const a2 = v128.load64_splat(a, 16);
      s20 = add(kind, s20, f64x2.sub(a2, b0));
      s21 = add(kind, s21, f64x2.sub(a2, b1));
      const a3 = v128.load64_splat(a, 24);
      s30 = add(kind, s30, f64x2.sub(a3, b0));
      s31 = add(kind, s31, f64x2.sub(a3, b1));
      j += 32;
    }
    storeTile(row(kind, s00, s01), row(kind, s10, s11), row(kind, s20, s21), row(kind, s30, s31), panel, other);
  }
}

/** Adds one coordinate's difference to a sum (to a maximum, for Chebyshev). */
@inline
function add(kind: i32, sum: v128, difference: v128): v128 {
  if (kind === MANHATTAN) return f64x2.add(sum, f64x2.abs(difference));
  if (kind === CHEBYSHEV) return f64x2.pmax(sum, f64x2.abs(difference));
  return f64x2.add(sum, f64x2.mul(difference, difference));
}

/** Four finished sums as four float32 distances. */
@inline
function row(kind: i32, low: v128, high: v128): v128 {
  if (kind === EUCLIDEAN) {
    low = f64x2.sqrt(low);
    high = f64x2.sqrt(high);
  } else if (kind === HALF_SQUARED) {
    low = f64x2.mul(low, f64x2.splat(0.5));
    high = f64x2.mul(high, f64x2.splat(0.5));
  }
  return i64x2.shuffle(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
}

/** Writes a tile and the same tile on its side. */
@inline
function storeTile(r0: v128, r1: v128, r2: v128, r3: v128, panel: i32, other: i32): void {
  const points = count();
  const rowBytes = <usize>points << 2;
  const out = matrix() + <usize>panel * 4 * rowBytes + (<usize>other << 4);
  const across = matrix() + <usize>other * 4 * rowBytes + (<usize>panel << 4);
  if (4 * other + 4 > points) {
    // The last panel is not full. Tiles are at and above the diagonal, so that the other panel is the last one wherever this one is.
    const columns = points - 4 * other;
    const rows = min(4, points - 4 * panel);
    storeSome(r0, 0, rows, columns, out, across, rowBytes);
    storeSome(r1, 1, rows, columns, out, across, rowBytes);
    storeSome(r2, 2, rows, columns, out, across, rowBytes);
    storeSome(r3, 3, rows, columns, out, across, rowBytes);
    return;
  }
  v128.store(out, r0);
  v128.store(out + rowBytes, r1);
  v128.store(out + 2 * rowBytes, r2);
  v128.store(out + 3 * rowBytes, r3);
  const t0 = i32x4.shuffle(r0, r1, 0, 4, 1, 5);
  const t1 = i32x4.shuffle(r2, r3, 0, 4, 1, 5);
  const t2 = i32x4.shuffle(r0, r1, 2, 6, 3, 7);
  const t3 = i32x4.shuffle(r2, r3, 2, 6, 3, 7);
  v128.store(across, i64x2.shuffle(t0, t1, 0, 2));
  v128.store(across + rowBytes, i64x2.shuffle(t0, t1, 1, 3));
  v128.store(across + 2 * rowBytes, i64x2.shuffle(t2, t3, 0, 2));
  v128.store(across + 3 * rowBytes, i64x2.shuffle(t2, t3, 1, 3));
}

function storeSome(r: v128, row: i32, rows: i32, columns: i32, out: usize, across: usize, rowBytes: usize): void {
  if (row >= rows) return;
  for (let column = 0; column < columns; column++) {
    const length = f32x4.extract_lane(r, 0);
    r = i32x4.shuffle(r, r, 1, 2, 3, 0);
    store<f32>(out + <usize>row * rowBytes + (<usize>column << 2), length);
    store<f32>(across + <usize>column * rowBytes + (<usize>row << 2), length);
  }
}
