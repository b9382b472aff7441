import { Fault, type Warning } from '../../base/fault';
import type { Model, WeightInfo } from '../../models/model';
import type { LayerActivations } from '../../probes/layerCollector';
import type { AnalysisContext, Provenance } from '../analysis';
import type { Forecast } from '../inspect';
import { layerTaskInput, sampleRows, type CaptureOutcome, type InspectSubject } from '../inspectModel';
import type { Caveat, LayerTopology } from '../layerTopology';
import { pairsOfLine } from './alignModels';
import { adjustedPairs } from './adjustedPairs';
import type {
  AlignedLayers,
  ComparedAccuracy,
  ComparedLayer,
  ComparedPair,
  CompareFailure,
  CompareHead,
  CompareParameters,
  ComparePartial,
  CompareResult,
} from './compare';
import type { PairMeasures } from './comparedPair';
import { compareFindings } from './compareFindings';
import { modelNames, namedLines } from './lineNames';
import { pairedAccuracy } from './pairedAccuracy';
import type { PairSide } from './pairTask';
import { weightDifferences } from './weightDifference';

/** One of the models that are compared: its own inspection, and the lines that its layers stand on. */
export interface ComparedSubject {
  /** Its `layers` are those that have a counterpart. */
  readonly inspect: InspectSubject;
  /** All layers, in the network's order. */
  readonly layers: CompareHead['models'][number]['layers'];
  /** `undefined` for stored activations. */
  readonly network: Model | undefined;
}

/** What earlier runs left of a pair. Models are indices. */
export interface PairStore {
  pair(line: number, a: number, b: number): PairMeasures | undefined;
  keepPair(line: number, a: number, b: number, measures: PairMeasures): void;
}

export interface CompareSubject {
  /** Two or more, all of the same rows. */
  readonly models: readonly ComparedSubject[];
  readonly lines: readonly AlignedLayers[];
  readonly lastHidden: number | undefined;
  /** Of the sample, for the test of each pair. */
  readonly parts: number;
  readonly parameters: CompareParameters;
  readonly forecast: Forecast;
  readonly warnings: readonly Warning[];
  readonly provenance: Provenance;
  readonly store: PairStore;
  /** What is known of a pair before it is computed, and can mislead. */
  caveatsOf(line: number, a: number, b: number): readonly Caveat[];
}

/**
 * Layers of two or more networks on the same rows. Each layer's topology comes from the same store as an inspection's. Hands out the head at once and again when accuracies are known, then layers
 * and pairs as they are finished. A layer that fails does not keep the others from being compared; if nothing could be, this fails as the first did.
 */
export function compareModels(
  subject: CompareSubject,
  context: AnalysisContext<ComparePartial>,
): Promise<CompareResult> {
  return new Comparison(subject, context).run();
}

class Comparison {
  private readonly sampledRows: Uint32Array<ArrayBuffer>;
  private readonly outcomes: (CaptureOutcome | undefined)[];
  private readonly topologies = new Map<string, LayerTopology>();
  private readonly activations = new Map<string, LayerActivations>();
  private readonly pairs = new Map<string, ComparedPair>();
  private readonly started = new Set<string>();
  private readonly failures: CompareFailure[] = [];
  private readonly runs: Promise<void>[] = [];
  private readonly fractions = new Map<string, number>();
  private accuracies: readonly ComparedAccuracy[] = [];
  private readonly total: number;

  constructor(
    private readonly subject: CompareSubject,
    private readonly context: AnalysisContext<ComparePartial>,
  ) {
    const { models, lines, parameters } = subject;
    this.sampledRows = sampleRows(models[0]!.inspect.data.rows, parameters.points, parameters.seed);
    this.outcomes = models.map(({ inspect }) => inspect.store.outcome());
    this.total =
      models.reduce((sum, { inspect }) => sum + inspect.layers.length, 0) + lines.flatMap(pairsOfLine).length;
  }

  async run(): Promise<CompareResult> {
    const { models } = this.subject;
    this.context.partial({ kind: 'head', head: this.head() });
    this.takeKept();
    for (const model of models.keys()) await this.capture(model);
    await this.settled();
    const { layers, pairs } = this.inOrder();
    if (pairs.length === 0 && this.failures.length > 0) {
      const [first] = this.failures;
      throw new Fault('unsupported', first!.message, { source: models[first!.model]!.inspect.model.name });
    }
    const head = this.head();
    const adjusted = adjustedPairs(pairs);
    const failures = this.orderedFailures();
    const findings = compareFindings({ head, layers, pairs: adjusted, accuracies: this.accuracies, failures });
    this.context.partial({ kind: 'findings', findings });
    return {
      head,
      layers,
      pairs: adjusted,
      accuracies: this.accuracies,
      failures,
      findings,
      warnings: this.warnings(),
      provenance: {
        ...this.subject.provenance,
        libraries: Object.assign({}, ...this.outcomes.map(outcome => outcome?.libraries)) as Record<string, string>,
      },
    };
  }

