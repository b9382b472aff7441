import { chooseLayers } from '../../analyses/chooseLayers';
import { defaultInspectParameters } from '../../analyses/inspect';
import { sampleRows } from '../../analyses/inspectModel';
import { refuseForecast } from '../../analyses/limits';
import {
  defaultRedundancyParameters,
  type RedundancyHead,
  type RedundancyPartial,
  type RedundancyParameters,
  type RedundancyResult,
} from '../../analyses/redundancy';
import {
  DIVERGENCE_POINTS,
  redundancyOfLayers,
  subsamplePoints,
  type AblationRunner,
  type RedundancySubject,
} from '../../analyses/redundancyOfLayers';
import { removalCandidates, type NetworkLayer } from '../../analyses/removalCandidates';
import { DisposableStore } from '../../base/lifecycle';
import { inputLayer } from '../../models/inputLayer';
import type { Model } from '../../models/model';
import { Ablations } from '../ablations';
import { blaming } from '../blaming';
import { forecastRedundancy } from '../forecastRedundancy';
import { openInspectSource, type InspectSource } from '../inspectSource';
import { layerStore } from '../layerStore';
import { memoryLimit } from '../memoryLimit';
import type { OperationContext } from '../operationContext';
import type { CacheKey } from '../layerCache';
import type { RedundancyForecast, RedundancyInput } from '../redundancyTypes';
import { SharedAblations } from '../sharedAblations';
import { VERSION } from '../version';

export async function redundancy(
  input: RedundancyInput,
  context: OperationContext<RedundancyPartial>,
): Promise<RedundancyResult> {
  const store = new DisposableStore();
  try {
    context.progress(0, 'reading the model and the data');
    const subject = redundancySubject(input, context, store);
    const kept = context.cache?.get(subject.key, isResult);
    if (kept !== undefined) {
      // Files may go by other names than when it was computed.
      const result = {
        ...kept,
        head: subject.head,
        warnings: kept.warnings,
        provenance: { ...subject.provenance, libraries: kept.provenance.libraries ?? {} },
      };
      context.partial({ kind: 'head', head: result.head });
      return result;
    }
    const result = await redundancyOfLayers(subject, context);
    context.cache?.put(subject.key, result);
    return result;
  } finally {
    store.dispose();
  }
}

/** Raised when numbers or sentences would come out otherwise. */
const RESULT_VERSION = 2;

/** Entries are ours and have a checksum: this tells a result from something else. */
function isResult(value: unknown): value is RedundancyResult {
  return (
    typeof value === 'object' && value !== null && 'distances' in value && 'candidates' in value && 'findings' in value
  );
}

/** Time and memory, before anything is run. */
export function redundancyForecast(input: RedundancyInput, context: OperationContext<never>): RedundancyForecast {
  const store = new DisposableStore();
  try {
    const { head } = redundancySubject(input, context, store);
    return { ...head.forecast, layers: head.layers.length, points: head.sampledRows.length };
  } finally {
    store.dispose();
  }
}

/** The model and its rows, as an inspection with the same parameters would open them. */
export function openRedundancySource(input: RedundancyInput, context: OperationContext<never>, store: DisposableStore) {
  const parameters: RedundancyParameters = { ...defaultRedundancyParameters, ...input.parameters };
  const { layers, points, reduction, seed } = parameters;
  const inspected = { ...defaultInspectParameters, layers, points, reduction, seed };
  const source = openInspectSource({ ...input, parameters: inspected }, inspected, context, store);
  return { source, parameters, inspected };
}

