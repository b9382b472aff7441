/** What is on the disk at one look: path within the folder → stamp and time of change. */
export interface Seen {
  readonly file: string;
  readonly stamp: string;
  readonly modified: number;
}

/** A file is taken once it has looked the same for so long. */
export const SETTLE_MILLISECONDS = 700;
/** A file that cannot be read may still be written by someone who pauses: it is broken once it has looked the same for so long. */
export const PATIENCE_MILLISECONDS = 5000;

interface Known {
  stamp: string;
  /** When this stamp was first seen. */
  since: number;
  /** The stamp that was taken, where it was. */
  taken: string | undefined;
  /** Whether what was taken could not be used, and nobody was told. */
  doubted: boolean;
  missingSince: number | undefined;
}

export interface Due {
  /** To be read now. */
  readonly ready: readonly string[];
  readonly gone: readonly string[];
  /** Milliseconds until the next look is worth while; `undefined` where nothing is awaited. */
  readonly wait: number | undefined;
}

/**
 * Which files of a watched folder to read, look after look: those that are new or have changed, once they are still. It knows no clock and no disk: whoever looks says when.
 */
export class Settling {
  private readonly known = new Map<string, Known>();

  look(seen: readonly Seen[], now: number): Due {
    const ready: string[] = [];
    const gone: string[] = [];
    let wait: number | undefined;
    const await_ = (milliseconds: number) => {
      wait = Math.min(wait ?? Infinity, Math.max(1, milliseconds));
    };
    const there = new Set<string>();
    for (const { file, stamp, modified } of seen) {
      there.add(file);
      let one = this.known.get(file);
      if (one === undefined || one.stamp !== stamp) {
        // Of what was last written long ago no one is writing any more.
        const old = now - modified >= PATIENCE_MILLISECONDS;
        one = { stamp, since: old ? -Infinity : now, taken: one?.taken, doubted: false, missingSince: undefined };
        this.known.set(file, one);
      }
      one.missingSince = undefined;
      const still = now - one.since;
      const needed = one.doubted ? PATIENCE_MILLISECONDS : SETTLE_MILLISECONDS;
      if (one.taken === stamp && !one.doubted) continue;
      if (still >= needed) ready.push(file);
      else await_(needed - still);
    }
    for (const [file, one] of this.known) {
      if (there.has(file)) continue;
      // A file that is deleted and written again is missing for a moment only.
      one.missingSince ??= now;
      const missing = now - one.missingSince;
      if (missing < SETTLE_MILLISECONDS) await_(SETTLE_MILLISECONDS - missing);
      else {
        this.known.delete(file);
        gone.push(file);
      }
    }
    return { ready, gone, wait };
  }

  /** The files that could not be read and are waited for: someone may still be writing them. */
  get doubted(): readonly string[] {
    return [...this.known].filter(([, one]) => one.doubted).map(([file]) => file);
  }

  /** The file was read, as it looked at the last look. */
  took(file: string): void {
    const one = this.known.get(file);
    if (one === undefined) return;
    one.taken = one.stamp;
    one.doubted = false;
  }

  /** It could not be read: says whether that is final, or may be because it is still being written. */
  couldNot(file: string, now: number): 'final' | 'wait' {
    const one = this.known.get(file);
    if (one === undefined) return 'final';
    one.taken = one.stamp;
    one.doubted = now - one.since < PATIENCE_MILLISECONDS;
    return one.doubted ? 'wait' : 'final';
  }
}
