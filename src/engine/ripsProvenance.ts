import type { Provenance } from '../analyses/analysis';
import { dataProvenance, type OpenData } from './openFiles';
import type { RipsInput } from './operationTypes';
import { VERSION } from './version';

/** What a Rips diagram was made of, and how. */
export function ripsProvenance(opened: OpenData, parameters: RipsInput['parameters']): Provenance {
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
      ...(parameters.geodesic === undefined ? {} : parameters.geodesic),
      ...(parameters.sparse === undefined ? {} : { sparse: parameters.sparse }),
    },
    seed: parameters.seed,
  };
}
