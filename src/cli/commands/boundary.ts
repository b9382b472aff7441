import type { BoundaryIsland, BoundaryResult } from '../../analyses/boundary/boundary';
import type { SliceChoice } from '../../analyses/boundary/slice';
import { Fault } from '../../base/fault';
import { formatCount, formatNumber, formatPercent, formatShape } from '../../base/numbers';
import { type Command, DATA_OPTIONS, dataReading, type OptionValues, type TextStyle } from '../command';
import { counted } from '../counted';
import { diagramJson } from '../json';
import { plain, textTable } from '../textTable';

const SIDE = { 2: 256, 3: 64 } as const;
const SHOWN = 10;

export const boundary: Command = {
  name: 'boundary',
  summary: 'where a classifier’s answer changes, on a plane or in a space of its inputs',
  description:
    'The decision boundary of one class against the best other: curves by marching squares, or a surface by marching cubes, with its Betti numbers, the islands that it cuts the slice into, and their persistence. ' +
    'The network is run on a coarse grid and near the boundary; how often that missed something is tried at random points.',
  arguments: [{ name: 'MODEL', help: 'a saved model' }],
  options: [
    {
      name: 'data',
      value: { kind: 'text' },
      placeholder: 'DATA',
      help: 'rows that the plane and its box are laid through',
    },
    { name: 'labels', value: { kind: 'text' }, placeholder: 'DATA', help: 'a class for each row' },
    { name: 'classes', value: { kind: 'list' }, help: 'order of the classes, as the model’s outputs have it (sorted)' },
    {
      name: 'box',
      value: { kind: 'list' },
      placeholder: 'x0,x1,y0,y1',
      help: 'low and high of each axis (the data, and a tenth more)',
    },
    {
      name: 'grid',
      value: { kind: 'integer', minimum: 3, maximum: 4096 },
      placeholder: 'N',
      help: 'points along each axis (256; 64 with --volume)',
    },
    {
      name: 'plane',
      value: { kind: 'list' },
      placeholder: 'pca|i,j',
      help: 'the data’s principal components, or features counted from 0 (the features where there are as many as axes, else pca)',
    },
    {
      name: 'through',
      value: { kind: 'list' },
      placeholder: 'a,b,c',
      help: 'the plane through three rows of the data, or the space through four',
    },
    { name: 'volume', value: { kind: 'flag' }, help: 'a slice of three dimensions' },
    {
      name: 'class',
      value: { kind: 'text' },
      placeholder: 'K',
      help: 'the class that is positive: a name, or the number of an output',
      default: '1',
    },
    { name: 'whole', value: { kind: 'flag' }, help: 'run the network at every point of the grid' },
    ...DATA_OPTIONS,
  ],
  examples: [
    { line: 'neural-topology boundary rings.onnx --box=-3,3,-3,3', what: 'of a network with two inputs' },
    {
      line: 'neural-topology boundary iris.onnx --data iris.csv --labels iris.csv#species --plane pca --class 2',
      what: 'one class of three, on the plane of the principal components',
    },
    {
      line: 'neural-topology boundary model.onnx --data x.npy --through 0,17,42',
      what: 'on the plane through three inputs',
    },
  ],
  async run({ arguments: [model = ''], options, seed, engine, signal, onProgress }) {
    const dimensions = options.flag('volume') ? 3 : 2;
    const [data, labels, positive] = ['data', 'labels', 'class'].map(name => options.text(name));
    const slice = sliceChoice(options);
    const box = numbersOf(options, 'box');
    const input = {
      model,
      ...(data === undefined ? {} : { data }),
      ...(labels === undefined ? {} : { labels }),
      ...(slice === undefined ? {} : { slice }),
      ...(box === undefined ? {} : { box }),
      ...(positive === undefined ? {} : { positive }),
      dimensions,
      side: options.number('grid') ?? SIDE[dimensions],
      whole: options.flag('whole'),
      seed,
      ...dataReading(options),
    } as const;
    const result = await engine().run('boundary', input, { signal, onProgress });
    return { json: () => boundaryJson(result), text: style => textOf(result, style) };
  },
};

