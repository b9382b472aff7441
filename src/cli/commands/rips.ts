import type { GeodesicParameters } from '../../analyses/cloudDistances';
import { Fault } from '../../base/fault';
import type { Metric } from '../../topology/metric';
import { type Command, DATA_OPTIONS, dataReading } from '../command';
import { RIPS_OPTIONS, ripsJson, ripsParameters, ripsText } from '../ripsOutput';

export const rips: Command = {
  name: 'rips',
  summary: 'persistent homology of a point cloud (Vietoris–Rips)',
  description:
    'Exact Vietoris–Rips persistence of the rows of CLOUD as points. Values are edge lengths (diameters), as in Ripser and GUDHI; without --threshold the ' +
    'enclosing radius bounds the computation, beyond which nothing is born or dies. For clouds whose distances do not fit into memory there is --landmarks.',
  arguments: [{ name: 'CLOUD', help: 'a data file, a point a row' }],
  options: [
    ...RIPS_OPTIONS,
    {
      name: 'landmarks',
      value: { kind: 'integer', minimum: 1, maximum: 1_000_000 },
      placeholder: 'N',
      help: 'for large clouds: components exactly, of all points; from dimension 1 on N landmarks, with a bound on the error',
    },
    {
      name: 'pairs',
      value: { kind: 'flag' },
      help: 'CLOUD lists pairs: two points, counted from 0, and their distance a row, or a sparse matrix of scipy; all other pairs are never joined',
    },
    {
      name: 'neighbours',
      value: { kind: 'integer', minimum: 1, maximum: 1_000_000 },
      placeholder: 'K',
      help: 'distances along the graph that joins every point with its K nearest; no path: never joined',
    },
    {
      name: 'along',
      value: { kind: 'choice', choices: ['hops', 'lengths'] },
      help: 'with --neighbours: a path is as long as it has edges, or as the sum of their lengths (hops)',
    },
    {
      name: 'sparse',
      value: { kind: 'number', minimum: 1e-6, maximum: 1e6 },
      placeholder: 'E',
      help: 'approximate, within a factor of 1 + E, from a complex that is small where the cloud has few dimensions',
    },
    ...DATA_OPTIONS,
  ],
  examples: [
    { line: 'neural-topology rips cloud.npy', what: 'Components and loops of a cloud.' },
    {
      line: 'neural-topology rips activations.npz#relu3 --metric cosine --max-dim 2 --format json > relu3.json',
      what: 'One array of an archive, with voids, as JSON.',
    },
    {
      line: 'neural-topology rips cloud.csv --threshold=0.5 --cycles',
      what: 'Edges up to 0.5, and which points each loop runs through.',
    },
    {
      line: 'neural-topology rips large.npy --landmarks 1000',
      what: 'A hundred thousand points: components of all, loops of a thousand that cover them.',
    },
    {
      line: 'neural-topology rips matrix.npz --pairs --max-dim 2',
      what: 'A sparse matrix of distances, as scipy.sparse.save_npz writes it.',
    },
    {
      line: 'neural-topology rips surface.npy --sparse 0.5',
      what: 'Bars within a factor of 1.5, from a sparse complex; the result says what holds.',
    },
    {
      line: 'neural-topology rips relu3.npy --neighbours 14 --threshold 2.5',
      what: 'Hops in the graph of 14 nearest neighbours, as Naitzat, Zhitnikov and Lim count.',
    },
  ],
  async run({ arguments: [cloud], options, seed, engine, signal, onProgress }) {
    const landmarks = options.number('landmarks');
    const sparse = options.number('sparse');
    const neighbours = options.number('neighbours');
    const along = options.text('along') as GeodesicParameters['along'] | undefined;
    if (along !== undefined && neighbours === undefined)
      throw new Fault(
        'usage',
        '--along says how paths between neighbours are measured, but there are no --neighbours.',
        {
          source: '--along',
        },
      );
    const result = await engine().run(
      'rips',
      {
        cloud: cloud!,
        parameters: {
          ...ripsParameters(options, seed),
          ...(options.flag('pairs') ? { pairs: true, metric: pairsMetric(options.text('metric')) } : {}),
          ...(landmarks === undefined ? {} : { landmarks }),
          ...(sparse === undefined ? {} : { sparse }),
          ...(neighbours === undefined ? {} : { geodesic: { neighbours, along: along ?? 'hops' } }),
        },
        ...dataReading(options),
      },
      { signal, onProgress },
    );
    const complex = sparse === undefined ? 'Vietoris–Rips' : 'sparse Vietoris–Rips';
    return { json: () => ripsJson(result), text: style => ripsText(result, style, complex) };
  },
};

/** The default of the option, which is for coordinates, says nothing about pairs. */
function pairsMetric(metric: string | undefined): Metric {
  return metric === 'euclidean' ? 'precomputed' : (metric as Metric);
}
