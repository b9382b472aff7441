import { chooseLayers } from '../../analyses/chooseLayers';
import { defaultInspectParameters } from '../../analyses/inspect';
import { sampleRows } from '../../analyses/inspectModel';
import { refuseForecast } from '../../analyses/limits';
import type { MapperFacts, MapperPoints, MapperSubject } from '../../analyses/mapperView';
import { Fault } from '../../base/fault';
import { DisposableStore } from '../../base/lifecycle';
import { correctRows, predictedClasses, shareOf } from '../../probes/accuracy';
import type { LayerActivations } from '../../probes/layerCollector';
import type { NetworkOutputs } from '../../probes/outputs';
import { principalComponents } from '../../topology/principalComponents';
import { spatialOrder } from '../../topology/spatialOrder';
import { blaming } from '../blaming';
import { captureRows } from '../captureRows';
import { openInspectSource, type InspectSource } from '../inspectSource';
import type { MapperSubjectInput } from '../mapperTypes';
import { memoryLimit } from '../memoryLimit';
import type { OperationContext } from '../operationContext';
import { rowsOfInputs } from '../otherInputs';
import { untrainedModel } from '../untrainedModel';
import { VERSION } from '../version';
import type { Cancellation } from '../../base/cancellation';
import { forecastMapperBytes } from '../../topology/mapper';

/** Data of more columns has none that would be told apart by a name. */
const MOST_COLUMNS = 64;

export async function mapperSubject(
  input: MapperSubjectInput,
  context: OperationContext<never>,
): Promise<MapperSubject> {
  const store = new DisposableStore();
  try {
    context.progress(0, 'reading the model and the data');
    const { source, layer, rows } = openSubject(input, context, store);
    const captured = await captureLayer(source, layer.name, rows, input, context);
    const { activations, outputs } = captured;
    const points = sharedPoints(activations, context.cancellation);
    refuseWidePoints(points, input.memoryLimitBytes ?? memoryLimit());
    const correct = outputs === undefined || source.labels === undefined ? undefined : correctRows(outputs, source.labels); // prettier-ignore
    return {
      model: { name: source.model.name, format: source.model.format },
      data: { name: source.data.name, rows: source.data.rows },
      layer: { name: layer.name, op: layer.op, shape: layer.shape },
      layers: source.layers.map(({ name }) => name),
      points,
      facts: factsOf(source, activations.rowOfPoint, points, outputs, correct, context.cancellation),
      accuracy: correct && shareOf(correct),
      warnings: [...source.warnings, ...captured.warnings],
      provenance: {
        version: VERSION,
        ...source.files,
        parameters: {
          layer: layer.name,
          points: input.points,
          reduction: input.reduction ?? null,
          randomInput: source.randomInput,
          ...source.assumption?.answer,
        },
        seed: input.seed,
        libraries: captured.libraries,
      },
    };
  } finally {
    store.dispose();
  }
}

/** The same rows through the same network with weights that were drawn anew. What keeps it from being run is said, and is no fault: it is a baseline. */
export async function mapperUntrained(
  input: MapperSubjectInput,
  context: OperationContext<never>,
): Promise<MapperPoints | { readonly missing: string }> {
  const store = new DisposableStore();
  try {
    const { source, layer, rows } = openSubject(input, context, store);
    const { network } = source;
    if (network === undefined) return { missing: 'These activations were stored: there is no network to draw anew.' };
    const model = untrainedModel(network.opened, input.seed);
    const capture = await captureRows({ ...network.opened, model }, network.rows, network.data, {
      layers: [layer.name],
      rows,
      reduction: input.reduction,
      seed: input.seed,
      otherInputs: rowsOfInputs(network.others),
      runtimePath: context.runtimePath,
      acceleratorFolders: context.acceleratorFolders,
      cancellation: context.cancellation,
    });
    const [activations] = capture.layers;
    return activations === undefined
      ? { missing: capture.failures[0]?.fault.message ?? 'The layer gave no numbers.' }
      : sharedPoints(activations, context.cancellation);
  } catch (error) {
    if (!(error instanceof Fault) || error.code === 'cancelled') throw error;
    return { missing: error.message };
  } finally {
    store.dispose();
  }
}

function openSubject(input: MapperSubjectInput, context: OperationContext<never>, store: DisposableStore) {
  const { points, reduction, seed } = input;
  const parameters = { ...defaultInspectParameters, points, reduction, seed };
  const source = openInspectSource({ ...input, parameters }, parameters, context, store);
  const layers = blaming(input.model, () => chooseLayers(source.layers, input.layer === undefined ? undefined : [input.layer], source.outputs, source.inner)); // prettier-ignore
  // Without a choice, what the network's answer is read from.
  const layer = layers.at(input.layer === undefined && layers.length > 1 ? -2 : -1)!;
  const rows = sampleRows(source.data.rows, points, seed);
  const limit = input.memoryLimitBytes ?? memoryLimit();
  const width = (layer.shape ?? []).slice(1).reduce<number>((product, dim) => product * (dim ?? 1), 1);
  blaming('--points', () => refuseForecast(rows.length, 1, limit, count => count * Math.min(width, 4096) * 12));
  return { source, layer, rows };
}

