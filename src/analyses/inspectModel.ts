import { Fault, type Warning } from '../base/fault';
import { Random } from '../base/random';
import type { Labels } from '../data/dataSet';
import type { Shape } from '../models/model';
import type { CaptureOptions } from '../probes/capture';
import type { LayerActivations } from '../probes/layerCollector';
import type { AnalysisContext, Provenance } from './analysis';
import { findingsOf } from './findings';
import type {
  Estimate,
  Forecast,
  InspectHead,
  InspectParameters,
  InspectPartial,
  InspectResult,
  LayerFailure,
} from './inspect';
import type { LayerTaskInput } from './layerTask';
import type { LayerTopology } from './layerTopology';

/** What is inspected: facts that are known, and how to get the rest. */
export interface InspectSubject {
  readonly model: InspectHead['model'];
  readonly data: InspectHead['data'];
  readonly randomInput: boolean;
  /** What was assumed of a program that is not in the file: said beside every number. */
  readonly assumption?: string | undefined;
  /** Aligned with the rows of the data. */
  readonly labels: Labels | undefined;
  /** Those that are computed, in the network's order. */
  readonly layers: readonly { readonly name: string; readonly op: string; readonly shape: Shape | undefined }[];
  readonly parameters: InspectParameters;
  /** What the persistence of one layer may take: as many as there are threads are computed at a time. */
  readonly layerLimitBytes: number;
  readonly forecast: Forecast;
  readonly warnings: readonly Warning[];
  /** Without the libraries, which the capture tells. */
  readonly provenance: Provenance;
  /** Runs the network: each layer goes to `onLayer`, the rest is the answer. */
  capture(request: CaptureRequest): Promise<CaptureOutcome>;
  readonly store: LayerStore;
}

export type CaptureRequest = Required<
  Pick<CaptureOptions, 'layers' | 'rows' | 'reduction' | 'maxPoints' | 'outputs' | 'seed' | 'onLayer' | 'progress'>
> &
  Pick<CaptureOptions, 'input'>;

/** A layer that an earlier run computed, and when, in milliseconds since 1970. */
export interface KeptLayer {
  readonly layer: LayerTopology;
  readonly since: number;
}

/** What an earlier run of the same inspection has left. */
export interface LayerStore {
  layer(name: string): KeptLayer | undefined;
  keepLayer(layer: LayerTopology): void;
  outcome(): CaptureOutcome | undefined;
  keepOutcome(outcome: CaptureOutcome): void;
}

/** What a network answered for every row of the data. */
export interface CapturedAnswers {
  /** Number of the output that it chose, or its label; −1 where the scores are not numbers. */
  readonly predicted: Int32Array;
  /** 1 where that is the row's label; `undefined` without labels. */
  readonly correct: Uint8Array | undefined;
}

/** What a capture tells beside the activations. */
export interface CaptureOutcome {
  readonly accuracy: Estimate | undefined;
  /** Where outputs were asked for, and there are any. */
  readonly answers: CapturedAnswers | undefined;
  readonly treatment: string;
  readonly warnings: readonly Warning[];
  readonly failures: readonly LayerFailure[];
  readonly libraries: Readonly<Record<string, string>>;
}

/** The rows that are looked at: drawn with the seed, without replacement; all when there are no more than `points`. */
export function sampleRows(rows: number, points: number, seed: number): Uint32Array<ArrayBuffer> {
  return new Random(seed, 'rows').sample(rows, points);
}

/**
 * The topology of a network's layers. Hands out the head at once and again when the accuracy is known, each layer as it is finished,
 * and after each what is found so far. A layer that fails does not keep the others from being computed; if all fail, so does this.
 */
