import { Worker } from 'node:worker_threads';

const SECONDS = 5;
/** So many looks without a new run in between: a reader hangs. A process that was stopped meanwhile does not look either. */
const LOOKS = 12;

const SCRIPT = `
const { workerData } = require('node:worker_threads');
const fs = require('node:fs');
const { runs, log, reader, seed } = workerData;
let [seen, looks] = [-1, 0];
setInterval(() => {
  const run = Atomics.load(runs, 0);
  looks = run === seen ? looks + 1 : 0;
  seen = run;
  if (looks < ${LOOKS}) return;
  const what = reader + ', seed ' + seed + ', run ' + run + ': does not end';
  fs.writeSync(2, what + '\\n');
  const part = { reader, seed, first: run, runs: 1, seconds: 0, codes: {}, slowestMilliseconds: 0, mostBytes: 0, failures: [what] };
  if (log !== undefined) fs.appendFileSync(log, JSON.stringify(part) + '\\n');
  process.kill(process.pid, 'SIGKILL');
}, ${SECONDS * 1000});
`;

export interface Watch {
  /** To be given the number of each run. */
  readonly current: Int32Array;
  readonly stop: () => Promise<number>;
}

/** Ends the process when one run takes a minute, saying which, and in the log as well; until it is stopped. */
export function watch(reader: string, seed: number, log: string | undefined): Watch {
  const current = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(SCRIPT, { eval: true, workerData: { runs: current, log, reader, seed } });
  worker.unref();
  return { current, stop: () => worker.terminate() };
}
