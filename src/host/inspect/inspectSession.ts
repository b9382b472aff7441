import path from 'node:path';
import { defaultInspectParameters, type InspectParameters, type InspectPartial } from '../../analyses/inspect';
import { Fault } from '../../base/fault';
import type { InspectForecast, InspectInput, RunOptions } from '../../engine';
import type { ChainAnswer } from '../../models/layerList/chain';
import type { MissingFacts, OutlineResult } from '../../protocol/describe';
import type {
  DataChoice,
  FaultAction,
  InspectResult,
  PanelRestore,
  PanelStatus,
  ParameterChanges,
  RunToView,
  ToView,
} from '../../protocol/panel';
import type { FaultData } from '../../protocol/results';
import type { EngineLike } from '../base/engine';
import { sayBytes, sayCount, sayRoughDuration } from '../base/numbers';
import { engineData } from '../data/chosenData';
import { recallAnswer, type KeptAnswers } from '../program/keptAnswers';
import { faultActions, programActions } from '../running/faultActions';
import { keptParameters, withChanges } from '../running/parameterChanges';
import { RunSession, type Prepared, type RunContext, type RunSettings } from '../running/runSession';
import { inspectCommandLine } from './commandLine';

/** What is inspected: a model, its data once that is known, and the parameters that differ from the settings'. */
export interface InspectRequest {
  /** Absolute path. */
  readonly model: string;
  readonly data: DataChoice | undefined;
  readonly parameters: Partial<InspectParameters>;
  /** What the person said of weights that are a chain. */
  readonly answer?: ChainAnswer;
}

export interface SessionContext extends RunContext<ToView> {
  readonly settings: (model: string) => RunSettings;
  readonly answers: KeptAnswers;
  /** Whether the person's own Python may be offered for this file. */
  readonly mayRunPython: (model: string) => boolean;
  /** Whether this was inspected before: then most of it is in the cache, and there is nothing to ask. */
  readonly finishedBefore: (model: string, data: DataChoice, parameters: InspectParameters) => boolean;
  /** Told whenever `status` has changed. */
  readonly changed: () => void;
}

/** One inspection as a panel shows it: a run that also knows the ways to a result of weights without a program. */
export class InspectSession extends RunSession<
  InspectPartial,
  InspectResult,
  InspectInput,
  InspectForecast,
  Exclude<ToView, RunToView<unknown, unknown>>
