import type { MapperResult } from '../../analyses/mapper';
import { Fault } from '../../base/fault';
import { formatCount } from '../../base/numbers';
import type { Command, TextStyle } from '../command';
import { DATA_OPTIONS, dataReading } from '../command';
import { counted } from '../counted';
import { figure, percent, plain, textTable } from '../textTable';

const MOST_NODES_AS_TEXT = 30;

export const mapper: Command = {
  name: 'mapper',
  summary: 'the Mapper graph of a point cloud through a lens',
  description:
    'Cuts the range of a lens, a number for each point, into overlapping intervals, clusters the points above each of them, and joins clusters that share points. ' +
    'What is seen depends on the lens, the cover and the clustering: try several before you believe a branch.',
  arguments: [{ name: 'CLOUD', help: 'points as rows: .npy, .npz (file.npz#array) or .csv' }],
  options: [
    {
      name: 'lens',
      value: { kind: 'text' },
      placeholder: 'LENS',
      help: 'l2, pca1, pca2, density, eccentricity, column:k, or a file with a number for each point; several with commas between',
      default: 'l2',
    },
    {
      name: 'intervals',
      value: { kind: 'text' },
      placeholder: 'N[,N…]',
      help: 'of the cover of every lens, or of each (1 to 10000)',
      default: '10',
    },
    {
      name: 'overlap',
      value: { kind: 'text' },
      placeholder: 'P[,P…]',
      help: 'share of an interval that it has in common with the next (0 to 0.95), of every lens, or of each',
      default: '0.3',
    },
    {
      name: 'nerve-dim',
      value: { kind: 'integer', minimum: 1, maximum: 8 },
      help: 'dimension of the nerve: above 1 with its simplices and Betti numbers',
      default: 1,
    },
    {
      name: 'cycles',
      value: { kind: 'flag' },
      help: 'with a basis of the cycles of the graph, shortest where it is small',
    },
    {
      name: 'stability',
      value: { kind: 'flag' },
      help: 'with components, loops and coverage for fewer and more intervals and overlap',
    },
    {
      name: 'cluster',
      value: { kind: 'choice', choices: ['dbscan', 'single-linkage'] },
      help: 'how points above an interval are clustered',
      default: 'dbscan',
    },
    {
      name: 'eps',
      value: { kind: 'text' },
      placeholder: 'auto|E',
      help: 'clustering radius; auto is the knee of the neighbour distances (above 5,000 points, of 5,000 evenly spaced ones)',
      default: 'auto',
    },
    {
      name: 'min-points',
      value: { kind: 'integer', minimum: 1, maximum: 1_000_000 },
      help: 'points within the radius that make a core point, itself among them (dbscan)',
      default: 3,
    },
    {
      name: 'colour',
      value: { kind: 'text' },
      placeholder: 'DATA',
      help: 'numbers or labels of the points: nodes get their mean, or counts a class and the graph its purity',
    },
    ...DATA_OPTIONS,
  ],
  examples: [
    {
      line: 'neural-topology mapper acts.npz#relu3 --intervals 20',
      what: 'the norms of a layer’s activations as lens',
    },
    {
      line: 'neural-topology mapper acts.npz#relu3 --lens pca1 --colour test.npz#y --format json',
      what: 'with the classes in every node, as JSON',
    },
  ],
  async run({ arguments: [cloud = ''], options, seed, engine, signal, onProgress }) {
    const colour = options.text('colour');
    const result = await engine().run(
      'mapper',
      {
        cloud,
        ...dataReading(options),
        ...(colour === undefined ? {} : { colour }),
        parameters: {
          lens: options.text('lens')!,
          intervals: numbersOf(options.text('intervals')!, '--intervals', 1, 10_000, true),
          overlap: numbersOf(options.text('overlap')!, '--overlap', 0, 0.95, false),
          nerveDimension: options.number('nerve-dim')!,
          cycles: options.flag('cycles'),
          stability: options.flag('stability'),
          clustering: options.text('cluster') === 'dbscan' ? 'dbscan' : 'single-linkage',
          radius: radiusOf(options.text('eps')!),
          minimumPoints: options.number('min-points')!,
          seed,
        },
      },
      { signal, onProgress },
    );
    return { json: () => jsonOf(result), text: style => textOf(result, style) };
  },
};

