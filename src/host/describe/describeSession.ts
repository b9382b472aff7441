import path from 'node:path';
import { Fault, isCancelled } from '../../base/fault';
import type { ChainAnswer } from '../../models/layerList/chain';
import type { DescribeToView, OutlineResult, PlacedGraph, Renewal, WeightCheck } from '../../protocol/describe';
import type { FaultData } from '../../protocol/results';
import type { EngineLike } from '../base/engine';
import { isOfKind, WEIGHTS_FILES } from '../base/fileKinds';
import type { Translate } from '../base/translate';
import { recallAnswer, type KeptAnswers } from '../program/keptAnswers';
import { describeWords } from './words';

export interface DescribeSessionContext {
  readonly engine: () => Promise<EngineLike>;
  readonly post: (message: DescribeToView) => void;
  readonly sizeBytes: () => Promise<number>;
  readonly answers: KeptAnswers;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Something that is no Fault: a defect of ours, for the log. */
  readonly unexpected: (error: unknown) => void;
  readonly t: Translate;
}

/** Weights of up to this size are looked through for values that are not finite without being asked: a second or less. */
const CHECKED_AT_ONCE = 256 * 2 ** 20;

/**
 * One model as a page shows it, without the page: reads its outline, and then what the page asks for, one layout and one layer's tensors at a time, since only the
 * last that was asked for is still looked at.
 */
export class DescribeSession {
  private outline: Promise<DescribeToView> | undefined;
  /** The layout that a new page asks for. */
  private firstLayout: Promise<PlacedGraph> | undefined;
  private readonly reading = new AbortController();
  private layoutRun = new AbortController();
  private weightsRun = new AbortController();
  private checkRun: AbortController | undefined;
  /** What the look through the weights found: a page that comes back is told again. */
  private checked: WeightCheck | undefined;
  private revealed: string | undefined;
  /** What was said of the weights before, where they leave something open. */
  private answer: ChainAnswer | undefined;
  /** What the outline that is read is another one for. */
  private renewed: { readonly by: Renewal; readonly at: number } | undefined;
  private isShown = false;

  constructor(
    private readonly model: string,
    private readonly context: DescribeSessionContext,
  ) {}

  /** Reads ahead what a new page will ask for, while VS Code makes it. */
  prepare(): void {
    const layout = this.place(undefined, this.reading.signal);
    // Whoever asks for it is told why there is none.
    layout.catch(() => undefined);
    this.firstLayout = layout;
  }

  /** Brings a page that knows nothing to where this is. */
  async replay(): Promise<void> {
    this.context.post({ type: 'words', words: describeWords(this.context.t) });
    await this.show();
  }

  /** Something that the page rests on is another now: it says so, and is read again, at once or when it is looked at. */
  async changed(by: Renewal): Promise<void> {
    if (by !== 'file' && !(await this.restsOnMore())) return;
    this.outline = undefined;
    this.firstLayout = undefined;
    this.renewed = { by, at: this.context.now() };
    this.checked = undefined;
    if (this.isShown) this.context.post({ type: 'stale', why: 'changed' });
    this.checkRun?.abort();
    this.checkRun = undefined;
    if (this.isShown) await this.show();
  }

  /** The file is no longer there: what the page shows of it stays. */
  gone(): void {
    if (this.isShown) this.context.post({ type: 'stale', why: 'gone' });
  }

  /** The page is gone until it says that it is ready again. */
  hidden(): void {
    // Who saw that it is another one need not be told again.
    if (this.isShown) this.renewed = undefined;
    this.isShown = false;
    this.layoutRun.abort();
    this.weightsRun.abort();
  }

  /** Shows a layer, now or when the page is there. */
  reveal(layer: string): void {
    if (this.isShown) this.context.post({ type: 'reveal', layer });
    else this.revealed = layer;
  }

  async layout(request: number, open: readonly string[] | undefined): Promise<void> {
    this.layoutRun.abort();
    const { signal } = (this.layoutRun = new AbortController());
    if ((await this.read()) === undefined || signal.aborted) return;
    try {
      const ahead = open === undefined ? this.firstLayout : undefined;
      const graph = await (ahead ?? this.place(open, signal));
      if (!signal.aborted) this.context.post({ type: 'graph', request, graph });
    } catch (error) {
      if (!signal.aborted) this.context.post({ type: 'graphFailed', request, fault: this.faultOf(error) });
    }
  }

