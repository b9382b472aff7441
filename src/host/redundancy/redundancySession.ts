import path from 'node:path';
import { Fault } from '../../base/fault';
import type { RedundancyForecast, RedundancyInput, RemovedLayers, RunOptions } from '../../engine';
import type { ChainAnswer } from '../../models/layerList/chain';
import type { DataChoice, FaultAction, RunToView } from '../../protocol/panel';
import type { RedundancyPartial, RedundancyResult, RedundancyToView } from '../../protocol/redundancy';
import type { FaultData } from '../../protocol/results';
import { callOf } from '../base/commandLine';
import type { EngineLike } from '../base/engine';
import { sayBytes, sayCount, sayRoughDuration } from '../base/numbers';
import { dataWords, engineData } from '../data/chosenData';
import { faultActions } from '../running/faultActions';
import { RunSession, type Prepared, type RunContext, type RunSettings } from '../running/runSession';

export interface RedundancyRequest {
  /** Absolute path. */
  readonly model: string;
  readonly data: DataChoice | undefined;
  /** What the person said of weights that are a chain. */
  readonly answer?: ChainAnswer | undefined;
}

export interface RedundancySessionContext extends RunContext<RedundancyToView> {
  /** As for inspections; what does not apply here is passed over. */
  readonly settings: (model: string) => RunSettings;
}

/** One search for redundant layers as a panel shows it. */
export class RedundancySession extends RunSession<
  RedundancyPartial,
  RedundancyResult,
  RedundancyInput,
  RedundancyForecast,
  Exclude<RedundancyToView, RunToView<unknown, unknown>>
> {
  constructor(
    private request: RedundancyRequest,
    protected override readonly context: RedundancySessionContext,
  ) {
    super(context);
  }

  get model(): string {
    return this.request.model;
  }

  get data(): DataChoice | undefined {
    return this.request.data;
  }

  setRequest(data: DataChoice, answer: ChainAnswer | undefined): Promise<void> {
    this.request = { ...this.request, data, answer };
    return this.start();
  }

  /** The optimal matching of two layers' diagrams. */
  async matching(request: number, a: number, b: number, dimension: number): Promise<void> {
    const distances = this.result?.distances ?? this.distances();
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
    const candidates = this.result?.candidates ?? [];
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

  protected get readingPhrase(): string {
    return this.context.t('reading the model');
  }

  protected get confirmAboveMilliseconds(): number {
    return this.context.settings(this.model).confirmAboveMilliseconds;
  }

  protected async prepare(
    engine: EngineLike,
    data: DataChoice,
    signal: AbortSignal,
  ): Promise<Prepared<RedundancyInput, RedundancyForecast>> {
    const input = this.input(data);
    return { input, forecast: await engine.run('redundancyForecast', input, { signal }) };
  }

  protected compute(
    engine: EngineLike,
    input: RedundancyInput,
    options: RunOptions<RedundancyPartial>,
  ): Promise<RedundancyResult> {
    return engine.run('redundancy', input, options);
  }

  protected question(forecast: RedundancyForecast): string {
    const { t } = this.context;
    return t(
      'This will take about {0} and {1} of memory: {2} layers at {3} points, each pair of them, and the network without the likeliest.',
      sayRoughDuration(forecast.milliseconds, t),
      sayBytes(forecast.bytes, t),
      sayCount(forecast.layers),
      sayCount(forecast.points),
    );
  }

  protected override withPartial(partial: RedundancyPartial): readonly RedundancyPartial[] {
    return [...this.partials.filter(({ kind }) => kind !== partial.kind), partial];
  }

  protected faultActions(fault: FaultData): readonly FaultAction[] {
    const { model, data } = this.request;
    return faultActions(fault, { model, data, pointsThatFit: undefined });
  }

  protected defectSentence(message: string): string {
    return this.context.t('The search stopped unexpectedly: {0}', message);
  }

  private distances() {
    return this.partials.find(partial => partial.kind === 'distances')?.distances;
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

  protected startMessage(): Extract<RedundancyToView, { type: 'start' }> {
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
  return callOf('redundancy', [model, ...dataWords(data)]);
}
