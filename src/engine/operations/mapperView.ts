import { mapperFindings } from '../../analyses/mapperFindings';
import { mapperPurity } from '../../analyses/mapperPurity';
import type {
  MapperBaseline,
  MapperFacts,
  MapperFinding,
  MapperGrid,
  MapperPoints,
  MapperShape,
} from '../../analyses/mapperView';
import { Random } from '../../base/random';
import { graphFeatures } from '../../topology/graphFeatures';
import { clusteringRadius, mapperInOrder, type MapperGraph } from '../../topology/mapper';
import { mapperLens } from '../../topology/mapperLens';
import { mapperStability } from '../../topology/mapperStability';
import { memoryLimit } from '../memoryLimit';
import type {
  MapperBaselineInput,
  MapperGraphInput,
  MapperGridInput,
  MapperLenses,
  MapperLensesInput,
} from '../mapperTypes';
import type { OperationContext } from '../operationContext';

/** Draws of shuffled labels. */
const SHUFFLES = 20;

export function mapperLenses(input: MapperLensesInput, { cancellation }: OperationContext<never>): MapperLenses {
  const { points, clustering, minimumPoints } = input;
  const lenses = input.lenses.map(lens => (typeof lens === 'string' ? mapperLens(points, lens, 0, cancellation) : lens.values)); // prettier-ignore
  return { lenses, radius: clusteringRadius(points, clustering, minimumPoints, cancellation, points.order) };
}

export function mapperGraph(input: MapperGraphInput, { cancellation }: OperationContext<never>): MapperShape {
  const { points, lenses, cover, labels, seed } = input;
  const limit = input.memoryLimitBytes ?? memoryLimit();
  const graph = mapperInOrder(points, lenses, { ...cover, memoryLimitBytes: limit, cancellation }, points.order);
  return shapeOf(graph, points, labels, seed);
}

export function mapperFeatures(
  input: { readonly shape: MapperShape; readonly facts: Pick<MapperFacts, 'labels' | 'correct'> },
  { cancellation }: OperationContext<never>,
): readonly MapperFinding[] {
  const { starts, source, target } = input.shape;
  const features = graphFeatures({ vertices: starts.length - 1, source, target }, cancellation);
  return mapperFindings(input.shape, features, input.facts);
}

export function mapperGrid(input: MapperGridInput, context: OperationContext<never>): MapperGrid {
  const { points, lenses, cover, intervals, overlaps } = input;
  const { clustering, minimumPoints, radius } = cover;
  const options = { clustering, minimumPoints, radius, intervals, overlaps, cancellation: context.cancellation };
  const { nodes, components, loops, coverage } = mapperStability(points, lenses, options);
  return { intervals, overlaps, nodes, components, loops, coverage };
}

export function mapperBaseline(input: MapperBaselineInput, context: OperationContext<never>): MapperBaseline {
  const { points, cover, labels } = input;
  const { lenses, radius } = mapperLenses(input, context);
  const { radiusFactor, ...rest } = cover;
  const options = { ...rest, radius: radius * radiusFactor, cancellation: context.cancellation };
  const graph = mapperInOrder(points, lenses, options, points.order);
  const purity = labels && mapperPurity(nodesOf(graph), labels.values, labels.classes);
  return { purity, coverage: graph.coverage, nodes: graph.nodes.length };
}

function* nodesOf({ nodes }: MapperGraph): Iterable<Uint32Array> {
  for (const { members } of nodes) yield members;
}

function shapeOf(
  graph: MapperGraph,
  { count }: MapperPoints,
  labels: MapperGraphInput['labels'],
  seed: number,
): MapperShape {
  const { nodes, edges, coverage, components, loops, radius } = graph;
  const starts = new Uint32Array(nodes.length + 1);
  nodes.forEach(({ members }, node) => (starts[node + 1] = starts[node]! + members.length));
  const members = new Uint32Array(starts[nodes.length]!);
  nodes.forEach((node, at) => members.set(node.members, starts[at]));
  return {
    points: count,
    starts,
    members,
    interval: Uint32Array.from(nodes, node => node.interval),
    source: Uint32Array.from(edges, edge => edge.source),
    target: Uint32Array.from(edges, edge => edge.target),
    shared: Uint32Array.from(edges, edge => edge.shared),
    coverage,
    components,
    loops,
    radius,
    purity: labels && mapperPurity(nodesOf(graph), labels.values, labels.classes),
    shuffled: labels && shuffledPurity(graph, labels, seed),
  };
}

/** Purity of the same nodes where labels are dealt out anew. */
function shuffledPurity(
  graph: MapperGraph,
  { values, classes }: NonNullable<MapperGraphInput['labels']>,
  seed: number,
): MapperShape['shuffled'] {
  const found: number[] = [];
  for (let draw = 0; draw < SHUFFLES; draw++) {
    const random = new Random(seed, `shuffled labels ${draw}`);
    const dealt = values.slice();
    for (let i = dealt.length - 1; i > 0; i--) {
      const j = random.integer(i + 1);
      [dealt[i], dealt[j]] = [dealt[j]!, dealt[i]!];
    }
    const purity = mapperPurity(nodesOf(graph), dealt, classes);
    if (purity === undefined) return undefined;
    found.push(purity);
  }
  return {
    mean: found.reduce((sum, purity) => sum + purity, 0) / SHUFFLES,
    least: Math.min(...found),
    most: Math.max(...found),
    draws: SHUFFLES,
  };
}
