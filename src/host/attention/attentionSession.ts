import path from 'node:path';
import { Fault } from '../../base/fault';
import type { AttentionInput, RunOptions } from '../../engine';
import type { AttentionMapping, AttentionResult, AttentionToView } from '../../protocol/attention';
import type { DataChoice, FaultAction, RunToView } from '../../protocol/panel';
import type { FaultData } from '../../protocol/results';
import { callOf } from '../base/commandLine';
import type { EngineLike } from '../base/engine';
import { dataWords, readingOf } from '../data/chosenData';
import { faultActions } from '../running/faultActions';
import { RunSession, type Prepared, type RunContext, type RunSettings } from '../running/runSession';

export interface AttentionRequest {
  /** Absolute path. */
  readonly model: string;
  readonly data: DataChoice | undefined;
}

export interface AttentionSessionContext extends RunContext<AttentionToView> {
  /** As for inspections; what does not apply here is passed over. */
  readonly settings: (model: string) => RunSettings;
}

/** A run ahead is not forecast: attention takes as long as its texts, and can be stopped. */
interface NoForecast {
  readonly milliseconds: number;
}

/** One look at the heads of a model as a panel shows it. */
export class AttentionSession extends RunSession<
  never,
  AttentionResult,
  AttentionInput,
  NoForecast,
  Exclude<AttentionToView, RunToView<never, AttentionResult>>
> {
  constructor(
    private request: AttentionRequest,
    protected override readonly context: AttentionSessionContext,
  ) {
    super(context);
  }

  get model(): string {
    return this.request.model;
  }

  get data(): DataChoice | undefined {
    return this.request.data;
  }

  setData(data: DataChoice): Promise<void> {
    this.request = { ...this.request, data };
    return this.start();
  }

  /** The attention of one text, for the view. What is wrong becomes a note. */
  async map(request: number, text: number, layer: number): Promise<void> {
    const { data } = this.request;
    const isCurrent = this.currentRun();
    let map: AttentionMapping | undefined;
    let note = '';
    try {
      if (data?.kind !== 'file') return;
      const engine = await this.context.engine();
      map = await engine.run('attentionMap', {
        model: this.model,
        text: data.data,
        ...readingOf(data),
        row: text,
        layer,
      });
    } catch (error) {
      note = error instanceof Fault ? error.message : this.context.t('The attention of this text could not be read.');
      if (!(error instanceof Fault)) this.context.unexpected(error);
    }
    if (isCurrent()) this.context.post({ type: 'map', request, map, note });
  }

  protected get readingPhrase(): string {
    return this.context.t('reading the model and the texts');
  }

  protected get confirmAboveMilliseconds(): number {
    return this.context.settings(this.model).confirmAboveMilliseconds;
  }

  protected prepare(_engine: EngineLike, data: DataChoice): Promise<Prepared<AttentionInput, NoForecast>> {
    if (data.kind !== 'file')
      return Promise.reject(
        new Fault('usage', this.context.t('Heads attend to the words of texts: choose a file of them.')),
      );
    const { memoryLimitBytes } = this.context.settings(this.model);
    const input = {
      model: this.model,
      text: data.data,
      ...readingOf(data),
      ...(memoryLimitBytes === undefined ? {} : { memoryLimitBytes }),
    };
    return Promise.resolve({ input, forecast: undefined });
  }

  protected compute(engine: EngineLike, input: AttentionInput, options: RunOptions<never>): Promise<AttentionResult> {
    return engine.run('attention', input, options);
  }

  protected question(): string {
    return '';
  }

  protected faultActions(fault: FaultData): readonly FaultAction[] {
    const { model, data } = this.request;
    return faultActions(fault, { model, data, pointsThatFit: undefined });
  }

  protected defectSentence(message: string): string {
    return this.context.t('The look at the heads stopped unexpectedly: {0}', message);
  }

  protected startMessage(): Extract<AttentionToView, { type: 'start' }> {
    const { model, data } = this.request;
    return {
      type: 'start',
      title: [path.basename(path.dirname(model)), path.basename(model)].filter(part => part !== '').join('/'),
      commandLine: attentionCommandLine(model, data),
      restore: { version: 1, model: this.context.uri(model), ...(data === undefined ? {} : { data }) },
    };
  }
}

/** The command that computes what the panel shows; empty where there are no texts. */
export function attentionCommandLine(model: string, data: DataChoice | undefined): string {
  if (data?.kind !== 'file') return '';
  const { labels, ...texts } = data;
  // Labels are a class a text, and say nothing of its words.
  void labels;
  return callOf('attention', [model, ...dataWords(texts).map((word, at) => (at === 0 ? '--text' : word))]);
}
