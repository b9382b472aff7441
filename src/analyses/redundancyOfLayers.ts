import { Fault, isCancelled, type Warning } from '../base/fault';
import { formatCount, formatPercent } from '../base/numbers';
import { Random } from '../base/random';
import type { PersistenceDiagram } from '../topology/diagram';
import type { LayerActivations } from '../probes/layerCollector';
import type { AnalysisContext, Provenance } from './analysis';
import type { Estimate, LayerFailure } from './inspect';
import type { CaptureOutcome, CaptureRequest } from './inspectModel';
import { COMPARED_DIMENSION, type ComparedLayer, type SharedDiagram } from './layerDiagramsTask';
import type { LayerPairsOutput } from './layerPairsTask';
import { fewPoints } from './limits';
import type {
  Ablation,
  Candidate,
  LayerDistances,
  RedundancyHead,
  RedundancyPartial,
  RedundancyResult,
  RemovalCandidate,
} from './redundancy';
import { pointsOf, redundancyFindings } from './redundancyFindings';
import { removalCandidates, type NetworkLayer } from './removalCandidates';

/** What is looked at: facts that are known, and how to get the rest. */
export interface RedundancySubject {
  readonly head: RedundancyHead;
  /** Whether the first layer stands for the network's input: what reads that could be taken out, too. */
  readonly hasInput: boolean;
  /** All layers of the network, for what could be taken out. */
  readonly network: readonly NetworkLayer[];
  readonly warnings: readonly Warning[];
  /** Without the libraries, which the capture tells. */
  readonly provenance: Provenance;
  /** What the persistence of one layer may take. */
  readonly layerLimitBytes: number;
  /** Runs the network: each layer goes to `onLayer`, the rest is the answer. */
  capture(request: CaptureRequest): Promise<CaptureOutcome>;
  /** Of an earlier inspection of the same layer on the same points. */
  known(layer: string): { readonly diagram: PersistenceDiagram; readonly medianDistance: number } | undefined;
  readonly ablation: AblationRunner;
}

/** Changes the network, runs the changed one, and says what became of its answers. */
export interface AblationRunner {
  /** Why nothing can be measured; undefined where it can. */
  readonly refusal: string | undefined;
  /** Of each by itself, in order; rejects with `unsupported`, saying why, where the format or the shapes do not allow the change. */
  measure(candidates: readonly RemovalCandidate[]): readonly Promise<Ablation>[];
}

/** Points that representation topology divergence is computed on: it takes four times as many in its complexes, a pair of layers at a time. */
export const DIVERGENCE_POINTS = 100;
/** Pairs of layers in a task: enough that messages do not cost, few enough that the cores end together. */
const PAIRS_A_TASK = 6;
const MOST_TASKS = 600;

/** Points of each half of a sample. */
export function subsamplePoints(points: number): number {
  return Math.ceil(points / 2);
}

/**
 * How alike the layers of a network are on the same rows, and which of them can go. Distances rank the candidates; each of the nearest is then taken out, the changed
 * network is run, and only what that costs decides. Hands out the head, the distances and the candidates as they are measured.
 */
export async function redundancyOfLayers(
  subject: RedundancySubject,
  context: AnalysisContext<RedundancyPartial>,
): Promise<RedundancyResult> {
  const { head } = subject;
  context.partial({ kind: 'head', head });
  const { layers, failures, outcome } = await compareLayers(subject, context);
  if (layers.length === 0) throw nothingComputed(subject, failures);
  const distances = await distancesOf(layers, head, context);
  context.partial({ kind: 'distances', distances });
  const candidates = await measureCandidates(subject, distances, context);
  return {
    head,
    distances,
    candidates,
    accuracy: outcome.accuracy,
    failures,
    findings: redundancyFindings(head, distances, candidates, outcome.accuracy),
    warnings: [...subject.warnings, ...outcome.warnings, ...fewPoints(head.sampledRows.length), ...noAblation(subject)],
    provenance: { ...subject.provenance, libraries: outcome.libraries },
  };
}

function noAblation({ ablation }: RedundancySubject): readonly Warning[] {
  return ablation.refusal === undefined ? [] : [{ code: 'not-measured', message: ablation.refusal }];
}

interface Compared {
  readonly layers: readonly ComparedLayer[];
  readonly failures: readonly LayerFailure[];
  readonly outcome: CaptureOutcome;
}

