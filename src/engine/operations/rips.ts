import { ripsOfCloud, type RipsResult } from '../../analyses/rips';
import type { Cancellation } from '../../base/cancellation';
import { Fault } from '../../base/fault';
import { DisposableStore } from '../../base/lifecycle';
import { openArray } from '../../data/openData';
import { blaming, dataProvenance, openDataFile, openReference, type OpenData } from '../openFiles';
import { contentHash } from '../files';
import { memoryLimit } from '../memoryLimit';
import type { OperationContext } from '../operationContext';
import type { RipsInput } from '../operationTypes';
import { VERSION } from '../version';

export function rips(input: RipsInput, context: OperationContext<never>): RipsResult {
  const began = performance.now();
  const store = new DisposableStore();
  try {
    const opened =
      input.parameters.metric === 'precomputed'
        ? openMatrix(input.cloud, store, context.cancellation)
        : openDataFile(input.cloud, undefined, input, store, context.cancellation);
    const { data } = opened;
    const { parameters } = input;
    const provenance = {
      version: VERSION,
      ...dataProvenance(opened),
      parameters: {
        metric: parameters.metric,
        maxDimension: parameters.maxDimension,
        threshold: parameters.threshold ?? null,
        coefficients: parameters.coefficients,
        cycles: parameters.cycles,
      },
      seed: parameters.seed,
    };
    const limit = input.memoryLimitBytes ?? memoryLimit();
    return blaming(input.cloud, () => ripsOfCloud(data, parameters, limit, provenance, began, context));
  } finally {
    store.dispose();
  }
}

/** A matrix of distances: an infinite entry means that two points are never joined. */
function openMatrix(reference: string, store: DisposableStore, cancellation: Cancellation): OpenData {
  const { source, part } = openReference(reference, store);
  const array = blaming(reference, () => openArray(source, { part, cancellation }), source.name);
  const [rows, ...rowShape] = array.shape;
  if (rows === undefined || rowShape.length !== 1)
    throw new Fault(
      'shape-mismatch',
      `A distance matrix has two axes, but the array has shape (${array.shape.join(', ')}).`,
      {
        source: reference,
      },
    );
  if (rows === 0) throw new Fault('empty', 'The distance matrix has no rows.', { source: reference });
  const { values, type, columns, treatment, warnings } = array;
  return {
    data: { name: reference, rows, rowShape, values, type, columns, treatment, dropped: [], warnings },
    sha256: contentHash(source, cancellation),
    labels: undefined,
  };
}
