/**
 * Tiles of 4 × 4 distances. Points come in panels of four, coordinate by coordinate: panel[k * 4 + r] is coordinate k of
 * its r-th point, in double precision. Eight accumulators of two doubles stay in registers.
 *
 * Distances are written as float32 to both triangles of a square matrix with `stride` bytes a row.
 */

const EUCLIDEAN = 0;
const HALF_SQUARED = 1;
const MANHATTAN = 2;
const CHEBYSHEV = 3;

/**
 * A squared distance is |x|² + |y|² − 2 x·y, which takes two operations a coordinate instead of three, but loses digits where it is small beside
 * |x|² + |y|². Below this share of it (an error of 1e-11 of the distance at most), the tile is computed from differences instead.
 */
const CANCELLED = 1e-4;

/** Squared lengths of the points of one panel, to four doubles. */
export function squaredLengths(i: usize, width: i32, to: usize): void {
  let low = f64x2.splat(0);
  let high = low;
  const end = i + (<usize>width << 5);
  for (; i < end; i += 32) {
    const a = v128.load(i);
    const b = v128.load(i, 16);
    low = f64x2.add(low, f64x2.mul(a, a));
    high = f64x2.add(high, f64x2.mul(b, b));
  }
  v128.store(to, low);
  v128.store(to, high, 16);
}

export function manhattan(i: usize, j: usize, panels: i32, width: i32, out: usize, across: usize, stride: usize): void {
  tiles(MANHATTAN, i, j, panels, width, out, across, stride);
}

export function chebyshev(i: usize, j: usize, panels: i32, width: i32, out: usize, across: usize, stride: usize): void {
  tiles(CHEBYSHEV, i, j, panels, width, out, across, stride);
}

/**
 * Euclidean distances of one panel to `panels` consecutive ones, or half their squares (1 − cos of unit vectors); `out` is the first
 * entry of the row, `across` that of the column, and `lengthsI` and `lengthsJ` are where the squared lengths of the points of panels i
 * and j are. One small function for both, and differences apart: engines run slow code until they have optimised the whole of it.
 */
export function products(
  i: usize,
  j: usize,
  panels: i32,
  width: i32,
  out: usize,
  across: usize,
  stride: usize,
  lengthsI: usize,
  lengthsJ: usize,
  half: bool,
): void {
  const first = j;
  for (let panel = 0; panel < panels; panel++) {
    let s00 = f64x2.splat(0);
    let s01 = s00;
    let s10 = s00;
    let s11 = s00;
    let s20 = s00;
    let s21 = s00;
    let s30 = s00;
    let s31 = s00;
    const end = i + (<usize>width << 5);
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
    const at = lengthsJ + (<usize>panel << 5);
    const l0 = v128.load(at);
    const l1 = v128.load(at, 16);
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
      const other = first + <usize>panel * (<usize>width << 5);
      if (half) halfSquaredDifferences(i, other, 1, width, out, across, stride);
      else euclideanDifferences(i, other, 1, width, out, across, stride);
    } else {
      store4x4(
        finished(half, s00, s01),
        finished(half, s10, s11),
        finished(half, s20, s21),
        finished(half, s30, s31),
        out,
        across,
        stride,
      );
    }
    out += 16;
    across += 4 * stride;
  }
}

@inline
function finished(half: bool, low: v128, high: v128): v128 {
  return half ? row(HALF_SQUARED, low, high) : row(EUCLIDEAN, low, high);
}

export function euclideanDifferences(
  i: usize,
  j: usize,
  panels: i32,
  width: i32,
  out: usize,
  across: usize,
  stride: usize,
): void {
  tiles(EUCLIDEAN, i, j, panels, width, out, across, stride);
}

export function halfSquaredDifferences(
  i: usize,
  j: usize,
  panels: i32,
  width: i32,
  out: usize,
  across: usize,
  stride: usize,
): void {
  tiles(HALF_SQUARED, i, j, panels, width, out, across, stride);
}

