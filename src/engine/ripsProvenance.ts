import type { Provenance } from '../analyses/analysis';
import { dataProvenance } from './dataProvenance';
import type { RipsInput } from './operationTypes';
import { VERSION } from './version';

/** What a Rips diagram was made of, and how. */
export function ripsProvenance(
  opened: Parameters<typeof dataProvenance>[0],
  parameters: RipsInput['parameters'],
): Provenance {
  return {
    version: VERSION,
    ...dataProvenance(opened),
    parameters: {
      metric: parameters.metric,
      maxDimension: parameters.maxDimension,
      threshold: parameters.threshold ?? null,
      coefficients: parameters.coefficients,
      cycles: parameters.cycles,
      cocycles: parameters.cocycles,
      ...(parameters.landmarks === undefined ? {} : { landmarks: parameters.landmarks }),
      ...(parameters.pairs === true ? { pairs: true } : {}),
      ...(parameters.geodesic === undefined ? {} : parameters.geodesic),
      ...(parameters.sparse === undefined ? {} : { sparse: parameters.sparse }),
    },
    seed: parameters.seed,
  };
}
