import path from 'node:path';
import type { InspectParameters } from '../../analyses/inspect';
import { Fault, isCancelled } from '../../base/fault';
import type { InspectInput, RunOptions } from '../../engine';
import type { DataChoice, FaultAction, InputPreview, PanelStatus, RunToView } from '../../protocol/panel';
import type { FaultData } from '../../protocol/results';
import type { EngineLike } from '../base/engine';
import type { Translate } from '../base/translate';
import { engineData } from '../data/chosenData';
import { DEFECT_ACTIONS } from './faultActions';

/** What the settings say of a model's runs, each time one starts. */
export interface RunSettings {
  readonly parameters: Partial<InspectParameters>;
  readonly confirmAboveMilliseconds: number;
  readonly memoryLimitBytes: number | undefined;
}

/** The surroundings of a session; `Message` is all that it posts. */
export interface RunContext<Message> {
  readonly engine: () => Promise<EngineLike>;
  readonly post: (message: Message) => void;
  /** Something that is no Fault: a defect of ours, for the log. */
  readonly unexpected: (error: unknown) => void;
  /** A path as a URI, which a view may keep. */
  readonly uri: (file: string) => string;
  /** Milliseconds since any moment. */
  readonly now: () => number;
  readonly t: Translate;
}

/** What is known before a run starts: what the engine is given and what it will cost, or the state that there is instead of a run. */
export type Prepared<Input, Forecast> =
  { readonly input: Input; readonly forecast: Forecast | undefined } | { readonly instead: PanelStatus };

/**
 * One run as a panel shows it, without the panel: it asks before long runs, hands what is finished to the view, can be stopped and run again, and holds
 * what it has, so that a view that was away can be brought up to date. Of two runs the later one counts. Knows no VS Code.
 */
export abstract class RunSession<
  Part extends { readonly kind: string },
  Result,
  Input,
  Forecast extends { readonly milliseconds: number },
  /** What it tells a view besides how the run goes. */
  Told extends { readonly type: string },