/** One number for all lenses, or one for each. */
function numbersOf(text: string, flag: string, minimum: number, maximum: number, whole: boolean) {
  const numbers = text.split(',').map(part => (part.trim() === '' ? NaN : Number(part)));
  if (numbers.some(number => !(number >= minimum && number <= maximum && (!whole || Number.isInteger(number)))))
    throw new Fault(
      'usage',
      `${flag} takes ${whole ? 'whole numbers' : 'numbers'} from ${minimum} to ${maximum}, with commas between where there are several lenses, not ${JSON.stringify(text)}.`,
      { source: flag },
    );
  return numbers.length === 1 ? numbers[0]! : numbers;
}

function radiusOf(text: string): number | undefined {
  if (text === 'auto') return undefined;
  const radius = Number(text);
  if (!(radius > 0 && radius < Infinity))
    throw new Fault('usage', `--eps is auto or a number above 0, not ${JSON.stringify(text)}.`, { source: '--eps' });
  return radius;
}

function jsonOf({ nodes, purity, ...rest }: MapperResult) {
  return {
    nodes: nodes.map(({ id, interval, intervals, members, colour }) => ({
      id,
      interval,
      ...(intervals === undefined ? {} : { intervals }),
      members: [...members],
      ...(colour === undefined ? {} : { colour }),
    })),
    ...rest,
    ...(purity === undefined ? {} : { purity }),
  };
}

function textOf(result: MapperResult, style: TextStyle): string {
  const { points, nodes, edges, coverage, components, loops, eps, purity } = result;
  const summary = [
    `${style.bold(counted(nodes.length, 'node'))}, ${counted(edges.length, 'edge')}, ${style.h0(counted(components, 'component'))}, ${style.h1(counted(loops, 'loop'))}`,
    `${percent(coverage)} of ${formatCount(points)} points are in a node (radius ${figure(eps)}).`,
    ...(result.betti === undefined
      ? []
      : [
          `The nerve has Betti numbers ${Object.entries(result.betti)
            .map(([d, b]) => `${b} (dimension ${d})`)
            .join(', ')}.`,
        ]),
    ...(result.cycles ?? []).map(cycle => `Cycle of ${counted(cycle.length, 'edge')}: ${cycleText(cycle, result)}`),
    ...(result.stability ?? []).map(
      cell =>
        `${String(cell.intervals)} intervals, overlap ${String(cell.overlap)}: ${counted(cell.components, 'component')}, ${counted(cell.loops, 'loop')}, coverage ${percent(cell.coverage)}`,
    ),
    ...(purity === undefined
      ? []
      : [
          `Purity ${purity.toFixed(3)}: the share of a node’s members that are of its largest class, weighted by members.`,
        ]),
  ];
  const shown = [...nodes]
    .sort((a, b) => b.members.length - a.members.length || a.id - b.id)
    .slice(0, MOST_NODES_AS_TEXT);
  if (shown.length === 0) return summary.join('\n');
  const table = textTable(
    [
      { title: 'node', align: 'right', cell: node => String(node.id) },
      { title: 'interval', align: 'right', cell: node => String(node.interval) },
      { title: 'members', align: 'right', cell: node => formatCount(node.members.length) },
      { title: 'colour', cell: node => colourText(node.colour) },
    ],
    shown,
    style.dim,
  );
  const more =
    nodes.length > shown.length ? [style.dim(`… ${counted(nodes.length - shown.length, 'smaller node')}`)] : [];
  return [...summary, '', table, ...more].join('\n');
}

function cycleText(cycle: readonly number[], { edges }: MapperResult): string {
  return cycle.map(edge => `${edges[edge]!.source}–${edges[edge]!.target}`).join(', ');
}

function colourText(colour: MapperResult['nodes'][number]['colour']): string {
  if (colour === undefined) return '';
  if (typeof colour === 'number') return figure(colour);
  return Object.entries(colour)
    .sort((a, b) => b[1] - a[1])
    .map(([name, count]) => `${plain(name)} ${formatCount(count)}`)
    .join(', ');
}
