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
 * An axis that became two: the labels of each index of the first, one for each index of the second. Which of the two loses indices is told by what reads them: heads of
 * attention stand along the first, and queries, keys and values of one layer, each of which has heads, along the second.
 */
export interface SplitAxis {
  readonly first: number;
  readonly second: number;
  readonly parts: readonly Labels[];
}

/** All indices of each part go together: what is left are labels of the first axis. */
export function joinedParts(book: UnitBook, { parts }: SplitAxis): Labels {
  for (const part of parts) for (const label of part) book.unite(part[0]!, label);
  return Int32Array.from(parts, part => part[0]!);
}

/**
 * The same values in another shape: axes are matched from the left in runs of equal sizes. Within a run an axis that is merged with others repeats its labels; one that is
 * split hands them to its first part, so that the indices of one of its parts go together (the channels of a head), unless `later` takes the split to decide on it. An axis of
 * unknown length that repeats the same labels (heads, for each sequence of a batch) has them once. What cannot be told stays.
 */
export function reshaped(
  book: UnitBook,
  axes: Axes,
  from: readonly Dim[],
  to: readonly Dim[],
  reason: string,
  later?: (split: SplitAxis) => void,
): Axes {
  const result: (Labels | null)[] = to.map(() => null);
  const splits: SplitAxis[] = [];
  const target = { result, dims: to, splits };
  const settle = () => {
    // One split can wait, where it is the only one.
    if (later !== undefined && splits.length === 1) later(splits[0]!);
    else for (const split of splits) result[split.first] = joinedParts(book, split);
    return result;
  };
  const give = (a: number, aEnd: number, b: number, bEnd: number) => {
    const labelled = Array.from({ length: aEnd - a }, (_, i) => a + i).filter(at => axes[at] !== null);
    if (labelled.length === 0) return;
    const [only] = labelled;
    const fits = labelled.length === 1 && match(book, { axes, at: only!, dims: from, a, aEnd }, { ...target, b, bEnd });
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
    if (!known || left !== right) {
      fromTheRight(book, axes, { from, a, b, target, reason });
      return settle();
    }
    give(a, aEnd, b, bEnd);
    a = aEnd;
    b = bEnd;
  }
  return settle();
}

interface Target {
  readonly result: (Labels | null)[];
  readonly dims: readonly Dim[];
  readonly splits: SplitAxis[];
}

interface Rest {
  readonly from: readonly Dim[];
  readonly a: number;
  readonly b: number;
  readonly target: Target;
  readonly reason: string;
}

/** Where a size is not known, axes are matched from the other end too; what stays between must be without labels. */
function fromTheRight(book: UnitBook, axes: Axes, { from, a, b, target, reason }: Rest): void {
  const { result, dims: to } = target;
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
      match(book, { axes, at: i, dims: from, a: i, aEnd: i + 1 }, { ...target, b: split, bEnd: j + 1 })
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
        match(book, { axes, at: labelled[0]!, dims: from, a: merged, aEnd: i + 1 }, { ...target, b: j, bEnd: j + 1 });
      i = merged - 1;
      j--;
      continue;
    }
    i = repeatedAxis(book, axes, { from, a, b, target, reason }, i, j);
    break;
  }
  for (let at = a; at <= i; at++) book.keep(axes[at]!, reason);
}

/**
 * Heads that are an axis with a batch of unknown size: as they are put beside it, taken apart from it, or put together with their channels again. Gives the last axis that is
 * still to be matched.
 */
