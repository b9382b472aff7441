import { Fault } from '../base/fault';
import { formatBytes, formatCount } from '../base/numbers';
import { MAX_KERNEL_BYTES } from './kernels/webAssembly';

/** Counts what a computation keeps, where nobody can tell beforehand how much that will be. */
export class MemoryBudget {
  private keptBytes = 0;

  /** `kernelBytes` tells what the kernel has, beside what is kept here. */
  constructor(
    readonly limitBytes: number,
    private readonly kernelBytes: () => number = () => 0,
  ) {}

  keep(bytes: number): void {
    this.keptBytes += bytes;
  }

  /** Whether more is there than may be; `more` bytes are counted only now. */
  isSpent(more = 0): boolean {
    return this.keptBytes + more + this.kernelBytes() > this.limitBytes;
  }

  /** What the kernel may come to. */
  get mostKernelBytes(): number {
    return Math.max(0, Math.min(MAX_KERNEL_BYTES, this.limitBytes - this.keptBytes));
  }

  /** That the reduction of a dimension has outgrown it, when a share of the edges was done. */
  outgrown(points: number, dimension: number, done: number): Fault {
    const most = formatBytes(Math.min(MAX_KERNEL_BYTES, this.limitBytes));
    const when = done === 0 ? 'before it began' : `with ${Math.floor(100 * done)} % of the edges done`;
    return new Fault(
      'too-large',
      `Persistence of ${formatCount(points)} points in dimension ${dimension} outgrew ${most} of memory, ${when}.`,
      { hint: `Up to dimension ${dimension - 1} it fits. Otherwise take a smaller threshold, or fewer points.` },
    );
  }

  /** That cycles have outgrown it, when a share of what is needed for them was done. */
  outgrownByCycles(dimension: number, done: number): Fault {
    return new Fault(
      'too-large',
      `Cycles of dimension ${dimension} outgrew ${formatBytes(this.limitBytes)} of memory, with ${Math.floor(100 * done)} % of them done.`,
      { hint: 'The bars without cycles fit. Otherwise take a smaller threshold, or fewer points.' },
    );
  }
}
