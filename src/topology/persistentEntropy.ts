import type { DiagramPoints } from './diagramPoints';

export interface PersistentEntropy {
  /** In nats; 0 where there is one bar or none. */
  readonly entropy: number;
  /** Entropy over its largest value, ln of the number of bars: 1 where all are equally long; 0 where there is one bar or none. */
  readonly normalised: number;
  /** Finite bars that took part. */
  readonly bars: number;
}

/**
 * The Shannon entropy of the lengths of the finite bars of one dimension: −Σ p ln p with p = length ÷ total length (Chintakunta, Gentimis, Gonzalez-Diaz, Jimenez, Krim, "An
 * entropy-based persistence barcode", Pattern Recognition 48, 2015). Does not change with scale. Essential bars have no length and are left out.
 */
export function persistentEntropy({ birth, death }: DiagramPoints): PersistentEntropy {
  const lengths = death
    .map((value, i) => Math.abs(value - birth[i]!))
    .filter(length => length > 0 && length < Infinity);
  lengths.sort();
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const bars = lengths.length;
  if (bars < 2) return { entropy: 0, normalised: 0, bars };
  const entropy = lengths.reduce((sum, length) => {
    const share = length / total;
    // A share too small for a number adds nothing: p ln p goes to 0.
    return share > 0 ? sum - share * Math.log(share) : sum;
  }, 0);
  return { entropy, normalised: Math.min(1, entropy / Math.log(bars)), bars };
}
