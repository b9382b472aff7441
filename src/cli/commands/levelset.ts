import { formatShape } from '../../base/numbers';
import type { LevelSetResult } from '../../analyses/measures';
import type { Command } from '../command';
import { counted } from '../counted';

export const levelset: Command = {
  name: 'levelset',
  summary: 'components, loops and voids of a level set of a grid',
  description:
    'The set where a function on a grid has one value, such as a decision boundary where the margin is 0: a curve in 2-D, a surface in 3-D. Curves and surfaces that end on the border of the box are open.',
  arguments: [{ name: 'GRID', help: 'an array of 2 or 3 dimensions whose entries are vertices: .npy or .npz' }],
  options: [{ name: 'level', value: { kind: 'number' }, placeholder: 'V', help: 'the value', default: 0 }],
  examples: [
    { line: 'neural-topology levelset margin.npy', what: 'where the margin is 0' },
    { line: 'neural-topology levelset field.npy --level=-0.5', what: 'at a negative level' },
  ],
  async run({ arguments: [grid = ''], options, seed, engine, signal, onProgress }) {
    const result = await engine().run(
      'levelset',
      { grid, level: options.number('level')!, seed },
      { signal, onProgress },
    );
    return { json: () => result, text: () => textOf(result) };
  },
};

function textOf({ shape, components, loops, voids }: LevelSetResult): string {
  const what = [
    counted(components, 'component'),
    counted(loops, 'loop'),
    ...(voids === undefined ? [] : [counted(voids, 'void')]),
  ];
  return `${what.join(', ')} in a grid of ${formatShape(shape)}`;
}
