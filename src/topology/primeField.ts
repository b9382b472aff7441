import { Fault } from '../base/fault';

/** Products of two residues stay exact in a 32-bit integer. */
const MAX_PRIME = 46337;

/** Throws `usage` unless p is a prime that is small enough for exact arithmetic. */
export function checkPrime(p: number): void {
  let prime = Number.isInteger(p) && p >= 2 && p <= MAX_PRIME;
  for (let divisor = 2; prime && divisor * divisor <= p; divisor++) prime = p % divisor !== 0;
  if (!prime) {
    throw new Fault('usage', `Coefficients must be a prime number up to ${MAX_PRIME}, not ${p}.`, {
      hint: '2 is the usual choice; 3 or 5 tell torsion apart.',
    });
  }
}

/** The inverse of a residue that is not 0, by Fermat: a^(p − 2). */
export function inverseModulo(a: number, p: number): number {
  let result = 1;
  for (let exponent = p - 2, base = a % p; exponent > 0; exponent = exponent >> 1) {
    if (exponent & 1) result = (result * base) % p;
    base = (base * base) % p;
  }
  return result;
}
