import type { InspectParameters } from '../analyses/inspect';
import type { CaptureOutcome, KeptLayer, LayerStore } from '../analyses/inspectModel';
import type { CacheKey, LayerCache } from './layerCache';
import { VERSION } from './version';

/** Raised when the numbers or sentences of a layer would come out otherwise, or an entry has another form: older entries of the cache are then not found. */
const ANALYSIS_VERSION = 3;

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
    layer: name => cache?.get(layerKey(name), isKept(name)),
    keepLayer: layer => cache?.put(layerKey(layer.name), { layer, since: Date.now() } satisfies KeptLayer),
    outcome: () => cache?.get(outcomeKey, isOutcome),
    keepOutcome: outcome => cache?.put(outcomeKey, outcome),
  };
}

/** Entries are ours and have a checksum: this tells one layer from another, and a layer from something else. */
function isKept(name: string): (value: unknown) => value is KeptLayer {
  return (value): value is KeptLayer =>
    typeof value === 'object' &&
    value !== null &&
    'since' in value &&
    typeof value.since === 'number' &&
    'layer' in value &&
    isLayer(value.layer, name);
}

function isLayer(value: unknown, name: string): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    value.name === name &&
    'diagram' in value &&
    'projection' in value &&
    'caveats' in value
  );
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
