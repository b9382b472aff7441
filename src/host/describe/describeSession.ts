import path from 'node:path';
import { Fault, isCancelled } from '../../base/fault';
import type { DescribeToView, OutlineResult, WeightCheck } from '../../protocol/describe';
import type { FaultData } from '../../protocol/results';
import type { EngineLike } from '../base/engine';
import { isOfKind, WEIGHTS_FILES } from '../base/fileKinds';
import type { Translate } from '../base/translate';
import { describeWords } from './words';

export interface DescribeSessionContext {
  readonly engine: () => Promise<EngineLike>;
  readonly post: (message: DescribeToView) => void;
  readonly sizeBytes: () => Promise<number>;
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
  private readonly reading = new AbortController();
  private layoutRun = new AbortController();
  private weightsRun = new AbortController();
  private checkRun: AbortController | undefined;
  /** What the look through the weights found: a page that comes back is told again. */
  private checked: WeightCheck | undefined;
  private revealed: string | undefined;
  private isShown = false;

  constructor(
    private readonly model: string,
    private readonly context: DescribeSessionContext,
  ) {}

  /** Brings a page that knows nothing to where this is. */
  async replay(): Promise<void> {
    this.context.post({ type: 'words', words: describeWords(this.context.t) });
    await this.show();
  }

  /** The file is another one now. */
  async changed(): Promise<void> {
    this.outline = undefined;
    this.checked = undefined;
    this.checkRun?.abort();
    this.checkRun = undefined;
    if (this.isShown) await this.show();
  }

  /** The page is gone until it says that it is ready again. */
  hidden(): void {
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
    const model = await this.read();
    if (model === undefined || signal.aborted) return;
    const layers = model.layers.map(({ name, op, outputShape, parameters, inputs }) => ({
      ...{ name, op, outputShape, parameters, inputs },
    }));
    try {
      const engine = await this.context.engine();
      const graph = await engine.run('layerGraph', { layers, ...(open === undefined ? {} : { open }) }, { signal });
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
      const { warnings } = await engine.run('describe', { model: this.model }, { signal: run.signal });
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
    const message = await (this.outline ??= this.readOutline());
    if (this.reading.signal.aborted) return;
    this.isShown = true;
    this.context.post(message);
    if (message.type !== 'model') return;
    if (this.revealed !== undefined) this.context.post({ type: 'reveal', layer: this.revealed });
    this.revealed = undefined;
    const bytes = message.model.weightBytes;
    if (this.checked !== undefined) this.context.post({ type: 'check', check: this.checked });
    else if (bytes <= CHECKED_AT_ONCE || this.checkRun !== undefined) void this.check();
    else this.context.post({ type: 'check', check: { kind: 'open', bytes } });
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
      const model = await engine.run('outline', { model: this.model }, { signal });
      const offersPython = !model.isProgram && isOfKind(this.model, WEIGHTS_FILES);
      return { type: 'model', name, sizeBytes: await this.context.sizeBytes(), model, offersPython };
    } catch (error) {
      return { type: 'failed', name, fault: this.faultOf(error) };
    }
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