function sliceChoice(options: OptionValues): SliceChoice | undefined {
  const rows = numbersOf(options, 'through');
  const plane = options.list('plane');
  if (rows !== undefined && plane !== undefined)
    throw new Fault('usage', '--plane and --through each say which slice it is: give one of them.', {
      source: '--through',
    });
  if (rows !== undefined) return { kind: 'rows', rows };
  if (plane === undefined) return undefined;
  if (plane.length === 1 && plane[0] === 'pca') return { kind: 'pca' };
  return { kind: 'axes', axes: numbersOf(options, 'plane')! };
}

function numbersOf(options: OptionValues, name: string): number[] | undefined {
  return options.list(name)?.map(text => {
    const number = Number(text);
    if (text.trim() !== '' && Number.isFinite(number)) return number;
    throw new Fault('usage', `--${name} takes numbers with commas between them, not "${text}".`, {
      source: `--${name}`,
    });
  });
}

export function boundaryJson({ voids, diagram, slice, ...result }: BoundaryResult) {
  return {
    ...result,
    ...(voids === undefined ? {} : { voids }),
    diagram: diagramJson(diagram, slice.axes.length - 1),
    slice: {
      ...slice,
      origin: [...slice.origin],
      axes: slice.axes.map(axis => ({ ...axis, direction: [...axis.direction] })),
    },
  };
}

function textOf(result: BoundaryResult, style: TextStyle): string {
  const { components, loops, voids, regions, positive, slice, grid, islands, classes } = result;
  const what = [
    counted(components, 'component'),
    counted(loops, 'loop'),
    ...(voids === undefined ? [] : [counted(voids, 'void')]),
  ];
  const axes = slice.axes.map(({ name, low, high }) => `${plain(name)} ${formatNumber(low)} to ${formatNumber(high)}`);
  const share =
    grid.evaluated === grid.vertices ? '' : `, ${formatPercent(grid.evaluated / grid.vertices)} of it evaluated`;
  return [
    style.bold(`Class ${plain(positive)}: ${what.join(', ')}`),
    `${counted(regions.positive, 'positive region')}, ${counted(regions.negative, 'negative region')}`,
    style.dim(`${axes.join(', ')}; grid of ${formatShape(grid.shape)}${share}`),
    '',
    islandTable(islands.slice(0, SHOWN), style),
    ...(islands.length > SHOWN ? [style.dim(`and ${formatCount(islands.length - SHOWN)} with smaller margins`)] : []),
    ...(classes === undefined
      ? []
      : [
          '',
          textTable(
            [
              { title: 'class', cell: one => plain(one.name) },
              { title: 'components', align: 'right', cell: one => formatCount(one.components) },
              { title: 'loops', align: 'right', cell: one => formatCount(one.loops) },
              { title: 'regions', align: 'right', cell: one => formatCount(one.regions.positive) },
            ],
            classes,
            style.bold,
          ),
        ]),
  ].join('\n');
}

function islandTable(islands: readonly BoundaryIsland[], style: TextStyle): string {
  return textTable<BoundaryIsland>(
    [
      { title: 'island', cell: ({ isPositive }) => (isPositive ? 'positive' : 'negative') },
      { title: 'margin', align: 'right', cell: ({ margin }) => formatNumber(margin) },
      { title: 'robust to', align: 'right', cell: ({ robustness }) => formatNumber(robustness) },
      { title: 'share', align: 'right', cell: ({ share }) => formatPercent(share) },
      { title: 'rows', align: 'right', cell: ({ rows }) => (rows === undefined ? '–' : formatCount(rows)) },
      { title: 'surest at', cell: ({ at }) => at.map(formatNumber).join(', ') },
    ],
    islands,
    style.bold,
  );
}
