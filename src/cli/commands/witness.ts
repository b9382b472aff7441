import type { WitnessNu } from '../../topology/witness';
import { type Command, DATA_OPTIONS, dataReading } from '../command';
import { RIPS_OPTIONS, ripsJson, ripsParameters, ripsText } from '../ripsOutput';

export const witness: Command = {
  name: 'witness',
  summary: 'persistent homology of a large cloud through landmarks (lazy witness complex)',
  description:
    'A few landmarks, far from each other, are the vertices; all points are witnesses of the edges between them. An edge is there at scale R when a point w is within R + m(w) of ' +
    'both its ends, where m(w) is how far w is from its --nu nearest landmark. Scales are such R, no edge lengths; nothing bounds how far the diagram is from that of all points.',
  arguments: [{ name: 'CLOUD', help: 'a data file, a point a row' }],
  options: [
    {
      name: 'landmarks',
      value: { kind: 'integer', minimum: 1, maximum: 1_000_000 },
      placeholder: 'N',
      help: 'how many landmarks, the first drawn with the seed and each next one the point farthest from those before',
      required: true,
    },
    {
      name: 'nu',
      value: { kind: 'integer', minimum: 0, maximum: 2 },
      placeholder: '0|1|2',
      help: 'whose distance a witness is forgiven: no landmark’s, its nearest’s, its second nearest’s',
      default: 1,
    },
    ...RIPS_OPTIONS,
    ...DATA_OPTIONS,
  ],
  examples: [
    { line: 'neural-topology witness cloud.npy --landmarks 100', what: 'Components and loops through 100 landmarks.' },
  ],
  async run({ arguments: [cloud], options, seed, engine, signal, onProgress }) {
    const landmarks = options.number('landmarks')!;
    const nu = options.number('nu') as WitnessNu;
    const result = await engine().run(
      'witness',
      { cloud: cloud!, parameters: { ...ripsParameters(options, seed), landmarks, nu }, ...dataReading(options) },
      { signal, onProgress },
    );
    return { json: () => ripsJson(result), text: style => ripsText(result, style, `lazy witness complex (ν = ${nu})`) };
  },
};
