import type { Provenance } from '../analyses/analysis';
import type { DataSet } from '../data/dataSet';
import type { OpenData } from './openFiles';

/** What a result says of the data that it was made of. */
export function dataProvenance(
  opened: Omit<OpenData, 'data'> & { readonly data: Pick<DataSet, 'name' | 'treatment'> },
  others: ReadonlyMap<string, OpenData> = new Map(),
): Pick<Provenance, 'data' | 'labels' | 'files'> {
  const { data, sha256, labels, vocabulary } = opened;
  const files = [
    ...(vocabulary === undefined ? [] : [vocabulary]),
    ...[...others.values()].map(one => ({ name: one.data.name, sha256: one.sha256 })),
  ];
  return {
    ...(files.length === 0 ? {} : { files }),
    data: { name: data.name, sha256, treatment: data.treatment },
    ...(labels === undefined ? {} : { labels: { name: labels.labels.name, sha256: labels.sha256 } }),
  };
}