async function compareLayers(
  subject: RedundancySubject,
  context: AnalysisContext<RedundancyPartial>,
): Promise<Compared> {
  const { head } = subject;
  const { parameters, sampledRows } = head;
  const count = sampledRows.length;
  const draw = (stream: string, size: number) => new Random(parameters.seed, stream).sample(count, size);
  const subsamples = Array.from({ length: parameters.subsamples }, (_, k) => draw(`half ${k}`, head.subsamplePoints));
  const divergencePoints = draw('divergence', head.divergencePoints);
  const compared = new Map<string, ComparedLayer>();
  const failures: LayerFailure[] = [];
  const runs: Promise<void>[] = [];
  const report = (phrase: string) =>
    context.progress(0.1 + (0.3 * (compared.size + failures.length)) / Math.max(1, head.layers.length), phrase);
  const compute = async (layer: LayerActivations): Promise<void> => {
    const { name, width, values } = layer;
    const known = subject.known(name);
    try {
      const done = await context.task('layerDiagrams', {
        name,
        count: layer.count,
        width,
        values,
        subsamples,
        divergencePoints,
        ...(known === undefined ? {} : { known }),
        memoryLimitBytes: subject.layerLimitBytes,
      });
      compared.set(name, done);
    } catch (error) {
      if (!(error instanceof Fault) || isCancelled(error)) throw error;
      failures.push({ name, code: error.code, message: error.message });
    }
    report(`diagrams of ${compared.size} of ${head.layers.length} layers`);
  };
  const outcome = await subject.capture({
    layers: head.layers.slice(subject.hasInput ? 1 : 0).map(layer => layer.name),
    input: subject.hasInput,
    rows: sampledRows,
    reduction: parameters.reduction,
    maxPoints: parameters.points,
    outputs: head.labels !== undefined,
    seed: parameters.seed,
    progress: (fraction, phrase) => context.progress(0.1 * fraction, phrase),
    onLayer: layer => {
      const run = compute(layer);
      // Awaited below; until then a rejection is nobody's surprise.
      run.catch(() => {});
      runs.push(run);
    },
  });
  await Promise.all(runs);
  const order = new Map(head.layers.map((layer, i) => [layer.name, i]));
  failures.push(...outcome.failures);
  failures.sort((a, b) => order.get(a.name)! - order.get(b.name)!);
  return { layers: head.layers.flatMap(({ name }) => compared.get(name) ?? []), failures, outcome };
}

function nothingComputed({ head }: RedundancySubject, [first]: readonly LayerFailure[]): Fault {
  return first === undefined
    ? new Fault('unsupported', 'The network has no layers to compare.', { source: head.model.name })
    : Fault.fromData({ code: first.code as Fault['code'], message: first.message, source: head.model.name });
}

async function distancesOf(
  layers: readonly ComparedLayer[],
  head: RedundancyHead,
  context: AnalysisContext<RedundancyPartial>,
): Promise<LayerDistances> {
  const size = layers.length;
  const pairs: number[] = [];
  for (let i = 0; i < size; i++) for (let j = i + 1; j < size; j++) pairs.push(i, j);
  const total = pairs.length / 2;
  const step = Math.max(PAIRS_A_TASK, Math.ceil(total / MOST_TASKS));
  let done = 0;
  const parts: { readonly pairs: Uint32Array; readonly output: Promise<LayerPairsOutput> }[] = [];
  for (let from = 0; from < total; from += step) {
    const part = Uint32Array.from(pairs.slice(2 * from, 2 * Math.min(total, from + step)));
    const output = context.task('layerPairs', { layers, pairs: part }).then(found => {
      done += part.length / 2;
      context.progress(0.4 + (0.4 * done) / total, `${formatCount(done)} of ${formatCount(total)} pairs of layers`);
      return found;
    });
    output.catch(() => {});
    parts.push({ pairs: part, output });
  }
  const matrix = (diagonal = 0) => {
    const values = new Float64Array(size * size);
    for (let i = 0; i < size; i++) values[i * size + i] = diagonal;
    return values;
  };
  const byDimension = <T>(make: () => T) => Array.from({ length: COMPARED_DIMENSION + 1 }, make);
  const [bottleneck, low, high] = [byDimension(matrix), byDimension(matrix), byDimension(matrix)];
  const [cka, rtd] = [matrix(1), matrix()];
  layers.forEach((layer, i) => {
    if (layer.gram === undefined) cka[i * size + i] = NaN;
  });
  const { subsamples } = head.parameters;
  for (const { pairs: part, output } of parts) {
    const found = await output;
    for (let k = 0; k < part.length / 2; k++) {
      const [i, j] = [part[2 * k]!, part[2 * k + 1]!];
      const set = (values: Float64Array, value: number) => {
        values[i * size + j] = value;
        values[j * size + i] = value;
      };
      set(cka, found.cka[k]!);
      set(rtd, found.rtd[k]!);
      found.bottleneck.forEach((values, dimension) => {
        const value = values[k]!;
        const ends = halvesInterval(value, found.halves[dimension]!.subarray(k * subsamples, (k + 1) * subsamples));
        set(bottleneck[dimension]!, value);
        set(low[dimension]!, ends[0]);
        set(high[dimension]!, ends[1]);
      });
    }
  }
  return {
    layers: layers.map(layer => layer.name),
    medianDistance: layers.map(layer => layer.medianDistance),
    bottleneck,
    low,
    high,
    cka,
    rtd,
    diagrams: layers.map(layer => diagramOf(layer.diagrams[0]!)),
  };
}