/** Opens what is compared. Throws `too-large` where the forecast is above the limit, before any layer is computed. */
function redundancySubject(
  input: RedundancyInput,
  context: OperationContext<never>,
  store: DisposableStore,
): RedundancySubject & { readonly key: CacheKey } {
  const { source, parameters, inspected } = openRedundancySource(input, context, store);
  const { layers: asked, points, reduction, seed } = parameters;
  const network = source.network === undefined ? [] : networkLayers(source.network.opened.model);
  const first = asked === undefined ? readInput(source, network) : undefined;
  const chosen = chooseLayers(source.layers, asked);
  const layers = first === undefined ? chosen : [first, ...chosen];
  const size = {
    layers,
    rows: source.data.rows,
    parameters,
    threads: context.threads,
    modelParameters: source.model.parameters,
    ablations: Math.min(parameters.measured, removalCandidates(network).length),
  };
  const limit = input.memoryLimitBytes ?? memoryLimit();
  blaming('--points', () =>
    refuseForecast(
      Math.min(points, source.data.rows),
      1,
      limit,
      count => forecastRedundancy({ ...size, parameters: { ...parameters, points: count } }).bytes,
    ),
  );
  const sampledRows = sampleRows(source.data.rows, points, seed);
  const head: RedundancyHead = {
    model: source.model,
    data: source.data,
    labels: source.labels?.name,
    sampledRows,
    subsamplePoints: subsamplePoints(sampledRows.length),
    divergencePoints: Math.min(DIVERGENCE_POINTS, sampledRows.length),
    layers,
    parameters,
    forecast: forecastRedundancy(size),
  };
  const kept = layerStore(context.cache, source.identity, inspected);
  return {
    key: {
      what: 'redundancy',
      version: [VERSION, RESULT_VERSION],
      ...source.identity,
      parameters: { ...parameters, layers: asked ?? 'all', reduction: reduction ?? 'default' },
    },
    head,
    hasInput: first !== undefined,
    network,
    warnings: source.warnings,
    provenance: {
      version: VERSION,
      ...source.files,
      parameters: {
        layers: asked ?? null,
        points,
        reduction: reduction ?? null,
        subsamples: parameters.subsamples,
        tolerance: parameters.tolerance,
        measured: parameters.measured,
        ...source.assumption?.answer,
      },
      seed,
    },
    layerLimitBytes: limit / Math.max(1, Math.min(context.threads, layers.length)),
    capture: source.capture,
    known: name => kept.layer(name)?.layer,
    ablation: ablationOf(input, source, parameters, context),
  };
}

/** The network's input, where something that could be taken out reads it. */
function readInput({ network }: InspectSource, layers: readonly NetworkLayer[]) {
  const input = network && inputLayer(network.opened.model);
  if (input === undefined || !removalCandidates(layers).some(one => one.entry === input.name)) return undefined;
  return { name: input.name, op: input.op, shape: input.outputShape };
}

function ablationOf(
  input: RedundancyInput,
  source: InspectSource,
  parameters: RedundancyParameters,
  context: OperationContext<never>,
): AblationRunner {
  if (source.network !== undefined) {
    const ablations = new Ablations(source.network, source.labels, parameters, context);
    return context.operation === undefined
      ? ablations
      : new SharedAblations(ablations, input, context.operation, context.threads);
  }
  const refusal = 'Saved activations have no network: which layers can go is not measured.';
  return { refusal, measure: candidates => candidates.map(() => Promise.reject(new Error(refusal))) };
}

/** The layers of a model, as candidates are found from; before them the input, where it can stand in a layer's place. */
export function networkLayers(model: Model): readonly NetworkLayer[] {
  const outputs = new Set(model.outputs.map(output => output.name));
  const read = new Set(model.layers.flatMap(layer => layer.inputs));
  const input = inputLayer(model);
  const first = input === undefined ? [] : [input.name];
  return [...(input === undefined ? [] : [input]), ...model.layers].map(layer => ({
    name: layer.name,
    parameters: layer.parameters,
    outputShape: layer.outputShape,
    inputs: layer.inputs.length > 0 || layer === input ? layer.inputs : first,
    isOutput: layer !== input && (outputs.has(layer.output) || outputs.has(layer.name) || !read.has(layer.name)),
  }));
}
