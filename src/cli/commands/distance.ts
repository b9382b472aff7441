import { formatCount } from '../../base/numbers';
import type { DistanceResult } from '../../analyses/measures';
import type { Command } from '../command';
import { figure } from '../textTable';

const KINDS = ['bottleneck', 'wasserstein', 'sliced'] as const;
const GROUNDS = ['linf', 'l2'] as const;

export const distance: Command = {
  name: 'distance',
  summary: 'the distance between two persistence diagrams',
  description:
    'Exact bottleneck and Wasserstein distances with their matching, or the sliced Wasserstein distance. Diagrams of distances in other units cannot be compared: divide by the median distance first.',
  arguments: [
    { name: 'A.json', help: 'a result with a diagram, as rips and cubical print it' },
    { name: 'B.json', help: 'another' },
  ],
  options: [
    { name: 'kind', value: { kind: 'choice', choices: KINDS }, help: 'of distance', default: 'bottleneck' },
    {
      name: 'order',
      value: { kind: 'number', minimum: 1, maximum: 100 },
      placeholder: 'Q',
      help: 'of the Wasserstein distance',
      default: 1,
    },
    {
      name: 'ground',
      value: { kind: 'choice', choices: GROUNDS },
      help: 'distance of points in the plane',
      default: 'linf',
    },
    {
      name: 'dim',
      value: { kind: 'integer', minimum: 0, maximum: 255 },
      help: 'dimension of the homology',
      default: 1,
    },
  ],
  examples: [
    {
      line: 'neural-topology distance layer1.json layer2.json',
      what: 'the bottleneck distance of the loops of two results of rips',
    },
    {
      line: 'neural-topology distance a.json b.json --kind wasserstein --order 2 --ground l2 --dim 0',
      what: 'the 2-Wasserstein distance of the components',
    },
  ],
  async run({ arguments: [a = '', b = ''], options, seed, engine, signal, onProgress }) {
    const result = await engine().run(
      'distance',
      {
        a,
        b,
        kind: KINDS.find(kind => kind === options.text('kind'))!,
        order: options.number('order')!,
        ground: GROUNDS.find(ground => ground === options.text('ground'))!,
        dimension: options.number('dim')!,
        seed,
      },
      { signal, onProgress },
    );
    return { json: () => result, text: () => textOf(result) };
  },
};

function textOf({ distance: value, matching }: DistanceResult): string {
  if (value === null) return 'There is no distance: the essential classes differ in number.';
  const pairs = matching?.filter(([i, j]) => i !== null && j !== null).length;
  const alone = matching === null ? 0 : matching.length - pairs!;
  return `distance ${figure(value)} (${value})${matching === null ? '' : `: ${formatCount(pairs)} points matched with each other, ${formatCount(alone)} with the diagonal`}`;
}
