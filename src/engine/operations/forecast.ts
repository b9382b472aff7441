import { missingFacts } from '../../analyses/describe';
import { chooseLayers } from '../../analyses/chooseLayers';
import { defaultInspectParameters } from '../../analyses/inspect';
import { pointsWithin } from '../../analyses/limits';
import { DisposableStore } from '../../base/lifecycle';
import { describeData } from '../../data/openData';
import type { Model, Shape } from '../../models/model';
import { outputLayers } from '../../probes/outputLayers';
import { forecastInspect } from '../forecastInspect';
import { memoryLimit } from '../memoryLimit';
import { blaming } from '../blaming';
import { openReference, type ReadContext } from '../openFiles';
import { openModelFile } from '../openModelFile';
import { openStoredLayers } from '../storedLayers';
import type { OperationContext } from '../operationContext';
import type { InspectForecast, InspectInput } from '../operationTypes';

/** From headers alone: no row is read and no layer is run. */
export function forecast(input: InspectInput, context: OperationContext<never>): InspectForecast {
  const store = new DisposableStore();
  try {
    const parameters = { ...defaultInspectParameters, ...input.parameters };
    const { all, others, inner, rows, modelParameters, missing } =
      storedSize(input, store, context) ?? modelSize(input, store, context);
    const layers = chooseLayers(all, parameters.layers, others, inner);
    const size = { layers, rows: rows ?? parameters.points, parameters, threads: context.threads, modelParameters };
    const limit = input.memoryLimitBytes ?? memoryLimit();
    const bytesAt = (points: number) => forecastInspect({ ...size, parameters: { ...parameters, points } }).bytes;
    const points = Math.min(parameters.points, size.rows);
    return {
      ...forecastInspect(size),
      layers: layers.length,
      points,
      memoryLimitBytes: limit,
      pointsThatFit: pointsWithin(points, limit, bytesAt),
      ...(missing === undefined ? {} : { missing }),
    };
  } finally {
    store.dispose();
  }
}

interface Size {
  readonly all: readonly { readonly name: string; readonly shape: Shape | undefined }[];
  /** Outputs that can be asked for as layers. */
  readonly others: Size['all'];
  readonly inner?: Model['innerLayers'];
  /** Undefined for random input, which has as many as are asked for. */
  readonly rows: number | undefined;
  readonly modelParameters: number;
  readonly missing?: InspectForecast['missing'];
}

function modelSize(input: InspectInput, store: DisposableStore, context: ReadContext): Size {
  const { model } = openModelFile(input.model, store, input.answer);
  return {
    ...(model.missing === undefined ? {} : { missing: missingFacts(model.missing, model.parameters) }),
    all: model.layers.map(({ name, outputShape }) => ({ name, shape: outputShape })),
    others: outputLayers(model).map(({ name, outputShape }) => ({ name, shape: outputShape })),
    inner: model.innerLayers,
    rows: typeof input.data === 'string' ? rowsOf(input.data, store, context) : undefined,
    modelParameters: model.parameters,
  };
}

/** Of activations that were saved: nothing is run. */
function storedSize(input: InspectInput, store: DisposableStore, { cancellation }: ReadContext): Size | undefined {
  if (input.data !== undefined) return undefined;
  const stored = blaming(input.model, () => openStoredLayers(input.model, store, cancellation));
  if (stored === undefined) return undefined;
  const all = stored.layers.map(({ name, rowShape }) => ({ name, shape: [null, ...rowShape] }));
  return { all, others: [], rows: stored.rows, modelParameters: 0 };
}

function rowsOf(reference: string, store: DisposableStore, { libraries }: ReadContext): number {
  const { source, part } = openReference(reference, store);
  const { choices } = blaming(reference, () => describeData(source, libraries), source.name);
  const choice = choices.find(candidate => candidate.part === part) ?? choices[0];
  return choice?.rows ?? 0;
}
