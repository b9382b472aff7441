/** How often two networks are right on the same rows, and whether one is right more often. */
export interface PairedAccuracy {
  readonly rows: number;
  /** Rows that A alone and B alone got right. */
  readonly onlyA: number;
  readonly onlyB: number;
  /** Accuracy of B less that of A, with a 95 % interval: Bonett and Price 2012. */
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  /** Two-sided, exact: McNemar 1947, the binomial test of the rows that one alone got right. */
  readonly pValue: number;
}

const Z = 1.959963984540054;

/** `a` and `b` hold 1 where the network is right, a row each, of the same rows. */
export function pairedAccuracy(a: Uint8Array, b: Uint8Array): PairedAccuracy {
  const rows = a.length;
  let onlyA = 0;
  let onlyB = 0;
  for (let row = 0; row < rows; row++) {
    if (a[row] === 1 && b[row] !== 1) onlyA++;
    else if (a[row] !== 1 && b[row] === 1) onlyB++;
  }
  // Bonett and Price add one row to each of the two kinds.
  const [shareA, shareB] = [(onlyA + 1) / (rows + 2), (onlyB + 1) / (rows + 2)];
  const centre = shareB - shareA;
  const half = Z * Math.sqrt((shareA + shareB - centre * centre) / (rows + 2));
  return {
    rows,
    onlyA,
    onlyB,
    difference: (onlyB - onlyA) / Math.max(1, rows),
    low: Math.max(-1, centre - half),
    high: Math.min(1, centre + half),
    pValue: binomialTest(Math.min(onlyA, onlyB), onlyA + onlyB),
  };
}

/** Twice the probability of at most `few` of `count` throws of a fair coin, at most 1. */
function binomialTest(few: number, count: number): number {
  if (2 * few >= count) return 1;
  let logarithm = -count * Math.LN2;
  let sum = 0;
  for (let k = 0; k <= few; k++) {
    sum += Math.exp(logarithm);
    logarithm += Math.log((count - k) / (k + 1));
  }
  return Math.min(1, 2 * sum);
}
