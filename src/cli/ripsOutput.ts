import { formatCount, formatDuration, formatQuantity } from '../base/numbers';
import type { RipsParameters, RipsResult } from '../analyses/rips';
import { rangeOfDimension } from '../topology/diagram';
import { METRICS, type Metric } from '../topology/metric';
import { barcodeText } from './barcodeText';
import type { Option, OptionValues, TextStyle } from './command';
import { diagramJson, finite } from './json';
import { representativesJson, representativesText } from './representativesOutput';
import { figure, textTable } from './textTable';

/** What every command takes that reduces a complex of a cloud. */
export const RIPS_OPTIONS: readonly Option[] = [
  {
    name: 'metric',
    value: { kind: 'choice', choices: METRICS },
    placeholder: 'NAME',
    help: `how far apart two points are: ${METRICS.join(', ')}; precomputed: CLOUD is a square matrix of distances`,
    default: 'euclidean',
  },
  {
    name: 'max-dim',
    value: { kind: 'integer', minimum: 0, maximum: 1000 },
    placeholder: 'D',
    help: 'highest dimension: 0 components, 1 loops, 2 voids',
    default: 1,
  },
  {
    name: 'threshold',
    value: { kind: 'number', minimum: 0 },
    placeholder: 'T',
    help: 'longest edge, inclusive (the enclosing radius)',
  },
  { name: 'coefficients', value: { kind: 'prime' }, placeholder: 'P', help: 'the field Z/P, a prime', default: 2 },
  {
    name: 'cycles',
    value: { kind: 'flag' },
    help: 'a cycle for each bar: simplices with coefficients, as of its birth',
  },
  {
    name: 'cocycles',
    value: { kind: 'flag' },
    help: 'a cocycle for each bar: simplices with coefficients, as of just before its death',
  },
];

/** These options as the engine takes them. */
export function ripsParameters(options: OptionValues, seed: number): RipsParameters {
  return {
    metric: options.text('metric') as Metric,
    maxDimension: options.number('max-dim')!,
    threshold: options.number('threshold'),
    coefficients: options.number('coefficients')!,
    cycles: options.flag('cycles'),
    cocycles: options.flag('cocycles'),
    seed,
  };
}

export function ripsJson(result: RipsResult): unknown {
  return {
    points: result.points,
    threshold: result.threshold,
    enclosingRadius: finite(result.enclosingRadius),
    coefficients: result.coefficients,
    diagram: diagramJson(result.diagram, result.maxDimension),
    ...(result.cycles === undefined ? {} : { cycles: representativesJson(result.cycles, result) }),
    ...(result.cocycles === undefined ? {} : { cocycles: representativesJson(result.cocycles, result) }),
    ...(result.landmarks === undefined
      ? {}
      : {
          landmarks: {
            count: result.landmarks.indices.length,
            coveringRadius: result.landmarks.coveringRadius,
            bound: result.landmarks.bound,
            indices: [...result.landmarks.indices],
          },
        }),
    ...(result.pairs === undefined ? {} : { pairs: result.pairs }),
    ...(result.geodesic === undefined ? {} : { geodesic: result.geodesic }),
    ...(result.approximation === undefined ? {} : { approximation: result.approximation }),
    milliseconds: result.milliseconds,
    warnings: result.warnings,
    provenance: result.provenance,
  };
}

/** `complex` is what was reduced: Vietoris–Rips. */
export function ripsText(result: RipsResult, style: TextStyle, complex: string): string {
  const { diagram, milliseconds } = result;
  const rows = Array.from({ length: result.maxDimension + 1 }, (_, dimension) => {
    const [from, to] = rangeOfDimension(diagram, dimension);
    const pairs = Array.from({ length: to - from }, (_, k) => ({
      birth: diagram.birth[from + k]!,
      death: diagram.death[from + k]!,
    }));
    const finitePairs = pairs.filter(pair => pair.death < Infinity);
    const longest = finitePairs.reduce((a, b) => (b.death - b.birth > a.death - a.birth ? b : a), finitePairs[0]!);
    return { dimension, pairs, finitePairs, longest };
  });
  const paint = (dimension: number) => (dimension === 0 ? style.h0 : style.h1);
  return [
    style.bold(`${formatQuantity(result.points, 'point')}, ${complex} over Z/${result.coefficients}`),
    ...edgesText(result),
    ...(result.geodesic === undefined ? [] : [geodesicText(result.geodesic)]),
    ...(result.landmarks === undefined ? [] : [landmarksText(result.landmarks)]),
    ...(result.approximation === undefined ? [] : [approximationText(result.approximation)]),
    '',
    textTable(
      [
        { title: 'dimension', cell: row => `H${row.dimension}` },
        { title: 'pairs', align: 'right', cell: row => formatCount(row.pairs.length) },
        { title: 'endless', align: 'right', cell: row => formatCount(row.pairs.length - row.finitePairs.length) },
        {
          title: 'longest',
          align: 'right',
          cell: row =>
            row.finitePairs.length === 0 ? '–' : `${figure(row.longest.birth)} … ${figure(row.longest.death)}`,
        },
        {
          title: 'total length',
          align: 'right',
          cell: row => figure(row.finitePairs.reduce((sum, { birth, death }) => sum + death - birth, 0)),
        },
        { title: 'bars, longest first', cell: row => paint(row.dimension)(barcodeText(row.pairs)) },
      ],
      rows,
      style.dim,
    ),
    ...representativesText(result.cycles ?? [], result, 'cycle', style),
    ...representativesText(result.cocycles ?? [], result, 'cocycle', style),
    '',
    style.dim(`${formatDuration(milliseconds.total)}; every pair with --format json`),
  ].join('\n');
}

/** What bounded the computation. A sparse complex needs no bound: it has no edges that do not matter. */
function edgesText({ threshold, enclosingRadius, approximation, pairs }: RipsResult): readonly string[] {
  if (pairs !== undefined)
    return [`${formatQuantity(pairs, 'pair')} joined${threshold === null ? '' : `, edges up to ${figure(threshold)}`}`];
  if (threshold !== null) return [`edges up to ${figure(threshold)}`];
  return approximation === undefined ? [`edges up to the enclosing radius ${figure(enclosingRadius)}`] : [];
}

function geodesicText({ neighbours, along }: NonNullable<RipsResult['geodesic']>): string {
  return `distances in ${along} along the graph of ${formatQuantity(neighbours, 'nearest neighbour')}`;
}

function approximationText({ factor, simplices }: NonNullable<RipsResult['approximation']>): string {
  const complex = `a complex of ${formatCount(simplices.reduce((sum, count) => sum + count, 0))} simplices`;
  return factor === null ? complex : `${complex}; bars within a factor of ${figure(factor)}`;
}

function landmarksText({ indices, coveringRadius, bound }: NonNullable<RipsResult['landmarks']>): string {
  const cover = `${formatQuantity(indices.length, 'landmark')}, no point farther than ${figure(coveringRadius)} from one`;
  return bound === null
    ? cover
    : `${cover}; from H1 on at most ${figure(bound)} in bottleneck distance from the diagram of all points`;
}
