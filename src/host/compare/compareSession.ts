import path from 'node:path';
import type { ComparePartial, CompareResult } from '../../analyses/compare/compare';
import { Fault, isCancelled } from '../../base/fault';
import type { CompareInput, InspectForecast } from '../../engine';
import type { CompareRestore, CompareToView } from '../../protocol/compare';
import type { DataChoice, InputPreview, PanelStatus } from '../../protocol/panel';
import type { EngineLike } from '../base/engine';
import { sayBytes, sayRoughDuration } from '../base/numbers';
import type { Translate } from '../base/translate';
import { dataWords, quote } from '../inspect/commandLine';
import { DEFECT_ACTIONS } from '../inspect/faultActions';
import { engineData, remaining } from '../inspect/inspectSession';

export interface CompareRequest {
  /** Absolute paths of two or more models. */
  readonly models: readonly string[];
  readonly data: DataChoice | undefined;
  readonly points: number | undefined;
}

export interface CompareSessionContext {
  readonly engine: () => Promise<EngineLike>;
  readonly settings: () => {
    readonly points: number | undefined;
    readonly confirmAboveMilliseconds: number;
    readonly memoryLimitBytes: number | undefined;
  };
  readonly post: (message: CompareToView) => void;
  readonly changed: () => void;
  readonly unexpected: (error: unknown) => void;
  /** A path as a URI, which a view may keep. */
  readonly uri: (file: string) => string;
  readonly now: () => number;
  readonly t: Translate;
}

/** A comparison that a panel shows: it runs, can be stopped, and is told again to a view that comes back. Knows no VS Code. */
export class CompareSession {
  private partials: ComparePartial[] = [];
  private held: CompareResult | undefined;
  private status: PanelStatus;
  private abort: AbortController | undefined;
  private decide: ((proceed: boolean) => void) | undefined;
  private runs = 0;

  constructor(
    private request: CompareRequest,
    private readonly context: CompareSessionContext,
  ) {
    this.status = this.waiting();
  }

  get models(): readonly string[] {
    return this.request.models;
  }

  get data(): DataChoice | undefined {
    return this.request.data;
  }

  get result(): CompareResult | undefined {
    return this.held;
  }

  get isRunning(): boolean {
    return this.abort !== undefined;
  }

  /** All that is known, for a view that has nothing. */
  replay(): void {
    this.context.post(this.startMessage());
    for (const partial of this.held === undefined ? this.partials : []) this.context.post({ type: 'partial', partial });
    if (this.held !== undefined) this.context.post({ type: 'result', result: this.held });
    this.context.post({ type: 'status', status: this.status });
  }

  async use(data: DataChoice): Promise<void> {
    this.request = { ...this.request, data };
    await this.start();
  }

  cancel(): void {
    this.decide?.(false);
    this.abort?.abort();
  }

  confirm(proceed: boolean): void {
    this.decide?.(proceed);
  }

  dispose(): void {
    this.runs++;
    this.cancel();
  }

  /** Runs anew. Layers and pairs that were finished come from the cache. */
  async start(): Promise<void> {
    this.cancel();
    const run = ++this.runs;
    const isCurrent = () => run === this.runs;
    this.partials = [];
    this.held = undefined;
    this.context.post(this.startMessage());
    const { data } = this.request;
    if (data === undefined) {
      this.setStatus(this.waiting());
      return;
    }
    const abort = new AbortController();
    this.abort = abort;
    const started = this.context.now();
    const { t } = this.context;
    this.setStatus({ kind: 'running', fraction: 0, phrase: t('reading the models') });
    try {
      const engine = await this.context.engine();
      const input = this.input(data);
      const forecast = await engine.run('compareForecast', input, { signal: abort.signal });
      if (!isCurrent()) return;
      if (forecast.milliseconds > this.context.settings().confirmAboveMilliseconds) {
        const proceed = await this.ask(forecast);
        if (!isCurrent()) return;
        if (!proceed) throw new Fault('cancelled', 'The run was cancelled before it started.');
      }
      const begun = this.context.now();
      const result = await engine.run('compare', input, {
        signal: abort.signal,
        onPartial: partial => {
          if (isCurrent()) this.take(partial);
        },
        onProgress: (fraction, phrase) => {
          if (!isCurrent() || abort.signal.aborted) return;
          const remainingMilliseconds = remaining(this.context.now() - begun, fraction, forecast.milliseconds);
          this.setStatus({ kind: 'running', fraction, phrase, remainingMilliseconds });
        },
      });
      if (!isCurrent()) return;
      this.held = result;
      this.abort = undefined;
      this.context.post({ type: 'result', result });
      this.setStatus({ kind: 'done', milliseconds: this.context.now() - started });
    } catch (error) {
      if (!isCurrent()) return;
      this.abort = undefined;
      this.setStatus(this.failure(error));
    }
  }

