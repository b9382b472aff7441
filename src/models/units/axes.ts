import type { Axes, Labels, UnitBook } from './unitBook';

/** A dimension as formats know it: a number, the name of a free one, or unknown. */
export type Dim = number | string | null;

/** Values of which each depends on those in its place: sizes of 1 are stretched, from the last axis on. */
export function elementwise(
  book: UnitBook,
  inputs: readonly { readonly axes: Axes; readonly dims: readonly Dim[] }[],
  reason: string,
): Axes {
  const rank = Math.max(0, ...inputs.map(input => input.axes.length));
  return Array.from({ length: rank }, (_, axis): Labels | null => {
    let found: Labels | null = null;
    let whole = false;
    for (const { axes, dims } of inputs) {
      const at = axis - rank + axes.length;
      if (at < 0) continue;
      const labels = axes[at]!;
      if (labels === null) {
        if (dims[at] !== 1) whole = true;
      } else if (found === null) found = labels;
      else found = book.join(found, labels, reason);
    }
    if (!whole || found === null) return found;
    book.keep(found, reason);
    return null;
  });
}

/** One axis after the other, for tensors that are put together along one. */
export function concatenated(
  book: UnitBook,
  inputs: readonly Axes[],
  sizes: readonly (number | undefined)[],
  axis: number,
  reason: string,
): Axes {
  const rank = inputs[0]!.length;
  return Array.from({ length: rank }, (_, at): Labels | null => {
    const parts = inputs.map(axes => axes[at] ?? null);
    if (parts.every(part => part === null)) return null;
    if (at !== axis)
      return parts.reduce((a, b) =>
        a === null || b === null ? (book.keep(a, reason), book.keep(b, reason), null) : book.join(a, b, reason),
      );
    // Those without labels stay: they get labels that are kept.
    const own = parts.map((part, i) => {
      if (part !== null) return part;
      const size = sizes[i];
      if (size === undefined) return undefined;
      const fixed = book.fresh(size);
      book.keep(fixed, reason);
      return fixed;
    });
    if (own.some(part => part === undefined)) {
      for (const part of parts) book.keep(part, reason);
      return null;
    }
    const joined = new Int32Array(own.reduce((sum, part) => sum + part!.length, 0));
    let to = 0;
    for (const part of own) {
      joined.set(part!, to);
      to += part!.length;
    }
    return joined;
  });
}

/**
 * The same values in another shape: axes are matched from the left in runs of equal sizes. Within a run an axis that is merged with others repeats its labels, and one that is
 * split hands them to its first part, so that the indices of one of its parts go together: the channels of a head. What cannot be told stays.
 */
export function reshaped(book: UnitBook, axes: Axes, from: readonly Dim[], to: readonly Dim[], reason: string): Axes {
  const result: (Labels | null)[] = to.map(() => null);
  const give = (a: number, aEnd: number, b: number, bEnd: number) => {
    const labelled = Array.from({ length: aEnd - a }, (_, i) => a + i).filter(at => axes[at] !== null);
    if (labelled.length === 0) return;
    const [only] = labelled;
    const fits =
      labelled.length === 1 && match(book, { axes, at: only!, dims: from, a, aEnd }, { result, dims: to, b, bEnd });
    if (!fits) for (const at of labelled) book.keep(axes[at]!, reason);
  };
  let [a, b] = [0, 0];
  while (a < from.length || b < to.length) {
    if (a < from.length && b < to.length && same(from[a]!, to[b]!)) {
      give(a, a + 1, b, b + 1);
      a++;
      b++;
      continue;
    }
    // The shortest run on either side whose sizes have the same product.
    let [aEnd, bEnd] = [a, b];
    let [left, right] = [1, 1];
    let known = true;
    const take = (dim: Dim | undefined) => {
      if (typeof dim !== 'number') known = false;
      return typeof dim === 'number' ? dim : 1;
    };
    do {
      if (aEnd < from.length && (left <= right || bEnd >= to.length)) left *= take(from[aEnd++]);
      else if (bEnd < to.length) right *= take(to[bEnd++]);
      else break;
    } while (known && (left !== right || aEnd === a || bEnd === b));
    if (!known || left !== right) return fromTheRight(book, axes, { from, to, a, b, result, reason });
    give(a, aEnd, b, bEnd);
    a = aEnd;
    b = bEnd;
  }
  return result;
}

