import type { Disposable } from '../base/lifecycle';
import { roughDurationOf } from '../base/numbers';

const CELLS = 24;

/** One line on a terminal's standard error that shows how far a run is, and goes when it ends. Elsewhere nothing. */
export class ProgressBar implements Disposable {
  private shown = false;
  private readonly began = performance.now();

  constructor(private readonly stream: NodeJS.WriteStream | undefined) {}

  readonly update = (fraction: number, phrase: string): void => {
    if (this.stream === undefined) return;
    const done = Math.round(CELLS * fraction);
    const bar = '█'.repeat(done) + '░'.repeat(CELLS - done);
    const line = `${bar} ${Math.round(100 * fraction)} % ${phrase}${this.remaining(fraction)}`;
    this.stream.write(`\r\u001b[2K${line.slice(0, Math.max(10, this.stream.columns - 1))}`);
    this.shown = true;
  };

  dispose(): void {
    this.clear();
  }

  /** Takes the line away, until the next update. */
  clear(): void {
    if (this.shown) this.stream?.write('\r\u001b[2K');
    this.shown = false;
  }

  /** What is left at the pace so far; said once there is a pace. */
  private remaining(fraction: number): string {
    const elapsed = (performance.now() - this.began) / 1000;
    if (elapsed < 2 || fraction < 0.05 || fraction > 0.99) return '';
    const { value, unit } = roughDurationOf(1000 * Math.ceil((elapsed * (1 - fraction)) / fraction));
    return `, ${value} ${unit} left`;
  }
}
