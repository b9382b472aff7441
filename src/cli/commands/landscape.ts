import type { LandscapeMinimum, LandscapeResult } from '../../analyses/landscape/landscape';
import type { Sharpness } from '../../analyses/landscape/sharpness';
import { formatCount, formatNumber, formatPercent, formatQuantity } from '../../base/numbers';
import { type Command, DATA_OPTIONS, dataReading, type TextStyle } from '../command';
import { labelledData, labelledOptions } from '../labelledData';
import { diagramJson, finite } from '../json';
import { plain, textTable } from '../textTable';

const SHOWN = 10;

export const landscape: Command = {
  name: 'landscape',
  summary: 'the loss over a network’s weights: around one minimum, between two, through three',
  description:
    'The cross-entropy on a plane of the weights, with its sublevel-set persistence, merge tree, flatness, and checks of the picture: random directions whose filters have the norms of the network’s own, or the plane through networks of the same form. ' +
    'Between two it gives the barrier of the straight path, or of a curve that is trained.',
  arguments: [{ name: 'MODEL', help: 'a saved model' }],
  options: [
    ...labelledOptions('rows that the loss is over'),
    {
      name: 'around',
      value: { kind: 'choice', choices: ['filter', 'raw'] },
      help: 'random directions: filters normalised, or as they are drawn',
      default: 'filter',
    },
    {
      name: 'grid',
      value: { kind: 'integer', minimum: 3, maximum: 501 },
      placeholder: 'N',
      help: 'points along each axis',
      default: 51,
    },
    {
      name: 'radius',
      value: { kind: 'number', minimum: 1e-6, maximum: 1e6 },
      placeholder: 'R',
      help: 'of the slice around one network, in units of its directions',
      default: 1,
    },
    {
      name: 'with',
      value: { kind: 'text' },
      placeholder: 'MODEL',
      help: 'another network of the same form, once or twice',
      repeated: true,
    },
    { name: 'bezier', value: { kind: 'flag' }, help: 'train a curve from one network to the other' },
    ...DATA_OPTIONS,
  ],
  examples: [
    {
      line: 'neural-topology landscape model.onnx --data train.npz#X --labels train.npz#y',
      what: 'around one network',
    },
    {
      line: 'neural-topology landscape a.onnx --with b.onnx --bezier --data train.npz#X --labels train.npz#y',
      what: 'from one to another along a curve of low loss',
    },
  ],
  async run({ arguments: [model = ''], options, seed, engine, signal, onProgress }) {
    const input = {
      model,
      ...labelledData(options, 'The loss is over labelled data'),
      others: options.list('with') ?? [],
      parameters: {
        around: options.text('around') === 'raw' ? ('raw' as const) : ('filter' as const),
        side: options.number('grid')!,
        radius: options.number('radius')!,
        bezier: options.flag('bezier'),
      },
      seed,
      ...dataReading(options),
    };
    const result = await engine().run('landscape', input, { signal, onProgress });
    return { json: () => landscapeJson(result), text: style => textOf(result, style) };
  },
};

export function landscapeJson({ losses, side, diagram, minima, pathDiagram, ...result }: LandscapeResult) {
  return {
    ...result,
    grid: Array.from({ length: side }, (_, y) => Array.from(losses.subarray(y * side, (y + 1) * side), finite)),
    diagram: diagramJson(diagram, 1),
    minima: minima.map(({ prominence, saddle, ...minimum }) => ({
      ...minimum,
      prominence: finite(prominence),
      saddle: saddle ?? null,
    })),
    ...(pathDiagram === undefined ? {} : { pathDiagram: diagramJson(pathDiagram, 0) }),
  };
}

function textOf(result: LandscapeResult, style: TextStyle): string {
  const { axes, side, networks, minima, barrier, path, pathKind, sharpness, checks, rows, weights } = result;
  const prominent = minima.filter(({ prominence }) => prominence > sharpness.filter.threshold).length;
  return [
    style.bold(
      `${formatQuantity(prominent, 'minimum', 'minima')} of prominence above ${formatNumber(sharpness.filter.threshold)}`,
    ),
    style.dim(
      `${axes.map(({ name, low, high }) => `${plain(name)} ${formatNumber(low)} to ${formatNumber(high)}`).join('; ')}; ${side} × ${side} points, ${formatQuantity(rows, 'row')}, ${formatQuantity(weights, 'weight')}`,
    ),
    '',
    ...networks.map(
      ({ name, loss, accuracy }) => `${plain(name)}: loss ${formatNumber(loss)}, ${formatPercent(accuracy)} correct`,
    ),
    ...(path === undefined || barrier === undefined
      ? []
      : [
          `barrier ${formatNumber(barrier)} along the ${pathKind === 'bezier' ? 'curve' : 'straight path'}, lowest accuracy ${formatPercent(Math.min(...path.map(one => one.accuracy)))}`,
        ]),
    `largest noise for a rise of ${formatNumber(sharpness.filter.threshold)}: ${noise(sharpness.filter)} normalised by filter, ${noise(sharpness.isotropic)} the same for all weights`,
    style.dim(
      `loss at the centre ${formatNumber(checks.centre.slice)}, of the network as it is ${formatNumber(checks.centre.model)}` +
        (checks.otherPlane === undefined
          ? ''
          : `; rise at the radius ${formatNumber(checks.otherPlane.own)}, on another plane ${formatNumber(checks.otherPlane.other)}`),
    ),
    '',
    textTable<LandscapeMinimum>(
      [
        { title: 'minimum at', cell: ({ at }) => at.map(formatNumber).join(', ') },
        { title: 'loss', align: 'right', cell: ({ loss }) => formatNumber(loss) },
        {
          title: 'prominence',
          align: 'right',
          cell: ({ prominence }) => (prominence === Infinity ? '–' : formatNumber(prominence)),
        },
      ],
      minima.slice(0, SHOWN),
      style.bold,
    ),
    ...(minima.length > SHOWN ? [style.dim(`and ${formatCount(minima.length - SHOWN)} more`)] : []),
  ].join('\n');
}

function noise({ sigma, rise, standardError, draws }: Sharpness): string {
  return `σ = ${formatNumber(sigma)} (rise ${formatNumber(rise)} ± ${formatNumber(standardError)}, ${draws} draws)`;
}
