const BLOCK = 64;

/** Of features over samples: `covariance` is width × width, divided by the number of samples. */
export interface Moments {
  readonly samples: number;
  readonly mean: Float64Array;
  readonly covariance: Float64Array;
}

/** Of features, and of what they are fitted to, over the same samples. */
export interface CrossMoments extends Moments {
  readonly targetMean: Float64Array;
  /** width × targets. */
  readonly cross: Float64Array;
}

/** Means and covariances of features, and of features with targets where there are some, from samples that come one by one. Takes (width + 64) · (width + targets) numbers. */
export class Gram {
  private readonly sums: Float64Array;
  private readonly products: Float64Array;
  /** Samples that wait, feature by feature: features, then targets. */
  private readonly waiting: Float64Array;
  private held = 0;
  private count = 0;

  constructor(
    readonly width: number,
    readonly targets = 0,
  ) {
    this.sums = new Float64Array(width + targets);
    this.products = new Float64Array(width * (width + targets));
    this.waiting = new Float64Array((width + targets) * BLOCK);
  }

  /** Features, then targets. Samples with a value that is not finite are left out. */
  add(values: Float64Array): void {
    const { waiting, held } = this;
    let sum = 0;
    for (const value of values) sum += value;
    if (!Number.isFinite(sum)) return;
    for (let f = 0; f < values.length; f++) waiting[f * BLOCK + held] = values[f]!;
    if (++this.held === BLOCK) this.flush();
  }

  private flush(): void {
    const { waiting, width, targets, held, products, sums } = this;
    const all = width + targets;
    for (let i = 0; i < all; i++) {
      let total = 0;
      for (let k = 0; k < held; k++) total += waiting[i * BLOCK + k]!;
      sums[i] = sums[i]! + total;
    }
    for (let i = 0; i < width; i++) {
      const own = i * BLOCK;
      let zero = true;
      for (let k = 0; zero && k < held; k++) zero = waiting[own + k] === 0;
      // What never fires adds nothing.
      if (zero) continue;
      for (let j = 0; j < all; j++) {
        if (j > i && j < width) continue;
        const other = j * BLOCK;
        let [a, b] = [0, 0];
        let k = 0;
        for (; k + 1 < held; k += 2) {
          a += waiting[own + k]! * waiting[other + k]!;
          b += waiting[own + k + 1]! * waiting[other + k + 1]!;
        }
        if (k < held) a += waiting[own + k]! * waiting[other + k]!;
        products[i * all + j] = products[i * all + j]! + a + b;
      }
    }
    this.count += held;
    this.held = 0;
  }

  finish(): CrossMoments {
    this.flush();
    const { width, targets, products, sums, count } = this;
    const all = width + targets;
    const means = sums.map(sum => sum / Math.max(1, count));
    // Without targets the products are of its shape, and each is read before its place is written.
    const covariance = targets === 0 ? products : new Float64Array(width * width);
    const cross = new Float64Array(width * targets);
    for (let i = 0; i < width; i++) {
      for (let j = 0; j <= i; j++) {
        const value = products[i * all + j]! / Math.max(1, count) - means[i]! * means[j]!;
        // Rounding leaves a trace of what does not vary.
        const own = i === j && value <= 1e-12 * (products[i * all + i]! / Math.max(1, count)) ? 0 : value;
        covariance[i * width + j] = own;
        covariance[j * width + i] = own;
      }
      for (let j = 0; j < targets; j++)
        cross[i * targets + j] = products[i * all + width + j]! / Math.max(1, count) - means[i]! * means[width + j]!;
    }
    return { samples: count, mean: means.slice(0, width), targetMean: means.slice(width), covariance, cross };
  }
}
