import path from 'node:path';
import type { InspectParameters } from '../../analyses/inspect';
import { Fault, isCancelled } from '../../base/fault';
import type { FolderTimeline, TimelineInput, TimelineListeners } from '../../engine';
import type {
  DataChoice,
  TimelineEntry,
  TimelineRestore,
  TimelineStatus,
  TimelineToView,
} from '../../protocol/timeline';
import { callOf } from '../base/commandLine';
import { sayCount, sayRoughDuration } from '../base/numbers';
import type { Translate } from '../base/translate';
import { dataWords, readingOf } from '../data/chosenData';
import { shortName } from '../data/reference';

/** Which checkpoints, and on what data once that is known. */
export interface TimelineRequest {
  /** Absolute path. */
  readonly folder: string;
  /** Paths within the folder; all of its checkpoints where left out. */
  readonly files?: readonly string[];
  readonly data: DataChoice | undefined;
}

/** What of a folder's timeline a session uses; a test may stand in for it. */
export type TimelineLike = Pick<FolderTimeline, 'forecast' | 'watch' | 'nudge' | 'result'>;

export interface TimelineSessionContext {
  readonly makeTimeline: (input: TimelineInput, listeners: TimelineListeners) => Promise<TimelineLike>;
  readonly parameters: (folder: string) => Partial<InspectParameters>;
  /** Folders whose forecast is above are asked about. */
  readonly confirmAboveMilliseconds: (folder: string) => number;
  readonly post: (message: TimelineToView) => void;
  readonly unexpected: (error: unknown) => void;
  readonly uri: (file: string) => string;
  readonly t: Translate;
}

/** One timeline as a panel shows it, without the panel: it follows the folder, can be paused, and holds what it has for a view that was away. */
export class TimelineSession {
  private request: TimelineRequest;
  private readonly entries = new Map<string, TimelineEntry>();
  private files: readonly string[] = [];
  private timeline: TimelineLike | undefined;
  private abort: AbortController | undefined;
  private decide: ((proceed: boolean) => void) | undefined;
  /** Whether the person was asked about this data, or had not to be. */
  private mayMeasure = false;
  private current: TimelineStatus = { kind: 'waiting' };
  private runs = 0;

  constructor(
    request: TimelineRequest,
    private readonly context: TimelineSessionContext,
  ) {
    this.request = request;
  }

  get folder(): string {
    return this.request.folder;
  }

  /** Paths within the folder, where only some of its checkpoints are shown. */
  get chosen(): readonly string[] | undefined {
    return this.request.files;
  }

  get data(): DataChoice | undefined {
    return this.request.data;
  }

  get status(): TimelineStatus {
    return this.current;
  }

  /** Brings a view that knows nothing to where this session is. */
  replay(): void {
    this.context.post(this.startMessage());
    this.context.post({ type: 'files', files: this.files });
    this.context.post({ type: 'entries', entries: [...this.entries.values()] });
    this.postStop();
    this.context.post({ type: 'status', status: this.current });
  }

  /** Other data: all checkpoints are measured on it. Ends when watching ends; never rejects. */
  setData(data: DataChoice): Promise<void> {
    this.cancel();
    this.request = { ...this.request, data };
    this.entries.clear();
    this.files = [];
    this.timeline = undefined;
    this.mayMeasure = false;
    this.context.post(this.startMessage());
    return this.resume();
  }

  /** Measures what there is and follows the folder. Ends when that ends; `status` says how. Never rejects. */
  async resume(): Promise<void> {
    const { data } = this.request;
    if (this.abort !== undefined) return;
    if (data?.kind !== 'file') return this.setStatus({ kind: 'waiting' });
    const run = ++this.runs;
    const isCurrent = () => run === this.runs;
    const abort = new AbortController();
    this.abort = abort;
    this.setStatus({ kind: 'running', fraction: 0, phrase: this.context.t('looking at the folder') });
    try {
      this.timeline ??= await this.context.makeTimeline(this.input(data), this.listeners());
      this.mayMeasure ||= isCurrent() && (await this.ask(this.timeline, abort.signal));
      if (isCurrent() && this.mayMeasure) await this.timeline.watch(abort.signal);
      if (isCurrent()) this.setStatus({ kind: 'paused' });
    } catch (error) {
      if (isCurrent()) this.setStatus(isCancelled(error) ? { kind: 'paused' } : this.failure(error));
    } finally {
      if (isCurrent()) this.abort = undefined;
    }
  }

