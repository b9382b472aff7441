import path from 'node:path';
import type { InspectParameters } from '../../analyses/inspect';
import { Fault, isCancelled } from '../../base/fault';
import type { RedundancyForecast, RedundancyInput, RemovedLayers } from '../../engine';
import type { ChainAnswer } from '../../models/layerList/chain';
import type { DataChoice, PanelStatus } from '../../protocol/panel';
import type { RedundancyPartial, RedundancyResult, RedundancyToView } from '../../protocol/redundancy';
import type { EngineLike } from '../base/engine';
import { sayBytes, sayCount, sayRoughDuration } from '../base/numbers';
import type { Translate } from '../base/translate';
import { dataWords, quote } from '../inspect/commandLine';
import { DEFECT_ACTIONS, faultActions } from '../inspect/faultActions';
import { engineData, remaining } from '../inspect/inspectSession';

export interface RedundancyRequest {
  /** Absolute path. */
  readonly model: string;
  readonly data: DataChoice | undefined;
  /** What the person said of weights that are a chain. */
  readonly answer?: ChainAnswer | undefined;
}

export interface RedundancySessionContext {
  readonly engine: () => Promise<EngineLike>;
  readonly settings: (model: string) => {
    readonly confirmAboveMilliseconds: number;
    readonly memoryLimitBytes: number | undefined;
    /** As for inspections; what does not apply here is passed over. */
    readonly parameters: Partial<InspectParameters>;
  };
  readonly post: (message: RedundancyToView) => void;
  readonly unexpected: (error: unknown) => void;
  readonly uri: (model: string) => string;
  readonly now: () => number;
  readonly t: Translate;
}

/** One search for redundant layers as a panel shows it, without the panel: asks before long runs, can be stopped, and holds what it has for a view that was away. */
export class RedundancySession {
  private partials = new Map<RedundancyPartial['kind'], RedundancyPartial>();
  private held: RedundancyResult | undefined;
  private status: PanelStatus;
  private abort: AbortController | undefined;
  private decide: ((proceed: boolean) => void) | undefined;
  private runs = 0;

  constructor(
    private request: RedundancyRequest,
    private readonly context: RedundancySessionContext,
  ) {
    this.status = this.waiting();
  }

  get model(): string {
    return this.request.model;
  }

  get data(): DataChoice | undefined {
    return this.request.data;
  }

  get result(): RedundancyResult | undefined {
    return this.held;
  }

  get isRunning(): boolean {
    return this.abort !== undefined;
  }

  /** Brings a view that knows nothing to where this session is. */
  replay(): void {
    this.context.post(this.startMessage());
    if (this.held) this.context.post({ type: 'result', result: this.held });
    else for (const partial of this.partials.values()) this.context.post({ type: 'partial', partial });
    this.context.post({ type: 'status', status: this.status });
  }

