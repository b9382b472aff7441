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

/** Distances of one panel to `panels` consecutive ones; `out` is the first entry of the row, `across` that of the column. */
export function euclidean(i: usize, j: usize, panels: i32, width: i32, out: usize, across: usize, stride: usize): void {
  tiles(EUCLIDEAN, i, j, panels, width, out, across, stride);
}

/** Half the squared Euclidean distance: 1 − cos of unit vectors. */
export function halfSquared(i: usize, j: usize, panels: i32, width: i32, out: usize, across: usize, stride: usize): void {
  tiles(HALF_SQUARED, i, j, panels, width, out, across, stride);
}

export function manhattan(i: usize, j: usize, panels: i32, width: i32, out: usize, across: usize, stride: usize): void {
  tiles(MANHATTAN, i, j, panels, width, out, across, stride);
}

export function chebyshev(i: usize, j: usize, panels: i32, width: i32, out: usize, across: usize, stride: usize): void {
  tiles(CHEBYSHEV, i, j, panels, width, out, across, stride);
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
    const r0 = row(metric, s00, s01);
    const r1 = row(metric, s10, s11);
    const r2 = row(metric, s20, s21);
    const r3 = row(metric, s30, s31);
    v128.store(out, r0);
    v128.store(out + stride, r1);
    v128.store(out + 2 * stride, r2);
    v128.store(out + 3 * stride, r3);
    // The same tile on its side.
    const t0 = i32x4.shuffle(r0, r1, 0, 4, 1, 5);
    const t1 = i32x4.shuffle(r2, r3, 0, 4, 1, 5);
    const t2 = i32x4.shuffle(r0, r1, 2, 6, 3, 7);
    const t3 = i32x4.shuffle(r2, r3, 2, 6, 3, 7);
    v128.store(across, i64x2.shuffle(t0, t1, 0, 2));
    v128.store(across + stride, i64x2.shuffle(t0, t1, 1, 3));
    v128.store(across + 2 * stride, i64x2.shuffle(t2, t3, 0, 2));
    v128.store(across + 3 * stride, i64x2.shuffle(t2, t3, 1, 3));
    out += 16;
    across += 4 * stride;
  }
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
