import path from 'node:path';
import type { MapperPoints, MapperShape, MapperSubject } from '../../analyses/mapperView';
import { Fault, isCancelled } from '../../base/fault';
import type { MapperLensChoice, MapperSubjectInput, RunOptions } from '../../engine';
import type { ChainAnswer } from '../../models/layerList/chain';
import type { MapperHead, MapperParameters, MapperToView, Slice } from '../../protocol/mapper';
import type { DataChoice, FaultAction, RunToView } from '../../protocol/panel';
import type { FaultData } from '../../protocol/results';
import type { EngineLike } from '../base/engine';
import { engineData } from '../data/chosenData';
import type { Slices } from '../results/slices';
import { faultActions } from '../running/faultActions';
import { RunSession, type Prepared, type RunContext, type RunSettings } from '../running/runSession';

export interface MapperRequest {
  /** Absolute path. */
  readonly model: string;
  readonly data: DataChoice | undefined;
  readonly layer: string | undefined;
  readonly points?: number;
  readonly answer?: ChainAnswer | undefined;
}

export interface MapperSessionContext extends RunContext<MapperToView> {
  readonly settings: (model: string) => RunSettings;
  readonly slices: Slices;
  /** What views of layers kept. */
  readonly kept: { get(key: string): string | undefined; set(key: string, view: string): void };
}

/** Points that a view begins with. */
const POINTS = 2000;
/** A graph that is older than this when another one is wanted is given up; a younger one is finished, so that a slider that moves shows graphs on the way. */
const GIVE_UP_MILLISECONDS = 250;
/** What takes longer than a graph is begun when nothing was asked for so long. */
const REST_MILLISECONDS = 250;

const GRID_FACTORS = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 3];
const GRID_OVERLAPS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7];

interface Wanted {
  readonly request: number;
  readonly parameters: MapperParameters;
}

interface Lenses {
  readonly key: string;
  readonly lenses: readonly Float64Array[];
  readonly knee: number;
}

/**
 * The points of one layer and the graphs that a view asks for. Points stay in memory that the engine's threads share; a graph costs the cover and the clustering alone. Of the graphs that a moving slider asks for, those are made that the engine
 * can keep up with, and always the last.
 */
export class MapperSession extends RunSession<
  never,
  MapperHead,
  MapperSubjectInput,
  { milliseconds: number },
  Exclude<MapperToView, RunToView<never, MapperHead>>
