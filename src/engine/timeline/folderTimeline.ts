import path from 'node:path';
import { compareCheckpoints, stepOf } from '../../analyses/timeline/checkpointOrder';
import { whichToKeep } from '../../analyses/timeline/stopRules';
import {
  isBroken,
  isMeasured,
  timelineParameters,
  type TimelineEntry,
  type TimelineResult,
} from '../../analyses/timeline/timeline';
import { Fault, isCancelled, type FaultCode } from '../../base/fault';
import type { Engine } from '../engine';
import type { CheckpointsInput, CheckpointsOutput } from '../timelineTypes';
import { VERSION } from '../version';
import { listCheckpoints, lookAtFiles, type CheckpointFile } from './checkpointFiles';
import { Settling } from './settling';

/** A folder of checkpoints, or some files of it. */
export interface TimelineInput extends Omit<CheckpointsInput, 'checkpoints'> {
  readonly folder: string;
  /** Paths within the folder; all of its checkpoints where left out. */
  readonly files?: readonly string[];
}

export interface TimelineListeners {
  readonly onEntry?: (entry: TimelineEntry) => void;
  readonly onGone?: (file: string) => void;
  /** The checkpoints that there are, in order, measured or not. */
  readonly onFiles?: (files: readonly string[]) => void;
  readonly onProgress?: (fraction: number, phrase: string) => void;
  /** All that was there has been measured: from now on the folder is only looked at. */
  readonly onIdle?: () => void;
}

export interface TimelineForecast {
  readonly checkpoints: number;
  readonly milliseconds: number;
}

/** Checkpoints that are tried until one can be read, the last first: they are the likeliest to be whole. */
const MOST_FORECAST = 5;
/** What a file may be refused for while it is still being written. */
const HALF_WRITTEN: readonly FaultCode[] = ['corrupt', 'empty', 'not-a-model', 'not-found', 'unsupported', 'unsafe'];
/** What a single checkpoint may be refused for, and all of them alike. */
const FOR_ONE: readonly FaultCode[] = ['shape-mismatch', 'usage', 'too-large'];
/** Between looks, where nothing else says that something changed: file systems over a network tell nothing. */
const LOOK_MILLISECONDS = 2000;
/** Changes come in bursts. */
const DEBOUNCE_MILLISECONDS = 150;

/**
 * The timeline of a folder: measures what is new or has changed since it last looked, and nothing else. Runs in the thread that asks, and only looks at the disk there: the engine's workers read and compute.
 */
export class FolderTimeline {
  private readonly entries = new Map<string, TimelineEntry>();
  private readonly settling = new Settling();
  private files: readonly CheckpointFile[] = [];
  private last: CheckpointsOutput | undefined;
  private wake: (() => void) | undefined;
  private nudged = false;

  constructor(
    private readonly engine: Pick<Engine, 'run'>,
    private readonly input: TimelineInput,
    private readonly listeners: TimelineListeners = {},
    private readonly now: () => number = Date.now,
  ) {}

  /**
   * What measuring all that there is would take, from headers alone: the cost of the last checkpoint that can be read, for each of them. What an earlier run has measured takes less, and that is not looked up.
   */
  async forecast(signal?: AbortSignal): Promise<TimelineForecast> {
    await this.list();
    const checkpoints = this.files.length;
    const reading = readingOf(this.input);
    const parameters = timelineParameters(this.input);
    for (const { path: at } of this.files.slice(-MOST_FORECAST).reverse()) {
      try {
        const { milliseconds } = await this.engine.run(
          'forecast',
          { ...reading, parameters, model: path.resolve(at) },
          signal === undefined ? {} : { signal },
        );
        return { checkpoints, milliseconds: checkpoints * milliseconds };
      } catch (error) {
        // One that cannot be read costs nothing; the others tell.
        if (!(error instanceof Fault) || isCancelled(error)) throw error;
      }
    }
    return { checkpoints, milliseconds: 0 };
  }

  /** Measures what there is, once. Throws `empty` for a folder without checkpoints, `cancelled`, and what is wrong with the data. */
  async measure(signal?: AbortSignal): Promise<TimelineResult> {
    await this.list();
    if (this.files.length === 0) throw noCheckpoints(this.input.folder);
    this.settling.look(this.files, Infinity);
    await this.run(this.files, signal, () => 'final');
    return this.result();
  }

