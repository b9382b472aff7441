import { streamOf } from '../base/byteStream';
import type { Cancellation } from '../base/cancellation';
import type { DisposableStore } from '../base/lifecycle';
import { readNpy } from '../data/npy';
import { NPY_MAGIC } from '../data/npyHeader';
import { rowsOfArray } from '../data/rowsOfArray';
import type { Metric } from '../topology/metric';
import { blaming } from './blaming';
import { contentHash, FileSource } from './files';
import { matrixRows } from './matrixRows';
import type { OpenData } from './openFiles';
import type { DataReading } from './operationTypes';

/** What `openCloud` makes of a file that is an .npy by its content, without the readers of all the others; `undefined` where it is something else. */
export function openNpyCloud(
  file: string,
  metric: Metric,
  { dropNotFinite, scale }: DataReading,
  store: DisposableStore,
  cancellation: Cancellation,
): OpenData | undefined {
  return blaming(file, () => {
    const source = store.add(FileSource.open(file));
    const head = source.read(0, Math.min(source.size, NPY_MAGIC.length));
    if (!NPY_MAGIC.every((byte, i) => byte === head[i])) return undefined;
    const read = readNpy(streamOf(source), undefined, cancellation);
    const array = { ...read, part: undefined, columns: undefined, naturalScale: undefined };
    return {
      data:
        metric === 'precomputed' ? matrixRows(array, file) : rowsOfArray(array, source.name, { dropNotFinite, scale }),
      sha256: contentHash(source, cancellation),
      labels: undefined,
      vocabulary: undefined,
    };
  });
}
