import path from 'node:path';
import { defaultInspectParameters, type InspectParameters, type InspectPartial } from '../../analyses/inspect';
import { Fault, isCancelled } from '../../base/fault';
import type { InspectForecast, InspectInput } from '../../engine';
import type { ChainAnswer } from '../../models/layerList/chain';
import type { MissingFacts, OutlineResult } from '../../protocol/describe';
import type { DataChoice, InputPreview, InspectResult, PanelRestore, PanelStatus, ToView } from '../../protocol/panel';
import type { EngineLike } from '../base/engine';
import { sayBytes, sayCount, sayRoughDuration } from '../base/numbers';
import type { Translate } from '../base/translate';
import { recallAnswer, type KeptAnswers } from '../program/keptAnswers';
import { inspectCommandLine } from './commandLine';
import { DEFECT_ACTIONS, faultActions, programActions } from './faultActions';

/** What is inspected: a model, its data once that is known, and the parameters that differ from the settings'. */
export interface InspectRequest {
  /** Absolute path. */
  readonly model: string;
  readonly data: DataChoice | undefined;
  readonly parameters: Partial<InspectParameters>;
  /** What the person said of weights that are a chain. */
  readonly answer?: ChainAnswer;
}

/** What a session is told about its surroundings, each time it starts. */
export interface SessionSettings {
  readonly parameters: Partial<InspectParameters>;
  readonly confirmAboveMilliseconds: number;
  readonly memoryLimitBytes: number | undefined;
}

export interface SessionContext {
  readonly engine: () => Promise<EngineLike>;
  readonly settings: (model: string) => SessionSettings;
  readonly answers: KeptAnswers;
  /** Whether the person's own Python may be offered for this file. */
  readonly mayRunPython: (model: string) => boolean;
  /** Whether this was inspected before: then most of it is in the cache, and there is nothing to ask. */
  readonly finishedBefore: (model: string, data: DataChoice, parameters: InspectParameters) => boolean;
  readonly post: (message: ToView) => void;
  /** Told whenever `status` has changed. */
  readonly changed: () => void;
  /** Something that is no Fault: a defect of ours, for the log. */
  readonly unexpected: (error: unknown) => void;
  readonly uri: (model: string) => string;
  readonly now: () => number;
  readonly t: Translate;
}

/**
 * One inspection as a panel shows it, without the panel: it asks before long runs, hands finished layers to the view, can be
 * cancelled and run again, and holds what it has so that a view that was away can be brought up to date.
 */
export class InspectSession {
  private request: InspectRequest;
  private partials: InspectPartial[] = [];
  private held: InspectResult | undefined;
  private current: PanelStatus;
  private abort: AbortController | undefined;
  private decide: ((proceed: boolean) => void) | undefined;
  private runs = 0;
  /** Of the last forecast, where fewer points than were asked for fit into memory. */
  private pointsThatFit: number | undefined;
  private ending: Promise<void> = Promise.resolve();
  private lacking: MissingFacts | undefined;

  constructor(
    request: InspectRequest,
    private readonly context: SessionContext,
  ) {
    this.request = request;
    this.current = this.waitingForData();
  }

  get status(): PanelStatus {
    return this.current;
  }

  get result(): InspectResult | undefined {
    return this.held;
  }

  get model(): string {
    return this.request.model;
  }

  get data(): DataChoice | undefined {
    return this.request.data;
  }

  get isRunning(): boolean {
    return this.abort !== undefined;
  }

  /** The parameters of the next run: the defaults, the settings', and what was chosen in the panel. */
  get parameters(): InspectParameters {
    const settings = this.context.settings(this.request.model).parameters;
    return { ...defaultInspectParameters, ...settings, ...this.request.parameters };
  }

  /** What a reload of the window needs to bring this back. */
  get restore(): PanelRestore {
    const { points, maxDimension, reduction } = this.request.parameters;
    return {
      version: 1,
      model: this.context.uri(this.request.model),
      ...(this.request.data === undefined ? {} : { data: this.request.data }),
      ...(points === undefined ? {} : { points }),
      ...(maxDimension === undefined ? {} : { maxDimension }),
      ...(reduction === undefined ? {} : { reduction }),
    };
  }