function repeatedAxis(book: UnitBook, axes: Axes, { from, a, b, target }: Rest, i: number, j: number): number {
  const { result, dims: to } = target;
  if (i < a || j < b) return i;
  const [one, other, labels] = [from[i]!, to[j]!, axes[i]!];
  if (typeof other !== 'number') return i;
  // [batch, heads · width] → [batch · heads, width]
  if (
    typeof one === 'number' &&
    labels !== null &&
    i > a &&
    j - 1 === b &&
    typeof to[b] !== 'number' &&
    one % other === 0
  ) {
    result[b] = joinedParts(book, { first: b, second: j, parts: pieces(labels, one / other) });
    return i - 1;
  }
  // [batch · heads] → [batch, heads]
  if (typeof one !== 'number' && i === a && labels?.length === other) {
    result[j] = labels;
    return i - 1;
  }
  // [batch · heads, width] → [batch, heads · width]
  const heads = i > a && typeof from[i - 1] !== 'number' ? axes[i - 1]! : null;
  if (typeof one === 'number' && labels === null && heads !== null && heads.length * one === other) {
    result[j] = Int32Array.from({ length: other }, (_, at) => heads[Math.floor(at / one)]!);
    return i - 2;
  }
  return i;
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

/** Labels that would be told apart place by place: more than this are not. */
const MOST_PLACES = 1 << 22;

interface Run {
  readonly axes: Axes;
  /** The one that has labels. */
  readonly at: number;
  readonly dims: readonly Dim[];
  readonly a: number;
  readonly aEnd: number;
}

/** Labels of one axis in a run of axes that becomes another run of as many places; false where that cannot be told. */
function match(
  book: UnitBook,
  { axes, at, dims, a, aEnd }: Run,
  { result, dims: to, splits, b, bEnd }: Target & { readonly b: number; readonly bEnd: number },
): boolean {
  const labels = axes[at];
  if (labels === null || labels === undefined) return true;
  const sizes = to.slice(b, bEnd);
  const wide = sizes.flatMap((dim, place) => (dim === 1 ? [] : [b + place]));
  if (wide.length <= 1 && aEnd - a === 1) {
    result[wide[0] ?? b] = labels;
    return true;
  }
  const product = (list: readonly Dim[]) =>
    list.reduce<number>((total, dim) => total * (typeof dim === 'number' ? dim : NaN), 1);
  const outer = aEnd - a === 1 ? 1 : product(dims.slice(a, at));
  const inner = aEnd - a === 1 ? 1 : product(dims.slice(at + 1, aEnd));
  const places = outer * labels.length * inner;
  if (!(places <= MOST_PLACES)) return false;
  const labelAt = (place: number) => labels[Math.floor(place / inner) % labels.length]!;
  // Merged: every label comes once for each place of the other axes. Taken apart again, one axis alone may tell the labels.
  for (const axis of wide.length === 0 ? [b] : wide) {
    const size = wide.length === 0 ? 1 : (to[axis] as number);
    const stride = product(to.slice(axis + 1, bEnd));
    const own = Int32Array.from({ length: size }, (_, index) => labelAt(index * stride));
    let alone = true;
    for (let place = 0; alone && place < places; place++)
      alone = labelAt(place) === own[Math.floor(place / stride) % size];
    if (!alone) continue;
    result[axis] = own;
    return true;
  }
  if (inner !== 1) return false;
  const [first, second] = wide as [number, number];
  if (outer !== 1) {
    // [batch, heads · width] → [batch · heads, width], where the batch has a fixed size.
    const heads = (to[first] as number) / outer;
    if (!Number.isInteger(heads) || !Number.isInteger(labels.length / heads)) return false;
    const own = joinedParts(book, { first, second, parts: pieces(labels, heads) });
    result[first] = Int32Array.from({ length: outer * heads }, (_, i) => own[i % heads]!);
    return true;
  }
  // Split: what stands behind the second part goes together.
  const parts = pieces(labels, to[first] as number).map(part =>
    joinedParts(book, { first, second, parts: pieces(part, to[second] as number) }),
  );
  splits.push({ first, second, parts });
  return true;
}

/** As many equal parts. */
function pieces(labels: Labels, count: number): readonly Labels[] {
  const length = labels.length / count;
  return Array.from({ length: count }, (_, i) => labels.subarray(i * length, (i + 1) * length));
}

function same(a: Dim, b: Dim): boolean {
  return a !== null && a === b;
}
