import { type Steps } from '../../base/steps';
import {
  kernelExports,
  kernelMemory,
  kernelModule,
  PAGE_BYTES,
  type KernelMemory,
  type KernelModule,
} from './webAssembly';

/** A function of a kernel that does the part [from, to) of some work: see `kernels/space.as`. */
export type Job = (from: number, to: number, member: number) => void;

/** What a thread needs to help: plain data, which threads can be sent. */
export interface CrewInvitation {
  readonly module: KernelModule;
  readonly memory: KernelMemory;
  /** The number of the thread, from 1. */
  readonly member: number;
}

/** Threads that would help. */
export interface Helpers {
  readonly count: number;
  /** Has a thread call `help`; it may take its time to come. */
  invite(invitation: CrewInvitation): void;
}

/** Where the crew agrees on who does what: 32-bit words at the start of the memory, which kernels leave alone. */
const WORDS = { lock: 0, job: 1, next: 2, end: 3, grain: 4, working: 5, failed: 6, call: 7 } as const;
const WORDS_BYTES = 64;

const FREE = 0;
const TAKEN = 1;
/** Helpers look so often for new work before they go to sleep: some ten microseconds. */
const LOOKS = 2000;

/**
 * An instance of a kernel whose jobs are done by this thread together with those that help. Results do not depend on who does what: jobs are made
 * so. This thread alone does everything in between, and waits for nobody who has not come yet.
 */
export class Crew<Exports extends object> {
  readonly exports: Exports;
  /** Threads that may work at the same time, this one included. */
  readonly size: number;
  private readonly memory: KernelMemory;
  private readonly names: readonly string[];
  private views: Int32Array | undefined;

  constructor(bytes: Uint8Array, helpers?: Helpers) {
    this.size = 1 + (helpers?.count ?? 0);
    const shared = this.size > 1;
    const module = kernelModule(bytes, shared);
    this.memory = kernelMemory(WORDS_BYTES, shared);
    this.exports = kernelExports<Exports>(module, this.memory);
    this.names = jobNames(this.exports);
    for (let member = 1; member < this.size; member++) helpers?.invite({ module, memory: this.memory, member });
  }

  /** The memory as it is now: another one after it has grown. */
  get buffer(): ArrayBuffer {
    return this.memory.buffer;
  }

  /** Makes the memory at least so large. Throws a RangeError where that cannot be. */
  reserve(bytes: number): void {
    const missing = Math.ceil((bytes - this.memory.buffer.byteLength) / PAGE_BYTES);
    if (missing > 0) this.memory.grow(missing);
  }

  /** Does a job for all indices below `end`, `grain` at a time; returns when all of it is done. */
  *run(name: keyof Exports & string, end: number, grain: number): Steps<void> {
    const job = this.exports[name] as Job;
    if (this.size === 1) {
      for (let from = 0; from < end; from += grain) {
        job(from, Math.min(from + grain, end), 0);
        yield;
      }
      return;
    }
    const words = this.words();
    lock(words);
    words[WORDS.job] = this.names.indexOf(name);
    words[WORDS.end] = end;
    words[WORDS.grain] = grain;
    words[WORDS.next] = 0;
    unlock(words);
    Atomics.add(words, WORDS.call, 1);
    Atomics.notify(words, WORDS.call);
    try {
      for (let part = take(words); part !== undefined; part = take(words)) {
        try {
          job(part.from, part.to, 0);
        } finally {
          leave(words);
        }
        yield;
      }
    } finally {
      // Whoever stops between two steps must find the memory at rest.
      lock(words);
      words[WORDS.next] = end;
      unlock(words);
      waitForOthers(words);
    }
    if (Atomics.load(words, WORDS.failed) !== 0) throw new Error(`a helping thread failed in ${name}`);
  }

  /** Sends the helpers home. */
  dismiss(): void {
    if (this.size === 1) return;
    const words = this.words();
    Atomics.store(words, WORDS.call, -1);
    Atomics.notify(words, WORDS.call);
  }

  private words(): Int32Array {
    if (this.views?.buffer !== this.memory.buffer) this.views = new Int32Array(this.memory.buffer, 0, WORDS_BYTES / 4);
    return this.views;
  }
}

/** What a helping thread does: parts of jobs, until it is sent home. */
export function help({ module, memory, member }: CrewInvitation): void {
  const exports = kernelExports<Readonly<Record<string, Job>>>(module, memory);
  const names = jobNames(exports);
  const words = new Int32Array(memory.buffer, 0, WORDS_BYTES / 4);
  for (let call = Atomics.load(words, WORDS.call); call >= 0; call = nextCall(words, call)) {
    for (let part = take(words); part !== undefined; part = take(words)) {
      try {
        exports[names[part.job]!]!(part.from, part.to, member);
      } catch {
        Atomics.store(words, WORDS.failed, 1);
      } finally {
        leave(words);
      }
    }
  }
}

interface Part {
  readonly job: number;
  readonly from: number;
  readonly to: number;
}

/** Takes the next part of the job, if there is one left. */
function take(words: Int32Array): Part | undefined {
  lock(words);
  const from = words[WORDS.next]!;
  const end = words[WORDS.end]!;
  if (from >= end) {
    unlock(words);
    return undefined;
  }
  const to = Math.min(from + words[WORDS.grain]!, end);
  words[WORDS.next] = to;
  const job = words[WORDS.job]!;
  Atomics.add(words, WORDS.working, 1);
  unlock(words);
  return { job, from, to };
}

function leave(words: Int32Array): void {
  if (Atomics.sub(words, WORDS.working, 1) === 1) Atomics.notify(words, WORDS.working);
}

function waitForOthers(words: Int32Array): void {
  for (;;) {
    const working = Atomics.load(words, WORDS.working);
    if (working === 0) return;
    Atomics.wait(words, WORDS.working, working);
  }
}

/** Waits until the call is another one. */
function nextCall(words: Int32Array, call: number): number {
  for (let look = 0; look < LOOKS; look++) {
    const now = Atomics.load(words, WORDS.call);
    if (now !== call) return now;
  }
  Atomics.wait(words, WORDS.call, call);
  return Atomics.load(words, WORDS.call);
}

/** Held for some ten nanoseconds at a time. */
function lock(words: Int32Array): void {
  while (Atomics.compareExchange(words, WORDS.lock, FREE, TAKEN) !== FREE) Atomics.wait(words, WORDS.lock, TAKEN, 1);
}

function unlock(words: Int32Array): void {
  Atomics.store(words, WORDS.lock, FREE);
  Atomics.notify(words, WORDS.lock, 1);
}

/** In the same order in every thread. */
function jobNames(exports: object): readonly string[] {
  return Object.keys(exports);
}
