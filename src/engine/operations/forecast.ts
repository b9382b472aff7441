import { chooseLayers } from '../../analyses/chooseLayers';
import { defaultInspectParameters } from '../../analyses/inspect';
import { pointsWithin } from '../../analyses/limits';
import { DisposableStore } from '../../base/lifecycle';
import { describeData } from '../../data/openData';
import { forecastInspect } from '../forecastInspect';
import { memoryLimit } from '../memoryLimit';
import { blaming } from '../blaming';
import { openReference, type ReadContext } from '../openFiles';
import { openModelFile } from '../openModelFile';
import type { OperationContext } from '../operationContext';
import type { InspectForecast, InspectInput } from '../operationTypes';

/** From headers alone: no row is read and no layer is run. */
export function forecast(input: InspectInput, context: OperationContext<never>): InspectForecast {
  const store = new DisposableStore();
  try {
    const parameters = { ...defaultInspectParameters, ...input.parameters };
    const { model } = openModelFile(input.model, store);
    const layers = chooseLayers(model.layers, parameters.layers);
    const rows = typeof input.data === 'string' ? rowsOf(input.data, store, context) : parameters.points;
    const size = {
      layers: layers.map(layer => ({ shape: layer.outputShape })),
      rows,
      parameters,
      threads: context.threads,
      modelParameters: model.parameters,
    };
    const limit = input.memoryLimitBytes ?? memoryLimit();
    const bytesAt = (points: number) => forecastInspect({ ...size, parameters: { ...parameters, points } }).bytes;
    const points = Math.min(parameters.points, rows);
    return {
      ...forecastInspect(size),
      layers: layers.length,
      points,
      memoryLimitBytes: limit,
      pointsThatFit: pointsWithin(points, limit, bytesAt),
    };
  } finally {
    store.dispose();
  }
}

function rowsOf(reference: string, store: DisposableStore, { libraries }: ReadContext): number {
  const { source, part } = openReference(reference, store);
  const { choices } = blaming(reference, () => describeData(source, libraries), source.name);
  const choice = choices.find(candidate => candidate.part === part) ?? choices[0];
  return choice?.rows ?? 0;
}
