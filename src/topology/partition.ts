/** Reorders the run [from, to) so that those before `middle` come before those after it, by value and then index (Hoare's selection). */
export function partition(
  order: Int32Array | Uint32Array,
  value: Float64Array,
  from: number,
  to: number,
  middle: number,
): void {
  const before = (p: number, q: number) => value[p]! < value[q]! || (value[p] === value[q] && p < q);
  let low = from;
  let high = to - 1;
  while (low < high) {
    const pivot = medianOf(order[low]!, order[(low + high) >> 1]!, order[high]!, before);
    let i = low;
    let j = high;
    while (i <= j) {
      while (before(order[i]!, pivot)) i++;
      while (before(pivot, order[j]!)) j--;
      if (i > j) break;
      const other = order[i]!;
      order[i++] = order[j]!;
      order[j--] = other;
    }
    if (middle <= j) high = j;
    else if (middle >= i) low = i;
    else return;
  }
}

function medianOf(p: number, q: number, r: number, before: (p: number, q: number) => boolean): number {
  const [low, high] = before(p, q) ? [p, q] : [q, p];
  if (before(r, low)) return low;
  return before(high, r) ? high : r;
}
