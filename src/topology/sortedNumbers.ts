import { Cancellation } from '../base/cancellation';
import { poll } from './filteredComplex';
import { radixOrder } from './radixOrder';

/** So many numbers are sorted in a millisecond or so, and by comparisons sooner than by digits. */
const FEW = 1 << 14;

/** The numbers in ascending order, in their place where they are few. Equal ones are equal: nothing tells 0 from −0. No NaN among many. */
export function sortedNumbers(numbers: Float64Array, cancellation = Cancellation.never): Float64Array {
  if (numbers.length <= FEW) return numbers.sort();
  const order = radixOrder(numbers, numbers.length, cancellation);
  const sorted = new Float64Array(numbers.length);
  for (let place = 0; place < sorted.length; place++) {
    poll(place, cancellation);
    sorted[place] = numbers[order[place]!]!;
  }
  return sorted;
}

/** Numbers without those that are there already, up to so many of them. */
export class DistinctNumbers {
  private numbers: Float64Array;
  private size = 0;
  private full = false;

  constructor(
    private readonly atMost: number,
    private readonly cancellation = Cancellation.never,
  ) {
    this.numbers = new Float64Array(Math.ceil(1.5 * atMost) + 1);
  }

  /** Whether more have come than may: those that come after that are not kept. */
  get tooMany(): boolean {
    return this.full;
  }

  add(value: number): void {
    if (this.full) return;
    if (this.size === this.numbers.length) this.compact();
    if (!this.full) this.numbers[this.size++] = value;
  }

  /** All of them, ascending; undefined where they are too many. */
  sorted(): Float64Array | undefined {
    this.compact();
    return this.full ? undefined : this.numbers.subarray(0, this.size);
  }

  private compact(): void {
    const sorted = sortedNumbers(this.numbers.subarray(0, this.size), this.cancellation);
    let kept = 0;
    for (let place = 0; place < sorted.length; place++) {
      poll(place, this.cancellation);
      const value = sorted[place]!;
      if (kept > 0 && value === this.numbers[kept - 1]) continue;
      this.numbers[kept++] = value;
    }
    this.size = kept;
    this.full = kept > this.atMost;
  }
}