export async function inspectModel(
  subject: InspectSubject,
  context: AnalysisContext<InspectPartial>,
): Promise<InspectResult> {
  const { parameters, store } = subject;
  const kept = store.outcome();
  let head = headOf(subject, kept);
  context.partial({ kind: 'head', head });

  const topologies = new Map<string, LayerTopology>();
  const failures: LayerFailure[] = [];
  const finished = (layer: LayerTopology, keptSince?: number) => {
    topologies.set(layer.name, layer);
    context.partial({ kind: 'layer', layer, ...(keptSince === undefined ? {} : { keptSince }) });
    context.partial({ kind: 'findings', findings: findingsOf(head, inOrder(subject, topologies), failures) });
  };
  const failed = (failure: LayerFailure) => {
    failures.push(failure);
    context.partial({ kind: 'failure', failure });
  };
  for (const { name } of subject.layers) {
    const earlier = store.layer(name);
    if (earlier !== undefined) finished(earlier.layer, earlier.since);
  }

  let outcome = kept;
  const wanted = subject.layers.map(layer => layer.name).filter(name => !topologies.has(name));
  if (outcome === undefined || wanted.some(name => !outcome!.failures.some(failure => failure.name === name))) {
    const fractions = new Map<string, number>();
    const report = (phrase: string) => {
      let sum = topologies.size + failures.length;
      for (const fraction of fractions.values()) sum += fraction;
      context.progress(0.1 + (0.9 * sum) / Math.max(1, subject.layers.length), phrase);
    };
    const runs: Promise<void>[] = [];
    const compute = async (layer: LayerActivations): Promise<void> => {
      try {
        const topology = await context.task(
          'layer',
          layerTaskInput(subject, head.sampledRows, layer),
          (fraction, phrase) => {
            fractions.set(layer.name, fraction);
            report(phrase);
          },
        );
        fractions.delete(layer.name);
        store.keepLayer(topology);
        finished(topology);
      } catch (error) {
        fractions.delete(layer.name);
        if (!(error instanceof Fault) || error.code === 'cancelled') throw error;
        failed({ name: layer.name, code: error.code, message: error.message });
      }
      report(`${topologies.size + failures.length} of ${subject.layers.length} layers`);
    };
    outcome = await subject.capture({
      layers: wanted,
      rows: head.sampledRows,
      reduction: parameters.reduction,
      maxPoints: parameters.points,
      outputs: subject.labels !== undefined,
      seed: parameters.seed,
      progress: (fraction, phrase) => context.progress(0.1 * fraction, phrase),
      onLayer: layer => {
        const run = compute(layer);
        // Awaited below; until then a rejection is nobody's surprise.
        run.catch(() => {});
        runs.push(run);
      },
    });
    store.keepOutcome(outcome);
    head = headOf(subject, outcome);
    context.partial({ kind: 'head', head });
    for (const failure of outcome.failures) failed(failure);
    await Promise.all(runs);
  } else {
    for (const failure of outcome.failures) failed(failure);
  }

  const layers = inOrder(subject, topologies);
  const order = new Map(subject.layers.map((layer, i) => [layer.name, i]));
  failures.sort((a, b) => (order.get(a.name) ?? 0) - (order.get(b.name) ?? 0));
  if (layers.length === 0 && failures.length > 0) {
    const [first] = failures;
    throw Fault.fromData({ code: faultCode(first!.code), message: first!.message, source: subject.model.name });
  }
  const findings = findingsOf(head, layers, failures);
  context.partial({ kind: 'findings', findings });
  return {
    head,
    layers,
    failures,
    findings,
    warnings: [...subject.warnings, ...outcome.warnings],
    provenance: { ...subject.provenance, libraries: outcome.libraries },
  };
}

function headOf(subject: InspectSubject, outcome: CaptureOutcome | undefined): InspectHead {
  const { model, data, layers, parameters, forecast, labels } = subject;
  const sampledRows = sampleRows(data.rows, parameters.points, parameters.seed);
  // What was done to the values, and what was done to the axes: said once where both are nothing.
  const treatment = [...new Set([data.treatment, outcome?.treatment ?? ''])].filter(part => part !== '').join('; ');
  return {
    model,
    data: { ...data, treatment },
    sampledRows,
    labels: labels && {
      name: labels.name,
      classes: labels.classes,
      values: Int32Array.from(sampledRows, row => labels.values[row]!),
    },
    accuracy: outcome?.accuracy,
    layers,
    parameters,
    forecast,
  };
}

/** What is computed of a layer that was captured. */
export function layerTaskInput(
  subject: InspectSubject,
  sampledRows: Uint32Array,
  layer: LayerActivations,
): LayerTaskInput {
  const { parameters, randomInput, assumption, data } = subject;
  return {
    ...layer,
    ...(layer.reduction === 'positions' ? { sampleOfPoint: samplesOf(layer.rowOfPoint, sampledRows) } : {}),
    rows: data.rows,
    randomInput,
    ...(assumption === undefined ? {} : { assumption }),
    maxDimension: parameters.maxDimension,
    seed: parameters.seed,
    memoryLimitBytes: subject.layerLimitBytes,
  };
}

/** Where each point's row stands in the sample: several points of one row share it. */
function samplesOf(rowOfPoint: Uint32Array, sampledRows: Uint32Array): Uint32Array {
  const place = new Map(Array.from(sampledRows, (row, i) => [row, i]));
  return rowOfPoint.map(row => place.get(row)!);
}

function inOrder(subject: InspectSubject, topologies: ReadonlyMap<string, LayerTopology>): readonly LayerTopology[] {
  return subject.layers.flatMap(({ name }) => topologies.get(name) ?? []);
}

function faultCode(code: string): Fault['code'] {
  return code === 'not-finite' || code === 'too-large' || code === 'shape-mismatch' ? code : 'unsupported';
}