  /** Reads the tensors of a layer; those of another are no longer read. */
  async weights(layer: string | undefined): Promise<void> {
    this.weightsRun.abort();
    const { signal } = (this.weightsRun = new AbortController());
    const weights = (await this.read())?.layers.find(({ name }) => name === layer)?.weights;
    if (layer === undefined || weights === undefined || weights.length === 0 || signal.aborted) return;
    const post = (message: DescribeToView): void => {
      if (!signal.aborted) this.context.post(message);
    };
    try {
      const engine = await this.context.engine();
      await engine.run(
        'weightHistograms',
        { model: this.model, weights: weights.map(({ name }) => name) },
        {
          signal,
          onPartial: reading => post({ type: 'weight', layer, reading }),
          onProgress: fraction => post({ type: 'weightProgress', layer, fraction }),
        },
      );
    } catch (error) {
      const fault = this.faultOf(error);
      for (const { name } of weights) post({ type: 'weight', layer, reading: { kind: 'fault', name, fault } });
    }
  }

  /** Looks through all weights for values that are not finite, once. */
  async check(): Promise<void> {
    this.context.post({ type: 'check', check: { kind: 'running' } });
    if (this.checkRun !== undefined) return;
    const run = (this.checkRun = new AbortController());
    const tell = (check: WeightCheck): void => {
      if (run.signal.aborted) return;
      this.checked = check;
      this.context.post({ type: 'check', check });
    };
    try {
      const engine = await this.context.engine();
      const { warnings } = await engine.run(
        'describe',
        { model: this.model, ...this.answered },
        { signal: run.signal },
      );
      tell({ kind: 'done', warnings });
    } catch (error) {
      if (!run.signal.aborted) tell({ kind: 'failed', fault: this.faultOf(error) });
    } finally {
      if (this.checkRun === run) this.checkRun = undefined;
    }
  }

  dispose(): void {
    this.reading.abort();
    this.hidden();
    this.checkRun?.abort();
  }

  private async show(): Promise<void> {
    const reading = (this.outline ??= this.readOutline());
    const message = await reading;
    // What was read before a change is no longer shown: what is read after it is.
    if (this.reading.signal.aborted || this.outline !== reading) return;
    this.isShown = true;
    const { renewed } = this;
    this.context.post(message.type === 'model' && renewed !== undefined ? { ...message, renewed } : message);
    if (message.type !== 'model') return;
    if (this.revealed !== undefined) this.context.post({ type: 'reveal', layer: this.revealed });
    this.revealed = undefined;
    const bytes = message.model.weightBytes;
    if (this.checked !== undefined) this.context.post({ type: 'check', check: this.checked });
    else if (bytes <= CHECKED_AT_ONCE || this.checkRun !== undefined) void this.check();
    else this.context.post({ type: 'check', check: { kind: 'open', bytes } });
  }

  private async place(open: readonly string[] | undefined, signal: AbortSignal): Promise<PlacedGraph> {
    const model = await this.read();
    if (model === undefined || signal.aborted) throw new Fault('cancelled', 'There is no layout to be made.');
    const layers = model.layers.map(({ name, op, outputShape, parameters, inputs }) => ({
      ...{ name, op, outputShape, parameters, inputs },
    }));
    const engine = await this.context.engine();
    return engine.run('layerGraph', { layers, ...(open === undefined ? {} : { open }) }, { signal });
  }

  private async read(): Promise<OutlineResult | undefined> {
    const message = await (this.outline ??= this.readOutline());
    return message.type === 'model' ? message.model : undefined;
  }

  private async readOutline(): Promise<DescribeToView> {
    const name = path.basename(this.model);
    try {
      const engine = await this.context.engine();
      const { signal } = this.reading;
      this.answer = undefined;
      let model = await engine.run('outline', { model: this.model }, { signal });
      this.answer = model.missing && (await recallAnswer(engine, this.model, model.missing, this.context.answers));
      if (this.answer !== undefined)
        model = await engine.run('outline', { model: this.model, ...this.answered }, { signal });
      const offersPython = !model.isProgram && isOfKind(this.model, WEIGHTS_FILES);
      const sizeBytes = await this.context.sizeBytes();
      return { type: 'model', name, sizeBytes, model, offersPython };
    } catch (error) {
      return { type: 'failed', name, fault: this.faultOf(error) };
    }
  }

  private get answered(): { readonly answer?: ChainAnswer } {
    return this.answer === undefined ? {} : { answer: this.answer };
  }

  /** Whether the page shows more than the file says, or weights that wait for it: then lists of layers and answers are part of it. */
  private async restsOnMore(): Promise<boolean> {
    if (this.outline === undefined) return true;
    const model = await this.read();
    return model?.missing !== undefined || model?.assumed !== undefined;
  }

  private faultOf(error: unknown): FaultData {
    if (error instanceof Fault) return error.toData();
    if (!isCancelled(error)) this.context.unexpected(error);
    const message = this.context.t(
      'The model could not be described: {0}',
      error instanceof Error ? error.message : String(error),
    );
    return { code: 'unsupported', message, source: this.model };
  }
}