  /** What earlier runs have computed. */
  private takeKept(): void {
    const { models, lines, store } = this.subject;
    lines.forEach((_, line) => {
      for (const model of models.keys()) {
        const name = this.nameAt(line, model);
        const kept = name === undefined ? undefined : models[model]!.inspect.store.layer(name);
        if (kept !== undefined) this.addLayer(line, model, kept.layer);
      }
    });
    lines.forEach((aligned, line) => {
      for (const [a, b] of pairsOfLine(aligned)) {
        if (!this.topologies.has(key(line, a)) || !this.topologies.has(key(line, b))) continue;
        const measures = store.pair(line, a, b);
        if (measures === undefined) continue;
        this.started.add(pairKey(line, a, b));
        this.addPair(line, a, b, measures);
      }
    });
  }

  /** Runs one network for the layers whose topology or pairs are missing, and for its answers where they are not known. */
  private async capture(model: number): Promise<void> {
    const { models, lines, parameters } = this.subject;
    const { inspect } = models[model]!;
    const kept = this.outcomes[model];
    const failedBefore = new Set(kept?.failures.map(({ name }) => name));
    const lineOf = new Map<string, number>();
    lines.forEach((aligned, line) => {
      const name = this.nameAt(line, model);
      const pairs = pairsOfLine(aligned).filter(pair => pair.includes(model));
      if (name === undefined || pairs.length === 0 || failedBefore.has(name)) return;
      const open = pairs.some(([a, b]) => !this.started.has(pairKey(line, a, b)));
      if (open || !this.topologies.has(key(line, model))) lineOf.set(name, line);
    });
    const outputs = kept?.answers === undefined;
    if (lineOf.size === 0 && !outputs) {
      this.failed(model, kept.failures);
      this.compareAnswers();
      return;
    }
    const share = 0.1 / models.length;
    const fresh = await inspect.capture({
      layers: [...lineOf.keys()],
      rows: this.sampledRows,
      reduction: parameters.reduction,
      maxPoints: parameters.points,
      outputs,
      seed: parameters.seed,
      progress: (fraction, phrase) => this.context.progress(share * (model + fraction), phrase),
      onLayer: layer => {
        const run = this.computeLayer(lineOf.get(layer.name)!, model, layer);
        // Awaited at the end; until then a rejection is nobody's surprise.
        run.catch(() => {});
        this.runs.push(run);
      },
    });
    const outcome: CaptureOutcome = {
      ...fresh,
      accuracy: fresh.accuracy ?? kept?.accuracy,
      answers: fresh.answers ?? kept?.answers,
      failures: [...(kept?.failures ?? []), ...fresh.failures],
    };
    inspect.store.keepOutcome(outcome);
    this.outcomes[model] = outcome;
    this.failed(model, outcome.failures);
    this.compareAnswers();
    this.context.partial({ kind: 'head', head: this.head() });
    this.tellFindings();
  }

  private async computeLayer(line: number, model: number, layer: LayerActivations): Promise<void> {
    const { inspect } = this.subject.models[model]!;
    const place = key(line, model);
    this.activations.set(place, layer);
    if (!this.topologies.has(place)) {
      try {
        const topology = await this.context.task(
          'layer',
          layerTaskInput(inspect, this.sampledRows, layer),
          this.progressOf(place),
        );
        inspect.store.keepLayer(topology);
        this.addLayer(line, model, topology);
      } catch (error) {
        if (!(error instanceof Fault) || error.code === 'cancelled') throw error;
        this.failed(model, [{ name: layer.name, code: error.code, message: error.message }]);
      }
      this.fractions.delete(place);
      this.report();
    }
    await this.comparePairs(line);
  }

