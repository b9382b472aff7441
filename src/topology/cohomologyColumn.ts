/**
 * A cochain under construction over Z/p: a heap of keyed entries with coefficients, smallest key first, in which
 * equal keys add up only when they come to the top (Bauer 2021, "Ripser").
 */
export class CohomologyColumn {
  private keys = new Float64Array(1024);
  private coefficients = new Int32Array(1024);
  private size = 0;
  /** The coefficient that belongs to the key that `popPivot` returned. */
  pivotCoefficient = 0;

  constructor(private readonly prime: number) {}

  get bytes(): number {
    return this.keys.byteLength + this.coefficients.byteLength;
  }

  clear(): void {
    this.size = 0;
  }

  push(key: number, coefficient: number): void {
    if (this.size === this.keys.length) this.grow();
    const { keys, coefficients } = this;
    let at = this.size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (keys[parent]! <= key) break;
      keys[at] = keys[parent]!;
      coefficients[at] = coefficients[parent]!;
      at = parent;
    }
    keys[at] = key;
    coefficients[at] = coefficient;
  }

  /** Removes the smallest key whose coefficients do not cancel; −1 when none is left. */
  popPivot(): number {
    while (this.size > 0) {
      const key = this.keys[0]!;
      let sum = 0;
      while (this.size > 0 && this.keys[0]! === key) {
        sum += this.coefficients[0]!;
        this.removeTop();
      }
      this.pivotCoefficient = sum % this.prime;
      if (this.pivotCoefficient !== 0) return key;
    }
    return -1;
  }

  private removeTop(): void {
    const { keys, coefficients } = this;
    const size = --this.size;
    const key = keys[size]!;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && keys[child + 1]! < keys[child]!) child++;
      if (keys[child]! >= key) break;
      keys[at] = keys[child]!;
      coefficients[at] = coefficients[child]!;
      at = child;
    }
    keys[at] = key;
    coefficients[at] = coefficients[size]!;
  }

  private grow(): void {
    const keys = new Float64Array(this.keys.length * 2);
    const coefficients = new Int32Array(keys.length);
    keys.set(this.keys);
    coefficients.set(this.coefficients);
    this.keys = keys;
    this.coefficients = coefficients;
  }
}