> {
  private subject: MapperSubject | undefined;
  private untrained: Promise<MapperPoints | { readonly missing: string }> | undefined;
  private lenses: Lenses | undefined;
  /** What the view has. */
  private postedLenses: readonly Float64Array[] | undefined;
  private wanted: Wanted | undefined;
  private shown: (Wanted & { readonly shape: MapperShape }) | undefined;
  private making: { readonly started: number; readonly abort: AbortController } | undefined;
  /** Of what follows a graph when nothing else is asked for. */
  private rest: AbortController | undefined;
  private gridAbort: AbortController | undefined;
  private readonly listener: { dispose(): void };

  constructor(
    private request: MapperRequest,
    protected override readonly context: MapperSessionContext,
  ) {
    super(context);
    this.listener = context.slices.onDidChange(data => {
      if (data === this.dataFile) this.postSlices();
    });
  }

  get model(): string {
    return this.request.model;
  }

  get data(): DataChoice | undefined {
    return this.request.data;
  }

  get layer(): string | undefined {
    return this.request.layer;
  }

  setData(data: DataChoice, answer: ChainAnswer | undefined): Promise<void> {
    this.request = { ...this.request, data, answer };
    return this.start();
  }

  /** Points of another layer, or more of them. */
  setSubject(layer: string, points = this.request.points): Promise<void> {
    this.request = { ...this.request, layer, ...(points === undefined ? {} : { points }) };
    return this.start();
  }

  override replay(): void {
    this.postedLenses = undefined;
    super.replay();
    this.postSlices();
  }

  override dispose(): void {
    super.dispose();
    this.listener.dispose();
    this.stopGraphs();
  }

  /** The graph of a cover; posts it, and when nothing else is asked for, what stands out in it and what the untrained network has. */
  async graph(request: number, parameters: MapperParameters): Promise<void> {
    this.wanted = { request, parameters };
    this.rest?.abort();
    const { now } = this.context;
    if (this.making !== undefined) {
      if (now() - this.making.started > GIVE_UP_MILLISECONDS) this.making.abort.abort();
      return;
    }
    const isCurrent = this.currentRun();
    while (this.wanted !== undefined && isCurrent()) {
      const wanted: Wanted = this.wanted;
      this.wanted = undefined;
      const abort = new AbortController();
      this.making = { started: now(), abort };
      try {
        await this.make(wanted, abort.signal, isCurrent);
      } catch (error) {
        if (isCurrent() && !isCancelled(error)) this.refuse('graph', error);
      }
      this.making = undefined;
    }
    if (isCurrent()) await this.follow();
  }

  /** The figures of covers around the one that is shown. */
  async grid(request: number, parameters: MapperParameters): Promise<void> {
    const { subject } = this;
    if (subject === undefined) return;
    this.gridAbort?.abort();
    const abort = (this.gridAbort = new AbortController());
    const isCurrent = this.currentRun();
    try {
      const engine = await this.context.engine();
      const { lenses, knee } = await this.lensesOf(engine, parameters);
      const intervals = [...new Set(GRID_FACTORS.map(by => Math.max(1, Math.round(parameters.intervals * by))))];
      const overlaps = [...new Set([...GRID_OVERLAPS, parameters.overlap])].sort((a, b) => a - b);
      const cover = { ...parameters, radius: knee * parameters.radiusFactor };
      const grid = await engine.run('mapperGrid', { points: subject.points, lenses, cover, intervals, overlaps }, { signal: abort.signal }); // prettier-ignore
      if (isCurrent()) this.context.post({ type: 'grid', request, grid });
    } catch (error) {
      if (isCurrent() && !isCancelled(error)) this.refuse('grid', error);
    }
  }

  async loops(): Promise<void> {
    await this.extra('loops', async (engine, { points }) => {
      const loops = await engine.run('mapperLoops', { points, loops: 4, seed: 0 });
      return { type: 'loops', loops };
    });
  }

  async communities(): Promise<void> {
    await this.extra('communities', async (engine, { points }) => {
      const communities = await engine.run('unitCommunities', { points, largest: 5 });
      return { type: 'communities', communities };
    });
  }

  async inputs(request: number, rows: readonly number[]): Promise<void> {
    const { answer } = this.request;
    const found = await this.previews(rows, answer === undefined ? {} : { answer });
    if (found !== undefined) this.context.post({ type: 'inputs', request, ...found });
  }

  async addSlice(slice: Slice): Promise<void> {
    if (this.dataFile !== undefined) await this.context.slices.add(this.dataFile, slice);
  }

  async removeSlice(name: string): Promise<void> {
    if (this.dataFile !== undefined) await this.context.slices.remove(this.dataFile, name);
  }

  /** What a view of this layer keeps, given back to the next one. */
  keep(view: string): void {
    this.context.kept.set(this.keptKey, view);
  }

  protected get readingPhrase(): string {
    return this.context.t('reading the model');
  }

  protected get confirmAboveMilliseconds(): number {
    return this.context.settings(this.model).confirmAboveMilliseconds;
  }

  protected prepare(_: EngineLike, data: DataChoice): Promise<Prepared<MapperSubjectInput, { milliseconds: number }>> {
    return Promise.resolve({ input: this.input(data), forecast: undefined });
  }

  protected async compute(
    engine: EngineLike,
    input: MapperSubjectInput,
    options: RunOptions<never>,
  ): Promise<MapperHead> {
    const subject = await engine.run('mapperSubject', input, options);
    this.stopGraphs();
    this.subject = subject;
    this.request = { ...this.request, layer: subject.layer.name };
    const { points, model, data, layer, layers, facts, accuracy, warnings } = subject;
    const { count, width } = points;
    return { model, data, layer, layers, facts, accuracy, warnings, points: { count, width } };
  }

  protected override forget(): void {
    super.forget();
    this.stopGraphs();
    this.subject = undefined;
  }

  protected question(): string {
    return '';
  }

  protected faultActions(fault: FaultData): readonly FaultAction[] {
    return faultActions(fault, { model: this.model, data: this.data, pointsThatFit: undefined });
  }

  protected defectSentence(message: string): string {
    return this.context.t('The points of the layer could not be had: {0}', message);
  }

  protected startMessage(): Extract<MapperToView, { type: 'start' }> {
    const { model, data, layer } = this.request;
    return {
      type: 'start',
      title: [path.basename(path.dirname(model)), path.basename(model)].filter(part => part !== '').join('/'),
      layer,
      restore: { version: 1, model: this.context.uri(model), ...(data === undefined ? {} : { data }) },
      kept: this.context.kept.get(this.keptKey),
    };
  }

  private get keptKey(): string {
    return `${this.request.model}\n${this.request.layer ?? ''}`;
  }

  private get dataFile(): string | undefined {
    const { data } = this.request;
    return data?.kind === 'file' ? data.data : undefined;
  }

  private input(data: DataChoice): MapperSubjectInput {
    const { memoryLimitBytes, parameters } = this.context.settings(this.model);
    const { model, answer, layer, points = POINTS } = this.request;
    const { reduction } = parameters;
    return {
      model,
      ...engineData(data),
      ...(answer === undefined ? {} : { answer }),
      ...(layer === undefined ? {} : { layer }),
      ...(reduction === undefined ? {} : { reduction }),
      points,
      seed: 0,
      ...(memoryLimitBytes === undefined ? {} : { memoryLimitBytes }),
    };
  }

  private postSlices(): void {
    const { dataFile } = this;
    this.context.post({ type: 'slices', slices: dataFile === undefined ? [] : this.context.slices.of(dataFile) });
  }

  private stopGraphs(): void {
    this.wanted = undefined;
    this.making?.abort.abort();
    this.rest?.abort();
    this.gridAbort?.abort();
    this.lenses = undefined;
    this.untrained = undefined;
    this.shown = undefined;
  }

  private async make({ request, parameters }: Wanted, signal: AbortSignal, isCurrent: () => boolean): Promise<void> {
    const { subject } = this;
    if (subject === undefined) return;
    const engine = await this.context.engine();
    const { lenses, knee } = await this.lensesOf(engine, parameters, signal);
    const cover = { ...parameters, radius: knee * parameters.radiusFactor };
    const labels = labelsOf(subject);
    const shape = await engine.run('mapperGraph', { points: subject.points, lenses, cover, seed: 0, ...labels }, { signal }); // prettier-ignore
    if (!isCurrent()) return;
    this.shown = { request, parameters, shape };
    const isKnown = this.postedLenses === lenses;
    this.postedLenses = lenses;
    this.context.post({ type: 'graph', request, parameters, shape, lenses: isKnown ? undefined : lenses });
  }

  private async lensesOf(engine: EngineLike, parameters: MapperParameters, signal?: AbortSignal): Promise<Lenses> {
    const subject = this.subject!;
    const { clustering, minimumPoints } = parameters;
    const key = JSON.stringify([parameters.lenses, clustering, minimumPoints]);
    if (this.lenses?.key === key) return this.lenses;
    const choices = parameters.lenses.map(name => lensOf(name, subject));
    const input = { points: subject.points, lenses: choices, clustering, minimumPoints };
    const { lenses, radius } = await engine.run('mapperLenses', input, signal === undefined ? {} : { signal });
    return (this.lenses = { key, lenses, knee: radius });
  }

  /** What takes longer than the graph, of the graph that is shown, once nothing else was asked for. */
  private async follow(): Promise<void> {
    const { shown, subject } = this;
    if (shown === undefined || subject === undefined) return;
    const rest = (this.rest = new AbortController());
    const { signal } = rest;
    await new Promise(resolve => setTimeout(resolve, REST_MILLISECONDS));
    const { request, parameters, shape } = shown;
    try {
      if (signal.aborted) return;
      const engine = await this.context.engine();
      const { labels, correct } = subject.facts;
      const findings = await engine.run('mapperFeatures', { shape, facts: { labels, correct } }, { signal });
      if (signal.aborted) return;
      this.context.post({ type: 'features', request, findings });
      const { data } = this;
      if (data === undefined) return;
      this.untrained ??= engine.run('mapperUntrained', { ...this.input(data), layer: subject.layer.name });
      const points = await this.untrained;
      if (signal.aborted) return;
      const baseline = 'missing' in points ? points : await this.untrainedGraph(engine, points, parameters, signal);
      if (!signal.aborted) this.context.post({ type: 'untrained', request, baseline });
    } catch (error) {
      if (signal.aborted || isCancelled(error)) return;
      this.context.unexpected(error);
    }
  }

  private untrainedGraph(engine: EngineLike, points: MapperPoints, parameters: MapperParameters, signal: AbortSignal) {
    const subject = this.subject!;
    const { intervals, overlap, clustering, minimumPoints, radiusFactor } = parameters;
    const choices = parameters.lenses.map(name => lensOf(name, subject));
    const cover = { intervals, overlap, clustering, minimumPoints, radiusFactor };
    const input = { points, lenses: choices, clustering, minimumPoints, cover, seed: 0, ...labelsOf(subject) };
    return engine.run('mapperBaseline', input, { signal });
  }

  private async extra(
    what: 'loops' | 'communities',
    run: (engine: EngineLike, subject: MapperSubject) => Promise<MapperToView & { type: 'loops' | 'communities' }>,
  ): Promise<void> {
    const { subject } = this;
    if (subject === undefined) return;
    const isCurrent = this.currentRun();
    try {
      const message = await run(await this.context.engine(), subject);
      if (isCurrent()) this.context.post(message);
    } catch (error) {
      if (isCurrent()) this.refuse(what, error);
    }
  }

  private refuse(what: 'graph' | 'grid' | 'loops' | 'communities', error: unknown): void {
    if (!(error instanceof Fault)) this.context.unexpected(error);
    const sentence = error instanceof Error ? error.message : String(error);
    const hint = error instanceof Fault && error.hint !== undefined ? ` ${error.hint}` : '';
    this.context.post({ type: 'refused', what, sentence: sentence + hint });
  }
}

function labelsOf({ facts }: MapperSubject) {
  return facts.labels === undefined ? {} : { labels: { values: facts.labels.values, classes: facts.labels.classes.length } }; // prettier-ignore
}

/** A lens that the engine computes, or values that are known. Throws `usage` for one that these points do not have. */
function lensOf(name: string, { facts }: MapperSubject): MapperLensChoice {
  switch (name) {
    case 'l2':
    case 'pca1':
    case 'pca2':
    case 'density':
    case 'eccentricity':
      return name;
    case 'confidence':
      if (facts.confidence !== undefined) return { values: facts.confidence };
      break;
    case 'error':
      if (facts.confidence !== undefined && facts.correct !== undefined) return { values: errorLens(facts.confidence, facts.correct) }; // prettier-ignore
      break;
    default: {
      const column = facts.columns[Number(name.replace('column ', ''))];
      if (column !== undefined) return { values: column.values };
    }
  }
  throw new Fault('usage', `These points have no lens called ${name}.`);
}

/** How sure the network is where it is right, and how sure it is of the wrong answer where it is not: −1 … 1. */
function errorLens(confidence: Float64Array, correct: Uint8Array): Float64Array {
  return confidence.map((share, point) => (correct[point] === 1 ? -share : share));
}