  /** Stops looking, and what is being measured; what is finished stays. */
  cancel(): void {
    if (this.abort === undefined) return;
    this.runs++;
    this.decide?.(false);
    this.abort.abort();
    this.abort = undefined;
    this.setStatus({ kind: 'paused' });
  }

  /** The answer to the question before a folder that takes long. */
  confirm(proceed: boolean): void {
    this.decide?.(proceed);
  }

  /** Something changed in the folder. */
  nudge(): void {
    this.timeline?.nudge();
  }

  /** The file of a checkpoint that is shown; `undefined` for any other name. */
  pathOf(file: string): string | undefined {
    return this.files.includes(file) ? path.join(this.request.folder, file) : undefined;
  }

  dispose(): void {
    this.runs++;
    this.decide?.(false);
    this.abort?.abort();
    this.abort = undefined;
  }

  /** Whether all that is there may be measured: asked where that takes long. */
  private async ask(timeline: TimelineLike, signal: AbortSignal): Promise<boolean> {
    const { t, confirmAboveMilliseconds } = this.context;
    const { checkpoints, milliseconds } = await timeline.forecast(signal);
    if (milliseconds <= confirmAboveMilliseconds(this.request.folder) || signal.aborted) return true;
    const answer = new Promise<boolean>(resolve => (this.decide = resolve));
    this.setStatus({
      kind: 'confirm',
      message: t(
        'Measuring {0} checkpoints will take about {1}, less where they were measured before.',
        sayCount(checkpoints),
        sayRoughDuration(milliseconds, t),
      ),
    });
    const proceed = await answer;
    this.decide = undefined;
    return proceed;
  }

  private listeners(): TimelineListeners {
    const timeline = () => this.timeline;
    const made = this.request;
    // What an earlier timeline still says of other data is dropped.
    const whenCurrent =
      <Values extends readonly unknown[]>(run: (...values: Values) => void) =>
      (...values: Values) => {
        if (made === this.request) run(...values);
      };
    return {
      onFiles: whenCurrent(files => {
        this.files = files;
        this.context.post({ type: 'files', files });
      }),
      onEntry: whenCurrent(entry => {
        this.entries.set(entry.file, entry);
        this.context.post({ type: 'entries', entries: [entry] });
        if (timeline() !== undefined) this.postStop();
      }),
      onGone: whenCurrent(file => {
        this.entries.delete(file);
        this.context.post({ type: 'gone', file });
        this.postStop();
      }),
      onProgress: whenCurrent((fraction, phrase) => {
        if (this.abort !== undefined) this.setStatus({ kind: 'running', fraction, phrase });
      }),
      onIdle: whenCurrent(() => {
        if (this.abort !== undefined && this.current.kind !== 'watching') this.setStatus({ kind: 'watching' });
      }),
    };
  }

  private input(data: Extract<DataChoice, { readonly kind: 'file' }>): TimelineInput {
    const { folder, files } = this.request;
    return {
      folder,
      ...(files === undefined ? {} : { files }),
      data: data.data,
      ...(data.labels === undefined ? {} : { labels: data.labels }),
      ...readingOf(data),
      parameters: this.context.parameters(folder),
    };
  }

  private startMessage(): TimelineToView {
    const { folder, files, data } = this.request;
    const file = data?.kind === 'file' ? data : undefined;
    const restore: TimelineRestore = {
      version: 1,
      folder: this.context.uri(folder),
      ...(files === undefined ? {} : { files }),
      ...(file === undefined ? {} : { data: file }),
    };
    return {
      type: 'start',
      name: path.basename(folder),
      data: file && shortName(file.data),
      labels: file?.labels && shortName(file.labels),
      points: this.context.parameters(folder).points ?? 0,
      commandLine: file === undefined ? '' : callOf('timeline', [folder, ...dataWords(file)]),
      restore,
    };
  }

  private postStop(): void {
    const { stop, warnings } = this.timeline?.result() ?? { stop: null, warnings: [] };
    this.context.post({ type: 'stop', stop, warnings });
  }

  private setStatus(status: TimelineStatus): void {
    this.current = status;
    this.context.post({ type: 'status', status });
  }

  private failure(error: unknown): TimelineStatus {
    if (error instanceof Fault) return { kind: 'failed', fault: error.toData() };
    this.context.unexpected(error);
    const message = error instanceof Error ? error.message : String(error);
    return {
      kind: 'failed',
      fault: { code: 'unsupported', message: this.context.t('It stopped because of a defect: {0}', message) },
    };
  }
}
