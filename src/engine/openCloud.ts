import type { Cancellation } from '../base/cancellation';
import { Fault } from '../base/fault';
import type { DisposableStore } from '../base/lifecycle';
import { readDistancePairs } from '../data/distancePairs';
import { openArray } from '../data/openData';
import type { Metric } from '../topology/metric';
import { sparseDistances } from '../topology/sparseDistances';
import { FolderFiles } from './folderFiles';
import { blaming } from './blaming';
import { matrixRows } from './matrixRows';
import { hashOf, openDataFile, openReference, type OpenData, type ReadContext } from './openFiles';
import type { DataReading } from './operationTypes';

/** A file of points, or the matrix of their distances where the metric says so. */
export function openCloud(
  reference: string,
  metric: Metric,
  reading: DataReading,
  store: DisposableStore,
  context: ReadContext,
): OpenData {
  return metric === 'precomputed'
    ? openMatrix(reference, store, context)
    : openDataFile(reference, undefined, reading, store, context);
}

/** A matrix of distances: an infinite entry means that two points are never joined. */
function openMatrix(reference: string, store: DisposableStore, { cancellation, libraries }: ReadContext): OpenData {
  const { source, part } = openReference(reference, store);
  const array = blaming(reference, () => openArray(source, { part, cancellation, libraries }), source.name);
  return {
    data: matrixRows(array, reference),
    sha256: hashOf(source, cancellation),
    labels: undefined,
    vocabulary: undefined,
  };
}

/** A file of pairs of points with their distances. */
export function openPairs(reference: string, store: DisposableStore, cancellation: Cancellation) {
  const { source, part } = openReference(reference, store);
  return blaming(
    reference,
    () => {
      if (source instanceof FolderFiles)
        throw new Fault('unsupported', 'A folder holds no list of pairs.', { source: source.name });
      const { rows, columns, values, count } = readDistancePairs(source, part, cancellation);
      return {
        distances: sparseDistances(rows, columns, values, count),
        data: { name: reference, treatment: 'pairs and their distances' },
        sha256: hashOf(source, cancellation),
        labels: undefined,
        vocabulary: undefined,
      };
    },
    source.name,
  );
}