  setRequest(data: DataChoice, answer: ChainAnswer | undefined): Promise<void> {
    this.request = { ...this.request, data, answer };
    return this.start();
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

  /** Ends when the run has ended, whichever way. Never rejects. */
  async start(): Promise<void> {
    this.cancel();
    const run = ++this.runs;
    const isCurrent = () => run === this.runs;
    this.partials.clear();
    this.held = undefined;
    this.context.post(this.startMessage());
    const { data } = this.request;
    if (data === undefined) return this.setStatus(this.waiting());
    const { t, now } = this.context;
    const abort = new AbortController();
    this.abort = abort;
    const started = now();
    this.setStatus({ kind: 'running', fraction: 0, phrase: t('reading the model') });
    try {
      const engine = await this.context.engine();
      const input = this.input(data);
      const forecast = await engine.run('redundancyForecast', input, { signal: abort.signal });
      if (!isCurrent()) return;
      const { confirmAboveMilliseconds } = this.context.settings(this.model);
      if (forecast.milliseconds > confirmAboveMilliseconds) {
        const proceed = await this.ask(forecast);
        if (!isCurrent()) return;
        if (!proceed) throw new Fault('cancelled', 'The run was cancelled before it started.');
      }
      const begun = now();
      const result = await engine.run('redundancy', input, {
        signal: abort.signal,
        onPartial: partial => {
          if (!isCurrent()) return;
          this.partials.set(partial.kind, partial);
          this.context.post({ type: 'partial', partial });
        },
        onProgress: (fraction, phrase) => {
          if (!isCurrent() || abort.signal.aborted) return;
          const remainingMilliseconds = remaining(now() - begun, fraction, forecast.milliseconds);
          this.setStatus({ kind: 'running', fraction, phrase, remainingMilliseconds });
        },
      });
      if (!isCurrent()) return;
      this.held = result;
      this.abort = undefined;
      this.context.post({ type: 'result', result });
      this.setStatus({ kind: 'done', milliseconds: now() - started });
    } catch (error) {
      if (!isCurrent()) return;
      this.abort = undefined;
      this.setStatus(this.failure(error));
    }
  }

  /** The optimal matching of two layers' diagrams. */
  async matching(request: number, a: number, b: number, dimension: number): Promise<void> {
    const distances = this.held?.distances ?? this.distances();
    const [first, second] = [distances?.diagrams[a], distances?.diagrams[b]];
    if (first === undefined || second === undefined) return;
    const engine = await this.context.engine();
    const of = (diagram: typeof first) => {
      const inside = Array.from(diagram.dimension.keys()).filter(at => diagram.dimension[at] === dimension);
      return {
        birth: Float64Array.from(inside, at => diagram.birth[at]!),
        death: Float64Array.from(inside, at => diagram.death[at]!),
      };
    };
    const { distance, pairs } = await engine.run('diagramMatching', { a: of(first), b: of(second) });
    this.context.post({ type: 'matching', request, distance, pairs });
  }

  /** Candidates that would cost more than the tolerance, or were not measured. */
  costly(names: readonly string[]): readonly string[] {
    const candidates = this.held?.candidates ?? [];
    return names.filter(name => candidates.find(one => one.name === name)?.removable !== true);
  }

  /** Writes a smaller model. Throws what the engine throws. */
  async remove(
    names: readonly string[],
    out: string,
    run: { readonly signal: AbortSignal; readonly onProgress: (fraction: number, phrase: string) => void },
  ): Promise<RemovedLayers> {
    const { data } = this.request;
    if (data === undefined) throw new Fault('usage', this.context.t('Without data nothing can be measured.'));
    const engine = await this.context.engine();
    // Whether an existing file may go was asked where its name was chosen.
    return engine.run('removeLayers', { ...this.input(data), remove: names, out, force: true }, run);
  }

  private distances() {
    const partial = this.partials.get('distances');
    return partial?.kind === 'distances' ? partial.distances : undefined;
  }

  private input(data: DataChoice): RedundancyInput {
    const { memoryLimitBytes, parameters } = this.context.settings(this.model);
    const { points, reduction } = parameters;
    const { model, answer } = this.request;
    return {
      model,
      ...engineData(data),
      ...(answer === undefined ? {} : { answer }),
      parameters: {
        ...(points === undefined ? {} : { points }),
        // A point a position is not the same row in every layer.
        ...(reduction === undefined || reduction === 'positions' ? {} : { reduction }),
      },
      ...(memoryLimitBytes === undefined ? {} : { memoryLimitBytes }),
    };
  }

  private async ask(forecast: RedundancyForecast): Promise<boolean> {
    const { t } = this.context;
    const message = t(
      'This will take about {0} and {1} of memory: {2} layers at {3} points, each pair of them, and the network without the likeliest.',
      sayRoughDuration(forecast.milliseconds, t),
      sayBytes(forecast.bytes, t),
      sayCount(forecast.layers),
      sayCount(forecast.points),
    );
    const answer = new Promise<boolean>(resolve => (this.decide = resolve));
    this.setStatus({ kind: 'confirm', message });
    const proceed = await answer;
    this.decide = undefined;
    return proceed;
  }

  private failure(error: unknown): PanelStatus {
    if (isCancelled(error)) return { kind: 'cancelled', finished: 0, total: 0 };
    const { model, data } = this.request;
    if (error instanceof Fault) {
      const fault = error.toData();
      return { kind: 'failed', fault, actions: faultActions(fault, { model, data, pointsThatFit: undefined }) };
    }
    this.context.unexpected(error);
    const { t } = this.context;
    return {
      kind: 'failed',
      fault: {
        code: 'unsupported',
        message: t('The search stopped unexpectedly: {0}', error instanceof Error ? error.message : String(error)),
        hint: t('The log says where. Running it again may help.'),
        source: model,
      },
      actions: DEFECT_ACTIONS,
    };
  }

  private setStatus(status: PanelStatus): void {
    this.status = status;
    this.context.post({ type: 'status', status });
  }

  private waiting(): PanelStatus {
    const { t } = this.context;
    return {
      kind: 'waiting',
      message: t('No data is linked to {0} yet.', path.basename(this.request.model)),
      action: { label: t('Select data…'), id: 'pickData' },
    };
  }

  private startMessage(): RedundancyToView {
    const { model, data } = this.request;
    return {
      type: 'start',
      title: [path.basename(path.dirname(model)), path.basename(model)].filter(part => part !== '').join('/'),
      commandLine: redundancyCommandLine(model, data),
      restore: { version: 1, model: this.context.uri(model), ...(data === undefined ? {} : { data }) },
    };
  }
}

/** The command that computes what the panel shows; empty for random input, which has nothing to measure. */
export function redundancyCommandLine(model: string, data: DataChoice | undefined): string {
  if (data === undefined || data.kind === 'random') return '';
  const words = ['neural-topology', 'redundancy', model, ...dataWords(data)];
  return words.map(quote).join(' ');
}