  /** Brings a view that knows nothing to where this session is. */
  replay(): void {
    this.context.post(this.startMessage());
    if (this.held) this.context.post({ type: 'result', result: this.held });
    else for (const partial of this.partials) this.context.post({ type: 'partial', partial });
    this.context.post({ type: 'status', status: this.current });
  }

  /** Shows a layer, computed or not yet. */
  select(layer: string): void {
    this.context.post({ type: 'select', layer });
  }

  /** What was shown before: data and parameters together. */
  open(data: DataChoice, parameters: Partial<InspectParameters>): Promise<void> {
    this.request = { ...this.request, data, parameters };
    return this.start();
  }

  /** The result of the run that goes on, or of the last one; `undefined` when it has none. */
  finished(): Promise<InspectResult | undefined> {
    return this.ending.then(() => this.held);
  }

  /**
   * What the model holds, before data for it is asked for. A model that cannot be read has `undefined`, and its status says
   * why: there is no use in choosing data for it.
   */
  async readModel(): Promise<OutlineResult | undefined> {
    const { model, data } = this.request;
    const run = this.runs;
    if (data === undefined)
      this.setStatus({ kind: 'running', fraction: 0, phrase: this.context.t('reading the model') });
    try {
      const engine = await this.context.engine();
      let described = await engine.run('outline', { model, ...this.answered });
      // What was said of the same weights before is not asked again.
      if (described.missing && (await this.recall(engine, described.missing)))
        described = await engine.run('outline', { model, ...this.answered });
      if (described.missing) {
        const status = this.withoutProgram(described.missing);
        if (run === this.runs && !this.isRunning) this.setStatus(status);
        return undefined;
      }
      this.lacking = undefined;
      if (run === this.runs && data === undefined) this.setStatus(this.waitingForData());
      return described;
    } catch (error) {
      if (run === this.runs && !this.isRunning) this.setStatus(this.failure(error));
      return undefined;
    }
  }

  /** Of weights without a program: what is not known of them. */
  get missing(): MissingFacts | undefined {
    return this.lacking;
  }

  /** What the person said goes with everything that is asked of the model. */
  get answered(): { readonly answer?: ChainAnswer } {
    const { answer } = this.request;
    return answer === undefined ? {} : { answer };
  }

  /**
   * Takes what the person said of weights that are a chain. Ends when that is remembered for these weights: all of them are read for it, so that nobody
   * waits for it. Never rejects.
   */
  async assume(answer: ChainAnswer, { parameters }: MissingFacts): Promise<void> {
    this.request = { ...this.request, answer };
    this.lacking = undefined;
    try {
      const engine = await this.context.engine();
      const sha256 = await engine.run('modelHash', { model: this.request.model });
      await this.context.answers.set(sha256, parameters, answer);
    } catch (error) {
      // A file that is gone by now has nothing to be remembered for.
      if (!(error instanceof Fault)) this.context.unexpected(error);
    }
  }

  /** Whether something was said of the same weights before; it is then taken. */
  private async recall(engine: EngineLike, missing: MissingFacts): Promise<boolean> {
    if (this.request.answer !== undefined) return false;
    const before = await recallAnswer(engine, this.request.model, missing, this.context.answers);
    if (before === undefined) return false;
    this.request = { ...this.request, answer: before };
    return true;
  }

  private withoutProgram(lacking: MissingFacts): PanelStatus {
    this.lacking = lacking;
    const { model } = this.request;
    return { kind: 'failed', fault: lacking.fault, actions: programActions(lacking, this.context.mayRunPython(model)) };
  }

  /** Data is asked for again the next time; what is shown stays. */
  forgetData(): void {
    if (this.isRunning) return;
    const { model, parameters } = this.request;
    this.request = { model, data: undefined, parameters };
    if (!this.held) this.setStatus(this.waitingForData());
  }

  setData(data: DataChoice): Promise<void> {
    this.request = { ...this.request, data };
    return this.start();
  }

  /** Other parameters from the panel; `auto` takes back a chosen reduction. */
  rerun(changes: { points?: number; maxDimension?: number; reduction?: string } = {}): Promise<void> {
    const { points, maxDimension, reduction } = changes;
    this.request = {
      ...this.request,
      parameters: {
        ...this.request.parameters,
        ...(points === undefined ? {} : { points }),
        ...(maxDimension === undefined ? {} : { maxDimension }),
        ...(reduction === undefined
          ? {}
          : { reduction: reduction === 'auto' ? undefined : (reduction as InspectParameters['reduction']) }),
      },
    };
    return this.start();
  }

