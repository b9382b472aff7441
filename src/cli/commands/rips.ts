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
  ],
  async run({ arguments: [cloud], options, seed, engine, signal, onProgress }) {
    const landmarks = options.number('landmarks');
    const result = await engine().run(
      'rips',
      {
        cloud: cloud!,
        parameters: { ...ripsParameters(options, seed), ...(landmarks === undefined ? {} : { landmarks }) },
        ...dataReading(options),
      },
      { signal, onProgress },
    );
    return { json: () => ripsJson(result), text: style => ripsText(result, style, 'Vietoris–Rips') };
  },
};
