import path from 'node:path';
import { chooseLayers } from '../analyses/chooseLayers';
import { refuseForecast } from '../analyses/limits';
import { defaultInspectParameters, type InspectParameters } from '../analyses/inspect';
import type { CaptureOutcome, InspectSubject, LayerStore } from '../analyses/inspectModel';
import type { LayerTopology } from '../analyses/layerTopology';
import type { Provenance } from '../analyses/analysis';
import type { DisposableStore } from '../base/lifecycle';
import { Fault } from '../base/fault';
import type { DataSet } from '../data/dataSet';
import { accuracy } from '../probes/accuracy';
import { randomInput } from '../probes/randomInput';
import { captureRows } from './captureRows';
import { contentHash } from './files';
import { forecastInspect } from './forecastInspect';
import type { CacheKey, LayerCache } from './layerCache';
import { memoryLimit } from './memoryLimit';
import { blaming, dataProvenance, openDataFile, openModelFile, type OpenData, type OpenModel } from './openFiles';
import type { OperationContext } from './operationContext';
import type { InspectInput } from './operationTypes';
import { VERSION } from './version';

/** Raised when the numbers of a layer would come out otherwise: older entries of the cache are then not found. */
const ANALYSIS_VERSION = 1;

/** Opens what an inspection is about. Throws `too-large` where the forecast is above the limit, before any layer is computed. */
export function inspectSubject(
  input: InspectInput,
  context: OperationContext<never>,
  store: DisposableStore,
): InspectSubject {
  const parameters = { ...defaultInspectParameters, ...input.parameters };
  const opened = openModelFile(input.model, store);
  const { model } = opened;
  const layers = chooseLayers(model.layers, parameters.layers);
  const data = openRows(input, opened, parameters, store, context);
  const sha256 = contentHash(opened.source, context.cancellation);
  const size = {
    layers: layers.map(layer => ({ shape: layer.outputShape })),
    rows: data.rows.rows,
    parameters,
    threads: context.threads,
    modelParameters: model.parameters,
  };
  const points = Math.min(parameters.points, data.rows.rows);
  blaming(parameters.maxDimension > 2 ? '--max-dim' : '--points', () =>
    refuseForecast(
      points,
      parameters.maxDimension,
      input.memoryLimitBytes ?? memoryLimit(),
      fewer => forecastInspect({ ...size, parameters: { ...parameters, points: fewer } }).bytes,
    ),
  );

  const provenance: Provenance = {
    version: VERSION,
    model: { name: input.model, sha256 },
    ...(data.opened === undefined ? {} : dataProvenance(data.opened)),
    parameters: {
      layers: parameters.layers ?? null,
      points: parameters.points,
      maxDimension: parameters.maxDimension,
      reduction: parameters.reduction ?? null,
      randomInput: data.opened === undefined,
    },
    seed: parameters.seed,
  };
  return {
    model: { name: input.model, format: model.format, producer: model.producer, parameters: model.parameters },
    data: {
      name: data.rows.name,
      rows: data.rows.rows,
      rowShape: data.rows.rowShape,
      treatment: data.rows.treatment,
    },
    randomInput: data.opened === undefined,
    labels: data.opened?.labels?.labels,
    layers: layers.map(({ name, op, outputShape }) => ({ name, op, shape: outputShape })),
    parameters,
    forecast: forecastInspect(size),
    warnings: [...model.warnings, ...data.rows.warnings],
    provenance,
    capture: request =>
      captureRows(opened, data.rows, data.opened === undefined ? input.model : input.data, {
        ...request,
        runtimePath: context.runtimePath,
        cancellation: context.cancellation,
      }),
    accuracy: ({ outputs }) => {
      const labels = data.opened?.labels?.labels;
      return outputs === undefined || labels === undefined ? undefined : accuracy(outputs, labels);
    },
    store: layerStore(context.cache, input, sha256, data.opened, parameters),
  };
}

interface Rows {
  readonly rows: DataSet;
  /** Undefined for random input. */
  readonly opened: OpenData | undefined;
}

function openRows(
  input: InspectInput,
  { model }: OpenModel,
  parameters: InspectParameters,
  store: DisposableStore,
  context: OperationContext<never>,
): Rows {
  if (input.data === undefined)
    throw new Fault('usage', `${path.basename(input.model)} is a model: it needs data to run on.`, {
      hint: 'Name a file with --data.',
      source: '--data',
    });
  if (typeof input.data !== 'string')
    return {
      rows: {
        ...randomInput(model, parameters.points, parameters.seed),
        name: 'random input',
        type: 'float32',
        columns: undefined,
        dropped: [],
        warnings: [{ code: 'random-input', message: 'The input is random numbers, because no data was given.' }],
      },
      opened: undefined,
    };
  const opened = openDataFile(input.data, input.labels, input, store, context.cancellation, model.classNames);
  return { rows: opened.data, opened };
}

/** What an earlier run left in the cache. A layer's entry is found whatever other layers were asked for. */
function layerStore(
  cache: LayerCache | undefined,
  input: InspectInput,
  model: string,
  data: OpenData | undefined,
  parameters: InspectParameters,
): LayerStore {
  const { layers, ...numbers } = parameters;
  const shared: CacheKey = {
    version: [VERSION, ANALYSIS_VERSION],
    model,
    data:
      data === undefined
        ? 'random'
        : [data.sha256, data.data.name.split('#')[1] ?? '', input.scale ?? 1, data.data.dropped.length],
    labelColumn:
      input.labels !== undefined && data?.labels?.sha256 === data?.sha256 ? (data?.labels?.labels.part ?? '') : '',
    reduction: numbers.reduction ?? 'default',
    points: numbers.points,
    maxDimension: numbers.maxDimension,
    seed: numbers.seed,
  };
  const outcomeKey: CacheKey = {
    ...shared,
    what: 'outcome',
    layers: layers ?? 'all',
    labels:
      data?.labels === undefined
        ? null
        : [data.labels.sha256, data.labels.labels.part ?? '', data.labels.labels.classes],
  };
  const layerKey = (name: string): CacheKey => ({ ...shared, what: 'layer', layer: name });
  return {
    layer: name => cache?.get(layerKey(name), isLayer(name)),
    keepLayer: layer => cache?.put(layerKey(layer.name), layer),
    outcome: () => cache?.get(outcomeKey, isOutcome),
    keepOutcome: outcome => cache?.put(outcomeKey, outcome),
  };
}

/** Entries are ours and have a checksum: this tells one layer from another, and a layer from something else. */
function isLayer(name: string): (value: unknown) => value is LayerTopology {
  return (value): value is LayerTopology =>
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    value.name === name &&
    'diagram' in value &&
    'projection' in value &&
    'caveats' in value;
}

function isOutcome(value: unknown): value is CaptureOutcome {
  return (
    typeof value === 'object' &&
    value !== null &&
    'failures' in value &&
    Array.isArray(value.failures) &&
    'libraries' in value &&
    'treatment' in value
  );
}