@inline
function squared(lengths: v128, product: v128): v128 {
  return f64x2.sub(lengths, f64x2.add(product, product));
}

@inline
function cancelled(lengths: v128, square: v128): v128 {
  return f64x2.le(square, f64x2.mul(lengths, f64x2.splat(CANCELLED)));
}

@inline
function tiles(
  metric: i32,
  i: usize,
  j: usize,
  panels: i32,
  width: i32,
  out: usize,
  across: usize,
  stride: usize,
): void {
  for (let panel = 0; panel < panels; panel++) {
    let s00 = f64x2.splat(0);
    let s01 = s00;
    let s10 = s00;
    let s11 = s00;
    let s20 = s00;
    let s21 = s00;
    let s30 = s00;
    let s31 = s00;
    const end = i + (<usize>width << 5);
    for (let a = i; a < end; a += 32) {
      const b0 = v128.load(j);
      const b1 = v128.load(j, 16);
      const a0 = v128.load64_splat(a);
      s00 = add(metric, s00, f64x2.sub(a0, b0));
      s01 = add(metric, s01, f64x2.sub(a0, b1));
      const a1 = v128.load64_splat(a, 8);
      s10 = add(metric, s10, f64x2.sub(a1, b0));
      s11 = add(metric, s11, f64x2.sub(a1, b1));
      const a2 = v128.load64_splat(a, 16);
      s20 = add(metric, s20, f64x2.sub(a2, b0));
      s21 = add(metric, s21, f64x2.sub(a2, b1));
      const a3 = v128.load64_splat(a, 24);
      s30 = add(metric, s30, f64x2.sub(a3, b0));
      s31 = add(metric, s31, f64x2.sub(a3, b1));
      j += 32;
    }
    store4x4(row(metric, s00, s01), row(metric, s10, s11), row(metric, s20, s21), row(metric, s30, s31), out, across, stride);
    out += 16;
    across += 4 * stride;
  }
}

/** Writes a tile and the same tile on its side. */
@inline
function store4x4(r0: v128, r1: v128, r2: v128, r3: v128, out: usize, across: usize, stride: usize): void {
  v128.store(out, r0);
  v128.store(out + stride, r1);
  v128.store(out + 2 * stride, r2);
  v128.store(out + 3 * stride, r3);
  const t0 = i32x4.shuffle(r0, r1, 0, 4, 1, 5);
  const t1 = i32x4.shuffle(r2, r3, 0, 4, 1, 5);
  const t2 = i32x4.shuffle(r0, r1, 2, 6, 3, 7);
  const t3 = i32x4.shuffle(r2, r3, 2, 6, 3, 7);
  v128.store(across, i64x2.shuffle(t0, t1, 0, 2));
  v128.store(across + stride, i64x2.shuffle(t0, t1, 1, 3));
  v128.store(across + 2 * stride, i64x2.shuffle(t2, t3, 0, 2));
  v128.store(across + 3 * stride, i64x2.shuffle(t2, t3, 1, 3));
}

/** Adds one coordinate's difference to a sum (to a maximum, for Chebyshev). */
@inline
function add(metric: i32, sum: v128, difference: v128): v128 {
  if (metric === MANHATTAN) return f64x2.add(sum, f64x2.abs(difference));
  if (metric === CHEBYSHEV) return f64x2.pmax(sum, f64x2.abs(difference));
  return f64x2.add(sum, f64x2.mul(difference, difference));
}

/** Four finished sums as four float32 distances. */
@inline
function row(metric: i32, low: v128, high: v128): v128 {
  if (metric === EUCLIDEAN) {
    low = f64x2.sqrt(low);
    high = f64x2.sqrt(high);
  } else if (metric === HALF_SQUARED) {
    low = f64x2.mul(low, f64x2.splat(0.5));
    high = f64x2.mul(high, f64x2.splat(0.5));
  }
  return i64x2.shuffle(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
}
