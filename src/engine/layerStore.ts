import type { InspectParameters } from '../analyses/inspect';
import type { CaptureOutcome, LayerStore } from '../analyses/inspectModel';
import type { LayerTopology } from '../analyses/layerTopology';
import type { CacheKey, LayerCache } from './layerCache';
import { VERSION } from './version';

/** Raised when the numbers of a layer would come out otherwise: older entries of the cache are then not found. */
const ANALYSIS_VERSION = 1;

/** What the activations come from: equal identities, equal activations. */
export interface InspectIdentity {
  /** Hash of the model, or of the activations that stand for it. */
  readonly model: string;
  /** Hash of the data, and how it was read. */
  readonly data: CacheKey;
  /** Hash of the labels and their classes. */
  readonly labels: CacheKey | null;
}

/** What an earlier run left in the cache. A layer's entry is found whatever other layers were asked for. */
export function layerStore(
  cache: LayerCache | undefined,
  { model, data, labels }: InspectIdentity,
  { layers, points, maxDimension, reduction, seed }: InspectParameters,
): LayerStore {
  const shared: CacheKey = {
    version: [VERSION, ANALYSIS_VERSION],
    model,
    data,
    reduction: reduction ?? 'default',
    points,
    maxDimension,
    seed,
  };
  const outcomeKey: CacheKey = { ...shared, what: 'outcome', layers: layers ?? 'all', labels };
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