  /**
   * Looks again and again until it is told to stop, and then returns. What is there is measured first. A file is read once it has stopped changing; one that stays broken is reported once.
   * Throws what is wrong with the data.
   */
  async watch(signal: AbortSignal): Promise<void> {
    const stop = () => this.wake?.();
    signal.addEventListener('abort', stop);
    try {
      while (!signal.aborted) {
        await this.list();
        const { ready, gone, wait } = this.settling.look(this.files, this.now());
        for (const file of gone) {
          this.entries.delete(file);
          this.listeners.onGone?.(file);
        }
        const due = new Set(ready);
        const files = this.files.filter(({ file }) => due.has(file));
        if (files.length > 0)
          await this.run(files, signal, file => this.settling.couldNot(file, this.now())).catch((error: unknown) => {
            if (!isCancelled(error) || !signal.aborted) throw error;
          });
        const [doubted] = this.settling.doubted;
        if (signal.aborted) break;
        if (doubted !== undefined) this.listeners.onProgress?.(1, `waiting for ${doubted} to be written to its end`);
        else if (wait === undefined) this.listeners.onIdle?.();
        await this.pause(Math.min(wait ?? Infinity, LOOK_MILLISECONDS));
      }
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  /** Someone says that the folder has changed. */
  nudge(): void {
    this.nudged = true;
    this.wake?.();
  }

  /** What is known so far. */
  result(): TimelineResult {
    const checkpoints = this.files.flatMap(({ file }) => this.entries.get(file) ?? []);
    return {
      checkpoints,
      stop: whichToKeep(checkpoints),
      warnings: this.last?.warnings ?? [],
      provenance: this.last?.provenance ?? { version: VERSION, parameters: {}, seed: this.input.parameters?.seed ?? 0 },
    };
  }

  private async list(): Promise<void> {
    const { folder, files } = this.input;
    const found = files === undefined ? await listCheckpoints(folder) : await lookAtFiles(folder, files);
    const changed = found.length !== this.files.length || found.some((one, at) => one.file !== this.files[at]!.file);
    this.files = found;
    if (changed) this.listeners.onFiles?.(found.map(({ file }) => file));
  }

  private async run(
    files: readonly CheckpointFile[],
    signal: AbortSignal | undefined,
    couldNot: (file: string) => 'final' | 'wait',
  ): Promise<void> {
    const left = new Map([...files].sort(compareCheckpoints).map(one => [one.file, one]));
    const take = (entry: TimelineEntry) => {
      left.delete(entry.file);
      if (isBroken(entry) && HALF_WRITTEN.includes(entry.error.code) && couldNot(entry.file) === 'wait') return;
      this.settling.took(entry.file);
      this.entries.set(entry.file, entry);
      this.listeners.onEntry?.(entry);
    };
    const reading = readingOf(this.input);
    while (left.size > 0) {
      let begun: string | undefined;
      try {
        this.last = await this.engine.run(
          'checkpoints',
          {
            ...reading,
            checkpoints: [...left.values()].map(({ file, path: at }) => ({ file, path: path.resolve(at) })),
          },
          {
            ...(signal === undefined ? {} : { signal }),
            ...(this.listeners.onProgress === undefined ? {} : { onProgress: this.listeners.onProgress }),
            onPartial: part => {
              if (part.kind === 'begun') begun = part.file;
              else take(part.entry);
            },
          },
        );
        return;
      } catch (error) {
        // A worker that dies takes the checkpoint with it that it was at, and no other.
        const died = error instanceof Fault && error.code === 'too-large' && begun !== undefined && left.has(begun);
        if (!died) {
          // Once some checkpoints were measured, one that does not fit is that one's fault.
          const ours = error instanceof Fault && FOR_ONE.includes(error.code) && this.anyMeasured();
          if (ours && left.size === 0) return;
          throw error;
        }
        take({ file: begun!, step: stepOf(begun!), error: error.toData() });
      }
    }
  }

  private anyMeasured(): boolean {
    return [...this.entries.values()].some(isMeasured);
  }

  private async pause(milliseconds: number): Promise<void> {
    if (!this.nudged)
      await new Promise<void>(resolve => {
        const timer = setTimeout(resolve, milliseconds);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    this.wake = undefined;
    if (this.nudged) await new Promise(resolve => setTimeout(resolve, DEBOUNCE_MILLISECONDS));
    this.nudged = false;
  }
}

/** What is asked of the engine for each checkpoint alike. */
function readingOf(input: TimelineInput): Omit<CheckpointsInput, 'checkpoints'> {
  const reading: Partial<TimelineInput> & Omit<CheckpointsInput, 'checkpoints'> = { ...input };
  delete (reading as { folder?: string }).folder;
  delete (reading as { files?: readonly string[] }).files;
  return reading;
}

export function noCheckpoints(folder: string): Fault {
  return new Fault('empty', 'The folder holds no checkpoints.', {
    hint: 'A checkpoint is a saved model (.onnx, .pt, .keras, .h5, .safetensors …), or a folder of one.',
    source: folder,
  });
}
