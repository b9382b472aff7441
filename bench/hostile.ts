import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ARCHIVES } from '../test/hostile/archives';
import { SECRET } from '../test/hostile/canary';
import type { HostileCase } from '../test/hostile/cases';
import { NETWORKS } from '../test/hostile/networks';
import { PICKLES } from '../test/hostile/pickles';
import { TENSORS } from '../test/hostile/tensors';
import { timing, type Measurement } from './measurement';
import { refusedBy, runCommandLine } from './processes';

/** What is allowed beyond an idle process, whatever the file: 64 MB, and three times its size. */
const TIMES_ITS_SIZE = 3;
const AMONG_IDLE = 3;

interface Refusal {
  readonly what: string;
  readonly milliseconds: number;
  /** Beyond the idle process and three times the file. */
  readonly bytes: number;
}

/**
 * Every file of test/hostile, given to the command line as a person would: each is refused by a process of its own. The memory of a kind is that of its worst file, beyond what the command line
 * takes to say its version and beyond three times the file; so are the times, which hold the start of the process.
 */
export function run(): Promise<readonly Measurement[]> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-hostile-'));
  try {
    const idle = Array.from({ length: AMONG_IDLE }, () => runCommandLine(['--version']).memoryBytes ?? NaN);
    const idleBytes = Math.min(...idle);
    const rows = [...PICKLES, ...ARCHIVES, ...TENSORS, ...NETWORKS].map(({ kind, cases }): Measurement => {
      const refusals = cases.map((one, k) => refuse(one, path.join(folder, `${kind.replace(/\W+/g, '-')}-${k}`), idleBytes)); // prettier-ignore
      const worst = refusals.reduce((most, one) => (one.bytes > most.bytes ? one : most));
      const most = Math.max(0, worst.bytes);
      return {
        what: `${kind}: ${cases.length} files, the worst: ${worst.what}`,
        timing: timing(refusals.map(({ milliseconds }) => milliseconds)),
        ...(Number.isFinite(most) ? { memoryBytes: most } : {}),
        bounds: [
          { of: 'milliseconds at most', atMost: 1000 },
          { of: 'megabytes', atMost: 64 },
        ],
      };
    });
    return Promise.resolve(rows);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

function refuse({ what, file = 'model.pt', content, prepare, as }: HostileCase, folder: string, idle: number): Refusal {
  fs.mkdirSync(folder);
  fs.writeFileSync(path.join(folder, SECRET), 'secret');
  const given = path.join(folder, file);
  const bytes = typeof content === 'function' ? content() : content;
  fs.writeFileSync(given, bytes);
  prepare?.(folder);
  const refused = refusedBy(as === 'data' ? ['rips', given] : ['describe', given]);
  return {
    what,
    milliseconds: refused.milliseconds,
    bytes: (refused.memoryBytes ?? NaN) - idle - TIMES_ITS_SIZE * bytes.length,
  };
}