  /** Those of a line whose two sides are both there now. */
  private async comparePairs(line: number): Promise<void> {
    const ready = pairsOfLine(this.subject.lines[line]!).filter(([a, b]) =>
      [a, b].every(model => this.activations.has(key(line, model)) && this.topologies.has(key(line, model))),
    );
    await Promise.all(
      ready.map(async ([a, b]) => {
        const name = pairKey(line, a, b);
        if (this.started.has(name)) return;
        this.started.add(name);
        const [first, second] = [this.side(line, a), this.side(line, b)];
        const measures = await this.context.task(
          'pair',
          {
            a: first,
            b: second,
            samePoints: samePoints(this.activations.get(key(line, a))!, this.activations.get(key(line, b))!),
            ratioInterval: line === this.subject.lastHidden,
            parts: this.subject.parts,
            seed: this.subject.parameters.seed,
          },
          this.progressOf(name),
        );
        this.fractions.delete(name);
        this.subject.store.keepPair(line, a, b, measures);
        this.addPair(line, a, b, measures);
        this.tellFindings();
        this.report();
      }),
    );
    const left = pairsOfLine(this.subject.lines[line]!).some(([a, b]) => !this.pairs.has(pairKey(line, a, b)));
    if (!left) for (const model of this.subject.models.keys()) this.activations.delete(key(line, model));
  }

  private side(line: number, model: number): PairSide {
    const { name, count, width, values } = this.activations.get(key(line, model))!;
    const { diagram, medianDistance } = this.topologies.get(key(line, model))!;
    return { name, count, width, values, diagram, medianDistance };
  }

  /** Waits for all that was started, and for what that starts in turn. */
  private async settled(): Promise<void> {
    await Promise.all(this.runs);
  }

  private addLayer(line: number, model: number, topology: LayerTopology): void {
    this.topologies.set(key(line, model), topology);
    this.context.partial({ kind: 'layer', layer: comparedLayer(line, model, topology) });
  }

  private addPair(line: number, a: number, b: number, measures: PairMeasures): void {
    const pair: ComparedPair = {
      line,
      a,
      b,
      ...measures,
      weights: this.weightsOf(line, a, b),
      caveats: [...this.subject.caveatsOf(line, a, b), ...measures.caveats],
    };
    this.pairs.set(pairKey(line, a, b), pair);
    this.context.partial({ kind: 'pair', pair });
  }

  private weightsOf(line: number, a: number, b: number): ComparedPair['weights'] {
    const [first, second] = [a, b].map(model => this.subject.models[model]!.network);
    if (first === undefined || second === undefined) return [];
    const [ownA, ownB] = [this.weightsUpTo(line, a), this.weightsUpTo(line, b)];
    // Formats flatten channels and positions in another order: rows of such a matrix do not meet.
    const reordered = flattened(first, ownA) !== flattened(second, ownB);
    const comparable = (weights: readonly WeightInfo[]) =>
      reordered ? weights.filter(({ shape }) => shape.length !== 2) : weights;
    return weightDifferences(
      { model: first, weights: comparable(ownA) },
      { model: second, weights: comparable(ownB) },
      this.context.cancellation,
    );
  }

  /** Trained tensors of a layer, and of those before it that have no counterpart: one format's layer may be two of another. */
  private weightsUpTo(line: number, model: number): readonly WeightInfo[] {
    const { lines, models } = this.subject;
    const last = lines[line]!.layers[model]!;
    let first = last;
    const paired = new Set(
      lines.flatMap(aligned =>
        pairsOfLine(aligned).some(pair => pair.includes(model)) ? [aligned.layers[model]] : [],
      ),
    );
    while (first > 0 && !paired.has(first - 1)) first--;
    return models[model]!.network!.layers.slice(first, last + 1).flatMap(({ weights }) =>
      weights.filter(({ trained }) => trained),
    );
  }

  private failed(model: number, failures: readonly { name: string; code: string; message: string }[]): void {
    for (const failure of failures) {
      if (this.failures.some(other => other.model === model && other.name === failure.name)) continue;
      const told = { model, ...failure };
      this.failures.push(told);
      this.context.partial({ kind: 'failure', failure: told });
    }
  }

  private compareAnswers(): void {
    const right = this.outcomes.map(outcome => outcome?.answers?.correct);
    this.accuracies = right.flatMap((first, a) =>
      right.flatMap((second, b) =>
        a < b && first !== undefined && second !== undefined ? [{ a, b, ...pairedAccuracy(first, second) }] : [],
      ),
    );
    this.context.partial({ kind: 'accuracies', accuracies: this.accuracies });
  }

  private tellFindings(): void {
    const { layers, pairs } = this.inOrder();
    const findings = compareFindings({
      head: this.head(),
      layers,
      pairs: adjustedPairs(pairs),
      accuracies: this.accuracies,
      failures: this.failures,
    });
    this.context.partial({ kind: 'findings', findings });
  }

  private inOrder(): { readonly layers: readonly ComparedLayer[]; readonly pairs: readonly ComparedPair[] } {
    const { lines, models } = this.subject;
    return {
      layers: lines.flatMap((_, line) =>
        models.flatMap((__, model) => {
          const topology = this.topologies.get(key(line, model));
          return topology === undefined ? [] : [comparedLayer(line, model, topology)];
        }),
      ),
      pairs: lines.flatMap((aligned, line) =>
        pairsOfLine(aligned).flatMap(([a, b]) => this.pairs.get(pairKey(line, a, b)) ?? []),
      ),
    };
  }