  /** Stops what is running; finished layers stay. */
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

  /** Ends when the run has ended, whichever way; `status` says which. Never rejects. */
  start(): Promise<void> {
    this.ending = this.run();
    return this.ending;
  }

  private async run(): Promise<void> {
    this.cancel();
    const run = ++this.runs;
    this.partials = [];
    this.held = undefined;
    this.context.post(this.startMessage());
    const { data } = this.request;
    if (data === undefined) {
      this.setStatus(this.waitingForData());
      return;
    }
    const abort = new AbortController();
    this.abort = abort;
    const started = this.context.now();
    const isCurrent = () => run === this.runs;
    this.setStatus({ kind: 'running', fraction: 0, phrase: this.context.t('reading the model') });
    try {
      const engine = await this.context.engine();
      let input = this.inspectInput(data);
      let forecast = await engine.run('forecast', input, { signal: abort.signal });
      if (!isCurrent()) return;
      if (forecast.missing && (await this.recall(engine, forecast.missing))) {
        if (!isCurrent()) return;
        input = this.inspectInput(data);
        forecast = await engine.run('forecast', input, { signal: abort.signal });
        if (!isCurrent()) return;
      }
      if (forecast.missing) {
        this.abort = undefined;
        this.setStatus(this.withoutProgram(forecast.missing));
        return;
      }
      this.lacking = undefined;
      this.pointsThatFit = fewer(forecast);
      const settings = this.context.settings(this.request.model);
      const known = this.context.finishedBefore(this.request.model, data, this.parameters);
      if (forecast.milliseconds > settings.confirmAboveMilliseconds && !known) {
        const proceed = await this.ask(forecast);
        if (!isCurrent()) return;
        if (!proceed) throw new Fault('cancelled', 'The run was cancelled before it started.');
      }
      const begun = this.context.now();
      const result = await engine.run('inspect', input, {
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
      const milliseconds = this.context.now() - started;
      this.setStatus({ kind: 'done', milliseconds, ...keptOf(this.partials) });
    } catch (error) {
      if (!isCurrent()) return;
      this.abort = undefined;
      this.setStatus(this.failure(error));
    }
  }

  /** Rows of the data as a view can draw them. An error is a note beside no inputs. */
  async inputs(request: number, rows: readonly number[]): Promise<void> {
    const { data, model } = this.request;
    const run = this.runs;
    let inputs: readonly InputPreview[] = [];
    let note = '';
    if (data?.kind === 'stored') note = this.context.t('Saved activations come without the inputs they are of.');
    else if (data?.kind !== 'file') note = this.context.t('Random input has no rows to show.');
    else {
      try {
        const engine = await this.context.engine();
        inputs = await engine.run('inputs', { ...engineData(data), ...this.answered, data: data.data, model, rows });
      } catch (error) {
        note = error instanceof Fault ? error.message : this.context.t('The inputs could not be read.');
        if (!(error instanceof Fault)) this.context.unexpected(error);
      }
    }
    if (run === this.runs) this.context.post({ type: 'inputs', request, inputs, note });
  }

  private inspectInput(data: DataChoice): InspectInput {
    const { memoryLimitBytes } = this.context.settings(this.request.model);
    return {
      model: this.request.model,
      ...engineData(data),
      ...this.answered,
      parameters: this.parameters,
      ...(memoryLimitBytes === undefined ? {} : { memoryLimitBytes }),
    };
  }

  private async ask(forecast: InspectForecast): Promise<boolean> {
    const { t } = this.context;
    const message = t(
      'This will take about {0} and {1} of memory: {2} layers at {3} points, to dimension {4}.',
      sayRoughDuration(forecast.milliseconds, t),
      sayBytes(forecast.bytes, t),
      sayCount(forecast.layers),
      sayCount(forecast.points),
      this.parameters.maxDimension,
    );
    const answer = new Promise<boolean>(resolve => (this.decide = resolve));
    this.setStatus({ kind: 'confirm', message });
    const proceed = await answer;
    this.decide = undefined;
    return proceed;
  }

  private take(partial: InspectPartial): void {
    if (partial.kind === 'findings') this.partials = this.partials.filter(held => held.kind !== 'findings');
    this.partials.push(partial);
    this.context.post({ type: 'partial', partial });
  }

  private failure(error: unknown): PanelStatus {
    if (isCancelled(error)) {
      const head = this.partials.find(partial => partial.kind === 'head');
      const finished = this.partials.filter(partial => partial.kind === 'layer' || partial.kind === 'failure').length;
      return { kind: 'cancelled', finished, total: head?.head.layers.length ?? 0 };
    }
    if (error instanceof Fault) {
      const fault = error.toData();
      const { model, data } = this.request;
      return {
        kind: 'failed',
        fault,
        actions: faultActions(fault, { model, data, pointsThatFit: this.pointsThatFit }),
      };
    }
    this.context.unexpected(error);
    const message = error instanceof Error ? error.message : String(error);
    return {
      kind: 'failed',
      fault: {
        code: 'unsupported',
        message: this.context.t('The inspection stopped unexpectedly: {0}', message),
        hint: this.context.t('The log says where. Running it again may help.'),
        source: this.request.model,
      },
      actions: DEFECT_ACTIONS,
    };
  }

  private setStatus(status: PanelStatus): void {
    this.current = status;
    this.context.post({ type: 'status', status });
    this.context.changed();
  }

  private waitingForData(): PanelStatus {
    const { t } = this.context;
    return {
      kind: 'waiting',
      message: t('No data is linked to {0} yet.', path.basename(this.request.model)),
      action: { label: t('Select data…'), id: 'pickData' },
    };
  }

  private startMessage(): ToView {
    const { model, data } = this.request;
    return {
      type: 'start',
      title: sessionTitle(model),
      modelPath: model,
      // What was answered in the editor the command line does not know: a layer list is its way.
      commandLine: this.request.answer === undefined ? inspectCommandLine(model, data, this.parameters) : '',
      restore: this.restore,
    };
  }
}

/** A choice of data as the engine takes it. */
export function engineData(
  choice: DataChoice,
): Pick<InspectInput, 'data' | 'labels' | 'pixels' | 'inputs' | 'vocabulary'> {
  if (choice.kind === 'random') return { data: { random: true } };
  const labels = choice.labels === undefined ? {} : { labels: choice.labels };
  return choice.kind === 'file' ? { data: choice.data, ...labels, ...readingOf(choice) } : labels;
}

/** How a person chose that a file is read, as the engine takes it. */
export function readingOf({
  pixels,
  inputs,
  vocabulary,
}: Extract<DataChoice, { kind: 'file' }>): Pick<InspectInput, 'pixels' | 'inputs' | 'vocabulary'> {
  return {
    ...(pixels === undefined ? {} : { pixels }),
    ...(inputs === undefined ? {} : { inputs }),
    ...(vocabulary === undefined ? {} : { vocabulary }),
  };
}

/** As in "digits-cnn/final.onnx": checkpoints of many networks are called final.onnx. */
function sessionTitle(model: string): string {
  return [path.basename(path.dirname(model)), path.basename(model)].filter(part => part !== '').join('/');
}

/** Milliseconds still to go: the forecast at first, and more and more what was seen. */
export function remaining(elapsed: number, fraction: number, forecast: number): number {
  if (fraction <= 0) return Math.max(0, forecast - elapsed);
  const bySpeed = (elapsed * (1 - fraction)) / fraction;
  const byForecast = Math.max(0, forecast * (1 - fraction));
  return Math.round(fraction * bySpeed + (1 - fraction) * byForecast);
}

/** What earlier runs had computed of it, as the engine says with each layer. */
function keptOf(partials: readonly InspectPartial[]): Pick<Extract<PanelStatus, { kind: 'done' }>, 'kept'> {
  const times = partials.flatMap(partial => (partial.kind === 'layer' ? (partial.keptSince ?? []) : []));
  if (times.length === 0) return {};
  return { kept: { layers: times.length, first: Math.min(...times), last: Math.max(...times) } };
}

/** Points that fit where those asked for do not; fewer than a handful are no help. */
function fewer({ points, pointsThatFit }: InspectForecast): number | undefined {
  return pointsThatFit < points && LEAST_POINTS <= pointsThatFit ? pointsThatFit : undefined;
}

const LEAST_POINTS = 50;