  /** Rows of the data as a view can draw them. */
  async inputs(request: number, rows: readonly number[]): Promise<void> {
    const { data, models } = this.request;
    const run = this.runs;
    let inputs: readonly InputPreview[] = [];
    let note = '';
    if (data?.kind !== 'file') note = this.context.t('Random input has no rows to show.');
    else {
      try {
        const engine = await this.context.engine();
        const [model = ''] = models;
        inputs = await engine.run('inputs', { ...engineData(data), data: data.data, model, rows });
      } catch (error) {
        note = error instanceof Fault ? error.message : this.context.t('The inputs could not be read.');
        if (!(error instanceof Fault)) this.context.unexpected(error);
      }
    }
    if (run === this.runs) this.context.post({ type: 'inputs', request, inputs, note });
  }

  private input(data: DataChoice): CompareInput {
    const { points, memoryLimitBytes } = this.context.settings();
    const asked = this.request.points ?? points;
    return {
      models: this.request.models,
      ...engineData(data),
      parameters: asked === undefined ? {} : { points: asked },
      ...(memoryLimitBytes === undefined ? {} : { memoryLimitBytes }),
    };
  }

  private async ask({ milliseconds, bytes }: Pick<InspectForecast, 'milliseconds' | 'bytes'>): Promise<boolean> {
    const { t } = this.context;
    const answer = new Promise<boolean>(resolve => (this.decide = resolve));
    this.setStatus({
      kind: 'confirm',
      message: t('This will take about {0} and {1} of memory.', sayRoughDuration(milliseconds, t), sayBytes(bytes, t)),
    });
    const proceed = await answer;
    this.decide = undefined;
    return proceed;
  }

  private take(partial: ComparePartial): void {
    if (partial.kind === 'findings' || partial.kind === 'head' || partial.kind === 'accuracies')
      this.partials = this.partials.filter(({ kind }) => kind !== partial.kind);
    this.partials.push(partial);
    this.context.post({ type: 'partial', partial });
  }

  private failure(error: unknown): PanelStatus {
    if (isCancelled(error)) {
      const head = this.partials.find(partial => partial.kind === 'head');
      const finished = this.partials.filter(({ kind }) => kind === 'pair').length;
      const lines = head?.head.lines ?? [];
      return {
        kind: 'cancelled',
        finished,
        total: lines.filter(({ layers }) => layers.every(layer => layer !== null)).length,
      };
    }
    if (error instanceof Fault)
      return {
        kind: 'failed',
        fault: error.toData(),
        actions: [{ id: 'rerun' }, { id: 'pickData' }, { id: 'showLog' }],
      };
    this.context.unexpected(error);
    const message = error instanceof Error ? error.message : String(error);
    return {
      kind: 'failed',
      fault: {
        code: 'unsupported',
        message: this.context.t('The comparison stopped unexpectedly: {0}', message),
        hint: this.context.t('The log says where. Running it again may help.'),
      },
      actions: DEFECT_ACTIONS,
    };
  }

  private setStatus(status: PanelStatus): void {
    this.status = status;
    this.context.post({ type: 'status', status });
    this.context.changed();
  }

  private waiting(): PanelStatus {
    const { t } = this.context;
    return {
      kind: 'waiting',
      message: t('No data is linked to {0} yet.', path.basename(this.request.models[0]!)),
      action: { label: t('Select data…'), id: 'pickData' },
    };
  }

  private startMessage(): CompareToView {
    const { models, data, points } = this.request;
    const restore: CompareRestore = {
      version: 1,
      models: models.map(model => this.context.uri(model)),
      ...(data === undefined ? {} : { data }),
      ...(points === undefined ? {} : { points }),
    };
    return {
      type: 'start',
      title: models.map(model => path.basename(model)).join(' · '),
      commandLine: compareCommandLine(models, data, points ?? this.context.settings().points),
      restore,
    };
  }
}

/** The command that computes what a panel shows; empty where there is none. */
export function compareCommandLine(
  models: readonly string[],
  data: DataChoice | undefined,
  points: number | undefined,
): string {
  if (data?.kind !== 'file') return '';
  const words = ['neural-topology', 'compare', ...models, ...dataWords(data)];
  if (points !== undefined) words.push('--points', String(points));
  return words.map(quote).join(' ');
}
