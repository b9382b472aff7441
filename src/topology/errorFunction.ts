/**
 * erf(x) = 2/√π ∫₀ˣ e^(−t²) dt, to about 1e-15: the series 2/√π · e^(−x²) · Σ 2ⁿ x^(2n+1) / (2n + 1)!! (Abramowitz, Stegun, 7.1.6), whose terms are all of
 * one sign. Beyond ±6 it is ±1 to the last bit.
 */
export function errorFunction(x: number): number {
  const size = Math.abs(x);
  if (!(size < 6)) return Number.isNaN(x) ? NaN : Math.sign(x);
  let term = size;
  let sum = size;
  for (let n = 1; term > sum * 1e-17; n++) {
    term *= (2 * size * size) / (2 * n + 1);
    sum += term;
  }
  return Math.sign(x) * Math.min(1, (2 / Math.sqrt(Math.PI)) * Math.exp(-size * size) * sum);
}
