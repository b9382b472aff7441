/**
 * Finds the few pairs of points that are nearer to each other than a limit of their own, among very many.
 *
 * Points are whole numbers of 16 bits, in panels of eight, by pairs of coordinates: panel[p * 16 + 2 * r + k % 2] is coordinate k = 2 p or 2 p + 1 of its r-th point. Squared
 * distances are |x|² + |y|² − 2 x·y, exact as long as |x|² stays below 2²⁹: sums may leave 32 bits on the way, but what is left in the end does not.
 *
 * The leading coordinates alone give no more than the whole. Where they are those in which points differ most, nearly all pairs are too far apart in them already, and the others are not
 * looked at.
 */

/**
 * Looks at four points (`row` is the first one's place in its panel, `rowNumber` its number) against `panels` panels from `columns` on, whose first point has the number
 * `columnNumber`. Pairs with a squared distance below max(limit of the row, limit of the column), and with row < column < count, are written to `out`, two numbers each. Returns how many.
 */
export function nearPairs(
  row: usize,
  columns: usize,
  panels: i32,
  coordinatePairs: i32,
  leadingPairs: i32,
  rowNorms: usize,
  columnNorms: usize,
  rowLeads: usize,
  columnLeads: usize,
  rowLimits: usize,
  columnLimits: usize,
  rowNumber: i32,
  columnNumber: i32,
  count: i32,
  out: usize,
): i32 {
  const end = row + (<usize>coordinatePairs << 5);
  const lead = row + (<usize>leadingPairs << 5);
  const rest = end - lead;
  const h0 = v128.load32_splat(rowLeads);
  const h1 = v128.load32_splat(rowLeads, 4);
  const h2 = v128.load32_splat(rowLeads, 8);
  const h3 = v128.load32_splat(rowLeads, 12);
  const m0 = v128.load32_splat(rowNorms);
  const m1 = v128.load32_splat(rowNorms, 4);
  const m2 = v128.load32_splat(rowNorms, 8);
  const m3 = v128.load32_splat(rowNorms, 12);
  const l0 = v128.load32_splat(rowLimits);
  const l1 = v128.load32_splat(rowLimits, 4);
  const l2 = v128.load32_splat(rowLimits, 8);
  const l3 = v128.load32_splat(rowLimits, 12);
  let found = 0;
  let b = columns;
  for (let panel = 0; panel < panels; panel++) {
    let s00 = i32x4.splat(0);
    let s01 = s00;
    let s10 = s00;
    let s11 = s00;
    let s20 = s00;
    let s21 = s00;
    let s30 = s00;
    let s31 = s00;
    for (let a = row; a < lead; a += 32) {
      const b0 = v128.load(b);
      const b1 = v128.load(b, 16);
      const a0 = v128.load32_splat(a);
      s00 = i32x4.add(s00, i32x4.dot_i16x8_s(a0, b0));
      s01 = i32x4.add(s01, i32x4.dot_i16x8_s(a0, b1));
      const a1 = v128.load32_splat(a, 4);
      s10 = i32x4.add(s10, i32x4.dot_i16x8_s(a1, b0));
      s11 = i32x4.add(s11, i32x4.dot_i16x8_s(a1, b1));
      const a2 = v128.load32_splat(a, 8);
      s20 = i32x4.add(s20, i32x4.dot_i16x8_s(a2, b0));
      s21 = i32x4.add(s21, i32x4.dot_i16x8_s(a2, b1));
      const a3 = v128.load32_splat(a, 12);
      s30 = i32x4.add(s30, i32x4.dot_i16x8_s(a3, b0));
      s31 = i32x4.add(s31, i32x4.dot_i16x8_s(a3, b1));
      b += 32;
    }
    const c0 = v128.load(columnLimits);
    const c1 = v128.load(columnLimits, 16);
    if (rest > 0) {
      const k0 = v128.load(columnLeads);
      const k1 = v128.load(columnLeads, 16);
      const t0 = v128.or(near(h0, k0, s00, l0, c0), near(h0, k1, s01, l0, c1));
      const t1 = v128.or(near(h1, k0, s10, l1, c0), near(h1, k1, s11, l1, c1));
      const t2 = v128.or(near(h2, k0, s20, l2, c0), near(h2, k1, s21, l2, c1));
      const t3 = v128.or(near(h3, k0, s30, l3, c0), near(h3, k1, s31, l3, c1));
      columnLeads += 32;
      if (!v128.any_true(v128.or(v128.or(t0, t1), v128.or(t2, t3)))) {
        b += rest;
        columnNorms += 32;
        columnLimits += 32;
        continue;
      }
      for (let a = lead; a < end; a += 32) {
        const b0 = v128.load(b);
        const b1 = v128.load(b, 16);
        const a0 = v128.load32_splat(a);
        s00 = i32x4.add(s00, i32x4.dot_i16x8_s(a0, b0));
        s01 = i32x4.add(s01, i32x4.dot_i16x8_s(a0, b1));
        const a1 = v128.load32_splat(a, 4);
        s10 = i32x4.add(s10, i32x4.dot_i16x8_s(a1, b0));
        s11 = i32x4.add(s11, i32x4.dot_i16x8_s(a1, b1));
        const a2 = v128.load32_splat(a, 8);
        s20 = i32x4.add(s20, i32x4.dot_i16x8_s(a2, b0));
        s21 = i32x4.add(s21, i32x4.dot_i16x8_s(a2, b1));
        const a3 = v128.load32_splat(a, 12);
        s30 = i32x4.add(s30, i32x4.dot_i16x8_s(a3, b0));
        s31 = i32x4.add(s31, i32x4.dot_i16x8_s(a3, b1));
        b += 32;
      }
    }
    const n0 = v128.load(columnNorms);
    const n1 = v128.load(columnNorms, 16);
    s00 = near(m0, n0, s00, l0, c0);
    s01 = near(m0, n1, s01, l0, c1);
    s10 = near(m1, n0, s10, l1, c0);
    s11 = near(m1, n1, s11, l1, c1);
    s20 = near(m2, n0, s20, l2, c0);
    s21 = near(m2, n1, s21, l2, c1);
    s30 = near(m3, n0, s30, l3, c0);
    s31 = near(m3, n1, s31, l3, c1);
    const any = v128.or(v128.or(v128.or(s00, s01), v128.or(s10, s11)), v128.or(v128.or(s20, s21), v128.or(s30, s31)));
    if (v128.any_true(any)) {
      const first = columnNumber + (panel << 3);
      found += write(s00, s01, rowNumber, first, count, out + (<usize>found << 3));
      found += write(s10, s11, rowNumber + 1, first, count, out + (<usize>found << 3));
      found += write(s20, s21, rowNumber + 2, first, count, out + (<usize>found << 3));
      found += write(s30, s31, rowNumber + 3, first, count, out + (<usize>found << 3));
    }
    columnNorms += 32;
    columnLimits += 32;
  }
  return found;
}

/** Which of four squared distances are below the larger of two limits. */
@inline
function near(rowNorm: v128, columnNorms: v128, product: v128, rowLimit: v128, columnLimits: v128): v128 {
  const square = i32x4.sub(i32x4.add(rowNorm, columnNorms), i32x4.add(product, product));
  return i32x4.lt_s(square, i32x4.max_s(rowLimit, columnLimits));
}

function write(low: v128, high: v128, row: i32, column: i32, count: i32, out: usize): i32 {
  let bits = i32x4.bitmask(low) | (i32x4.bitmask(high) << 4);
  let found = 0;
  while (bits !== 0) {
    const at = column + ctz(bits);
    bits &= bits - 1;
    if (at > row && at < count) {
      store<i32>(out, row);
      store<i32>(out, at, 4);
      out += 8;
      found++;
    }
  }
  return found;
}