> {
  private request: InspectRequest;
  /** Of the last forecast, where fewer points than were asked for fit into memory. */
  private pointsThatFit: number | undefined;
  private lacking: MissingFacts | undefined;

  constructor(
    request: InspectRequest,
    protected override readonly context: SessionContext,
  ) {
    super(context);
    this.request = request;
  }

  get model(): string {
    return this.request.model;
  }

  get data(): DataChoice | undefined {
    return this.request.data;
  }

  /** The parameters of the next run: the defaults, the settings', and what was chosen in the panel. */
  get parameters(): InspectParameters {
    const settings = this.context.settings(this.request.model).parameters;
    return { ...defaultInspectParameters, ...settings, ...this.request.parameters };
  }

  /** What a reload of the window needs to bring this back. */
  get restore(): PanelRestore {
    const { model, data, parameters } = this.request;
    return {
      version: 1,
      model: this.context.uri(model),
      ...(data === undefined ? {} : { data }),
      ...keptParameters(parameters),
    };
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

  /**
   * What the model holds, before data for it is asked for. A model that cannot be read has `undefined`, and its status says
   * why: there is no use in choosing data for it.
   */
  async readModel(): Promise<OutlineResult | undefined> {
    const { model, data } = this.request;
    const isCurrent = this.currentRun();
    if (data === undefined) this.setStatus({ kind: 'running', fraction: 0, phrase: this.readingPhrase });
    try {
      const engine = await this.context.engine();
      let described = await engine.run('outline', { model, ...this.answered });
      // What was said of the same weights before is not asked again.
      if (described.missing && (await this.recall(engine, described.missing)))
        described = await engine.run('outline', { model, ...this.answered });
      if (described.missing) {
        const status = this.withoutProgram(described.missing);
        if (isCurrent() && !this.isRunning) this.setStatus(status);
        return undefined;
      }
      this.lacking = undefined;
      if (isCurrent() && data === undefined) this.setStatus(this.waiting());
      return described;
    } catch (error) {
      if (isCurrent() && !this.isRunning) this.setStatus(this.failure(error));
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
    if (this.result === undefined) this.setStatus(this.waiting());
  }

  setData(data: DataChoice): Promise<void> {
    this.request = { ...this.request, data };
    return this.start();
  }

  /** Other parameters from the panel. */
  rerun(changes: ParameterChanges = {}): Promise<void> {
    this.request = { ...this.request, parameters: withChanges(this.request.parameters, changes) };
    return this.start();
  }

  /** Rows of the data as a view can draw them. */
  async inputs(request: number, rows: readonly number[]): Promise<void> {
    const found = await this.previews(rows, this.answered);
    if (found !== undefined) this.context.post({ type: 'inputs', request, ...found });
  }

  protected get readingPhrase(): string {
    return this.context.t('reading the model');
  }

  protected get confirmAboveMilliseconds(): number {
    const { model, data } = this.request;
    const known = data !== undefined && this.context.finishedBefore(model, data, this.parameters);
    return known ? Infinity : this.context.settings(model).confirmAboveMilliseconds;
  }

  protected async prepare(
    engine: EngineLike,
    data: DataChoice,
    signal: AbortSignal,
  ): Promise<Prepared<InspectInput, InspectForecast>> {
    const isCurrent = this.currentRun();
    const ask = async () => {
      const input = this.inspectInput(data);
      return { input, forecast: await engine.run('forecast', input, { signal }) };
    };
    let prepared = await ask();
    if (prepared.forecast.missing && (await this.recall(engine, prepared.forecast.missing))) prepared = await ask();
    const { missing } = prepared.forecast;
    if (isCurrent()) this.pointsThatFit = fewer(prepared.forecast);
    if (missing) return { instead: this.withoutProgram(missing) };
    this.lacking = undefined;
    return prepared;
  }

  protected compute(
    engine: EngineLike,
    input: InspectInput,
    options: RunOptions<InspectPartial>,
  ): Promise<InspectResult> {
    return engine.run('inspect', input, options);
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

  protected question(forecast: InspectForecast): string {
    const { t } = this.context;
    return t(
      'This will take about {0} and {1} of memory: {2} layers at {3} points, to dimension {4}.',
      sayRoughDuration(forecast.milliseconds, t),
      sayBytes(forecast.bytes, t),
      sayCount(forecast.layers),
      sayCount(forecast.points),
      this.parameters.maxDimension,
    );
  }

  protected override withPartial(partial: InspectPartial): readonly InspectPartial[] {
    const others =
      partial.kind === 'findings' ? this.partials.filter(({ kind }) => kind !== 'findings') : this.partials;
    return [...others, partial];
  }

  protected override get progress(): { readonly finished: number; readonly total: number } {
    const head = this.partials.find(partial => partial.kind === 'head');
    const finished = this.partials.filter(({ kind }) => kind === 'layer' || kind === 'failure').length;
    return { finished, total: head?.head.layers.length ?? 0 };
  }

  /** What earlier runs had computed of it, as the engine says with each layer. */
  protected override doneFacts(): Pick<Extract<PanelStatus, { kind: 'done' }>, 'kept'> {
    const times = this.partials.flatMap(partial => (partial.kind === 'layer' ? (partial.keptSince ?? []) : []));
    if (times.length === 0) return {};
    return { kept: { layers: times.length, first: Math.min(...times), last: Math.max(...times) } };
  }

  protected faultActions(fault: FaultData): readonly FaultAction[] {
    const { model, data } = this.request;
    return faultActions(fault, { model, data, pointsThatFit: this.pointsThatFit });
  }

  protected defectSentence(message: string): string {
    return this.context.t('The inspection stopped unexpectedly: {0}', message);
  }

  protected override setStatus(status: PanelStatus): void {
    super.setStatus(status);
    this.context.changed();
  }

  protected startMessage(): Extract<ToView, { type: 'start' }> {
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

/** As in "digits-cnn/final.onnx": checkpoints of many networks are called final.onnx. */
function sessionTitle(model: string): string {
  return [path.basename(path.dirname(model)), path.basename(model)].filter(part => part !== '').join('/');
}

/** Points that fit where those asked for do not; fewer than a handful are no help. */
function fewer({ points, pointsThatFit }: InspectForecast): number | undefined {
  return pointsThatFit < points && LEAST_POINTS <= pointsThatFit ? pointsThatFit : undefined;
}

const LEAST_POINTS = 50;