/**
 * The range of a distance over halves of the sample, moved so that their mean comes to lie on the distance of the whole. Halves drawn without replacement spread as the whole
 * does (the delete-half jackknife, Shao and Wu 1989), but their smaller diagrams are farther apart in the mean, which says nothing of the layers.
 */
export function halvesInterval(value: number, halves: ArrayLike<number>): readonly [low: number, high: number] {
  if (halves.length === 0) return [value, value];
  const numbers = Array.from(halves);
  const mean = numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
  return [
    Math.max(0, value + Math.min(0, Math.min(...numbers) - mean)),
    value + Math.max(0, Math.max(...numbers) - mean),
  ];
}

/** Out of shared memory, as results are kept and sent. */
function diagramOf({ birth, death, loopsFrom }: SharedDiagram): PersistenceDiagram {
  const dimension = new Uint8Array(birth.length).fill(1, loopsFrom);
  return { dimension, birth: Float64Array.from(birth), death: Float64Array.from(death) };
}

async function measureCandidates(
  subject: RedundancySubject,
  distances: LayerDistances,
  context: AnalysisContext<RedundancyPartial>,
): Promise<readonly Candidate[]> {
  const { parameters } = subject.head;
  const { ablation } = subject;
  const at = new Map(distances.layers.map((name, i) => [name, i]));
  const size = distances.layers.length;
  const between = (a: string, b: string): number | undefined => {
    const [i, j] = [at.get(a), at.get(b)];
    if (i === undefined || j === undefined) return undefined;
    return Math.max(...distances.bottleneck.map(values => values[i * size + j]!));
  };
  const ranked = removalCandidates(subject.network)
    .flatMap(one => {
      const distance = between(one.entry, one.exit);
      return distance === undefined ? [] : [{ ...one, distance }];
    })
    // Of equal distances the larger part first.
    .sort((a, b) => a.distance - b.distance || b.parameters - a.parameters);
  const nearest = ablation.refusal === undefined ? ranked.slice(0, parameters.measured) : [];
  const ablations = ablation.measure(nearest);
  // Awaited below; until then a rejection is nobody's surprise.
  for (const one of ablations) one.catch(() => {});
  const found: Candidate[] = [];
  for (const [rank, one] of ranked.entries()) {
    context.cancellation.throwIfCancelled();
    context.progress(0.8 + (0.2 * rank) / ranked.length, `the network without ${one.name}`);
    found.push(await measured(one, rank));
    context.partial({ kind: 'candidates', candidates: [...found] });
  }
  return found;

  async function measured(one: RemovalCandidate & { readonly distance: number }, rank: number): Promise<Candidate> {
    const without = (reason: string): Candidate => ({ ...one, removable: false, ablation: undefined, reason });
    if (ablation.refusal !== undefined) return without(ablation.refusal);
    const running = ablations[rank];
    if (running === undefined)
      return without(`Not measured: only the ${formatCount(parameters.measured)} nearest are.`);
    try {
      const result = await running;
      return { ...one, ablation: result, ...verdict(result, parameters.tolerance) };
    } catch (error) {
      if (!(error instanceof Fault) || isCancelled(error)) throw error;
      return without(error.message);
    }
  }
}

/** Whether a removal is suggested, and the sentence that says why. */
function verdict(ablation: Ablation, tolerance: number): Pick<Candidate, 'removable' | 'reason'> {
  const { accuracy, agreement, rows, replacement } = ablation;
  const limit = `${pointsOf(tolerance)} points allowed`;
  const how =
    replacement === 'bypass'
      ? `Bypassed, on ${formatCount(rows)} rows`
      : `With a linear map fitted on ${formatCount(ablation.fittedRows)} other rows, on ${formatCount(rows)} rows`;
  const smaller = ablation.parametersAfter < ablation.parametersBefore;
  if (accuracy === undefined) {
    const lost = 1 - agreement.value;
    const removable = smaller && withinTolerance(lost, tolerance);
    const sentence = `${how} ${formatPercent(lost)} of the network’s own answers change (no labels were given)`;
    return { removable, reason: `${sentence}: ${removable ? 'within' : 'more than'} the ${limit}.` };
  }
  const cost = -accuracy.change.value;
  const within = withinTolerance(cost, tolerance);
  const sentence = `${how} accuracy goes from ${percent(accuracy.before)} to ${percent(accuracy.after)}`;
  if (within && !smaller) return { removable: false, reason: `${sentence}, but nothing becomes smaller.` };
  return { removable: within, reason: `${sentence}: ${within ? 'within' : 'more than'} the ${limit}.` };
}

/** Rounding of a share must not decide. */
function withinTolerance(cost: number, tolerance: number): boolean {
  return cost <= tolerance + 1e-9;
}

function percent({ value }: Estimate): string {
  return formatPercent(value);
}
