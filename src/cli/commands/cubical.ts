import type { CubicalResult } from '../../analyses/measures';
import type { Command, TextStyle } from '../command';
import { diagramJson } from '../json';
import { figure, textTable } from '../textTable';

const CONSTRUCTIONS = ['vertex', 'cell'] as const;

export const cubical: Command = {
  name: 'cubical',
  summary: 'persistent homology of the levels of a grid',
  arguments: [{ name: 'GRID', help: 'an array of 1 to 3 dimensions: .npy or .npz (file.npz#array)' }],
  options: [
    {
      name: 'construction',
      value: { kind: 'choice', choices: CONSTRUCTIONS },
      help: 'whether entries are vertices, or top-dimensional cubes',
      default: 'vertex',
    },
    { name: 'superlevel', value: { kind: 'flag' }, help: 'go down from the highest level: births are above deaths' },
  ],
  examples: [
    { line: 'neural-topology cubical loss.npy', what: 'minima and barriers of a loss surface' },
    { line: 'neural-topology cubical image.npy --construction cell --superlevel', what: 'bright regions of an image' },
  ],
  async run({ arguments: [grid = ''], options, seed, engine, signal, onProgress }) {
    const construction = CONSTRUCTIONS.find(name => name === options.text('construction'))!;
    const superlevel = options.flag('superlevel');
    const result = await engine().run('cubical', { grid, construction, superlevel, seed }, { signal, onProgress });
    return { json: () => jsonOf(result), text: style => textOf(result, style) };
  },
};

function jsonOf({ shape, diagram, maxDimension, warnings, provenance }: CubicalResult) {
  return { shape, diagram: diagramJson(diagram, maxDimension), warnings, provenance };
}

function textOf({ shape, diagram, maxDimension }: CubicalResult, style: TextStyle): string {
  const rows = Array.from({ length: maxDimension + 1 }, (_, dimension) => {
    const places = Array.from(diagram.dimension.keys()).filter(i => diagram.dimension[i] === dimension);
    const finite = places.map(i => Math.abs(diagram.death[i]! - diagram.birth[i]!)).filter(Number.isFinite);
    return {
      dimension,
      pairs: places.length,
      essential: places.length - finite.length,
      longest: finite.length === 0 ? undefined : finite.reduce((a, b) => Math.max(a, b)),
    };
  });
  const table = textTable(
    [
      { title: 'dimension', align: 'right', cell: row => `H${row.dimension}` },
      { title: 'pairs', align: 'right', cell: row => String(row.pairs) },
      { title: 'essential', align: 'right', cell: row => String(row.essential) },
      { title: 'longest finite', align: 'right', cell: row => figure(row.longest) },
    ],
    rows,
    style.dim,
  );
  return `A grid of ${shape.join(' × ')}.\n${table}`;
}
