import type { ComparedSubject, PairStore } from '../analyses/compare/compareModels';
import type { AlignedLayers, CompareParameters } from '../analyses/compare/compare';
import type { PairMeasures } from '../analyses/compare/comparedPair';
import type { InspectIdentity } from './layerStore';
import type { CacheKey, LayerCache } from './layerCache';
import { VERSION } from './version';

/** Raised when the numbers or sentences of a pair would come out otherwise. */
const ANALYSIS_VERSION = 1;

/** What earlier comparisons left of pairs of layers in the cache: found by both layers, whatever else was compared. */
export function pairStore(
  cache: LayerCache | undefined,
  identities: readonly InspectIdentity[],
  {
    models,
    lines,
    lastHidden,
    parts,
    parameters,
  }: {
    readonly models: readonly Pick<ComparedSubject, 'layers'>[];
    readonly lines: readonly AlignedLayers[];
    readonly lastHidden: number | undefined;
    readonly parts: number;
    readonly parameters: CompareParameters;
  },
): PairStore {
  const side = (line: number, model: number) => {
    const { model: sha256, data } = identities[model]!;
    return { model: sha256, data, layer: models[model]!.layers[lines[line]!.layers[model]!]!.name };
  };
  const key = (line: number, a: number, b: number): CacheKey => ({
    what: 'pair',
    version: [VERSION, ANALYSIS_VERSION],
    a: side(line, a),
    b: side(line, b),
    ratioInterval: line === lastHidden,
    parts,
    points: parameters.points,
    reduction: parameters.reduction ?? 'default',
    seed: parameters.seed,
  });
  return {
    pair: (line, a, b) => cache?.get(key(line, a, b), isMeasures),
    keepPair: (line, a, b, measures) => cache?.put(key(line, a, b), measures),
  };
}

function isMeasures(value: unknown): value is PairMeasures {
  return (
    typeof value === 'object' &&
    value !== null &&
    'bottleneck' in value &&
    'totalRatio' in value &&
    'neighbourhoods' in value
  );
}
