import { chooseLayers } from '../analyses/chooseLayers';
import { defaultInspectParameters } from '../analyses/inspect';
import type { InspectSubject } from '../analyses/inspectModel';
import { refuseForecast } from '../analyses/limits';
import type { DisposableStore } from '../base/lifecycle';
import { forecastInspect } from './forecastInspect';
import { openInspectSource } from './inspectSource';
import { layerStore } from './layerStore';
import { memoryLimit } from './memoryLimit';
import { blaming } from './blaming';
import type { OperationContext } from './operationContext';
import type { InspectInput } from './operationTypes';
import { VERSION } from './version';

/** Opens what an inspection is about. Throws `too-large` where the forecast is above the limit, before any layer is computed. */
export function inspectSubject(
  input: InspectInput,
  context: OperationContext<never>,
  store: DisposableStore,
): InspectSubject {
  const parameters = { ...defaultInspectParameters, ...input.parameters };
  const source = openInspectSource(input, parameters, context, store);
  const layers = blaming(input.model, () =>
    chooseLayers(source.layers, parameters.layers, source.outputs, source.inner),
  );
  const size = {
    layers,
    rows: source.data.rows,
    parameters,
    threads: context.threads,
    modelParameters: source.model.parameters,
  };
  const limit = input.memoryLimitBytes ?? memoryLimit();
  blaming(parameters.maxDimension > 2 ? '--max-dim' : '--points', () =>
    refuseForecast(
      Math.min(parameters.points, source.data.rows),
      parameters.maxDimension,
      limit,
      points => forecastInspect({ ...size, parameters: { ...parameters, points } }).bytes,
    ),
  );
  return {
    model: source.model,
    data: source.data,
    randomInput: source.randomInput,
    assumption: source.assumption?.sentence,
    labels: source.labels,
    layers,
    parameters,
    layerLimitBytes: limit / Math.max(1, Math.min(context.threads, layers.length)),
    forecast: forecastInspect(size),
    warnings: source.warnings,
    provenance: {
      version: VERSION,
      ...source.files,
      parameters: {
        layers: parameters.layers ?? null,
        points: parameters.points,
        maxDimension: parameters.maxDimension,
        reduction: parameters.reduction ?? null,
        randomInput: source.randomInput,
        ...source.assumption?.answer,
      },
      seed: parameters.seed,
    },
    capture: source.capture,
    store: layerStore(context.cache, source.identity, parameters),
  };
}