interface Rest {
  readonly from: readonly Dim[];
  readonly to: readonly Dim[];
  readonly a: number;
  readonly b: number;
  readonly result: (Labels | null)[];
  readonly reason: string;
}

/** Where a size is not known, axes are matched from the other end too; what stays between must be without labels. */
function fromTheRight(book: UnitBook, axes: Axes, { from, to, a, b, result, reason }: Rest): Axes {
  let [i, j] = [from.length - 1, to.length - 1];
  while (i >= a && j >= b) {
    const [one, other] = [from[i]!, to[j]!];
    if (typeof one === 'number' && one === other) {
      result[j--] = axes[i--]!;
      continue;
    }
    // One axis in the place of several whose sizes multiply to it, or the other way round.
    const split = typeof one === 'number' ? runOf(to, j, b, one) : undefined;
    if (
      split !== undefined &&
      match(book, { axes, at: i, dims: from, a: i, aEnd: i + 1 }, { result, dims: to, b: split, bEnd: j + 1 })
    ) {
      i--;
      j = split - 1;
      continue;
    }
    const merged = typeof other === 'number' ? runOf(from, i, a, other) : undefined;
    const labelled =
      merged === undefined
        ? []
        : Array.from({ length: i - merged + 1 }, (_, k) => merged + k).filter(at => axes[at] !== null);
    if (merged !== undefined && labelled.length <= 1) {
      if (labelled.length === 1)
        match(
          book,
          { axes, at: labelled[0]!, dims: from, a: merged, aEnd: i + 1 },
          { result, dims: to, b: j, bEnd: j + 1 },
        );
      i = merged - 1;
      j--;
      continue;
    }
    break;
  }
  for (let at = a; at <= i; at++) book.keep(axes[at]!, reason);
  return result;
}

/** First index of the axes that end at `end` and whose sizes multiply to `size`. */
function runOf(dims: readonly Dim[], end: number, from: number, size: number): number | undefined {
  let product = 1;
  for (let at = end; at >= from; at--) {
    const dim = dims[at]!;
    if (typeof dim !== 'number') return undefined;
    product *= dim;
    if (product === size && at < end) return at;
    if (product > size) return undefined;
  }
  return undefined;
}

function match(
  book: UnitBook,
  {
    axes,
    at,
    dims,
    a,
    aEnd,
  }: {
    readonly axes: Axes;
    readonly at: number;
    readonly dims: readonly Dim[];
    readonly a: number;
    readonly aEnd: number;
  },
  {
    result,
    dims: to,
    b,
    bEnd,
  }: { readonly result: (Labels | null)[]; readonly dims: readonly Dim[]; readonly b: number; readonly bEnd: number },
): boolean {
  const labels = axes[at];
  if (labels === null || labels === undefined) return true;
  const sizeOf = (list: readonly Dim[], start: number, end: number) =>
    list.slice(start, end).reduce<number>((product, dim) => product * (typeof dim === 'number' ? dim : NaN), 1);
  const sizes = to.slice(b, bEnd);
  const wide = sizes.filter(dim => dim !== 1);
  const outer = aEnd - a === 1 ? 1 : sizeOf(dims, a, at);
  const inner = aEnd - a === 1 ? 1 : sizeOf(dims, at + 1, aEnd);
  if (wide.length <= 1) {
    // Merged: every label comes once for each place of the other axes.
    const place = wide.length === 0 ? b : b + sizes.findIndex(dim => dim !== 1);
    if (!Number.isFinite(outer * inner)) return false;
    if (outer * inner === 1) {
      result[place] = labels;
      return true;
    }
    const repeated = new Int32Array(outer * labels.length * inner);
    for (let o = 0, k = 0; o < outer; o++)
      for (const label of labels) for (let i = 0; i < inner; i++) repeated[k++] = label;
    result[place] = repeated;
    return true;
  }
  // Split: the first part that is no 1 keeps the labels, and all of its own go together.
  if (outer * inner !== 1) return false;
  const place = b + sizes.findIndex(dim => dim !== 1);
  const size = to[place] as number;
  const run = labels.length / size;
  if (!Number.isInteger(run)) return false;
  const heads = new Int32Array(size);
  for (let head = 0; head < size; head++) {
    heads[head] = labels[head * run]!;
    for (let i = 1; i < run; i++) book.unite(heads[head]!, labels[head * run + i]!);
  }
  result[place] = heads;
  return true;
}

function same(a: Dim, b: Dim): boolean {
  return a !== null && a === b;
}
