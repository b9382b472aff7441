import { formatCount } from '../../base/numbers';
import type { SimilarityResult } from '../../analyses/similarity';
import type { Command } from '../command';
import { DATA_OPTIONS, dataReading } from '../command';
import { byDimension } from '../json';
import { figure } from '../textTable';

export const similarity: Command = {
  name: 'similarity',
  summary: 'how alike two clouds of the same rows are: CKA, RTD, bottleneck distances',
  description:
    'None of these says that one layer can stand for another: they do not see rotations, which the next layer does. RTD grows with the number of points.',
  arguments: [
    { name: 'A', help: 'a cloud: .npy, .npz (file.npz#array) or .csv' },
    { name: 'B', help: 'another, of the same rows in the same order' },
  ],
  options: DATA_OPTIONS,
  examples: [
    { line: 'neural-topology similarity acts.npz#relu1 acts.npz#relu2', what: 'two layers on the same inputs' },
  ],
  async run({ arguments: [a = '', b = ''], options, seed, engine, signal, onProgress }) {
    const input = { a, b, seed, ...dataReading(options) };
    const result = await engine().run('similarity', input, { signal, onProgress });
    return { json: () => jsonOf(result), text: () => textOf(result) };
  },
};

function jsonOf({ bottleneck, ...rest }: SimilarityResult) {
  return { ...rest, bottleneck: byDimension(bottleneck) };
}

function textOf({ points, cka, rtd, bottleneck }: SimilarityResult): string {
  return [
    `linear CKA   ${cka === null ? 'not defined' : cka.toFixed(4)}`,
    `RTD          ${figure(rtd.mean)} (A to B ${figure(rtd.ab)}, B to A ${figure(rtd.ba)}; of ${formatCount(points)} points)`,
    `bottleneck   H0 ${figure(bottleneck[0])}, H1 ${figure(bottleneck[1])} (distances over their median)`,
  ].join('\n');
}
