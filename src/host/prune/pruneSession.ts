import type { PruneInput, RunOptions } from '../../engine';
import type { ChainAnswer } from '../../models/layerList/chain';
import type { DataChoice, FaultAction, PanelStatus, RunToView } from '../../protocol/panel';
import type { PruneResult, PruneRestore, PruneSettings, PruneToView } from '../../protocol/prune';
import type { FaultData } from '../../protocol/results';
import { callOf } from '../base/commandLine';
import type { EngineLike } from '../base/engine';
import { dataWords, readingOf } from '../data/chosenData';
import { faultActions } from '../running/faultActions';
import { RunSession, type Prepared, type RunContext } from '../running/runSession';
import { pruneWords } from './words';

/** Rows of a file and their labels. */
export type PruneData = Extract<DataChoice, { readonly kind: 'file' }>;

export interface PruneRequest {
  /** Absolute path. */
  readonly model: string;
  readonly data: PruneData | undefined;
  readonly holdout: PruneData | undefined;
  readonly settings: PruneSettings;
  readonly answer?: ChainAnswer | undefined;
}

/**
 * One model being pruned as a panel shows it. The curve and what can go of each layer are measured once for a choice of data; other settings are
 * measured anew, and what was shown stays until they are.
 */
export class PruneSession extends RunSession<
  never,
  PruneResult,
  PruneInput,
  never,
  Exclude<PruneToView, RunToView<unknown, unknown>>
> {
  /** Of the data that is chosen now. */
  private measured: Pick<PruneResult, 'curve' | 'layers'> | undefined;

  constructor(
    private request: PruneRequest,
    protected override readonly context: RunContext<PruneToView>,
  ) {
    super(context);
  }

  get model(): string {
    return this.request.model;
  }

  get data(): PruneData | undefined {
    return this.request.data;
  }

  get holdout(): PruneData | undefined {
    return this.request.holdout;
  }

  setData(data: PruneData, holdout: PruneData | undefined, answer?: ChainAnswer): Promise<void> {
    this.request = { ...this.request, data, holdout, ...(answer === undefined ? {} : { answer }) };
    this.measured = undefined;
    this.forget();
    this.context.post(this.startMessage());
    return this.start();
  }

  /** Other settings. Ends when the run has ended, whichever way. Never rejects. */
  run(settings: PruneSettings): Promise<void> {
    this.request = { ...this.request, settings };
    return this.start();
  }

  fail(error: unknown): void {
    this.setStatus(this.failure(error));
  }

  /** Writes what was measured; gives the file. Throws what the engine throws. */
  async write(out: string): Promise<string> {
    const engine = await this.context.engine();
    // The dialog that gave the name has asked about what is there.
    const { written } = await engine.run('prune', { ...this.input({}), out, force: true }, {});
    const file = written?.at(-1) ?? out;
    this.context.post({ type: 'written', file });
    return file;
  }

  /** The call that computes what is shown, without a panel. */
  get commandLine(): string {
    const { model, data, holdout, settings } = this.request;
    if (data === undefined) return '';
    const words = [model, ...dataWords(data)];
    if (holdout !== undefined) words.push('--holdout', holdout.data);
    if (holdout?.labels !== undefined) words.push('--holdout-labels', holdout.labels);
    const ratio = settings.ratio ?? this.result?.ratio;
    if (ratio !== undefined) words.push('--ratio', String(ratio));
    const own = Object.entries(settings.layerRatios).map(([layer, value]) => `${layer}=${value}`);
    if (own.length > 0) words.push('--layers', own.join(','));
    return callOf('prune', [...words, '--curve', '--per-layer']);
  }

  /** What is shown of other settings stays until these are measured. */
  protected override begin(): void {}

  protected get readingPhrase(): string {
    return this.context.t('reading the model');
  }

  protected get confirmAboveMilliseconds(): number {
    return Infinity;
  }

  protected prepare(): Promise<Prepared<PruneInput, never>> {
    const first = this.measured === undefined;
    return Promise.resolve({ input: this.input({ curve: first, perLayer: first }), forecast: undefined });
  }

  protected compute(engine: EngineLike, input: PruneInput, options: RunOptions<never>): Promise<PruneResult> {
    return engine.run('prune', input, options);
  }

  protected override merged(result: PruneResult): PruneResult {
    this.measured ??= pick(result);
    return { ...result, ...this.measured };
  }

  protected question(): string {
    return '';
  }

  protected override waiting(): PanelStatus {
    return {
      kind: 'waiting',
      message: this.context.t('Choose the data that the smaller network is fitted to and measured on.'),
    };
  }

  protected faultActions(fault: FaultData): readonly FaultAction[] {
    const { model, data } = this.request;
    return faultActions(fault, { model, data, pointsThatFit: undefined });
  }

  protected defectSentence(message: string): string {
    return this.context.t('Pruning stopped unexpectedly: {0}', message);
  }

  private input(more: { readonly curve?: boolean; readonly perLayer?: boolean }): PruneInput {
    const { model, data, holdout, settings, answer } = this.request;
    return {
      model,
      data: data!.data,
      ...(data!.labels === undefined ? {} : { labels: data!.labels }),
      ...readingOf(data!),
      ...(holdout === undefined ? {} : { holdout: holdout.data }),
      ...(holdout?.labels === undefined ? {} : { holdoutLabels: holdout.labels }),
      ...(answer === undefined ? {} : { answer }),
      parameters: { ratio: settings.ratio, layerRatios: settings.layerRatios, ...more },
    };
  }

  private get restore(): PruneRestore {
    return { version: 1, model: this.context.uri(this.request.model), settings: this.request.settings };
  }

  protected startMessage(): Extract<PruneToView, { type: 'start' }> {
    const { model, data, holdout, settings } = this.request;
    const named = (one: PruneData | undefined) =>
      one && [one.data, one.labels].filter(part => part !== undefined).join(' · ');
    return {
      type: 'start',
      words: pruneWords(this.context.t),
      model,
      data: named(data),
      holdout: named(holdout),
      settings,
      restore: this.restore,
    };
  }
}

function pick({ curve, layers }: PruneResult): Pick<PruneResult, 'curve' | 'layers'> {
  return { ...(curve === undefined ? {} : { curve }), ...(layers === undefined ? {} : { layers }) };
}
