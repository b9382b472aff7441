import { formatCount, formatPercent, formatQuantity } from '../base/numbers';
import type { GraphFeatures } from '../topology/graphFeatures';
import type { MapperFacts, MapperFinding, MapperShape } from './mapperView';

/** Of each kind, the largest. */
const MOST_OF_A_KIND = 12;
/** A component of fewer than this share of the largest's inputs is told of by itself. */
const SMALL_COMPONENT = 0.2;

type Facts = Pick<MapperFacts, 'labels' | 'correct'>;

/**
 * Flares, loops, singletons and small components of a Mapper graph in words: how many nodes and inputs, which class most of them are of beside its share of all that the graph holds, and how many the network gets wrong beside
 * the rest. Which of these are more than chance no number here says: they depend on the cover.
 */
export function mapperFindings(shape: MapperShape, features: GraphFeatures, facts: Facts): readonly MapperFinding[] {
  const all = membersOf(
    shape,
    Array.from({ length: shape.starts.length - 1 }, (_, node) => node),
  );
  const sentence = (what: string, nodes: readonly number[]): string => {
    const members = membersOf(shape, nodes);
    return `${what}: ${[formatQuantity(nodes.length, 'node'), formatQuantity(members.length, 'input')].join(', ')}${classesOf(members, all, facts)}${errorsOf(members, all, facts)}.`;
  };
  const largest = Math.max(0, ...features.components.map(nodes => membersOf(shape, nodes).length));
  const smallOnes = features.components.filter(
    nodes => nodes.length > 1 && membersOf(shape, nodes).length < SMALL_COMPONENT * largest,
  );
  const bySize = (a: readonly number[], b: readonly number[]) =>
    membersOf(shape, b).length - membersOf(shape, a).length || a[0]! - b[0]!;
  return [
    ...features.loops.slice(0, MOST_OF_A_KIND).map(
      (nodes): MapperFinding => ({ kind: 'loop', nodes, sentence: sentence('Loop', nodes) }),
    ),
    ...features.flares.slice(0, MOST_OF_A_KIND).map(
      ({ nodes, base }): MapperFinding => ({
        kind: 'flare',
        nodes,
        sentence: sentence(`Flare that leaves at node ${base}`, nodes),
      }),
    ),
    ...smallOnes.sort(bySize).slice(0, MOST_OF_A_KIND).map(
      (nodes): MapperFinding => ({ kind: 'component', nodes, sentence: sentence('Small component', nodes) }),
    ),
    ...features.singletons.map(node => [node]).sort(bySize).slice(0, MOST_OF_A_KIND).map(
      (nodes): MapperFinding => ({ kind: 'singleton', nodes, sentence: sentence(`Node ${nodes[0]!} alone`, nodes) }),
    ),
  ]; // prettier-ignore
}

/** Points of some nodes, each once, ascending. */
export function membersOf({ starts, members, points }: MapperShape, nodes: readonly number[]): Uint32Array {
  const isIn = new Uint8Array(points);
  for (const node of nodes) for (let k = starts[node]!; k < starts[node + 1]!; k++) isIn[members[k]!] = 1;
  const list: number[] = [];
  isIn.forEach((is, point) => {
    if (is === 1) list.push(point);
  });
  return Uint32Array.from(list);
}

function classesOf(members: Uint32Array, all: Uint32Array, { labels }: Facts): string {
  if (labels === undefined || members.length === 0) return '';
  const countsOf = (points: Uint32Array) => {
    const counts = new Uint32Array(labels.classes.length);
    for (const point of points) counts[labels.values[point]!] = counts[labels.values[point]!]! + 1;
    return counts;
  };
  const counts = countsOf(members);
  const most = counts.indexOf(Math.max(...counts));
  const among = countsOf(all)[most]!;
  return `; ${formatPercent(counts[most]! / members.length)} are of class ${labels.classes[most]!} (of all inputs in the graph ${formatPercent(among / all.length)})`;
}

function errorsOf(members: Uint32Array, all: Uint32Array, { correct }: Facts): string {
  if (correct === undefined || members.length === 0) return '';
  const wrongOf = (points: Uint32Array) => points.reduce((sum, point) => sum + 1 - correct[point]!, 0);
  const wrong = wrongOf(members);
  const rest = all.length - members.length;
  const others = rest === 0 ? '' : `, of the others ${formatPercent((wrongOf(all) - wrong) / rest)}`;
  return `; the network gets ${formatCount(wrong)} wrong (${formatPercent(wrong / members.length)}${others})`;
}
