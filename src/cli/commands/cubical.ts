import { formatCount, formatShape } from '../../base/numbers';
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
    {
      name: 'cells',
      value: { kind: 'flag' },
      help: 'in JSON, where in the grid each class is born and dies: [[indices of the entry], [indices]|null] for each pair',
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
    const cells = options.flag('cells');
    return { json: () => jsonOf(result, cells), text: style => textOf(result, style) };
  },
};

function jsonOf({ shape, diagram, maxDimension, warnings, provenance }: CubicalResult, withCells: boolean) {
  return {
    shape,
    diagram: diagramJson(diagram, maxDimension),
    ...(withCells ? { cells: cellsJson(shape, diagram, maxDimension) } : {}),
    warnings,
    provenance,
  };
}

/** Dimension → for each pair the indices of the entries at which it is born and dies. */
function cellsJson(
  shape: readonly number[],
  { dimension, birthCell, deathCell }: CubicalResult['diagram'],
  maxDimension: number,
): Record<string, [number[], number[] | null][]> {
  const indices = (entry: number): number[] => {
    const place = shape.map(() => 0);
    for (let axis = shape.length - 1, rest = entry; axis >= 0; axis--) {
      place[axis] = rest % shape[axis]!;
      rest = Math.floor(rest / shape[axis]!);
    }
    return place;
  };
  const cells: Record<string, [number[], number[] | null][]> = {};
  for (let d = 0; d <= maxDimension; d++) cells[String(d)] = [];
  dimension.forEach((d, i) =>
    cells[String(d)]!.push([indices(birthCell[i]!), deathCell[i]! < 0 ? null : indices(deathCell[i]!)]),
  );
  return cells;
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
      { title: 'pairs', align: 'right', cell: row => formatCount(row.pairs) },
      { title: 'essential', align: 'right', cell: row => formatCount(row.essential) },
      { title: 'longest finite', align: 'right', cell: row => figure(row.longest) },
    ],
    rows,
    style.dim,
  );
  return `A grid of ${formatShape(shape)}.\n${table}`;
}
