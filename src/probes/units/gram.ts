const BLOCK = 64;

/** Means and covariances of features, from samples that come one by one. Takes width² + 64 · width numbers. */
export class Gram {
  private readonly sums: Float64Array;
  private readonly products: Float64Array;
  /** Samples that wait, feature by feature. */
  private readonly waiting: Float64Array;
  private held = 0;
  private count = 0;

  constructor(readonly width: number) {
    this.sums = new Float64Array(width);
    this.products = new Float64Array(width * width);
    this.waiting = new Float64Array(width * BLOCK);
  }

  /** `valueOf(f)` is the sample's value of feature f. Samples with a value that is not finite are left out. */
  add(values: Float64Array): void {
    const { waiting, width, held } = this;
    let sum = 0;
    for (let f = 0; f < width; f++) sum += values[f]!;
    if (!Number.isFinite(sum)) return;
    for (let f = 0; f < width; f++) waiting[f * BLOCK + held] = values[f]!;
    if (++this.held === BLOCK) this.flush();
  }

  private flush(): void {
    const { waiting, width, held, products, sums } = this;
    for (let i = 0; i < width; i++) {
      const own = i * BLOCK;
      let total = 0;
      for (let k = 0; k < held; k++) total += waiting[own + k]!;
      sums[i] = sums[i]! + total;
      // What never fires adds nothing.
      if (total === 0 && isZero(waiting, own, held)) continue;
      for (let j = 0; j <= i; j++) {
        const other = j * BLOCK;
        let [a, b] = [0, 0];
        let k = 0;
        for (; k + 1 < held; k += 2) {
          a += waiting[own + k]! * waiting[other + k]!;
          b += waiting[own + k + 1]! * waiting[other + k + 1]!;
        }
        if (k < held) a += waiting[own + k]! * waiting[other + k]!;
        products[i * width + j] = products[i * width + j]! + a + b;
      }
    }
    this.count += held;
    this.held = 0;
  }

  finish(): Moments {
    this.flush();
    const { width, products, sums, count } = this;
    const n = Math.max(1, count);
    const mean = sums.map(sum => sum / n);
    for (let i = 0; i < width; i++)
      for (let j = 0; j <= i; j++) {
        const value = products[i * width + j]! / n - mean[i]! * mean[j]!;
        // Rounding leaves a trace of what does not vary.
        const own = i === j && value <= 1e-12 * (products[i * width + i]! / n) ? 0 : value;
        products[i * width + j] = own;
        products[j * width + i] = own;
      }
    return { samples: count, mean, covariance: products };
  }
}

/** Of features over samples: `covariance` is width × width, divided by the number of samples. */
export interface Moments {
  readonly samples: number;
  readonly mean: Float64Array;
  readonly covariance: Float64Array;
}

function isZero(values: Float64Array, from: number, count: number): boolean {
  for (let k = 0; k < count; k++) if (values[from + k] !== 0) return false;
  return true;
}
