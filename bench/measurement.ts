/** What a benchmark reports: one row of docs/benchmarks.md. */
export interface Measurement extends Measured {
  /** What was measured, with its size: `Rips, 1797 × 64 digits, dimension 1`. */
  readonly what: string;
  /** Somebody else's program on the same input in the same run, where it is installed. */
  readonly peer?: Measured & { readonly name: string };
  /** What we ask of it. */
  readonly bounds?: readonly Bound[];
}

export interface Measured {
  readonly timing: Timing;
  /** The most that a process held at any time, where it was measured. */
  readonly memoryBytes?: number;
}

/** At most so much: of the ratio of the medians, ours over the peer's; of our own median, or our slowest; of our own memory; of our memory beyond the peer's. */
export interface Bound {
  readonly of: 'ratio' | 'milliseconds' | 'milliseconds at most' | 'megabytes' | 'megabytes more';
  readonly atMost: number;
}

/** Wall time over repetitions, in milliseconds. */
export interface Timing {
  readonly median: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly repetitions: number;
}

/** Rows, and what else is to be said and shown of them. */
export interface Report {
  readonly rows: readonly Measurement[];
  /** Markdown that follows the table; images are under `images/`. */
  readonly remark: string;
  /** Files of docs/images by name. */
  readonly images: ReadonlyMap<string, string>;
}

/** A file of bench/ exports this as `run`. */
export type Benchmark = () => Promise<readonly Measurement[] | Report>;

/** Times `work`, repeated; what it returns, a promise included, is waited for. */
export async function time(repetitions: number, work: () => unknown): Promise<Timing> {
  const milliseconds: number[] = [];
  for (let k = 0; k < repetitions; k++) {
    const start = performance.now();
    await work();
    milliseconds.push(performance.now() - start);
  }
  return timing(milliseconds);
}

/** Sums up times that were measured elsewhere, in milliseconds; at least one. */
export function timing(milliseconds: readonly number[]): Timing {
  const sorted = [...milliseconds].sort((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? NaN;
  const middle = sorted.length >> 1;
  return {
    median: sorted.length % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2,
    minimum: at(0),
    maximum: at(sorted.length - 1),
    repetitions: sorted.length,
  };
}
