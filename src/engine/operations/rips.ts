import { ripsOfCloud, type RipsResult } from '../../analyses/rips';
import { ripsOfDistancePairs } from '../../analyses/ripsOfDistancePairs';
import { ripsOfLandmarks } from '../../analyses/ripsOfLandmarks';
import { sparseRipsOfCloud } from '../../analyses/sparseRipsOfCloud';
import { Fault } from '../../base/fault';
import { DisposableStore } from '../../base/lifecycle';
import { finish } from '../../base/steps';
import { crewFor } from '../helperThreads';
import { memoryLimit } from '../memoryLimit';
import { openCloud, openPairs } from '../openCloud';
import { blaming, blamingLater } from '../blaming';
import type { OperationContext } from '../operationContext';
import type { RipsInput } from '../operationTypes';
import { ripsProvenance } from '../ripsProvenance';

function ripsOfPairsFile(
  { cloud, parameters, memoryLimitBytes }: RipsInput,
  store: DisposableStore,
  began: number,
  context: OperationContext<never>,
): RipsResult {
  const { landmarks, sparse, geodesic, metric } = parameters;
  if (landmarks !== undefined || sparse !== undefined || geodesic !== undefined || metric !== 'precomputed')
    throw new Fault(
      'usage',
      'A list of pairs is taken as it is: it has no coordinates, and most distances are not in it.',
      {
        hint: 'Leave out --metric, --landmarks, --sparse and --neighbours, or --pairs.',
        source: '--pairs',
      },
    );
  const opened = openPairs(cloud, store, context.cancellation);
  const provenance = ripsProvenance(opened, parameters);
  const limit = memoryLimitBytes ?? memoryLimit();
  return blaming(cloud, () => ripsOfDistancePairs(opened.distances, parameters, limit, provenance, began, context));
}

export async function rips(input: RipsInput, context: OperationContext<never>): Promise<RipsResult> {
  const began = performance.now();
  const store = new DisposableStore();
  try {
    if (input.parameters.pairs === true) return ripsOfPairsFile(input, store, began, context);
    const opened = openCloud(input.cloud, input.parameters.metric, input, store, context);
    const { data } = opened;
    const { parameters } = input;
    const provenance = ripsProvenance(opened, parameters);
    const limit = input.memoryLimitBytes ?? memoryLimit();
    const { landmarks, sparse, geodesic } = parameters;
    if (landmarks !== undefined) {
      if (sparse !== undefined || geodesic !== undefined)
        throw new Fault(
          'usage',
          'Landmarks are taken of the whole cloud, not of a sparse complex or a graph of neighbours.',
          {
            hint: 'Leave out --landmarks, or --sparse and --neighbours.',
            source: '--landmarks',
          },
        );
      const setting = { memoryLimitBytes: limit, threads: context.threads, provenance, began };
      return await blamingLater(input.cloud, () =>
        ripsOfLandmarks(data, { ...parameters, landmarks }, setting, context),
      );
    }
    if (sparse !== undefined)
      return blaming(input.cloud, () =>
        sparseRipsOfCloud(data, { ...parameters, sparse }, limit, provenance, began, context),
      );
    const crew = crewFor(data, parameters.metric, context, store);
    return blaming(input.cloud, () =>
      finish(ripsOfCloud(data, parameters, limit, provenance, began, { ...context, crew }), context.cancellation),
    );
  } finally {
    store.dispose();
  }
}