interface CapturedLayer {
  readonly activations: LayerActivations;
  readonly outputs: NetworkOutputs | undefined;
  readonly warnings: MapperSubject['warnings'];
  readonly libraries: Readonly<Record<string, string>>;
}

async function captureLayer(
  source: InspectSource,
  layer: string,
  rows: Uint32Array,
  { reduction, points, seed, model }: MapperSubjectInput,
  context: OperationContext<never>,
): Promise<CapturedLayer> {
  const request = { layers: [layer], rows, reduction, maxPoints: points, outputs: true, seed };
  const { network } = source;
  const failed = (fault: { readonly code: Fault['code']; readonly message: string } | undefined) =>
    new Fault(fault?.code ?? 'empty', fault?.message ?? `Layer ${layer} gave no numbers.`, { source: model });
  if (network === undefined) {
    let stored: LayerActivations | undefined;
    const outcome = await source.capture({
      ...request,
      onLayer: found => (stored = found),
      progress: context.progress,
    });
    if (stored === undefined) throw failed(outcome.failures[0] as { readonly code: Fault['code']; readonly message: string } | undefined); // prettier-ignore
    return { activations: stored, outputs: undefined, warnings: outcome.warnings, libraries: outcome.libraries };
  }
  const capture = await captureRows(network.opened, network.rows, network.data, {
    ...request,
    otherInputs: rowsOfInputs(network.others),
    runtimePath: context.runtimePath,
    acceleratorFolders: context.acceleratorFolders,
    cancellation: context.cancellation,
    progress: context.progress,
  });
  const [activations] = capture.layers;
  if (activations === undefined) throw failed(capture.failures[0]?.fault);
  const libraries = { [capture.runtime.name]: capture.runtime.version };
  return { activations, outputs: capture.outputs, warnings: capture.warnings, libraries };
}

function sharedPoints({ count, width, values }: LayerActivations, cancellation: Cancellation): MapperPoints {
  const shared = new Float64Array(new SharedArrayBuffer(8 * count * width));
  shared.set(values);
  const order = spatialOrder({ count, width, values: shared }, cancellation);
  return { count, width, values: shared, order: { points: sharedCopy(order.points), placeOf: sharedCopy(order.placeOf) } }; // prettier-ignore
}

function sharedCopy(list: Uint32Array): Uint32Array {
  const shared = new Uint32Array(new SharedArrayBuffer(list.byteLength));
  shared.set(list);
  return shared;
}

function refuseWidePoints({ count, width }: MapperPoints, limit: number): void {
  blaming('--points', () => refuseForecast(count, 1, limit, points => forecastMapperBytes(points, width)));
}

function factsOf(
  source: InspectSource,
  rowOfPoint: Uint32Array,
  points: MapperPoints,
  outputs: NetworkOutputs | undefined,
  correct: Uint8Array | undefined,
  cancellation: Cancellation,
): MapperFacts {
  const { labels, network } = source;
  const predicted = outputs && predictedClasses(outputs);
  const confidence = outputs && confidenceOf(outputs);
  const largest = predicted?.reduce((most, value) => Math.max(most, value), -1) ?? -1;
  const classes = outputs?.classNames ?? Array.from({ length: largest + 1 }, (_, number) => String(number));
  return {
    rowOfPoint,
    labels: labels && {
      name: labels.name,
      values: Int32Array.from(rowOfPoint, row => labels.values[row]!),
      classes: labels.classes,
    },
    predicted: predicted && { values: Int32Array.from(rowOfPoint, row => predicted[row]!), classes },
    correct: correct && Uint8Array.from(rowOfPoint, row => correct[row]!),
    confidence: confidence && Float64Array.from(rowOfPoint, row => confidence[row]!),
    columns: network === undefined ? [] : columnsOf(network.rows, rowOfPoint),
    projection: principalComponents(points, 2, cancellation).scores,
  };
}

function columnsOf(
  data: NonNullable<InspectSource['network']>['rows'],
  rowOfPoint: Uint32Array,
): MapperFacts['columns'] {
  const [width, ...more] = data.rowShape;
  if (data.readRow !== undefined || data.texts !== undefined || more.length > 0) return [];
  if (width === undefined || width > MOST_COLUMNS || (data.columns === undefined && width > MOST_COLUMNS / 4))
    return [];
  return Array.from({ length: width }, (_, column) => ({
    name: data.columns?.[column] ?? `column ${column}`,
    values: Float64Array.from(rowOfPoint, row => data.values[row * width + column]!),
  }));
}

/** The probability of each row's answer: by softmax, where the scores are none yet. Undefined for a network that answers with a label. */
function confidenceOf({ kind, rows, width, values }: NetworkOutputs): Float64Array | undefined {
  if (kind === 'label') return undefined;
  return Float64Array.from({ length: rows }, (_, row) => {
    const scores = values.subarray(row * width, (row + 1) * width);
    if (kind !== 'classes') {
      const share = kind === 'probability' ? scores[0]! : 1 / (1 + Math.exp(-scores[0]!));
      return Math.max(share, 1 - share);
    }
    const sum = scores.reduce((total, score) => total + score, 0);
    const most = scores.reduce((best, score) => Math.max(best, score), -Infinity);
    const areShares = Math.abs(sum - 1) < 1e-3 && scores.every(score => score >= 0);
    return areShares ? most : 1 / scores.reduce((total, score) => total + Math.exp(score - most), 0);
  });
}
