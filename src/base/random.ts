/**
 * Seeded randomness. The generator is sfc32 (Chris Doty-Humphrey, PractRand), seeded through splitmix32 so that
 * neighbouring seeds give unrelated streams. The same seed gives the same numbers on every machine.
 */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private d = 1;
  private spare: number | undefined;

  /** `stream` separates uses of one seed: a label such as a layer's name. */
  constructor(seed: number, stream = '') {
    let state =
      (seed | 0) ^ Math.imul(hash(stream), 0x9e3779b1) ^ Math.imul(Math.floor(seed / 0x1_0000_0000), 0x85ebca6b);
    const next = () => {
      state = (state + 0x9e3779b9) | 0;
      let z = state ^ (state >>> 16);
      z = Math.imul(z, 0x21f0aaad);
      z ^= z >>> 15;
      z = Math.imul(z, 0x735a2d97);
      return (z ^ (z >>> 15)) | 0;
    };
    this.a = next();
    this.b = next();
    this.c = next();
    for (let i = 0; i < 12; i++) this.uint32();
  }

  uint32(): number {
    const t = (((this.a + this.b) | 0) + this.d) | 0;
    this.d = (this.d + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (this.c << 21) | (this.c >>> 11);
    this.c = (this.c + t) | 0;
    return t >>> 0;
  }

  /** Uniform in [0, 1), with 53 random bits. */
  uniform(): number {
    return (this.uint32() >>> 5) / 0x800_0000 + (this.uint32() >>> 6) / 0x20_0000_0000_0000;
  }

  /** Uniform integer in [0, below), without modulo bias. */
  integer(below: number): number {
    return Math.floor(this.uniform() * below);
  }

  /** Standard normal, by the polar method (Marsaglia). */
  normal(): number {
    if (this.spare !== undefined) {
      const z = this.spare;
      this.spare = undefined;
      return z;
    }
    for (;;) {
      const u = 2 * this.uniform() - 1;
      const v = 2 * this.uniform() - 1;
      const s = u * u + v * v;
      if (s >= 1 || s === 0) continue;
      const scale = Math.sqrt((-2 * Math.log(s)) / s);
      this.spare = v * scale;
      return u * scale;
    }
  }

  /** `count` distinct integers of [0, n) in increasing order; all of them where count ≥ n. */
  sample(n: number, count: number): Uint32Array<ArrayBuffer> {
    if (count >= n) return Uint32Array.from({ length: n }, (_, i) => i);
    const chosen = this.permutation(n).slice(0, count);
    return chosen.sort();
  }

  /** A uniformly random order of 0 … n − 1 (Fisher and Yates). */
  permutation(n: number): Uint32Array<ArrayBuffer> {
    const order = Uint32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const t = order[i]!;
      order[i] = order[j]!;
      order[j] = t;
    }
    return order;
  }
}

/** FNV-1a of the UTF-16 code units. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h;
}