> {
  protected partials: readonly Part[] = [];
  private held: Result | undefined;
  private current: PanelStatus | undefined;
  private abort: AbortController | undefined;
  private decide: ((proceed: boolean) => void) | undefined;
  private runs = 0;
  private ending: Promise<void> = Promise.resolve();

  protected constructor(protected readonly context: RunContext<RunToView<Part, Result> | Told>) {}

  /** Absolute path of the model that the run is of, the first where it is of several. */
  abstract get model(): string;

  abstract get data(): DataChoice | undefined;

  protected abstract startMessage(): Told;

  /** What is said while the engine looks at what it will have to do. */
  protected abstract get readingPhrase(): string;

  protected abstract prepare(
    engine: EngineLike,
    data: DataChoice,
    signal: AbortSignal,
  ): Promise<Prepared<Input, Forecast>>;

  protected abstract compute(engine: EngineLike, input: Input, options: RunOptions<Part>): Promise<Result>;

  /** What is asked before a run that takes long. */
  protected abstract question(forecast: Forecast): string;

  /** Forecasts up to this are not asked about. */
  protected abstract get confirmAboveMilliseconds(): number;

  /** What can be done about a fault. */
  protected abstract faultActions(fault: FaultData): readonly FaultAction[];

  /** Said of a defect of ours, whose own words are given. */
  protected abstract defectSentence(message: string): string;

  get status(): PanelStatus {
    return (this.current ??= this.waiting());
  }

  get result(): Result | undefined {
    return this.held;
  }

  get isRunning(): boolean {
    return this.abort !== undefined;
  }

  /** Brings a view that knows nothing to where this session is. */
  replay(): void {
    this.context.post(this.startMessage());
    this.replayResult();
    this.context.post({ type: 'status', status: this.status });
  }

  /** The result of the run that goes on, or of the last one; `undefined` when it has none. */
  finished(): Promise<Result | undefined> {
    return this.ending.then(() => this.held);
  }

  /** Stops what is running; what is finished stays. */
  cancel(): void {
    this.decide?.(false);
    this.abort?.abort();
  }

  /** The answer to the question before a long run. */
  confirm(proceed: boolean): void {
    this.decide?.(proceed);
  }

  dispose(): void {
    this.runs++;
    this.cancel();
  }

  /** Runs anew; what was finished before comes from the cache. Ends when the run has ended, whichever way; `status` says which. Never rejects. */
  start(): Promise<void> {
    this.ending = this.execute();
    return this.ending;
  }

  private async execute(): Promise<void> {
    this.cancel();
    const isCurrent = this.currentRun(++this.runs);
    this.abort = undefined;
    this.begin();
    const { data } = this;
    if (data === undefined) return this.setStatus(this.waiting());
    const { now } = this.context;
    const abort = new AbortController();
    this.abort = abort;
    const started = now();
    this.setStatus({ kind: 'running', fraction: 0, phrase: this.readingPhrase });
    try {
      const engine = await this.context.engine();
      const prepared = await this.prepare(engine, data, abort.signal);
      if (!isCurrent()) return;
      if ('instead' in prepared) {
        this.abort = undefined;
        return this.setStatus(prepared.instead);
      }
      const { input, forecast } = prepared;
      if (forecast !== undefined && forecast.milliseconds > this.confirmAboveMilliseconds) {
        const proceed = await this.ask(forecast);
        if (!isCurrent()) return;
        if (!proceed) throw new Fault('cancelled', 'The run was cancelled before it started.');
      }
      const begun = now();
      const result = await this.compute(engine, input, {
        signal: abort.signal,
        onPartial: partial => {
          if (!isCurrent()) return;
          this.partials = this.withPartial(partial);
          this.context.post({ type: 'partial', partial });
        },
        onProgress: (fraction, phrase) => {
          if (!isCurrent() || abort.signal.aborted) return;
          const remainingMilliseconds = forecast && remaining(now() - begun, fraction, forecast.milliseconds);
          this.setStatus({
            kind: 'running',
            fraction,
            phrase,
            ...(remainingMilliseconds === undefined ? {} : { remainingMilliseconds }),
          });
        },
      });
      if (!isCurrent()) return;
      this.held = this.merged(result);
      this.abort = undefined;
      this.replayResult();
      this.setStatus({ kind: 'done', milliseconds: now() - started, ...this.doneFacts() });
    } catch (error) {
      if (!isCurrent()) return;
      this.abort = undefined;
      this.setStatus(this.failure(error));
    }
  }

  /** What is shown of an earlier run goes. */
  protected begin(): void {
    this.forget();
    this.context.post(this.startMessage());
  }

  protected forget(): void {
    this.partials = [];
    this.held = undefined;
  }

  /** The partials that a view is told again: the new one, and those of the others that it does not replace. */
  protected withPartial(partial: Part): readonly Part[] {
    return [...this.partials, partial];
  }

  /** What is held of a result. */
  protected merged(result: Result): Result {
    return result;
  }

  /** How much was finished when a run was stopped. */
  protected get progress(): { readonly finished: number; readonly total: number } {
    return { finished: 0, total: 0 };
  }

  /** What is said of a run that has ended besides its time. */
  protected doneFacts(): Pick<Extract<PanelStatus, { kind: 'done' }>, 'kept'> {
    return {};
  }

  protected setStatus(status: PanelStatus): void {
    this.current = status;
    this.context.post({ type: 'status', status });
  }

  protected waiting(): PanelStatus {
    const { t } = this.context;
    return {
      kind: 'waiting',
      message: t('No data is linked to {0} yet.', path.basename(this.model)),
      action: { label: t('Select data…'), id: 'pickData' },
    };
  }

  protected failure(error: unknown): PanelStatus {
    if (isCancelled(error)) return { kind: 'cancelled', ...this.progress };
    if (error instanceof Fault) {
      const fault = error.toData();
      return { kind: 'failed', fault, actions: this.faultActions(fault) };
    }
    this.context.unexpected(error);
    return {
      kind: 'failed',
      fault: {
        code: 'unsupported',
        message: this.defectSentence(error instanceof Error ? error.message : String(error)),
        hint: this.context.t('The log says where. Running it again may help.'),
        source: this.model,
      },
      actions: DEFECT_ACTIONS,
    };
  }

  /** Whether the run that goes on now, or was the last one, still is. */
  protected currentRun(run = this.runs): () => boolean {
    return () => run === this.runs;
  }

  /** Rows of the data as a view can draw them. An error is a note beside no inputs; `undefined` where they are of an earlier run. */
  protected async previews(
    rows: readonly number[],
    more: Pick<InspectInput, 'answer'> = {},
  ): Promise<{ readonly inputs: readonly InputPreview[]; readonly note: string } | undefined> {
    const { model, data } = this;
    const { t } = this.context;
    const isCurrent = this.currentRun();
    let inputs: readonly InputPreview[] = [];
    let note = '';
    if (data?.kind === 'stored') note = t('Saved activations come without the inputs they are of.');
    else if (data?.kind !== 'file') note = t('Random input has no rows to show.');
    else {
      try {
        const engine = await this.context.engine();
        inputs = await engine.run('inputs', { ...engineData(data), ...more, data: data.data, model, rows });
      } catch (error) {
        note = error instanceof Fault ? error.message : t('The inputs could not be read.');
        if (!(error instanceof Fault)) this.context.unexpected(error);
      }
    }
    return isCurrent() ? { inputs, note } : undefined;
  }

  private replayResult(): void {
    if (this.held !== undefined) this.context.post({ type: 'result', result: this.held });
    else for (const partial of this.partials) this.context.post({ type: 'partial', partial });
  }

  private async ask(forecast: Forecast): Promise<boolean> {
    const answer = new Promise<boolean>(resolve => (this.decide = resolve));
    this.setStatus({ kind: 'confirm', message: this.question(forecast) });
    const proceed = await answer;
    this.decide = undefined;
    return proceed;
  }
}

/** Milliseconds still to go: the forecast at first, and more and more what was seen. */
export function remaining(elapsed: number, fraction: number, forecast: number): number {
  if (fraction <= 0) return Math.max(0, forecast - elapsed);
  const bySpeed = (elapsed * (1 - fraction)) / fraction;
  const byForecast = Math.max(0, forecast * (1 - fraction));
  return Math.round(fraction * bySpeed + (1 - fraction) * byForecast);
}
