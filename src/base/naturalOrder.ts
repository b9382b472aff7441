/**
 * The order in which people count: runs of digits by their value, everything else by the code units of its characters, so that `img2` comes before
 * `img10`, on any machine and in any language. Parts of a path are compared one by one.
 */
export function naturalOrder(a: string, b: string): number {
  const left = a.split('/');
  const right = b.split('/');
  for (let i = 0; i < left.length && i < right.length; i++) {
    const order = compareParts(left[i]!, right[i]!);
    if (order !== 0) return order;
  }
  return left.length - right.length || plain(a, b);
}

function compareParts(a: string, b: string): number {
  const left = a.match(RUNS) ?? [];
  const right = b.match(RUNS) ?? [];
  for (let i = 0; i < left.length && i < right.length; i++) {
    const [x, y] = [left[i]!, right[i]!];
    const order = isDigit(x) && isDigit(y) ? compareCounts(x, y) : plain(x, y);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

const RUNS = /[0-9]+|[^0-9]+/g;

function isDigit(run: string): boolean {
  return run >= '0' && run < ':';
}

/** Digits of any length, without leading zeros: the longer run is the larger number. */
function compareCounts(a: string, b: string): number {
  const left = a.replace(/^0+/, '');
  const right = b.replace(/^0+/, '');
  return left.length - right.length || plain(left, right);
}

function plain(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
