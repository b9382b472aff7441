import { Fault, isCancelled } from '../../base/fault';
import type { PruneInput } from '../../engine';
import type { ChainAnswer } from '../../models/layerList/chain';
import type { DataChoice } from '../../protocol/panel';
import type { PruneResult, PruneRestore, PruneSettings, PruneStatus, PruneToView } from '../../protocol/prune';
import type { EngineLike } from '../base/engine';
import type { Translate } from '../base/translate';
import { dataWords, quote } from '../inspect/commandLine';
import { readingOf } from '../inspect/inspectSession';
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

export interface PruneSessionContext {
  readonly engine: () => Promise<EngineLike>;
  readonly post: (message: PruneToView) => void;
  /** Something that is no Fault: a defect of ours, for the log. */
  readonly unexpected: (error: unknown) => void;
  readonly uri: (file: string) => string;
  readonly t: Translate;
}

/**
 * One model being pruned as a panel shows it, without the panel. The curve and what can go of each layer are measured once for a choice of data;
 * other settings are measured anew, and only the last ones count.
 */
export class PruneSession {
  private held: PruneResult | undefined;
  /** Of the data that is chosen now. */
  private measured: Pick<PruneResult, 'curve' | 'layers'> | undefined;
  private current: PruneStatus;
  private abort: AbortController | undefined;

  constructor(
    private request: PruneRequest,
    private readonly context: PruneSessionContext,
  ) {
    this.current = this.waiting();
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

  get result(): PruneResult | undefined {
    return this.held;
  }

  get isRunning(): boolean {
    return this.abort !== undefined;
  }

  /** Brings a view that knows nothing to where this session is. */
  replay(): void {
    this.postStart();
    if (this.held) this.context.post({ type: 'result', result: this.held, settings: this.request.settings });
    this.context.post({ type: 'status', status: this.current });
  }

  setData(data: PruneData, holdout: PruneData | undefined, answer?: ChainAnswer): Promise<void> {
    this.request = { ...this.request, data, holdout, ...(answer === undefined ? {} : { answer }) };
    this.measured = undefined;
    this.held = undefined;
    this.postStart();
    return this.run(this.request.settings);
  }

  /** Ends when the run has ended, whichever way. Never rejects. */
  async run(settings: PruneSettings): Promise<void> {
    this.abort?.abort();
    this.request = { ...this.request, settings };
    if (this.request.data === undefined) return this.setStatus(this.waiting());
    const abort = new AbortController();
    this.abort = abort;
    const isCurrent = () => this.abort === abort;
    this.setStatus({ kind: 'running', fraction: 0, phrase: this.context.t('reading the model') });
    try {
      const engine = await this.context.engine();
      const first = this.measured === undefined;
      const result = await engine.run('prune', this.input({ curve: first, perLayer: first }), {
        signal: abort.signal,
        onProgress: (fraction, phrase) => {
          if (isCurrent()) this.setStatus({ kind: 'running', fraction, phrase });
        },
      });
      if (!isCurrent()) return;
      this.abort = undefined;
      if (first) this.measured = pick(result);
      this.held = { ...result, ...this.measured };
      this.context.post({ type: 'result', result: this.held, settings });
      this.setStatus({ kind: 'done' });
    } catch (error) {
      if (!isCurrent()) return;
      this.abort = undefined;
      this.setStatus(this.failure(error));
    }
  }

  cancel(): void {
    this.abort?.abort();
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
    const words = ['neural-topology', 'prune', model, ...dataWords(data)];
    if (holdout !== undefined) words.push('--holdout', holdout.data);
    if (holdout?.labels !== undefined) words.push('--holdout-labels', holdout.labels);
    const ratio = settings.ratio ?? this.held?.ratio;
    if (ratio !== undefined) words.push('--ratio', String(ratio));
    const own = Object.entries(settings.layerRatios).map(([layer, value]) => `${layer}=${value}`);
    if (own.length > 0) words.push('--layers', own.join(','));
    return [...words, '--curve', '--per-layer'].map(quote).join(' ');
  }

  dispose(): void {
    this.cancel();
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

  private postStart(): void {
    const { model, data, holdout, settings } = this.request;
    const named = (one: PruneData | undefined) =>
      one && [one.data, one.labels].filter(part => part !== undefined).join(' · ');
    this.context.post({
      type: 'start',
      words: pruneWords(this.context.t),
      model,
      data: named(data),
      holdout: named(holdout),
      settings,
      restore: this.restore,
    });
  }

  private setStatus(status: PruneStatus): void {
    this.current = status;
    this.context.post({ type: 'status', status });
  }

  private waiting(): PruneStatus {
    return {
      kind: 'waiting',
      message: this.context.t('Choose the data that the smaller network is fitted to and measured on.'),
    };
  }

  private failure(error: unknown): PruneStatus {
    if (isCancelled(error)) return { kind: 'cancelled' };
    if (!(error instanceof Fault)) this.context.unexpected(error);
    const fault =
      error instanceof Fault
        ? error.toData()
        : { code: 'unsupported' as const, message: error instanceof Error ? error.message : String(error) };
    return { kind: 'failed', fault };
  }
}

function pick({ curve, layers }: PruneResult): Pick<PruneResult, 'curve' | 'layers'> {
  return { ...(curve === undefined ? {} : { curve }), ...(layers === undefined ? {} : { layers }) };
}