  /** In the order of models and layers, whichever was noticed first. */
  private orderedFailures(): readonly CompareFailure[] {
    const place = ({ model, name }: CompareFailure) =>
      this.subject.models[model]!.layers.findIndex(layer => layer.name === name);
    return [...this.failures].sort((x, y) => x.model - y.model || place(x) - place(y));
  }

  private head(): CompareHead {
    const { models, lines, lastHidden, parameters, forecast } = this.subject;
    const [{ inspect }] = models as [ComparedSubject];
    const { labels, data } = inspect;
    const treatments = [data.treatment, ...this.outcomes.map(outcome => outcome?.treatment ?? '')];
    return {
      models: models.map(({ inspect: { model }, layers }, i) => ({
        ...model,
        accuracy: this.outcomes[i]?.accuracy,
        layers,
      })),
      data: { ...data, treatment: [...new Set(treatments)].filter(part => part !== '').join('; ') },
      sampledRows: this.sampledRows,
      labels: labels && {
        name: labels.name,
        classes: labels.classes,
        values: Int32Array.from(this.sampledRows, row => labels.values[row]!),
      },
      names: modelNames(models.map(one => one.inspect.model)),
      lines: namedLines(lines, models),
      lastHidden,
      parameters,
      forecast,
    };
  }

  private warnings(): readonly Warning[] {
    const all = [...this.subject.warnings, ...this.outcomes.flatMap(outcome => outcome?.warnings ?? [])];
    return all.filter((warning, i) => all.findIndex(other => other.message === warning.message) === i);
  }

  private nameAt(line: number, model: number): string | undefined {
    const layer = this.subject.lines[line]!.layers[model];
    return layer === null || layer === undefined ? undefined : this.subject.models[model]!.layers[layer]?.name;
  }

  private progressOf(name: string) {
    return (fraction: number, phrase: string) => {
      this.fractions.set(name, fraction);
      this.report(phrase);
    };
  }

  private report(
    phrase = `${this.pairs.size} of ${this.subject.lines.flatMap(pairsOfLine).length} layers compared`,
  ): void {
    let done = this.topologies.size + this.pairs.size + this.failures.length;
    for (const fraction of this.fractions.values()) done += fraction;
    this.context.progress(0.1 + 0.9 * Math.min(1, done / Math.max(1, this.total)), phrase);
  }
}

function key(line: number, model: number): string {
  return `${line} ${model}`;
}

function pairKey(line: number, a: number, b: number): string {
  return `${line} ${a} ${b}`;
}

/** Points of one row each are of the same rows; positions are drawn by the layer's name and shape. */
function samePoints(a: LayerActivations, b: LayerActivations): boolean {
  if (a.count !== b.count) return false;
  if (a.reduction !== 'positions' && b.reduction !== 'positions') return true;
  return (
    a.reduction === b.reduction &&
    a.name === b.name &&
    a.shape.length === b.shape.length &&
    a.shape.every((size, k) => size === b.shape[k])
  );
}

/** Where the layer of these weights reads what was flattened: the axis of the channels before that, which the formats' orders hang on. */
function flattened(model: Model, weights: readonly WeightInfo[]): number | undefined {
  const own = model.layers.find(layer => layer.weights.some(weight => weights.includes(weight) && weight.shape.length === 2)); // prettier-ignore
  if (own === undefined) return undefined;
  const byName = new Map(model.layers.map(layer => [layer.name, layer]));
  let before = byName.get(own.inputs[0] ?? '');
  for (let step = 0; before !== undefined && step < model.layers.length; step++) {
    if ((before.outputShape?.length ?? 0) > 2) {
      const axis = before.channelAxis;
      return axis === undefined ? undefined : axis === 1 ? 1 : -1;
    }
    if (before.weights.some(({ trained }) => trained)) return undefined;
    before = byName.get(before.inputs[0] ?? '');
  }
  return undefined;
}

function comparedLayer(line: number, model: number, topology: LayerTopology): ComparedLayer {
  const { name, op, shape, reduction, points, width, diagram, medianDistance, totalPersistence, significant, caveats } =
    topology;
  return {
    model,
    line,
    name,
    op,
    shape,
    reduction,
    points,
    width,
    diagram,
    medianDistance,
    totalPersistence,
    dense0: topology.dense0.count,
    significant,
    caveats,
  };
}
