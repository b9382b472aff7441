import type { Provenance } from '../analyses/analysis';
import type { DataSet } from '../data/dataSet';
import type { OpenData } from './openFiles';

/** What a result says of the data that it was made of. */
export function dataProvenance(
  opened: Omit<OpenData, 'data'> & { readonly data: Pick<DataSet, 'name' | 'treatment'> },
): Pick<Provenance, 'data' | 'labels' | 'files'> {
  const { data, sha256, labels, vocabulary } = opened;
  return {
    ...(vocabulary === undefined ? {} : { files: [vocabulary] }),
    data: { name: data.name, sha256, treatment: data.treatment },
    ...(labels === undefined ? {} : { labels: { name: labels.labels.name, sha256: labels.sha256 } }),
  };
}
