import path from 'node:path';
import type { CompareParameters, ComparePartial, CompareResult } from '../../analyses/compare/compare';
import type { Forecast } from '../../analyses/inspect';
import type { CompareInput, RunOptions } from '../../engine';
import type { CompareRestore, CompareToView } from '../../protocol/compare';
import type { DataChoice, FaultAction, ParameterChanges, RunToView } from '../../protocol/panel';
import { callOf } from '../base/commandLine';
import type { EngineLike } from '../base/engine';
import { sayBytes, sayRoughDuration } from '../base/numbers';
import { dataWords, engineData } from '../data/chosenData';
import { keptParameters, parameterWords, withChanges } from '../running/parameterChanges';
import { RunSession, type Prepared, type RunContext, type RunSettings } from '../running/runSession';

export interface CompareRequest {
  /** Absolute paths of two or more models. */
  readonly models: readonly string[];
  readonly data: DataChoice | undefined;
  /** Those that differ from the settings'. */
  readonly parameters: Partial<CompareParameters>;
}

export interface CompareSessionContext extends RunContext<CompareToView> {
  readonly settings: (model: string) => RunSettings;
}

/** A comparison that a panel shows. */
export class CompareSession extends RunSession<
  ComparePartial,
  CompareResult,
  CompareInput,
  Forecast,
  Exclude<CompareToView, RunToView<unknown, unknown>>
> {
  constructor(
    private request: CompareRequest,
    protected override readonly context: CompareSessionContext,
  ) {
    super(context);
  }

  get models(): readonly string[] {
    return this.request.models;
  }

  get model(): string {
    return this.request.models[0]!;
  }

  get data(): DataChoice | undefined {
    return this.request.data;
  }

  use(data: DataChoice): Promise<void> {
    this.request = { ...this.request, data };
    return this.start();
  }

  /** Other parameters from the panel. */
  rerun(changes: ParameterChanges): Promise<void> {
    this.request = { ...this.request, parameters: withChanges(this.request.parameters, changes) };
    return this.start();
  }

  /** Rows of the data as a view can draw them. */
  async inputs(request: number, rows: readonly number[]): Promise<void> {
    const found = await this.previews(rows);
    if (found !== undefined) this.context.post({ type: 'inputs', request, ...found });
  }

  protected get readingPhrase(): string {
    return this.context.t('reading the models');
  }

  protected get confirmAboveMilliseconds(): number {
    return this.context.settings(this.model).confirmAboveMilliseconds;
  }

  protected async prepare(
    engine: EngineLike,
    data: DataChoice,
    signal: AbortSignal,
  ): Promise<Prepared<CompareInput, Forecast>> {
    const { memoryLimitBytes } = this.context.settings(this.model);
    const input = {
      models: this.request.models,
      ...engineData(data),
      parameters: this.parameters,
      ...(memoryLimitBytes === undefined ? {} : { memoryLimitBytes }),
    };
    return { input, forecast: await engine.run('compareForecast', input, { signal }) };
  }

  protected compute(
    engine: EngineLike,
    input: CompareInput,
    options: RunOptions<ComparePartial>,
  ): Promise<CompareResult> {
    return engine.run('compare', input, options);
  }

  protected question({ milliseconds, bytes }: Forecast): string {
    const { t } = this.context;
    return t('This will take about {0} and {1} of memory.', sayRoughDuration(milliseconds, t), sayBytes(bytes, t));
  }

  protected override withPartial(partial: ComparePartial): readonly ComparePartial[] {
    const replaces = partial.kind === 'findings' || partial.kind === 'head' || partial.kind === 'accuracies';
    return [...(replaces ? this.partials.filter(({ kind }) => kind !== partial.kind) : this.partials), partial];
  }

  protected override get progress(): { readonly finished: number; readonly total: number } {
    const head = this.partials.find(partial => partial.kind === 'head');
    const lines = head?.head.lines ?? [];
    return {
      finished: this.partials.filter(({ kind }) => kind === 'pair').length,
      total: lines.filter(({ layers }) => layers.every(layer => layer !== null)).length,
    };
  }

  protected faultActions(): readonly FaultAction[] {
    return [{ id: 'rerun' }, { id: 'pickData' }, { id: 'showLog' }];
  }

  protected defectSentence(message: string): string {
    return this.context.t('The comparison stopped unexpectedly: {0}', message);
  }

  protected startMessage(): Extract<CompareToView, { type: 'start' }> {
    const { models, data, parameters } = this.request;
    const restore: CompareRestore = {
      version: 1,
      models: models.map(model => this.context.uri(model)),
      ...(data === undefined ? {} : { data }),
      ...keptParameters(parameters),
    };
    return {
      type: 'start',
      title: models.map(model => path.basename(model)).join(' · '),
      commandLine: compareCommandLine(models, data, this.parameters),
      restore,
    };
  }

  /** The settings', and what was chosen in the panel. Dimensions are 0 and 1. */
  private get parameters(): Partial<CompareParameters> {
    const settings = this.context.settings(this.model).parameters;
    const { points, reduction, seed } = { ...settings, ...this.request.parameters };
    return {
      ...(points === undefined ? {} : { points }),
      ...(reduction === undefined ? {} : { reduction }),
      ...(seed === undefined ? {} : { seed }),
    };
  }
}

/** The command that computes what a panel shows; empty where there is none. */
export function compareCommandLine(
  models: readonly string[],
  data: DataChoice | undefined,
  parameters: Partial<CompareParameters>,
): string {
  if (data?.kind !== 'file') return '';
  return callOf('compare', [...models, ...dataWords(data), ...parameterWords(parameters)]);
}
